//! Values with names: JSON as a test writes and reads it, turned into wire values and back by the IDL.
//!
//! A struct is an object by field name, an enum the name of its member (or its number), a set a
//! sorted array, a map an object (or an array of pairs where its keys are neither text nor numbers).
//! Text that is not UTF-8 is `{"$hex": "ff00"}`. What the IDL does not know is kept under `#NUMBER`
//! with its type spelled out (`{"$i32": 5}`); the same spelling sends a field of a wrong type. An
//! older form of a field whose name two numbers share is written `name@NUMBER`.

use serde_json::{Map, Number, Value, json};

use super::idl::{Field, Idl, Type};
use super::wire::{Kind, Wire};

/// Turns arguments or a struct into its wire form. Panics, naming the place, where the JSON does not
/// fit the IDL: that is a mistake of the test, not of the server.
pub(crate) fn encode_struct(idl: &Idl, fields: &[Field], value: &Value, place: &str) -> Wire {
    let Value::Object(members) = value else {
        panic!("{place}: expected an object, found {value}");
    };
    let mut wire = Vec::with_capacity(members.len());
    for (key, member) in members {
        // Null is an absent field, which is how a client sends it.
        if member.is_null() {
            continue;
        }
        if let Some(id) = key.strip_prefix('#') {
            let id = id
                .parse()
                .unwrap_or_else(|_| panic!("{place}: {key} is no field number"));
            let value = typed(member).unwrap_or_else(|| panic!("{place}.{key}: no type given"));
            wire.push((id, value));
            continue;
        }
        let field = find(fields, key).unwrap_or_else(|| panic!("{place}: no field {key}"));
        wire.push((
            field.id,
            encode(idl, &field.ty, member, &format!("{place}.{key}")),
        ));
    }
    wire.sort_by_key(|(id, _)| *id);
    Wire::Struct(wire)
}

/// The field of this name; the newest where older versions had it under another number.
fn find<'a>(fields: &'a [Field], key: &str) -> Option<&'a Field> {
    if let Some((name, id)) = key.split_once('@') {
        return fields
            .iter()
            .find(|field| field.name == name && field.id.to_string() == id);
    }
    fields
        .iter()
        .filter(|field| field.name == key)
        .max_by_key(|field| field.id)
}

fn encode(idl: &Idl, ty: &Type, value: &Value, place: &str) -> Wire {
    if let Some(wire) = typed(value) {
        return wire;
    }
    match ty {
        Type::Void => panic!("{place}: nothing has the type void"),
        Type::Bool => Wire::Bool(
            value
                .as_bool()
                .unwrap_or_else(|| wrong(place, "a bool", value)),
        ),
        Type::I8 => Wire::I8(integer(value, place)),
        Type::I16 => Wire::I16(integer(value, place)),
        Type::I32 => Wire::I32(integer(value, place)),
        Type::I64 => Wire::I64(integer(value, place)),
        Type::Double => Wire::Double(
            value
                .as_f64()
                .unwrap_or_else(|| wrong(place, "a number", value)),
        ),
        Type::String | Type::Binary => Wire::Bytes(
            value
                .as_str()
                .unwrap_or_else(|| wrong(place, "text", value))
                .into(),
        ),
        Type::List(item) => Wire::List(kind(item), items(idl, item, value, place)),
        Type::Set(item) => Wire::Set(kind(item), items(idl, item, value, place)),
        Type::Map(key, item) => {
            Wire::Map(kind(key), kind(item), entries(idl, key, item, value, place))
        }
        Type::Enum(name) => Wire::I32(match value.as_str() {
            Some(member) => idl
                .member_value(name, member)
                .unwrap_or_else(|| wrong(place, &format!("a member of {name}"), value)),
            None => integer(value, place),
        }),
        Type::Struct(name) => encode_struct(idl, idl.fields(name), value, place),
    }
}

fn items(idl: &Idl, ty: &Type, value: &Value, place: &str) -> Vec<Wire> {
    let array = value
        .as_array()
        .unwrap_or_else(|| wrong(place, "an array", value));
    let place = format!("{place}[]");
    array
        .iter()
        .map(|item| encode(idl, ty, item, &place))
        .collect()
}

