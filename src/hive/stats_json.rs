//! The parameter `COLUMN_STATS_ACCURATE`: which statistics of a table or partition may be trusted.
//!
//! Clients compare the text, so it is written as Hive writes it: a JSON object with sorted keys and
//! the string `"true"` for every flag. This file computes no statistics; it only keeps the flag.

use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// The key of the flag among the parameters of a table or partition.
pub const COLUMN_STATS_ACCURATE: &str = "COLUMN_STATS_ACCURATE";

const BASIC_STATS: &str = "BASIC_STATS";
const COLUMN_STATS: &str = "COLUMN_STATS";

/// What the flag says; the default says that nothing is accurate.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StatsAccuracy {
    /// Row count and sizes are accurate.
    pub basic: bool,
    /// The columns (lower-case names) whose statistics are accurate.
    pub columns: BTreeSet<String>,
}

impl StatsAccuracy {
    /// Basic statistics accurate, columns not: what `STATS_GENERATED=TASK` leaves on a fresh object.
    pub fn basic_only() -> Self {
        Self {
            basic: true,
            columns: BTreeSet::new(),
        }
    }

    /// Reads the parameter's text. Before Hive 2.0 it was a bare `true`, which means basic statistics
    /// alone; anything else that cannot be read says that nothing is accurate, as in Hive.
    pub fn parse(text: &str) -> Self {
        let Ok(json) = serde_json::from_str::<Value>(text) else {
            return Self {
                basic: text.trim().eq_ignore_ascii_case("true"),
                ..Self::default()
            };
        };
        if json == Value::Bool(true) {
            return Self::basic_only();
        }
        let columns = json.get(COLUMN_STATS).and_then(Value::as_object);
        Self {
            basic: json.get(BASIC_STATS).is_some_and(is_true),
            columns: columns
                .into_iter()
                .flatten()
                .filter(|(_, flag)| is_true(flag))
                .map(|(column, _)| column.clone())
                .collect(),
        }
    }

    /// The parameter's text, or `None` when nothing is accurate and the parameter must go.
    pub fn render(&self) -> Option<String> {
        if !self.basic && self.columns.is_empty() {
            return None;
        }
        let mut object = Map::new();
        if self.basic {
            object.insert(BASIC_STATS.to_owned(), Value::from("true"));
        }
        if !self.columns.is_empty() {
            let columns = self
                .columns
                .iter()
                .map(|name| (name.clone(), Value::from("true")));
            object.insert(COLUMN_STATS.to_owned(), Value::Object(columns.collect()));
        }
        Some(Value::Object(object).to_string())
    }

    /// Marks columns as accurate and leaves the rest alone (an update of column statistics).
    pub fn add_columns<S: Into<String>>(&mut self, columns: impl IntoIterator<Item = S>) {
        self.columns.extend(columns.into_iter().map(Into::into));
    }

    /// Unmarks columns (their statistics were deleted, or the column dropped or retyped).
    pub fn remove_columns<'a>(&mut self, columns: impl IntoIterator<Item = &'a str>) {
        for column in columns {
            self.columns.remove(column);
        }
    }

    /// Marks basic statistics. Unmarking them unmarks the columns too: without a row count no other
    /// figure can be trusted, and Hive removes the whole parameter.
    pub fn set_basic(&mut self, accurate: bool) {
        self.basic = accurate;
        if !accurate {
            self.columns.clear();
        }
    }
}

fn is_true(flag: &Value) -> bool {
    match flag {
        Value::Bool(flag) => *flag,
        Value::String(text) => text.eq_ignore_ascii_case("true"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn writes_what_hive_writes() {
        let mut accuracy = StatsAccuracy::basic_only();
        assert_eq!(accuracy.render().unwrap(), r#"{"BASIC_STATS":"true"}"#);
        accuracy.add_columns(["name", "id"]);
        let text = r#"{"BASIC_STATS":"true","COLUMN_STATS":{"id":"true","name":"true"}}"#;
        assert_eq!(accuracy.render().unwrap(), text);
        accuracy.remove_columns(["name", "unknown"]);
        let text = r#"{"BASIC_STATS":"true","COLUMN_STATS":{"id":"true"}}"#;
        assert_eq!(accuracy.render().unwrap(), text);
        accuracy.set_basic(false);
        assert_eq!(accuracy.render(), None);
    }

    #[test]
    fn columns_alone_are_written_without_the_basic_flag() {
        let mut accuracy = StatsAccuracy::default();
        accuracy.add_columns(["c"]);
        assert_eq!(
            accuracy.render().unwrap(),
            r#"{"COLUMN_STATS":{"c":"true"}}"#
        );
    }

    #[test]
    fn reads_old_and_odd_texts() {
        for text in ["true", "TRUE", " True ", r#"{"BASIC_STATS":"true"}"#] {
            assert_eq!(
                StatsAccuracy::parse(text),
                StatsAccuracy::basic_only(),
                "{text}"
            );
        }
        for text in ["", "false", "{}", "[1]", "{", r#"{"BASIC_STATS":"false"}"#] {
            assert_eq!(
                StatsAccuracy::parse(text),
                StatsAccuracy::default(),
                "{text}"
            );
        }
    }

    proptest! {
        #[test]
        fn text_round_trips(
            basic in any::<bool>(),
            columns in prop::collection::btree_set(any::<String>(), 0..5),
        ) {
            let accuracy = StatsAccuracy { basic, columns };
            let text = accuracy.render().unwrap_or_default();
            prop_assert_eq!(StatsAccuracy::parse(&text), accuracy);
        }
    }
}
