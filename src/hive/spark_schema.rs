//! What Spark keeps of a table's columns in the table's properties: the schema as JSON. A table that a reader of Spark's
//! own reads (`USING parquet`) has its columns there, and those of the storage descriptor are for the others.
//!
//! The names and forms are those of Spark 2.1 and later (`HiveExternalCatalog`, `CatalogTable.readLargeTableProp`):
//! the schema is one property, or several that are put together in the order of their numbers.

use crate::hive::column_change::{self, ColumnChange, ColumnChangeError, ColumnForm};
use crate::hive::hive_type::{between, pieces};
use crate::model::{Column, Parameters};
use serde_json::{Map, Value, json};

/// The property of a table that a reader of Spark's own reads: which one.
pub const PROVIDER: &str = "spark.sql.sources.provider";
const SCHEMA: &str = "spark.sql.sources.schema";
const PARTS: &str = "spark.sql.sources.schema.numParts";
const PART: &str = "spark.sql.sources.schema.part.";
const KEYS: &str = "spark.sql.sources.schema.numPartCols";
const KEY: &str = "spark.sql.sources.schema.partCol.";
/// How long Spark lets a part be (`spark.sql.sources.schemaStringLengthThreshold`).
const PART_CHARACTERS: usize = 4_000;
/// Parts that are read at most; Spark makes one of 4,000 characters.
const PARTS_MAX: usize = 10_000;
/// How deep types are read.
const DEPTH_MAX: usize = 64;
/// Where Spark keeps the type of a `varchar` or `char`, which its own schema calls `string`.
const TEXT_TYPE: &str = "__CHAR_VARCHAR_TYPE_STRING";

/// A schema that cannot be read or changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SparkSchemaError {
    /// It is no JSON of a struct, or a part is missing.
    #[error("Spark's own schema of the table ({SCHEMA}) cannot be read")]
    Unreadable,
    /// The columns stand elsewhere.
    #[error(
        "the columns of a table of Spark's reader {provider} stand with its data, not in the catalog"
    )]
    Elsewhere {
        /// The reader, such as `delta`.
        provider: String,
    },
    /// A change that cannot be made.
    #[error("in Spark's own schema of the table {0}")]
    Change(#[from] ColumnChangeError),
}

/// The properties of a table with these fields, read by `provider` (`csv`, `json`), whose partitions are the catalog's.
/// The keys stand behind the columns, as Spark writes them.
pub fn parameters(provider: &str, fields: &[Value], keys: &[&str]) -> Parameters {
    let schema = json!({"type": "struct", "fields": fields}).to_string();
    let mut parameters = vec![
        (PROVIDER.to_owned(), provider.to_owned()),
        (
            "spark.sql.partitionProvider".to_owned(),
            "catalog".to_owned(),
        ),
        (SCHEMA.to_owned(), schema),
        (KEYS.to_owned(), keys.len().to_string()),
    ];
    for (at, key) in keys.iter().enumerate() {
        parameters.push((format!("{KEY}{at}"), (*key).to_owned()));
    }
    parameters.into_iter().collect()
}

/// A column as Spark writes it.
pub fn field(name: &str, data_type: &str, comment: Option<&str>) -> Value {
    let mut metadata = Map::new();
    if let Some(comment) = comment {
        metadata.insert("comment".to_owned(), json!(comment));
    }
    let text = data_type.trim().to_ascii_lowercase();
    if text.starts_with("varchar(") || text.starts_with("char(") {
        metadata.insert(TEXT_TYPE.to_owned(), json!(text));
    }
    json!({"name": name, "type": type_json(data_type), "nullable": true, "metadata": metadata})
}

/// The columns that Spark reads, with the keys of partitions; `None` where it has no schema of its own for the table.
pub fn columns(parameters: &Parameters) -> Result<Option<Vec<Column>>, SparkSchemaError> {
    let Some(text) = schema_text(parameters)? else {
        return Ok(None);
    };
    let fields = fields_of(&text)?;
    let columns = fields.iter().map(|field| {
        let name = field["name"].as_str();
        let text = field["metadata"][TEXT_TYPE].as_str().map(str::to_owned);
        let data_type = text.or_else(|| type_text(&field["type"], 0));
        let (Some(name), Some(data_type)) = (name, data_type) else {
            return Err(SparkSchemaError::Unreadable);
        };
        let comment = field["metadata"]["comment"].as_str();
        Ok(Column {
            name: name.to_lowercase(),
            data_type,
            comment: comment.map(str::to_owned),
        })
    });
    columns.collect::<Result<Vec<_>, _>>().map(Some)
}

