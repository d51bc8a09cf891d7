//! From the wire to the domain, by topic. Nothing here asks the catalog.

pub(super) mod database;
pub(super) mod environment;
pub(super) mod function;
pub(super) mod lock;
pub(super) mod name;
pub(super) mod partition;
pub(super) mod statistics;
pub(super) mod storage;
pub(super) mod table;

use crate::model::Parameters;

/// A map of strings. Absent is empty.
pub(super) fn parameters(map: Option<&[(&str, &str)]>) -> Parameters {
    map.unwrap_or_default()
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect()
}

/// A list of strings. Absent is empty.
pub(super) fn strings(list: Option<&[&str]>) -> Vec<String> {
    list.unwrap_or_default()
        .iter()
        .map(|text| (*text).to_owned())
        .collect()
}

/// Owned text.
pub(super) fn text(value: Option<&str>) -> Option<String> {
    value.map(str::to_owned)
}
