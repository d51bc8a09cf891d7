//! What Spark keeps of a table that a reader of its own reads: the reader's name and the schema as JSON, in table
//! properties. Other engines do not look at them.
//!
//! The names are those that Spark 2.1 and later read (`HiveExternalCatalog`).

use super::Field;
use crate::model::Parameters;
use serde_json::{Value, json};

/// The properties of a table with these columns, read by `provider` (`csv`, `json`), whose partitions are the catalog's.
pub(super) fn table_parameters(provider: &str, columns: &[Field], keys: &[Field]) -> Parameters {
    let fields: Vec<Value> = columns.iter().chain(keys).map(spark_field).collect();
    let schema = json!({"type": "struct", "fields": fields}).to_string();
    let mut parameters = vec![
        ("spark.sql.sources.provider".to_owned(), provider.to_owned()),
        (
            "spark.sql.partitionProvider".to_owned(),
            "catalog".to_owned(),
        ),
        ("spark.sql.sources.schema".to_owned(), schema),
        (
            "spark.sql.sources.schema.numPartCols".to_owned(),
            keys.len().to_string(),
        ),
    ];
    for (at, key) in keys.iter().enumerate() {
        let name = format!("spark.sql.sources.schema.partCol.{at}");
        parameters.push((name, key.name.to_owned()));
    }
    parameters.into_iter().collect()
}

fn spark_field(field: &Field) -> Value {
    json!({
        "name": field.name,
        "type": spark_type(field.data_type),
        "nullable": true,
        "metadata": {"comment": field.comment},
    })
}

/// A Hive type text as Spark writes types; names keep their case, which Spark's JSON reader goes by.
fn spark_type(text: &str) -> Value {
    if let Some(element) = inside(text, "array<") {
        return json!({"type": "array", "elementType": spark_type(element), "containsNull": true});
    }
    if let Some(members) = inside(text, "struct<") {
        let fields = split(members).into_iter().map(|member| {
            let (name, data_type) = member.split_once(':').unwrap_or((member, "string"));
            json!({"name": name, "type": spark_type(data_type), "nullable": true, "metadata": {}})
        });
        return json!({"type": "struct", "fields": fields.collect::<Vec<_>>()});
    }
    match text {
        "int" => json!("integer"),
        "bigint" => json!("long"),
        other => json!(other),
    }
}

fn inside<'a>(text: &'a str, opening: &str) -> Option<&'a str> {
    text.strip_prefix(opening)?.strip_suffix('>')
}

/// The members of a struct: parted at the commas that stand in no brackets.
fn split(members: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0_i32, 0);
    for (at, character) in members.char_indices() {
        match character {
            '<' => depth += 1,
            '>' => depth -= 1,
            ',' if depth == 0 => {
                parts.push(&members[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    parts.push(&members[start..]);
    parts
}
