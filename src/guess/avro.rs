//! Columns of an Avro container file: its schema stands in its header, as JSON.

use super::columns::{COLUMNS_MAX, is_field_name};
use super::type_room::TypeRoom;
use crate::model::Column;
use serde_json::Value;
use std::collections::BTreeMap;

/// What such a file begins with.
pub(super) const MARK: &[u8] = b"Obj\x01";
/// The entry of the header that holds the schema.
const SCHEMA: &[u8] = b"avro.schema";
/// Entries of the header at most.
const ENTRIES_MAX: usize = 1_000;
/// How deep types are told.
const DEPTH_MAX: usize = 16;
/// Bytes of one type's text at most: a schema may name a record many times.
const TYPE_BYTES_MAX: usize = 64 * 1024;

/// What is known while a schema is read.
struct Types {
    /// The types that it has named so far.
    named: BTreeMap<String, String>,
    room: TypeRoom,
}

/// The columns of the header's schema.
pub(super) fn columns(head: &[u8]) -> Result<Vec<Column>, String> {
    let schema = schema(head)?;
    let mut types = Types {
        named: BTreeMap::new(),
        room: TypeRoom::new(),
    };
    let Some(Value::Array(fields)) = schema.get("fields") else {
        return Err("its Avro schema is no record".to_owned());
    };
    if fields.len() > COLUMNS_MAX {
        return Err(format!(
            "its Avro schema has more than {COLUMNS_MAX} fields"
        ));
    }
    let column = |field: &Value| {
        let name = field.get("name").and_then(Value::as_str);
        let name = name.ok_or_else(|| "a field of its Avro schema has no name".to_owned())?;
        let data_type = field.get("type").unwrap_or(&Value::Null);
        let data_type = hive_type(data_type, &mut types, 0);
        Ok(Column {
            name: name.to_lowercase(),
            data_type: data_type.map_err(|why| format!("the field {name:?}: {why}"))?,
            comment: field.get("doc").and_then(Value::as_str).map(str::to_owned),
        })
    };
    fields.iter().map(column).collect()
}

/// The schema of the header.
fn schema(head: &[u8]) -> Result<Value, String> {
    let cut = || "its Avro header is longer than what is looked at, or damaged".to_owned();
    let mut rest = head.strip_prefix(MARK).ok_or_else(cut)?;
    for _ in 0..ENTRIES_MAX {
        // Blocks of entries; a negative count is followed by the block's bytes.
        let mut count = number(&mut rest).ok_or_else(cut)?;
        if count == 0 {
            break;
        }
        if count < 0 {
            count = count.checked_neg().ok_or_else(cut)?;
            number(&mut rest).ok_or_else(cut)?;
        }
        for _ in 0..count {
            let name = bytes(&mut rest).ok_or_else(cut)?;
            let value = bytes(&mut rest).ok_or_else(cut)?;
            if name == SCHEMA {
                let schema = serde_json::from_slice(value);
                return schema.map_err(|failure| format!("its Avro schema: {failure}"));
            }
        }
    }
    Err("its Avro header has no schema".to_owned())
}

/// A number in zigzag form.
fn number(rest: &mut &[u8]) -> Option<i64> {
    let mut raw: u64 = 0;
    for place in 0..10 {
        let (byte, behind) = rest.split_first()?;
        *rest = behind;
        raw |= u64::from(byte & 0x7f).checked_shl(place * 7)?;
        if byte & 0x80 == 0 {
            let half = i64::try_from(raw >> 1).ok()?;
            return Some(if raw & 1 == 0 { half } else { -half - 1 });
        }
    }
    None
}

fn bytes<'b>(rest: &mut &'b [u8]) -> Option<&'b [u8]> {
    let length = usize::try_from(number(rest)?).ok()?;
    let (bytes, behind) = rest.split_at_checked(length)?;
    *rest = behind;
    Some(bytes)
}

/// The Hive type of a schema, as Hive's own reader maps it. Named types are kept, since a schema says each once.
fn hive_type(schema: &Value, types: &mut Types, depth: usize) -> Result<String, String> {
    if depth > DEPTH_MAX {
        return Err("it is too deep".to_owned());
    }
    types.room.take(0)?;
    let read = match schema {
        Value::String(name) => return primitive(name, types),
        Value::Array(branches) => union(branches, types, depth)?,
        Value::Object(_) => complex(schema, types, depth)?,
        _ => return Err("it has no type".to_owned()),
    };
    if read.len() > TYPE_BYTES_MAX {
        return Err("its type is too long".to_owned());
    }
    Ok(read)
}

fn primitive(name: &str, types: &mut Types) -> Result<String, String> {
    let own = match name {
        "boolean" | "int" | "float" | "double" | "string" => name,
        "long" => "bigint",
        "bytes" => "binary",
        "null" => "void",
        other => {
            let known = types.named.get(other);
            let known = known.ok_or_else(|| format!("it is {other:?}"))?;
            types.room.take(known.len())?;
            return Ok(known.clone());
        }
    };
    Ok(own.to_owned())
}