/// Adds columns to Spark's own schema, before the keys of the partitions, where the table has one and lacks them.
/// Fails where it cannot be read, and where a reader keeps the columns with the data.
pub fn columns_add(
    parameters: &mut Parameters,
    columns: &[Column],
) -> Result<(), SparkSchemaError> {
    elsewhere(parameters)?;
    let Some(text) = schema_text(parameters)? else {
        return Ok(());
    };
    let mut fields = fields_of(&text)?;
    let keys = number(parameters, KEYS).unwrap_or(0).min(fields.len());
    for column in columns {
        let is_known = fields.iter().any(|field| {
            let name = field["name"].as_str().unwrap_or_default();
            name.to_lowercase() == column.name.to_lowercase()
        });
        if !is_known {
            let added = field(&column.name, &column.data_type, column.comment.as_deref());
            fields.insert(fields.len() - keys, added);
        }
    }
    let text = json!({"type": "struct", "fields": fields}).to_string();
    schema_put(parameters, &text);
    Ok(())
}

/// Makes changes of columns in Spark's own schema, where the table has one; its partition keys stay behind the columns.
/// Fails where it cannot be read, where a reader keeps the columns with the data, and as [`column_change::apply`] does.
pub fn columns_change(
    parameters: &mut Parameters,
    keys: &[Column],
    changes: &[ColumnChange],
) -> Result<(), SparkSchemaError> {
    elsewhere(parameters)?;
    let Some(text) = schema_text(parameters)? else {
        return Ok(());
    };
    let mut fields: Vec<SparkField> = fields_of(&text)?.into_iter().map(SparkField).collect();
    let count = number(parameters, KEYS).unwrap_or(0).min(fields.len());
    let kept = fields.split_off(fields.len() - count);
    column_change::apply(&mut fields, keys, changes)?;
    let fields: Vec<Value> = fields.into_iter().chain(kept).map(|one| one.0).collect();
    let text = json!({"type": "struct", "fields": fields}).to_string();
    schema_put(parameters, &text);
    Ok(())
}

/// A column in Spark's JSON.
struct SparkField(Value);

impl ColumnForm for SparkField {
    fn of(column: &Column) -> Self {
        let comment = column.comment.as_deref();
        Self(field(&column.name, &column.data_type, comment))
    }

    fn name(&self) -> &str {
        self.0["name"].as_str().unwrap_or_default()
    }

    fn rename(&mut self, to: &str) {
        self.0["name"] = json!(to);
    }

    fn retype(&mut self, data_type: &str) {
        let comment = self.0["metadata"]["comment"].as_str();
        self.0 = field(self.name(), data_type, comment);
    }

    fn comment(&mut self, comment: Option<&str>) {
        let Some(metadata) = self.0["metadata"].as_object_mut() else {
            return;
        };
        match comment {
            Some(comment) => metadata.insert("comment".to_owned(), json!(comment)),
            None => metadata.remove("comment"),
        };
    }
}

/// Fails where a reader keeps the columns with the data.
fn elsewhere(parameters: &Parameters) -> Result<(), SparkSchemaError> {
    match parameters.get(PROVIDER) {
        Some(provider)
            if ["delta", "iceberg", "hudi"].contains(&provider.to_lowercase().as_str()) =>
        {
            let provider = provider.clone();
            Err(SparkSchemaError::Elsewhere { provider })
        }
        _ => Ok(()),
    }
}

/// Whether the storage descriptor's columns stand for none: what Spark stores of a table whose columns Hive cannot read
/// (`HiveExternalCatalog.EMPTY_DATA_SCHEMA`).
pub fn is_placeholder(columns: &[Column]) -> bool {
    matches!(columns, [only] if only.name == "col" && only.data_type == "array<string>")
}

fn number(parameters: &Parameters, key: &str) -> Option<usize> {
    parameters.get(key)?.trim().parse().ok()
}

fn schema_text(parameters: &Parameters) -> Result<Option<String>, SparkSchemaError> {
    if let Some(text) = parameters.get(SCHEMA) {
        return Ok(Some(text.clone()));
    }
    if parameters.get(PARTS).is_none() {
        return Ok(None);
    }
    let count = number(parameters, PARTS).filter(|count| *count <= PARTS_MAX);
    let count = count.ok_or(SparkSchemaError::Unreadable)?;
    let mut text = String::new();
    for at in 0..count {
        let part = parameters.get(&format!("{PART}{at}"));
        text.push_str(part.ok_or(SparkSchemaError::Unreadable)?);
    }
    Ok(Some(text))
}

