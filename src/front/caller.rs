//! Who asks, as the front ends tell the catalog.

use crate::model::{Caller, Way};

/// Who came in this way. Nobody is authenticated: it is who the client says it is, and without a word of it the server's
/// own user, as in Hive.
pub fn caller(via: Way, introduced: Option<(String, Vec<String>)>) -> Caller {
    let system = Caller::system();
    let (user, groups) = introduced.unwrap_or((system.user, system.groups));
    Caller { user, groups, via }
}

#[cfg(test)]
mod tests {
    use super::caller;
    use crate::model::Way;

    #[test]
    fn a_client_is_who_it_says_it_is() {
        let said = Some(("ann".to_owned(), vec!["etl".to_owned()]));
        let ann = caller(Way::Thrift, said);
        assert_eq!(
            (ann.user.as_str(), ann.groups, ann.via),
            ("ann", vec!["etl".to_owned()], Way::Thrift)
        );
        assert_eq!(caller(Way::Rest, None).user, "skep");
    }
}
