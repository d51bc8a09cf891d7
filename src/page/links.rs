//! Where pages are, below the root of all, and how one leads to that root.

use crate::model::{DEFAULT_CATALOG, DatabaseRef, TableRef};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use url::form_urlencoded::Serializer;

/// What stands for itself in a segment of a path.
const SEGMENT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'~')
    .remove(b'=')
    .remove(b'.');

/// A name as one segment. One of dots alone would lead elsewhere, so its dots are encoded (and no browser takes that for the dots
/// of a path, since the answer's address is the one that was asked for).
pub(super) fn segment(name: &str) -> String {
    let is_dots = name.bytes().all(|byte| byte == b'.');
    let set = if is_dots { NON_ALPHANUMERIC } else { SEGMENT };
    utf8_percent_encode(name, set).to_string()
}

/// The page of a database.
pub(super) fn database(at: &DatabaseRef) -> String {
    format!("databases/{}", segment(at.database.as_str()))
}

/// The page of a table.
pub(super) fn table(at: &TableRef) -> String {
    let database = database(&at.database_ref());
    format!("{database}/tables/{}", segment(at.table.as_str()))
}

/// The page of a table's partitions.
pub(super) fn partitions(at: &TableRef) -> String {
    format!("{}/partitions", table(at))
}

/// The page of a table's calendar; its months are below it.
pub(super) fn calendar(at: &TableRef) -> String {
    format!("{}/calendar", table(at))
}

/// The page of a partition.
pub(super) fn partition(at: &TableRef, name: &str) -> String {
    format!("{}/{}", partitions(at), segment(name))
}

/// The page of a table's discovery.
pub(super) fn discovery(at: &TableRef) -> String {
    format!("{}/discovery", table(at))
}

/// The page that mutes what is said of an object of a source.
pub(super) fn mute(source: &str, object: &str) -> String {
    format!(
        "mute{}",
        query(&[("pattern", &format!("{source}:{object}"))])
    )
}

/// A query of those pairs that have a value, with its question mark; nothing where none has.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(pairs.iter().filter(|(_, value)| !value.is_empty()));
    let query = query.finish();
    if query.is_empty() {
        query
    } else {
        format!("?{query}")
    }
}

/// What stands above the page of a path, each with its name: where people go on who were led to what is gone.
pub(super) fn above(path: &str) -> Vec<(String, String)> {
    let segments: Vec<String> = path
        .split('/')
        .skip(1)
        .map(|one| percent_decode_str(one).decode_utf8_lossy().into_owned())
        .collect();
    let segments: Vec<&str> = segments.iter().map(String::as_str).collect();
    let ["databases", name, below @ ..] = segments.as_slice() else {
        return Vec::new();
    };
    let at = DatabaseRef::new(DEFAULT_CATALOG, *name);
    let mut ways = Vec::new();
    if !below.is_empty() {
        ways.push((format!("Database {name}"), database(&at)));
    }
    if let ["tables", name, _, ..] = below {
        let at = at.table(*name);
        ways.push((format!("Table {name}"), table(&at)));
        if let [_, _, "partitions", name] = below {
            ways.push(("All its partitions".to_owned(), partitions(&at)));
            let asked = query(&[("partition", name)]);
            let explain = format!("{}/explain{asked}", discovery(&at));
            ways.push(("Why this one is not there".to_owned(), explain));
        }
    }
    ways
}

/// How a page at `path` leads to the root of all pages: `.`, or as many `..` as it has segments below the first.
pub(super) fn root_of(path: &str) -> String {
    let depth = path.bytes().skip(1).filter(|byte| *byte == b'/').count();
    if depth == 0 {
        return ".".to_owned();
    }
    vec![".."; depth].join("/")
}

#[cfg(test)]
mod tests {
    use super::{above, partition, query, root_of};
    use crate::model::{DatabaseRef, Name};

    #[test]
    fn names_are_one_segment_each() {
        let at = DatabaseRef::new(Name::new("hive"), "a/b").table("t?\"<");
        let link = partition(&at, "dt=2026-11-22/hour=a%2Fb");
        let wanted = "databases/a%2Fb/tables/t%3F%22%3C/partitions/dt=2026-11-22%2Fhour=a%252Fb";
        assert_eq!(link, wanted);
    }

    #[test]
    fn what_is_gone_leads_to_what_stands_above_it() {
        let links = |path: &str| {
            above(path)
                .into_iter()
                .map(|(_, link)| link)
                .collect::<Vec<_>>()
        };
        assert_eq!(links("/nonsense"), [""; 0]);
        assert_eq!(links("/databases/shop"), [""; 0]);
        assert_eq!(links("/databases/a%2Fb/tables/x"), ["databases/a%2Fb"]);
        let partition = "/databases/shop/tables/orders/partitions/dt=1%2Fh=a+b";
        let table = "databases/shop/tables/orders";
        assert_eq!(
            links(partition),
            [
                "databases/shop".to_owned(),
                table.to_owned(),
                format!("{table}/partitions"),
                format!("{table}/discovery/explain?partition=dt%3D1%2Fh%3Da%2Bb"),
            ]
        );
    }

    #[test]
    fn a_query_has_what_is_given() {
        assert_eq!(query(&[("q", ""), ("after", "")]), "");
        assert_eq!(query(&[("q", "a&b"), ("after", "")]), "?q=a%26b");
    }

    #[test]
    fn links_lead_to_the_root_from_any_depth() {
        for (path, root) in [
            ("/", "."),
            ("/find", "."),
            ("/databases/shop", ".."),
            ("/databases/shop/tables/orders", "../../.."),
            (
                "/databases/shop/tables/orders/partitions/dt=1%2Fhour=2",
                "../../../../..",
            ),
        ] {
            assert_eq!(root_of(path), root, "{path}");
        }
    }
}