/// Writes the schema in the form that it had.
fn schema_put(parameters: &mut Parameters, text: &str) {
    let Some(before) = number(parameters, PARTS) else {
        parameters.insert(SCHEMA.into(), text.to_owned());
        return;
    };
    let characters: Vec<char> = text.chars().collect();
    let parts: Vec<String> = characters
        .chunks(PART_CHARACTERS)
        .map(|part| part.iter().collect())
        .collect();
    for at in parts.len()..before.min(PARTS_MAX) {
        parameters.remove(&format!("{PART}{at}"));
    }
    parameters.insert(PARTS.into(), parts.len().to_string());
    for (at, part) in parts.into_iter().enumerate() {
        parameters.insert(format!("{PART}{at}"), part);
    }
}

fn fields_of(text: &str) -> Result<Vec<Value>, SparkSchemaError> {
    let read: Value = serde_json::from_str(text).map_err(|_| SparkSchemaError::Unreadable)?;
    let fields = read["fields"]
        .as_array()
        .filter(|_| read["type"] == "struct");
    fields.cloned().ok_or(SparkSchemaError::Unreadable)
}

/// A Hive type text as Spark writes types; names keep their case, which Spark's JSON reader goes by.
fn type_json(text: &str) -> Value {
    let text = text.trim();
    if let Some(element) = between(text, "array", '<', '>') {
        return json!({"type": "array", "elementType": type_json(element), "containsNull": true});
    }
    if let Some(members) = between(text, "map", '<', '>')
        && let [key, value] = pieces(members)[..]
    {
        return json!({
            "type": "map",
            "keyType": type_json(key),
            "valueType": type_json(value),
            "valueContainsNull": true,
        });
    }
    if let Some(members) = between(text, "struct", '<', '>') {
        let fields = pieces(members).into_iter().map(|member| {
            let (name, data_type) = member.split_once(':').unwrap_or((member, "string"));
            field(name.trim(), data_type, None)
        });
        return json!({"type": "struct", "fields": fields.collect::<Vec<_>>()});
    }
    let lower = text.to_ascii_lowercase();
    match lower.as_str() {
        "tinyint" => json!("byte"),
        "smallint" => json!("short"),
        "int" => json!("integer"),
        "bigint" => json!("long"),
        "timestamp with local time zone" => json!("timestamp"),
        _ if lower.starts_with("varchar(") || lower.starts_with("char(") => json!("string"),
        _ => json!(lower),
    }
}

