//! Texts to paste: a table in the words of each engine, with its newest partition filled in.

use crate::hive::partition_name::values_of_name;
use crate::model::{Column, Table};
use std::fmt::Write as _;

/// What Hive calls a partition whose key has no value.
const NO_VALUE: &str = "__HIVE_DEFAULT_PARTITION__";
/// Rows that a first look takes.
const ROWS: usize = 100;

/// A text to paste.
#[derive(Debug)]
pub(super) struct Snippet {
    /// Into what.
    pub(super) engine: &'static str,
    /// The text.
    pub(super) text: String,
}

/// How an engine writes names and values.
#[derive(Clone, Copy)]
enum Speech {
    /// Names in double quotes, as Trino and Presto do.
    Ansi,
    /// Names in backticks, as Spark and Hive do.
    Backticks,
}

/// The texts for a table, with the partition of this name.
pub(super) fn snippets(table: &Table, newest: Option<&str>) -> Vec<Snippet> {
    let values = newest.map(values_of_name).unwrap_or_default();
    let catalog = connector(table);
    let ansi = select(table, &values, Speech::Ansi, Some(catalog));
    let spark = select(table, &values, Speech::Backticks, None);
    let note = if is_hives_view(table) {
        "-- Trino reads a view of Hive's where its catalog says hive.hive-views.enabled=true\n"
    } else {
        ""
    };
    let database = table.at.database.as_str();
    let python = format!(
        "# pip install trino\nfrom trino.dbapi import connect\n\n\
         trino = connect(host=\"TRINO_HOST\", port=8080, user=\"YOU\", catalog={}, schema={})\n\
         cursor = trino.cursor()\n\
         cursor.execute({})\n\
         rows = cursor.fetchall()\n",
        python_text(catalog),
        python_text(database),
        python_text(&ansi),
    );
    vec![
        Snippet {
            engine: "Trino and Presto",
            text: format!("{note}{ansi}\n"),
        },
        Snippet {
            engine: "Spark and Hive",
            text: format!("{spark};\n"),
        },
        Snippet {
            engine: "Python",
            text: python,
        },
    ]
}

/// Whether a view is written in Hive's language, and not in Trino's own way of keeping one.
fn is_hives_view(table: &Table) -> bool {
    let text = table.view_original_text.as_deref().unwrap_or_default();
    table.is_view() && !text.starts_with("/* Presto View")
}

/// The connector of Trino that reads such tables, by whose name its catalog usually goes.
fn connector(table: &Table) -> &'static str {
    let provider = table.parameters.get("spark.sql.sources.provider");
    let is = |name: &str| provider.is_some_and(|provider| provider.eq_ignore_ascii_case(name));
    if table.is_iceberg() || is("iceberg") {
        "iceberg"
    } else if is("delta") {
        "delta"
    } else if is("hudi") {
        "hudi"
    } else {
        "hive"
    }
}

fn select(table: &Table, values: &[String], speech: Speech, catalog: Option<&str>) -> String {
    let mut text = String::from("SELECT *\nFROM ");
    let names = [table.at.database.as_str(), table.at.table.as_str()];
    let names = catalog.into_iter().chain(names);
    let names: Vec<String> = names.map(|name| quoted(name, speech)).collect();
    text.push_str(&names.join("."));
    let keys = table.partition_keys.iter().zip(values);
    for (index, (key, value)) in keys.enumerate() {
        let word = if index == 0 { "WHERE" } else { "  AND" };
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{word} {}", condition(key, value, speech));
    }
    let _ = write!(text, "\nLIMIT {ROWS}");
    text
}

