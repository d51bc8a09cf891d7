//! From the domain to the wire, by topic. What is returned borrows from the domain's objects.

pub(super) mod database;
pub(super) mod event;
pub(super) mod function;
pub(super) mod lock;
pub(super) mod partition;
pub(super) mod partition_list;
pub(super) mod statistics;
pub(super) mod storage;
pub(super) mod table;

use crate::model::Parameters;

/// A map of strings, in the order of its keys.
pub(super) fn parameters(map: &Parameters) -> Option<Vec<(&str, &str)>> {
    Some(
        map.iter()
            .map(|(key, value)| (key.as_str(), value.as_str()))
            .collect(),
    )
}

/// A list of strings.
pub(super) fn strings(list: &[String]) -> Option<Vec<&str>> {
    Some(list.iter().map(String::as_str).collect())
}

/// Seconds since the epoch in Hive's 32 bits, which last until 2038; later times stay at the end.
pub(super) fn seconds(at: i64) -> i32 {
    i32::try_from(at).unwrap_or(if at < 0 { i32::MIN } else { i32::MAX })
}
