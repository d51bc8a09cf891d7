//! A table as a statement that Hive and Spark understand.

use crate::hive::storage_format::StorageFormat;
use crate::model::{Column, StorageDescriptor, Table};
use std::fmt::Write as _;

/// Formats that the statement names alone, since their serdes want no properties.
const NAMED: [&str; 3] = ["parquet", "orc", "avro"];
/// Properties that the statement itself says.
const SAID: [&str; 2] = ["EXTERNAL", "comment"];

/// `CREATE EXTERNAL TABLE …`, ready to be pasted.
pub fn create_table(table: &Table) -> String {
    let mut text = String::from("CREATE EXTERNAL TABLE ");
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "{}.{} (",
        quoted_name(table.at.database.as_str()),
        quoted_name(table.at.table.as_str())
    );
    let columns = table.descriptor.columns.as_deref().unwrap_or_default();
    let _ = write!(text, "{})", column_list(columns));
    if let Some(comment) = table.parameters.get("comment") {
        let _ = write!(text, "\nCOMMENT {}", quoted(comment));
    }
    if !table.partition_keys.is_empty() {
        let keys = column_list(&table.partition_keys);
        let _ = write!(text, "\nPARTITIONED BY (\n{keys})");
    }
    storage(&mut text, &table.descriptor);
    if let Some(location) = &table.location {
        let _ = write!(text, "\nLOCATION {}", quoted(location.as_str()));
    }
    let properties = table.parameters.iter();
    let properties: Vec<String> = properties
        .filter(|(name, _)| !SAID.contains(&name.as_str()))
        .map(|(name, value)| format!("  {} = {}", quoted(name), quoted(value)))
        .collect();
    if !properties.is_empty() {
        let _ = write!(text, "\nTBLPROPERTIES (\n{})", properties.join(",\n"));
    }
    text.push_str(";\n");
    text
}

fn column_list(columns: &[Column]) -> String {
    let column = |column: &Column| {
        let comment = column
            .comment
            .as_ref()
            .filter(|comment| !comment.is_empty());
        let comment = comment.map(|comment| format!(" COMMENT {}", quoted(comment)));
        let name = quoted_name(&column.name);
        format!(
            "  {name} {}{}",
            column.data_type,
            comment.unwrap_or_default()
        )
    };
    columns.iter().map(column).collect::<Vec<_>>().join(",\n")
}

fn storage(text: &mut String, descriptor: &StorageDescriptor) {
    let serde = descriptor.serde.as_ref();
    let library = serde.and_then(|serde| serde.library.as_deref());
    let format = library.and_then(StorageFormat::of_serde);
    let parameters = serde.map(|serde| &serde.parameters);
    if let Some(format) = format.filter(|format| NAMED.contains(&format.name)) {
        let _ = write!(text, "\nSTORED AS {}", format.name.to_uppercase());
        return;
    }
    if let Some(library) = library {
        let _ = write!(text, "\nROW FORMAT SERDE {}", quoted(library));
    }
    let parameters = parameters.into_iter().flatten();
    let parameters: Vec<String> = parameters
        .map(|(name, value)| format!("  {} = {}", quoted(name), quoted(value)))
        .collect();
    if !parameters.is_empty() {
        let _ = write!(
            text,
            "\nWITH SERDEPROPERTIES (\n{})",
            parameters.join(",\n")
        );
    }
    if let (Some(input), Some(output)) = (&descriptor.input_format, &descriptor.output_format) {
        let (input, output) = (quoted(input), quoted(output));
        let _ = write!(
            text,
            "\nSTORED AS INPUTFORMAT {input}\n  OUTPUTFORMAT {output}"
        );
    }
}

fn quoted_name(name: &str) -> String {
    format!("`{}`", name.replace('`', "``"))
}

/// A text between quotes, as both engines read one.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("'");
    for character in text.chars() {
        match character {
            '\\' => quoted.push_str("\\\\"),
            '\'' => quoted.push_str("\\'"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other => quoted.push(other),
        }
    }
    quoted.push('\'');
    quoted
}
