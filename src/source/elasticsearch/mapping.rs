//! From an answer of mappings to tables. The answer is read index by index, so that only one of them is ever held
//! besides what is kept of it.

use crate::model::{SNAPSHOT_COLUMNS_MAX, SourceColumn};
use crate::source::error::{SourceError, words};
use regex::Regex;
use serde::de::{DeserializeSeed, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::LazyLock;

/// Objects inside objects are followed so far; Elasticsearch's own limit is 20.
const DEPTH_MAX: usize = 64;

/// The ending of an index that is one of many: a day, a month, or the number of a roll-over.
static GENERATION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(.+?[-_.])(?:\d{4}[-_.]\d{2}(?:[-_.]\d{2})?|\d{8}|\d{6})(?:-\d{6})?$")
        .expect("the expression is a constant")
});

/// A field with the index that gave its type.
struct Field {
    index: String,
    column: SourceColumn,
}

/// Tables by name, with their fields by path.
pub(super) struct Mappings {
    /// Data streams by the indices behind them.
    streams: HashMap<String, String>,
    tables: BTreeMap<String, BTreeMap<String, Field>>,
    fields: usize,
}

impl Mappings {
    pub(super) fn new(streams: HashMap<String, String>) -> Self {
        Self {
            streams,
            tables: BTreeMap::new(),
            fields: 0,
        }
    }

    /// Reads an answer of `_mapping`.
    pub(super) fn take(&mut self, body: &[u8]) -> Result<(), SourceError> {
        let mut reader = serde_json::Deserializer::from_slice(body);
        let read = Indices(self).deserialize(&mut reader);
        read.map_err(|error| SourceError::Unreadable(words(&error.to_string())))?;
        if self.fields > SNAPSHOT_COLUMNS_MAX {
            return Err(SourceError::TooMuch {
                what: "fields".to_owned(),
                found: self.fields,
                limit: SNAPSHOT_COLUMNS_MAX,
            });
        }
        Ok(())
    }

    /// The tables with their columns, in the order of their paths.
    pub(super) fn into_tables(self) -> impl Iterator<Item = (String, Vec<SourceColumn>)> {
        self.tables.into_iter().map(|(name, fields)| {
            let columns = fields.into_values().map(|field| field.column);
            (name, columns.collect())
        })
    }

    fn index(&mut self, index: &str, told: &Value) {
        let Some(table) = self.table_of(index) else {
            return;
        };
        let fields = self.tables.entry(table).or_default();
        let before = fields.len();
        for properties in properties_of(&told["mappings"]) {
            walk(properties, "", 0, &mut |column| {
                let older = fields
                    .get(&column.name)
                    .is_some_and(|known| known.index.as_str() > index);
                if !older {
                    let path = column.name.clone();
                    let index = index.to_owned();
                    fields.insert(path, Field { index, column });
                }
            });
        }
        self.fields += fields.len() - before;
    }

    /// The table that an index belongs to; `None` for hidden ones.
    fn table_of(&self, index: &str) -> Option<String> {
        if let Some(stream) = self.streams.get(index) {
            return Some(stream.clone());
        }
        if index.starts_with('.') {
            return None;
        }
        Some(match GENERATION.captures(index) {
            Some(parts) => format!("{}*", &parts[1]),
            None => index.to_owned(),
        })
    }
}

/// The properties of a mapping. Before release 7 they stood below the names of types.
fn properties_of(mappings: &Value) -> Vec<&Value> {
    if mappings["properties"].is_object() {
        return vec![&mappings["properties"]];
    }
    let types = mappings.as_object().into_iter().flatten();
    types
        .map(|(_, of)| &of["properties"])
        .filter(|properties| properties.is_object())
        .collect()
}

