//! What is wrong with what was sent, out of the words of the library that reads it.

use super::PARAMETER;
use super::words::plain_words;

/// How the words begin that are said of a field that nobody knows.
const UNKNOWN: &str = "unknown field `";
/// How unlike a known field a mistyped one may be and still be taken for it.
const MISTYPED_DISTANCE_MAX: usize = 3;

/// Why something that was sent cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The field (`partitions[3].values`), parameter or segment at fault; none where it is the whole.
    pub field: Option<String>,
    /// What is wrong with it, for people.
    pub why: String,
}

impl Fault {
    /// What could not be read, and where: `partitions[3].values: invalid type …`. `what` says what fields are called.
    pub fn of<E: std::error::Error>(what: &str, failure: &serde_path_to_error::Error<E>) -> Self {
        let mut text = plain_words(&failure.inner().to_string());
        if let Some(nearest) = nearest(&text) {
            text = format!("{text}; did you mean `{nearest}`?");
        }
        if let Some(rest) = text.strip_prefix(UNKNOWN).filter(|_| what == PARAMETER) {
            text = match rest.strip_suffix("there are no fields") {
                Some(name) => format!("unknown parameter `{name}there is none"),
                None => format!("unknown parameter `{rest}"),
            };
        }
        let path = failure.path().to_string();
        // What lacks, or is there twice, has no place of its own, but a name.
        if let Some(name) = named(&text, "missing field `") {
            let field = within(&path, name);
            return Self::at(field.clone(), format!("{what} {field} is missing"));
        }
        if let Some(name) = named(&text, "duplicate field `") {
            let field = within(&path, name);
            return Self::at(field.clone(), format!("{what} {field} is given twice"));
        }
        match path {
            path if path == "." => Self {
                field: None,
                why: text,
            },
            path => Self::at(path.clone(), format!("{what} {path}: {text}")),
        }
    }

    pub(super) fn at(field: String, why: String) -> Self {
        Self {
            field: Some(field),
            why,
        }
    }
}

/// The full name of a field that stands at a path.
fn within(path: &str, name: &str) -> String {
    match path {
        "." => name.to_owned(),
        inside => format!("{inside}.{name}"),
    }
}

/// The field that serde names after these words: ``missing field `name` at line 1``.
fn named<'t>(text: &'t str, words: &str) -> Option<&'t str> {
    let (name, _) = text.strip_prefix(words)?.split_once('`')?;
    Some(name)
}

/// The right field that a mistyped one resembles most, out of serde's list of them: ``unknown field `a`, expected one
/// of `b`, `c` ``.
fn nearest(text: &str) -> Option<&str> {
    let quoted: Vec<&str> = text.strip_prefix(UNKNOWN)?.split('`').step_by(2).collect();
    let (wrong, right) = quoted.split_first()?;
    right
        .iter()
        .map(|name| (strsim::damerau_levenshtein(wrong, name), *name))
        .filter(|(distance, name)| *distance <= MISTYPED_DISTANCE_MAX && *distance < name.len())
        .min()
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::{Fault, nearest};
    use crate::http::{form_read, query_read};
    use serde::Deserialize;

    #[derive(Debug, Deserialize)]
    #[serde(rename_all = "lowercase")]
    enum Wait {
        Hour,
        Week,
    }

    #[derive(Debug, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Wanted {
        year: Option<i16>,
        until: Wait,
    }

    fn fault(query: &str) -> (Option<String>, String) {
        let Fault { field, why } = query_read::<Wanted>(query).unwrap_err();
        (field, why)
    }

    #[test]
    fn the_nearest_field_is_found_in_serdes_words() {
        let text = "unknown field `valeus`, expected one of `name`, `values`, `location`";
        assert_eq!(nearest(text), Some("values"));
        assert_eq!(
            nearest("unknown field `limt`, expected `limit`"),
            Some("limit")
        );
        assert_eq!(nearest("unknown field `xyz`, there are no fields"), None);
        assert_eq!(nearest("unknown field `elephant`, expected `limit`"), None);
        assert_eq!(nearest("missing field `name`"), None);
    }

    #[test]
    fn what_is_no_text_is_refused_and_not_replaced() {
        for (query, why) in [
            (
                "until=%ff",
                "is no UTF-8 once its percent-encoding is undone",
            ),
            ("until=a%00", "has a NUL in it"),
        ] {
            let why = format!("query parameter until {why}");
            assert_eq!(fault(query), (Some("until".to_owned()), why));
        }
        let sent = form_read::<Wanted>(b"year=1&until=\xff").unwrap_err();
        assert_eq!(sent.field.as_deref(), Some("until"));
    }

    #[test]
    fn each_fault_names_its_parameter() {
        let read: Wanted = query_read("until=week&year=2026").unwrap();
        assert!(matches!(read.until, Wait::Week) && read.year == Some(2026));
        for (query, field, why) in [
            ("", "until", "query parameter until is missing"),
            (
                "until=hour&until=hour",
                "until",
                "query parameter until is given twice",
            ),
            (
                "until=never",
                "until",
                "query parameter until: unknown value `never`, expected `hour` or `week`",
            ),
            (
                "until=hour&year=x",
                "year",
                "query parameter year: it must be a whole number in digits, such as 10",
            ),
        ] {
            assert_eq!(fault(query), (Some(field.to_owned()), why.to_owned()));
        }
        let sent = form_read::<Wanted>(b"").unwrap_err();
        assert_eq!(sent.why, "field until is missing");
    }
}