fn entries(idl: &Idl, key: &Type, item: &Type, value: &Value, place: &str) -> Vec<(Wire, Wire)> {
    let place = format!("{place}[]");
    if let Value::Array(pairs) = value {
        return pairs
            .iter()
            .map(|pair| {
                (
                    encode(idl, key, &pair[0], &place),
                    encode(idl, item, &pair[1], &place),
                )
            })
            .collect();
    }
    let members = value
        .as_object()
        .unwrap_or_else(|| wrong(&place, "an object", value));
    let name = |text: &String| match key {
        Type::String | Type::Binary | Type::Enum(_) => Value::String(text.clone()),
        _ => serde_json::from_str(text).unwrap_or_else(|_| wrong(&place, "a number", value)),
    };
    members
        .iter()
        .map(|(text, member)| {
            (
                encode(idl, key, &name(text), &place),
                encode(idl, item, member, &place),
            )
        })
        .collect()
}

fn integer<N: TryFrom<i64>>(value: &Value, place: &str) -> N {
    value
        .as_i64()
        .and_then(|number| N::try_from(number).ok())
        .unwrap_or_else(|| wrong(place, "an integer in range", value))
}

fn wrong<T>(place: &str, expected: &str, found: &Value) -> T {
    panic!("{place}: expected {expected}, found {found}")
}

fn kind(ty: &Type) -> Kind {
    match ty {
        Type::Void => panic!("nothing has the type void"),
        Type::Bool => Kind::Bool,
        Type::I8 => Kind::I8,
        Type::I16 => Kind::I16,
        Type::I32 | Type::Enum(_) => Kind::I32,
        Type::I64 => Kind::I64,
        Type::Double => Kind::Double,
        Type::String | Type::Binary => Kind::Bytes,
        Type::List(_) => Kind::List,
        Type::Set(_) => Kind::Set,
        Type::Map(..) => Kind::Map,
        Type::Struct(_) => Kind::Struct,
    }
}

/// A value that names its own wire type, such as `{"$i32": 5}`; `None` where it does not.
fn typed(value: &Value) -> Option<Wire> {
    let members = value.as_object()?;
    let (key, inner) = members.iter().next()?;
    if members.len() != 1 {
        return None;
    }
    Some(match key.as_str() {
        "$bool" => Wire::Bool(inner.as_bool()?),
        "$i8" => Wire::I8(i8::try_from(inner.as_i64()?).ok()?),
        "$i16" => Wire::I16(i16::try_from(inner.as_i64()?).ok()?),
        "$i32" => Wire::I32(i32::try_from(inner.as_i64()?).ok()?),
        "$i64" => Wire::I64(inner.as_i64()?),
        "$double" => Wire::Double(inner.as_f64()?),
        "$string" => Wire::Bytes(inner.as_str()?.into()),
        "$hex" => Wire::Bytes(unhex(inner.as_str()?)?),
        "$list" | "$set" => {
            let items: Vec<Wire> = inner.as_array()?.iter().map(typed).collect::<Option<_>>()?;
            let kind = items.first().map_or(Kind::Bytes, Wire::kind);
            if key == "$list" {
                Wire::List(kind, items)
            } else {
                Wire::Set(kind, items)
            }
        }
        "$map" => {
            let entries: Vec<(Wire, Wire)> = inner
                .as_array()?
                .iter()
                .map(|pair| Some((typed(&pair[0])?, typed(&pair[1])?)))
                .collect::<Option<_>>()?;
            let kinds = entries
                .first()
                .map_or((Kind::Bytes, Kind::Bytes), |(key, value)| {
                    (key.kind(), value.kind())
                });
            Wire::Map(kinds.0, kinds.1, entries)
        }
        "$struct" => Wire::Struct(
            inner
                .as_object()?
                .iter()
                .map(|(id, value)| Some((id.strip_prefix('#')?.parse().ok()?, typed(value)?)))
                .collect::<Option<_>>()?,
        ),
        _ => return None,
    })
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digits = text.as_bytes().chunks(2);
    digits
        .map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        .collect()
}

/// Turns a struct that came over the wire into JSON by field name; what the IDL does not know, or
/// knows with another type, is kept under its number.
pub(crate) fn decode_struct(idl: &Idl, fields: &[Field], wire: &[(i16, Wire)]) -> Value {
    let mut members = Map::new();
    for (id, value) in wire {
        let known = fields
            .iter()
            .find(|field| field.id == *id && kind(&field.ty) == value.kind());
        match known {
            Some(field) => {
                // Two numbers may share a name; the older one is then told apart by its number.
                let name = if find(fields, &field.name).is_some_and(|newest| newest.id != *id) {
                    format!("{}@{id}", field.name)
                } else {
                    field.name.clone()
                };
                members.insert(name, decode(idl, &field.ty, value));
            }
            None => {
                members.insert(format!("#{id}"), untyped(value));
            }
        }
    }
    Value::Object(members)
}