/// Calls `found` with each field. An object is told by its fields; of nested ones, which are many, the object too.
fn walk(properties: &Value, prefix: &str, depth: usize, found: &mut impl FnMut(SourceColumn)) {
    if depth > DEPTH_MAX {
        return;
    }
    for (name, field) in properties.as_object().into_iter().flatten() {
        let path = format!("{prefix}{name}");
        let inner = &field["properties"];
        let data_type = field["type"].as_str();
        let shown = match (data_type, inner.is_object()) {
            (None | Some("object"), true) => None,
            (None, false) => Some("object"),
            (Some(other), _) => Some(other),
        };
        if let Some(shown) = shown {
            let default = &field["null_value"];
            found(SourceColumn {
                name: path.clone(),
                data_type: shown.to_owned(),
                nullable: true,
                default: (!default.is_null()).then(|| default.to_string()),
                comment: None,
                identity: None,
                default_identity: None,
                hidden: false,
            });
        }
        if inner.is_object() {
            walk(inner, &format!("{path}."), depth + 1, found);
        }
    }
}

/// Reads the indices of an answer one after the other.
struct Indices<'a>(&'a mut Mappings);

impl<'de> DeserializeSeed<'de> for Indices<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Indices<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("mappings by index")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some((index, told)) = map.next_entry::<String, Value>()? {
            self.0.index(&index, &told);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn generations_of_an_index_are_one_table() {
        let streams = HashMap::from([(".ds-app-2026.11.25-000002".into(), "app".into())]);
        let mappings = Mappings::new(streams);
        for (index, table) in [
            ("orders", Some("orders")),
            ("orders-v2", Some("orders-v2")),
            ("orders-2026", Some("orders-2026")),
            ("logs-2026.11.25", Some("logs-*")),
            ("logs-2026.11", Some("logs-*")),
            ("logs_20261125", Some("logs_*")),
            ("logs-000007", Some("logs-*")),
            ("logs-2026.11.25-000007", Some("logs-*")),
            ("2026.11.25", Some("2026.11.25")),
            (".kibana_1", None),
            (".ds-app-2026.11.25-000002", Some("app")),
            (".ds-other-2026.11.25-000001", None),
        ] {
            assert_eq!(mappings.table_of(index).as_deref(), table, "{index}");
        }
    }

    #[test]
    fn the_newest_index_gives_the_type_and_none_takes_a_field_away() {
        let body = br#"{
            "logs-2026.11.25": {"mappings": {"properties": {"size": {"type": "long"}}}},
            "logs-2026.11.24": {"mappings": {"properties": {
                "size": {"type": "integer"},
                "user": {"properties": {"name": {"type": "keyword", "null_value": "-"}}},
                "items": {"type": "nested", "properties": {"sku": {"type": "keyword"}}}
            }}},
            "old": {"mappings": {"doc": {"properties": {"a": {"type": "text"}}}}},
            "empty": {"mappings": {}}
        }"#;
        let mut mappings = Mappings::new(HashMap::new());
        mappings.take(body).unwrap();
        let tables: Vec<(String, Vec<String>)> = mappings
            .into_tables()
            .map(|(name, columns)| {
                let shown = columns
                    .iter()
                    .map(|one| format!("{} {}", one.name, one.data_type));
                (name, shown.collect())
            })
            .collect();
        let wanted = [
            ("empty", vec![]),
            (
                "logs-*",
                vec![
                    "items nested",
                    "items.sku keyword",
                    "size long",
                    "user.name keyword",
                ],
            ),
            ("old", vec!["a text"]),
        ];
        let wanted = wanted.map(|(name, columns)| {
            (
                name.to_owned(),
                columns.into_iter().map(str::to_owned).collect(),
            )
        });
        assert_eq!(tables, wanted);
    }

    #[test]
    fn nonsense_is_an_error() {
        for body in ["", "[]", "{\"a\": ", "<html>"] {
            let mut mappings = Mappings::new(HashMap::new());
            let refused = mappings.take(body.as_bytes()).unwrap_err();
            assert!(matches!(refused, SourceError::Unreadable(_)), "{body}");
        }
    }
}
