//! Who asks, as the front ends tell the catalog.

use crate::model::{Caller, Peer, Way};

/// Who came in this way. Who has proven who it is acts as that one, or as whom it was let act for, without a word of groups: they are
/// what was proven of itself, and a client's word would be none. Who has proven nothing is who it says it is, and without a word of it
/// the server's own user, as in Hive.
pub fn caller(via: Way, peer: &Peer, introduced: Option<(String, Vec<String>)>) -> Caller {
    let principal = peer.principal.clone();
    let (user, groups) = match (&principal, introduced) {
        (Some(own), Some((user, _))) if own.name() != user => (user, Vec::new()),
        (Some(own), _) => (own.name().to_owned(), own.groups().to_vec()),
        (None, Some(introduced)) => introduced,
        (None, None) => {
            let system = Caller::system();
            (system.user, system.groups)
        }
    };
    Caller {
        user,
        groups,
        via,
        principal,
    }
}

#[cfg(test)]
mod tests {
    use super::caller;
    use crate::model::{Peer, Principal, Proof, Way};
    use std::net::Ipv4Addr;
    use std::sync::Arc;

    fn said(user: &str) -> Option<(String, Vec<String>)> {
        Some((user.to_owned(), vec!["etl".to_owned()]))
    }

    #[test]
    fn a_client_that_proves_nothing_is_who_it_says_it_is() {
        let peer = Peer::unproven(Ipv4Addr::LOCALHOST.into());
        let ann = caller(Way::Thrift, &peer, said("ann"));
        assert_eq!(
            (ann.user.as_str(), ann.groups, ann.via),
            ("ann", vec!["etl".to_owned()], Way::Thrift)
        );
        assert_eq!(caller(Way::Rest, &peer, None).user, "skep");
    }

    #[test]
    fn who_proves_who_it_is_has_its_own_groups_and_lends_them_to_nobody() {
        let own = Principal::new("ann".into(), vec!["data".into()], Proof::Certificate).unwrap();
        let peer = Peer {
            address: Ipv4Addr::LOCALHOST.into(),
            principal: Some(Arc::new(own)),
        };
        for (introduced, user, groups) in [
            (None, "ann", vec!["data".to_owned()]),
            (said("ann"), "ann", vec!["data".to_owned()]),
            (said("bob"), "bob", Vec::new()),
        ] {
            let found = caller(Way::Thrift, &peer, introduced);
            assert_eq!((found.user.as_str(), found.groups), (user, groups));
            assert_eq!(found.principal, peer.principal);
        }
    }
}