/// Turns one value into JSON. Where its type is not the IDL's, the type is spelled out.
pub(crate) fn decode(idl: &Idl, ty: &Type, wire: &Wire) -> Value {
    match (ty, wire) {
        (Type::Enum(name), Wire::I32(value)) => match idl.member(name, *value) {
            Some(member) => json!(member),
            None => json!(value),
        },
        (Type::Struct(name), Wire::Struct(fields)) => decode_struct(idl, idl.fields(name), fields),
        (Type::List(item), Wire::List(_, values)) => values
            .iter()
            .map(|value| decode(idl, item, value))
            .collect(),
        (Type::Set(item), Wire::Set(_, values)) => {
            let mut values: Vec<Value> = values
                .iter()
                .map(|value| decode(idl, item, value))
                .collect();
            values.sort_by_key(ToString::to_string);
            Value::Array(values)
        }
        (Type::Map(key, item), Wire::Map(_, _, entries)) => decode_map(idl, key, item, entries),
        (Type::Bool, Wire::Bool(value)) => json!(value),
        (Type::I8, Wire::I8(value)) => json!(value),
        (Type::I16, Wire::I16(value)) => json!(value),
        (Type::I32, Wire::I32(value)) => json!(value),
        (Type::I64, Wire::I64(value)) => json!(value),
        (Type::Double, Wire::Double(value)) => double(*value),
        (Type::String | Type::Binary, Wire::Bytes(value)) => text(value),
        _ => untyped(wire),
    }
}

fn decode_map(idl: &Idl, key: &Type, item: &Type, entries: &[(Wire, Wire)]) -> Value {
    let mut members = Map::new();
    let mut pairs = Vec::new();
    for (name, value) in entries {
        let value = decode(idl, item, value);
        match decode(idl, key, name) {
            Value::String(name) => {
                members.insert(name, value);
            }
            Value::Number(name) => {
                members.insert(name.to_string(), value);
            }
            name => pairs.push(json!([name, value])),
        }
    }
    if pairs.is_empty() {
        Value::Object(members)
    } else {
        Value::Array(pairs)
    }
}

/// JSON has no infinities and no NaN; statistics have both.
fn double(value: f64) -> Value {
    Number::from_f64(value).map_or_else(|| json!({ "$double": value.to_string() }), Value::Number)
}

fn text(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => json!(text),
        Err(_) => json!({ "$hex": hex(bytes) }),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(digit)
        .collect()
}

fn digit(nibble: u8) -> char {
    char::from_digit(u32::from(nibble), 16).expect("four bits are one digit")
}

/// A value of which the IDL says nothing, with its type.
pub(crate) fn untyped(wire: &Wire) -> Value {
    match wire {
        Wire::Bool(value) => json!({ "$bool": value }),
        Wire::I8(value) => json!({ "$i8": value }),
        Wire::I16(value) => json!({ "$i16": value }),
        Wire::I32(value) => json!({ "$i32": value }),
        Wire::I64(value) => json!({ "$i64": value }),
        Wire::Double(value) => json!({ "$double": double(*value) }),
        Wire::Bytes(value) => match std::str::from_utf8(value) {
            Ok(text) => json!({ "$string": text }),
            Err(_) => json!({ "$hex": hex(value) }),
        },
        Wire::List(_, items) => json!({ "$list": items.iter().map(untyped).collect::<Vec<_>>() }),
        Wire::Set(_, items) => json!({ "$set": items.iter().map(untyped).collect::<Vec<_>>() }),
        Wire::Map(_, _, entries) => {
            let pairs: Vec<Value> = entries
                .iter()
                .map(|(key, item)| json!([untyped(key), untyped(item)]))
                .collect();
            json!({ "$map": pairs })
        }
        Wire::Struct(fields) => {
            let members: Map<String, Value> = fields
                .iter()
                .map(|(id, value)| (format!("#{id}"), untyped(value)))
                .collect();
            json!({ "$struct": members })
        }
    }
}
