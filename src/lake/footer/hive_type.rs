//! The Hive type of a Parquet column. What has none is told as such and never guessed. Unsigned numbers take the next
//! wider type, as in Spark; older shapes of lists and maps follow the compatibility rules of Parquet's
//! `LogicalTypes.md`.

use super::UnsupportedColumn;
use super::metadata::{Meaning, Node, Physical};
use crate::model::Column;
use std::collections::HashSet;

/// Digits of a decimal at most, in Hive.
const DECIMAL_DIGITS_MAX: i32 = 38;

/// The columns of a schema, and those without a type.
pub(super) fn columns(root: &Node) -> (Vec<Column>, Vec<UnsupportedColumn>) {
    let mut columns: Vec<Column> = Vec::new();
    let mut unsupported = Vec::new();
    let mut names: HashSet<String> = HashSet::with_capacity(root.children.len());
    for node in &root.children {
        let name = node.name.to_lowercase();
        let typed = match hive_type(node) {
            Ok(_) if names.contains(&name) => {
                Err("another column differs from it only in case".to_owned())
            }
            typed => typed,
        };
        match typed {
            Ok(data_type) => {
                names.insert(name.clone());
                columns.push(Column {
                    name,
                    data_type,
                    comment: None,
                });
            }
            Err(reason) => unsupported.push(UnsupportedColumn {
                name: node.name.clone(),
                reason,
            }),
        }
    }
    (columns, unsupported)
}

/// The type of a field: a repeated one outside of a list is a list by itself.
fn hive_type(node: &Node) -> Result<String, String> {
    let element = element_type(node)?;
    Ok(if node.is_repeated {
        format!("array<{element}>")
    } else {
        element
    })
}

fn element_type(node: &Node) -> Result<String, String> {
    match (node.physical, node.meaning) {
        (_, Meaning::Other(what)) => Err(format!("it is {what}")),
        (Some(physical), meaning) => primitive(physical, meaning),
        (None, Meaning::List) => list(node),
        (None, Meaning::Map) => map(node),
        (None, _) => structure(node),
    }
}

fn primitive(physical: Physical, meaning: Meaning) -> Result<String, String> {
    let name = match (physical, meaning) {
        (_, Meaning::Decimal { precision, scale }) => return decimal(precision, scale),
        (Physical::Boolean, Meaning::Plain) => "boolean",
        (Physical::Float, Meaning::Plain) => "float",
        (Physical::Double, Meaning::Plain) => "double",
        (Physical::Int96, _) | (Physical::Int64, Meaning::Timestamp) => "timestamp",
        (Physical::Int32, Meaning::Date) => "date",
        (Physical::Int32, Meaning::Plain) => "int",
        (Physical::Int64, Meaning::Plain) => "bigint",
        (Physical::Int32 | Physical::Int64, Meaning::Integer { bits, is_signed }) => {
            match (bits, is_signed) {
                (8, true) => "tinyint",
                (8, false) | (16, true) => "smallint",
                (16, false) | (32, true) => "int",
                (32, false) | (64, true) => "bigint",
                (64, false) => "decimal(20,0)",
                _ => return Err(format!("it is a number of {bits} bits")),
            }
        }
        (Physical::ByteArray, Meaning::Text) => "string",
        (Physical::ByteArray, Meaning::Plain | Meaning::Bson)
        | (Physical::Fixed, Meaning::Plain) => "binary",
        (physical, meaning) => {
            return Err(format!("{physical:?} on disk cannot be {meaning:?}"));
        }
    };
    Ok(name.to_owned())
}

fn decimal(precision: i32, scale: i32) -> Result<String, String> {
    if (1..=DECIMAL_DIGITS_MAX).contains(&precision) && (0..=precision).contains(&scale) {
        return Ok(format!("decimal({precision},{scale})"));
    }
    Err(format!(
        "it is a decimal of {precision} digits, {scale} of them behind the point; Hive's have {DECIMAL_DIGITS_MAX} at most"
    ))
}

fn list(node: &Node) -> Result<String, String> {
    let [repeated] = &node.children[..] else {
        return Err("it is a list without its one repeated field".to_owned());
    };
    if !repeated.is_repeated {
        return Err("it is a list whose field is not repeated".to_owned());
    }
    // Old writers repeat the element itself; newer ones wrap it, so that it can be null.
    let is_element = match &repeated.children[..] {
        [only] => {
            only.is_repeated
                || repeated.name == "array"
                || repeated.name == format!("{}_tuple", node.name)
        }
        _ => true,
    };
    let element = match &repeated.children[..] {
        [only] if !is_element => hive_type(only)?,
        _ => element_type(repeated)?,
    };
    Ok(format!("array<{element}>"))
}

fn map(node: &Node) -> Result<String, String> {
    let [repeated] = &node.children[..] else {
        return Err("it is a map without its one repeated field".to_owned());
    };
    let [key, value] = &repeated.children[..] else {
        return Err("it is a map without a key and a value".to_owned());
    };
    if !repeated.is_repeated || key.is_repeated {
        return Err("it is a map whose fields are not as they must be".to_owned());
    }
    if key.physical.is_none() {
        return Err("it is a map with a key that is not primitive".to_owned());
    }
    Ok(format!("map<{},{}>", hive_type(key)?, hive_type(value)?))
}

fn structure(node: &Node) -> Result<String, String> {
    if node.children.is_empty() {
        return Err("it is a struct without fields".to_owned());
    }
    let mut fields = Vec::with_capacity(node.children.len());
    for child in &node.children {
        // Hive's type text has no way to quote a name.
        let is_plain = !child.name.is_empty()
            && !child
                .name
                .contains(|c: char| c.is_whitespace() || "<>,:;()`".contains(c));
        if !is_plain {
            return Err(format!(
                "the name {:?} of a field cannot stand in a type",
                child.name
            ));
        }
        fields.push(format!(
            "{}:{}",
            child.name.to_lowercase(),
            hive_type(child)?
        ));
    }
    Ok(format!("struct<{}>", fields.join(",")))
}
