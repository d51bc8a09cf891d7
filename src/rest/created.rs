//! Where something new is: the header `Location` of a 201.

use super::API_ROOT;
use crate::model::{DEFAULT_CATALOG, Name};
use axum::http::{HeaderValue, header};
use url::Url;

/// The header that says where something new is, its names encoded as segments of the path.
pub(super) fn location(
    catalog: &Name,
    segments: &[&str],
) -> [(header::HeaderName, HeaderValue); 1] {
    let mut at = Url::parse("http://skep").ok();
    if let Some(at) = &mut at {
        if let Ok(mut path) = at.path_segments_mut() {
            path.extend(API_ROOT.split('/').skip(1)).extend(segments);
        }
        if catalog.as_str() != DEFAULT_CATALOG {
            at.query_pairs_mut()
                .append_pair("catalog", catalog.as_str());
        }
    }
    let text = at.map(|at| at[url::Position::BeforePath..].to_owned());
    // What a URL holds is printable.
    let value = HeaderValue::try_from(text.unwrap_or_default());
    [(
        header::LOCATION,
        value.unwrap_or(HeaderValue::from_static("")),
    )]
}

#[cfg(test)]
mod tests {
    use super::location;
    use crate::model::Name;

    #[test]
    fn names_become_segments() {
        let [(_, at)] = location(&Name::new("hive"), &["databases", "a b/c"]);
        assert_eq!(at, "/api/v1/databases/a%20b%2Fc");
        let [(_, at)] = location(&Name::new("other"), &["databases", "a"]);
        assert_eq!(at, "/api/v1/databases/a?catalog=other");
    }
}
