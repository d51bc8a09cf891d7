//! An operation as a request: the address that asks it, and the command that sends it from a shell.

use super::Operation;
use crate::page::links::{query, segment};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Why no address asks an operation.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::page) enum NoRequest {
    /// It changes something, or takes a body.
    NoRead,
    /// This part of the path is not given.
    Missing(String),
}

/// The address that asks an operation which only reads, below the root of all, with what `given` has for its parameters. What is
/// empty is not said, and headers are not part of an address.
pub(in crate::page) fn target(
    operation: &Operation,
    given: &BTreeMap<String, String>,
) -> Result<String, NoRequest> {
    if !operation.is_read() || operation.body.is_some() {
        return Err(NoRequest::NoRead);
    }
    let said = |name: &str| given.get(name).map(String::as_str).unwrap_or_default();
    let mut path = operation.path.trim_start_matches('/').to_owned();
    let mut pairs = Vec::new();
    for parameter in &operation.parameters {
        let (name, value) = (parameter.name.as_str(), said(&parameter.name));
        match parameter.place.as_str() {
            "path" if value.is_empty() => return Err(NoRequest::Missing(name.to_owned())),
            "path" => path = path.replace(&format!("{{{name}}}"), &segment(value)),
            "query" => pairs.push((name, value)),
            _ => {}
        }
    }
    Ok(format!("{path}{}", query(&pairs)))
}

/// The command that sends it. Words in capitals are to be filled in; what may be left out is left out.
pub(super) fn curl(operation: &Operation, base: &str) -> String {
    let mut path = operation.path.clone();
    let mut pairs = Vec::new();
    for parameter in operation.parameters.iter().filter(|one| one.is_required) {
        let name = parameter.name.as_str();
        let word = name.to_uppercase();
        match parameter.place.as_str() {
            "path" => path = path.replace(&format!("{{{name}}}"), &word),
            "query" => pairs.push((name, word)),
            _ => {}
        }
    }
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(name, word)| (*name, word.as_str()))
        .collect();
    let url = quoted(&format!("{base}{path}{}", query(&pairs)));
    let mut command = match operation.method {
        "GET" => format!("curl {url}"),
        method => format!("curl -X {method} {url}"),
    };
    if let Some(body) = &operation.body {
        // Writing to a String cannot fail.
        let _ = write!(
            command,
            " \\\n  -H {} \\\n  --data-binary {}",
            quoted(&format!("content-type: {}", body.media)),
            quoted(&body.example)
        );
    }
    command
}

/// A text as one word of a shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::super::{Body, Operation, Parameter};
    use super::{NoRequest, curl, target};
    use std::collections::BTreeMap;

    fn operation(method: &'static str, body: Option<&str>) -> Operation {
        let parameter = |name: &str, place: &str, is_required| Parameter {
            name: name.to_owned(),
            place: place.to_owned(),
            kind: "text".to_owned(),
            description: String::new(),
            is_required,
            words: Vec::new(),
        };
        Operation {
            id: "x".to_owned(),
            method,
            path: "/api/v1/databases/{database}".to_owned(),
            summary: String::new(),
            description: String::new(),
            parameters: vec![
                parameter("database", "path", true),
                parameter("limit", "query", false),
                parameter("If-None-Match", "header", false),
            ],
            body: body.map(|example| Body {
                media: "application/json".to_owned(),
                example: example.to_owned(),
                fields: Vec::new(),
            }),
            answers: Vec::new(),
            failures: String::new(),
        }
    }

    #[test]
    fn an_address_has_what_was_given() {
        let given = |pairs: &[(&str, &str)]| -> BTreeMap<String, String> {
            let pairs = pairs.iter();
            pairs
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect()
        };
        let read = operation("GET", None);
        let of = |pairs| target(&read, &given(pairs));
        assert_eq!(
            of(&[("database", "a/b?"), ("limit", ""), ("If-None-Match", "x")]),
            Ok("api/v1/databases/a%2Fb%3F".to_owned())
        );
        assert_eq!(
            of(&[("database", "d"), ("limit", "1&x=2")]),
            Ok("api/v1/databases/d?limit=1%26x%3D2".to_owned())
        );
        let missing = NoRequest::Missing("database".to_owned());
        assert_eq!(of(&[("limit", "1")]), Err(missing));
        let change = operation("DELETE", None);
        let refused = target(&change, &given(&[("database", "d")]));
        assert_eq!(refused, Err(NoRequest::NoRead));
    }

    #[test]
    fn a_command_is_quoted_for_a_shell() {
        assert_eq!(
            curl(&operation("GET", None), "http://h:1"),
            "curl 'http://h:1/api/v1/databases/DATABASE'"
        );
        assert_eq!(
            curl(&operation("PATCH", Some("{\"a\": \"it's\"}")), "http://h:1"),
            "curl -X PATCH 'http://h:1/api/v1/databases/DATABASE' \\\n  -H 'content-type: application/json' \\\n  \
             --data-binary '{\"a\": \"it'\\''s\"}'"
        );
    }
}