/// A value that may be null is that value; of others Hive has a union.
fn union(branches: &[Value], types: &mut Types, depth: usize) -> Result<String, String> {
    let told = branches.iter().filter(|one| one.as_str() != Some("null"));
    let told: Vec<String> = told
        .map(|branch| hive_type(branch, types, depth + 1))
        .collect::<Result<_, _>>()?;
    Ok(match &told[..] {
        [] => "void".to_owned(),
        [one] => one.clone(),
        several => format!("uniontype<{}>", several.join(",")),
    })
}

fn complex(schema: &Value, types: &mut Types, depth: usize) -> Result<String, String> {
    let text = |name| schema.get(name).and_then(Value::as_str);
    let inner = |name| schema.get(name).unwrap_or(&Value::Null);
    if let Some(logical) = text("logicalType").and_then(|logical| logical_type(logical, schema)) {
        return Ok(logical);
    }
    let Some(kind) = text("type") else {
        return hive_type(inner("type"), types, depth + 1);
    };
    let read = match kind {
        "array" => format!("array<{}>", hive_type(inner("items"), types, depth + 1)?),
        "map" => format!(
            "map<string,{}>",
            hive_type(inner("values"), types, depth + 1)?
        ),
        "enum" => "string".to_owned(),
        "fixed" => "binary".to_owned(),
        "record" => record(schema, types, depth)?,
        other => return primitive(other, types),
    };
    if let Some(name) = text("name") {
        if let Some(space) = text("namespace") {
            types.named.insert(format!("{space}.{name}"), read.clone());
        }
        types.named.insert(name.to_owned(), read.clone());
    }
    Ok(read)
}

fn record(schema: &Value, types: &mut Types, depth: usize) -> Result<String, String> {
    let fields = schema.get("fields").and_then(Value::as_array);
    let mut read = Vec::new();
    for field in fields.into_iter().flatten() {
        let name = field
            .get("name")
            .and_then(Value::as_str)
            .unwrap_or_default();
        if !is_field_name(name) {
            return Err(format!("it has a field {name:?}"));
        }
        types.room.take(name.len())?;
        let data_type = field.get("type").unwrap_or(&Value::Null);
        let data_type = hive_type(data_type, types, depth + 1)?;
        read.push(format!("{}:{data_type}", name.to_lowercase()));
    }
    Ok(format!("struct<{}>", read.join(",")))
}

fn logical_type(logical: &str, schema: &Value) -> Option<String> {
    let digits = |name| schema.get(name).and_then(Value::as_u64);
    match logical {
        "date" => Some("date".to_owned()),
        "timestamp-millis"
        | "timestamp-micros"
        | "local-timestamp-millis"
        | "local-timestamp-micros" => Some("timestamp".to_owned()),
        "decimal" => {
            let (precision, scale) = (digits("precision")?, digits("scale").unwrap_or(0));
            ((1..=38).contains(&precision) && scale <= precision)
                .then(|| format!("decimal({precision},{scale})"))
        }
        "uuid" => Some("string".to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::columns;

    fn long(number: i64, to: &mut Vec<u8>) {
        let mut raw = u64::try_from(number << 1).expect("tests write positive numbers");
        loop {
            let low = u8::try_from(raw & 0x7f).expect("seven bits");
            raw >>= 7;
            if raw == 0 {
                return to.push(low);
            }
            to.push(low | 0x80);
        }
    }

    #[test]
    fn the_schema_in_the_header_tells_the_columns() {
        let schema = r#"{"type":"record","name":"o","fields":[
            {"name":"Id","type":"long","doc":"which"},
            {"name":"at","type":["null",{"type":"long","logicalType":"timestamp-micros"}]},
            {"name":"price","type":{"type":"bytes","logicalType":"decimal","precision":10,"scale":2}},
            {"name":"who","type":{"type":"record","name":"w","namespace":"x","fields":[{"name":"n","type":"string"}]}},
            {"name":"also","type":{"type":"array","items":"x.w"}}]}"#;
        let mut file = b"Obj\x01".to_vec();
        long(2, &mut file);
        for text in ["avro.codec", "null", "avro.schema", schema] {
            long(i64::try_from(text.len()).expect("it is short"), &mut file);
            file.extend_from_slice(text.as_bytes());
        }
        let columns = columns(&file).expect("the header is whole");
        let types: Vec<_> = columns
            .iter()
            .map(|column| (column.name.as_str(), column.data_type.as_str()))
            .collect();
        let expected = [
            ("id", "bigint"),
            ("at", "timestamp"),
            ("price", "decimal(10,2)"),
            ("who", "struct<n:string>"),
            ("also", "array<struct<n:string>>"),
        ];
        assert_eq!(types, expected);
        assert_eq!(columns[0].comment.as_deref(), Some("which"));
    }
}