fn condition(key: &Column, value: &str, speech: Speech) -> String {
    let name = quoted(&key.name, speech);
    if value == NO_VALUE {
        return format!("{name} IS NULL");
    }
    let kind = key.data_type.split('(').next().unwrap_or_default();
    let is_number = value.parse::<i64>().is_ok();
    match kind {
        "tinyint" | "smallint" | "int" | "bigint" if is_number => format!("{name} = {value}"),
        "boolean" if ["true", "false"].contains(&value) => format!("{name} = {value}"),
        "decimal" | "double" | "float" if matches!(speech, Speech::Ansi) => {
            let word = if kind == "float" { "REAL" } else { kind };
            format!(
                "{name} = {} {}",
                word.to_uppercase(),
                text_of(value, speech)
            )
        }
        "date" => format!("{name} = DATE {}", text_of(value, speech)),
        "timestamp" => format!("{name} = TIMESTAMP {}", text_of(value, speech)),
        _ => format!("{name} = {}", text_of(value, speech)),
    }
}

/// A text as the engine writes it: Spark and Hive read a backslash as the beginning of an escape.
fn text_of(value: &str, speech: Speech) -> String {
    match speech {
        Speech::Ansi => format!("'{}'", value.replace('\'', "''")),
        Speech::Backticks => format!("'{}'", value.replace('\\', "\\\\").replace('\'', "\\'")),
    }
}

/// A name in quotes: which bare words mean something else differs between engines and their versions.
fn quoted(name: &str, speech: Speech) -> String {
    match speech {
        Speech::Ansi => format!("\"{}\"", name.replace('"', "\"\"")),
        Speech::Backticks => format!("`{}`", name.replace('`', "``")),
    }
}

/// A text in Python's triple or single quotes.
fn python_text(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\");
    if escaped.contains('\n') {
        format!(
            "\"\"\"\n{}\n\"\"\"",
            escaped.replace("\"\"\"", "\\\"\\\"\\\"")
        )
    } else {
        format!("\"{}\"", escaped.replace('"', "\\\""))
    }
}

/// A text as one word of a shell, whatever is in it.
pub(super) fn shell_word(text: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._-".contains(&byte);
    if !text.is_empty() && text.bytes().all(is_plain) && !text.starts_with('-') {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}

#[cfg(test)]
mod tests {
    use super::{Speech, condition, python_text, quoted, shell_word, text_of};
    use crate::model::Column;

    fn key(name: &str, data_type: &str) -> Column {
        Column {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            comment: None,
        }
    }

    #[test]
    fn a_key_is_compared_as_its_type_wants() {
        for (key, value, wanted) in [
            (key("dt", "string"), "2026-11-22", "\"dt\" = '2026-11-22'"),
            (key("hour", "int"), "07", "\"hour\" = 07"),
            (
                key("day", "date"),
                "2026-11-22",
                "\"day\" = DATE '2026-11-22'",
            ),
            (key("dt", "varchar(10)"), "o'x", "\"dt\" = 'o''x'"),
            (key("n", "int"), "x", "\"n\" = 'x'"),
            (key("d", "decimal(5,2)"), "1.50", "\"d\" = DECIMAL '1.50'"),
            (key("d", "float"), "1.5", "\"d\" = REAL '1.5'"),
            (
                key("dt", "string"),
                "__HIVE_DEFAULT_PARTITION__",
                "\"dt\" IS NULL",
            ),
        ] {
            assert_eq!(condition(&key, value, Speech::Ansi), wanted);
        }
    }

    #[test]
    fn no_name_and_no_value_ends_its_quotes() {
        assert_eq!(quoted("a\"b", Speech::Ansi), "\"a\"\"b\"");
        assert_eq!(quoted("a`b", Speech::Backticks), "`a``b`");
        assert_eq!(quoted("orders_2", Speech::Ansi), "\"orders_2\"");
        assert_eq!(shell_word("shop.orders"), "shop.orders");
        assert_eq!(shell_word("shop.o'; rm"), "'shop.o'\\''; rm'");
        assert_eq!(text_of("a\\'b", Speech::Backticks), "'a\\\\\\'b'");
        assert_eq!(
            python_text("a\"\"\"\nb"),
            "\"\"\"\na\\\"\\\"\\\"\nb\n\"\"\""
        );
    }
}
