//! Columns of objects, one a line.

use super::columns::{COLUMNS_MAX, is_field_name};
use super::format::{FileFormat, Head};
use crate::model::Column;
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;

/// Lines that are looked at.
const LINES_MAX: usize = 1_000;
/// How deep types are told; what lies deeper is text.
const DEPTH_MAX: usize = 8;
/// Fields of one structure; what has more is text.
const FIELDS_MAX: usize = 200;

/// What values have been so far.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Shape {
    Nothing,
    Boolean,
    Integer,
    Double,
    Text,
    List(Box<Shape>),
    Structure(Vec<(String, Shape)>),
}

/// The fields of an object in the order of its line: columns come as their writer had them.
struct Object(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Object {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = Object;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Object, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Object(fields))
            }
        }

        deserializer.deserialize_map(Fields)
    }
}

/// The columns of the objects of a text.
pub(super) fn read(text: &str) -> Result<Head, String> {
    let mut found: Vec<(String, Shape)> = Vec::new();
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    for (number, line) in lines.take(LINES_MAX).enumerate() {
        let Ok(Object(fields)) = serde_json::from_str(line) else {
            return Err(format!(
                "line {} is no JSON object by itself: engines read one object a line",
                number + 1
            ));
        };
        for (name, value) in fields {
            field_add(&mut found, name.to_lowercase(), shape(value, 0));
            if found.len() > COLUMNS_MAX {
                return Err(format!("its objects have more than {COLUMNS_MAX} fields"));
            }
        }
    }
    let columns = found.into_iter().map(|(name, shape)| Column {
        name,
        data_type: shape.data_type(),
        comment: None,
    });
    Ok(Head {
        format: FileFormat::Json,
        columns: columns.collect(),
        compression: None,
        notes: Vec::new(),
    })
}

fn field_add(fields: &mut Vec<(String, Shape)>, name: String, shape: Shape) {
    match fields.iter_mut().find(|(known, _)| *known == name) {
        Some((_, known)) => {
            let before = std::mem::replace(known, Shape::Nothing);
            *known = before.with(shape);
        }
        None => fields.push((name, shape)),
    }
}

fn shape(value: Value, depth: usize) -> Shape {
    match value {
        Value::Null => Shape::Nothing,
        Value::Bool(_) => Shape::Boolean,
        Value::Number(number) if number.is_i64() => Shape::Integer,
        Value::Number(_) => Shape::Double,
        Value::String(_) => Shape::Text,
        Value::Array(_) | Value::Object(_) if depth == DEPTH_MAX => Shape::Text,
        Value::Array(elements) => {
            let elements = elements.into_iter().map(|one| shape(one, depth + 1));
            let element = elements.reduce(Shape::with).unwrap_or(Shape::Nothing);
            Shape::List(Box::new(element))
        }
        Value::Object(object) => {
            let mut fields = Vec::new();
            for (name, value) in object {
                // A type's text has no way to write such a name.
                if !is_field_name(&name) || fields.len() == FIELDS_MAX {
                    return Shape::Text;
                }
                field_add(&mut fields, name.to_lowercase(), shape(value, depth + 1));
            }
            Shape::Structure(fields)
        }
    }
}

impl Shape {
    /// What both can be read as.
    fn with(self, other: Self) -> Self {
        match (self, other) {
            (one, other) if one == other => one,
            (Self::Nothing, one) | (one, Self::Nothing) => one,
            (Self::Integer, Self::Double) | (Self::Double, Self::Integer) => Self::Double,
            (Self::List(one), Self::List(other)) => Self::List(Box::new(one.with(*other))),
            (Self::Structure(mut fields), Self::Structure(others)) => {
                for (name, shape) in others {
                    field_add(&mut fields, name, shape);
                }
                if fields.len() > FIELDS_MAX {
                    return Self::Text;
                }
                Self::Structure(fields)
            }
            _ => Self::Text,
        }
    }

    fn data_type(&self) -> String {
        match self {
            Self::Boolean => "boolean".to_owned(),
            Self::Integer => "bigint".to_owned(),
            Self::Double => "double".to_owned(),
            Self::Nothing | Self::Text => "string".to_owned(),
            Self::List(element) => format!("array<{}>", element.data_type()),
            Self::Structure(fields) if fields.is_empty() => "string".to_owned(),
            Self::Structure(fields) => {
                let field =
                    |(name, shape): &(String, Self)| format!("{name}:{}", shape.data_type());
                let fields: Vec<String> = fields.iter().map(field).collect();
                format!("struct<{}>", fields.join(","))
            }
        }
    }
}