/// The Hive type text of a type as Spark writes it; `None` for what is none (a user's own type, an interval).
fn type_text(of: &Value, depth: usize) -> Option<String> {
    if depth > DEPTH_MAX {
        return None;
    }
    let below = |of: &Value| type_text(of, depth + 1);
    if let Some(name) = of.as_str() {
        let hive = match name {
            "byte" => "tinyint",
            "short" => "smallint",
            "integer" => "int",
            "long" => "bigint",
            "timestamp_ntz" => "timestamp",
            other => other,
        };
        return Some(hive.to_owned());
    }
    match of["type"].as_str()? {
        "array" => Some(format!("array<{}>", below(&of["elementType"])?)),
        "map" => {
            let (key, value) = (below(&of["keyType"])?, below(&of["valueType"])?);
            Some(format!("map<{key},{value}>"))
        }
        "struct" => {
            let fields = of["fields"].as_array()?.iter().map(|field| {
                let text = field["metadata"][TEXT_TYPE].as_str().map(str::to_owned);
                let data_type = text.or_else(|| below(&field["type"]))?;
                Some(format!("{}:{data_type}", field["name"].as_str()?))
            });
            Some(format!(
                "struct<{}>",
                fields.collect::<Option<Vec<_>>>()?.join(",")
            ))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hive::column_change::ColumnPlace;

    fn column(name: &str, data_type: &str) -> Column {
        Column {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            comment: None,
        }
    }

    /// As Spark 3.5 writes `CREATE TABLE t (Id INT, n STRUCT<a: ARRAY<BIGINT>>, dt STRING) … PARTITIONED BY (dt)`.
    const WRITTEN: &str = r#"{"type":"struct","fields":[{"name":"Id","type":"integer","nullable":true,"metadata":{}},{"name":"n","type":{"type":"struct","fields":[{"name":"a","type":{"type":"array","elementType":"long","containsNull":true},"nullable":true,"metadata":{}}]},"nullable":true,"metadata":{}},{"name":"v","type":"string","nullable":true,"metadata":{"__CHAR_VARCHAR_TYPE_STRING":"varchar(9)"}},{"name":"dt","type":"string","nullable":true,"metadata":{}}]}"#;

    fn written(whole: bool) -> Parameters {
        let mut found = vec![(KEYS.to_owned(), "1".to_owned())];
        if whole {
            found.push((SCHEMA.to_owned(), WRITTEN.to_owned()));
        } else {
            let (one, other) = WRITTEN.split_at(100);
            found.push((PARTS.to_owned(), "2".to_owned()));
            found.push((format!("{PART}0"), one.to_owned()));
            found.push((format!("{PART}1"), other.to_owned()));
        }
        found.into_iter().collect()
    }

    #[test]
    fn a_column_is_added_before_the_keys_in_either_form() {
        for whole in [true, false] {
            let mut parameters = written(whole);
            let new = [
                column("m", "map<string,decimal(9,2)>"),
                column("ID", "int"),
                column("c", "char(3)"),
            ];
            columns_add(&mut parameters, &new).unwrap();
            assert_eq!(parameters.contains_key(SCHEMA), whole);
            let read = columns(&parameters).unwrap().unwrap();
            let shown: Vec<_> = read
                .iter()
                .map(|one| format!("{} {}", one.name, one.data_type))
                .collect();
            assert_eq!(
                shown,
                [
                    "id int",
                    "n struct<a:array<bigint>>",
                    "v varchar(9)",
                    "m map<string,decimal(9,2)>",
                    "c char(3)",
                    "dt string"
                ]
            );
            let again = parameters.clone();
            columns_add(&mut parameters, &new).unwrap();
            assert_eq!(parameters, again);
        }
    }

    #[test]
    fn a_schema_of_many_parts_becomes_as_many_as_it_takes() {
        let mut parameters = written(false);
        let new: Vec<_> = (0..200)
            .map(|at| column(&format!("c{at}"), "bigint"))
            .collect();
        columns_add(&mut parameters, &new).unwrap();
        assert!(number(&parameters, PARTS).unwrap() > 2);
        assert_eq!(columns(&parameters).unwrap().unwrap().len(), 204);
        let few = json!({"type": "struct", "fields": []}).to_string();
        schema_put(&mut parameters, &few);
        assert_eq!(number(&parameters, PARTS), Some(1));
        assert!(!parameters.contains_key(&format!("{PART}1")));
    }

    #[test]
    fn columns_change_in_either_form_and_the_keys_stay_behind_them() {
        for whole in [true, false] {
            let mut parameters = written(whole);
            let name = |text: &str| text.to_owned();
            let changes = [
                ColumnChange::Retype {
                    name: name("id"),
                    data_type: name("varchar(3)"),
                },
                ColumnChange::Rename {
                    name: name("ID"),
                    to: name("key"),
                },
                ColumnChange::Drop { name: name("n") },
                ColumnChange::Comment {
                    name: name("key"),
                    comment: Some(name("its number")),
                },
                ColumnChange::Move {
                    name: name("key"),
                    place: ColumnPlace::Last,
                },
            ];
            columns_change(&mut parameters, &[column("dt", "string")], &changes).unwrap();
            assert_eq!(parameters.contains_key(SCHEMA), whole);
            let read = columns(&parameters).unwrap().unwrap();
            let shown: Vec<_> = read
                .iter()
                .map(|one| format!("{} {} {:?}", one.name, one.data_type, one.comment))
                .collect();
            assert_eq!(
                shown,
                [
                    "v varchar(9) None",
                    "key varchar(3) Some(\"its number\")",
                    "dt string None"
                ]
            );
            let missing = [ColumnChange::Drop { name: name("dt") }];
            let failed = columns_change(&mut parameters, &[], &missing).unwrap_err();
            assert!(
                failed.to_string().contains("there is no column dt"),
                "{failed}"
            );
        }
    }

    #[test]
    fn what_is_no_schema_is_told_and_left_alone() {
        for (key, value) in [(SCHEMA, "{"), (SCHEMA, "{}"), (PARTS, "2"), (PARTS, "x")] {
            let mut parameters: Parameters =
                [(key.to_owned(), value.to_owned())].into_iter().collect();
            let before = parameters.clone();
            let failed = columns_add(&mut parameters, &[column("a", "int")]);
            assert_eq!(failed, Err(SparkSchemaError::Unreadable), "{key}={value}");
            assert_eq!(parameters, before);
        }
        let mut none = Parameters::default();
        columns_add(&mut none, &[column("a", "int")]).unwrap();
        assert_eq!(none, Parameters::default());
        let mut delta: Parameters = [(PROVIDER.to_owned(), "DELTA".to_owned())]
            .into_iter()
            .collect();
        let failed = columns_add(&mut delta, &[column("a", "int")]).unwrap_err();
        assert!(failed.to_string().contains("DELTA"), "{failed}");
    }
}
