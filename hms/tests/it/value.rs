//! Values without types, as the wire sees them: what the generated code is compared with.

use hms::{
    Protocol, WireType, Writer,
    protocol::{BinaryWriter, CompactWriter},
};

/// Ids from here on are in no struct of the IDL.
const UNKNOWN_ID: i16 = 20_000;

/// A value of the wire.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Value {
    Bool(bool),
    I8(i8),
    I16(i16),
    I32(i32),
    I64(i64),
    Double(f64),
    Binary(Vec<u8>),
    Struct(Vec<(i16, Value)>),
    List(WireType, Vec<Value>),
    Set(WireType, Vec<Value>),
    Map(WireType, WireType, Vec<(Value, Value)>),
}

impl Value {
    pub(crate) fn text(text: &str) -> Self {
        Self::Binary(text.as_bytes().to_vec())
    }

    pub(crate) fn texts(list: &[&str]) -> Self {
        Self::List(
            WireType::String,
            list.iter().map(|text| Self::text(text)).collect(),
        )
    }

    pub(crate) fn wire(&self) -> WireType {
        match self {
            Self::Bool(_) => WireType::Bool,
            Self::I8(_) => WireType::I8,
            Self::I16(_) => WireType::I16,
            Self::I32(_) => WireType::I32,
            Self::I64(_) => WireType::I64,
            Self::Double(_) => WireType::Double,
            Self::Binary(_) => WireType::String,
            Self::Struct(_) => WireType::Struct,
            Self::List(..) => WireType::List,
            Self::Set(..) => WireType::Set,
            Self::Map(..) => WireType::Map,
        }
    }

    pub(crate) fn encode(&self, protocol: Protocol) -> Vec<u8> {
        self.encode_with(protocol, false)
    }

    /// With fields of every type at the end of every struct that no IDL knows.
    pub(crate) fn encode_with_unknown_fields(&self, protocol: Protocol) -> Vec<u8> {
        self.encode_with(protocol, true)
    }

    fn encode_with(&self, protocol: Protocol, unknown: bool) -> Vec<u8> {
        match protocol {
            Protocol::Binary => {
                let mut writer = BinaryWriter::new();
                self.write(&mut writer, unknown);
                writer.into_bytes()
            }
            Protocol::Compact => {
                let mut writer = CompactWriter::new();
                self.write(&mut writer, unknown);
                writer.into_bytes()
            }
        }
    }

    fn write<W: Writer>(&self, writer: &mut W, unknown: bool) {
        match self {
            Self::Bool(value) => writer.bool(*value),
            Self::I8(value) => writer.i8(*value),
            Self::I16(value) => writer.i16(*value),
            Self::I32(value) => writer.i32(*value),
            Self::I64(value) => writer.i64(*value),
            Self::Double(value) => writer.double(*value),
            Self::Binary(value) => writer.binary(value),
            Self::Struct(fields) => {
                let mark = writer.struct_begin();
                for (id, value) in fields {
                    value.write_field(writer, *id, unknown);
                }
                if unknown {
                    for (id, value) in (UNKNOWN_ID..).zip(one_of_each()) {
                        value.write_field(writer, id, false);
                    }
                }
                writer.struct_end(mark);
            }
            Self::List(element, list) => {
                writer.list_begin(*element, list.len());
                for value in list {
                    value.write(writer, unknown);
                }
            }
            Self::Set(element, list) => {
                writer.set_begin(*element, list.len());
                for value in list {
                    value.write(writer, unknown);
                }
            }
            Self::Map(key, value, pairs) => {
                writer.map_begin(*key, *value, pairs.len());
                for (key, value) in pairs {
                    key.write(writer, unknown);
                    value.write(writer, unknown);
                }
            }
        }
    }

    fn write_field<W: Writer>(&self, writer: &mut W, id: i16, unknown: bool) {
        if let Self::Bool(value) = self {
            writer.field_bool(id, *value);
        } else {
            writer.field(id, self.wire());
            self.write(writer, unknown);
        }
    }
}

/// One value of each type, containers filled.
fn one_of_each() -> Vec<Value> {
    let inner = Value::Struct(vec![(1, Value::Bool(true)), (-7, Value::I64(i64::MIN))]);
    vec![
        Value::Bool(false),
        Value::I8(-1),
        Value::I16(i16::MIN),
        Value::I32(i32::MAX),
        Value::I64(-5),
        Value::Double(0.5),
        Value::Binary(vec![0xff, 0x00]),
        inner.clone(),
        Value::List(WireType::Bool, vec![Value::Bool(true), Value::Bool(false)]),
        Value::List(WireType::Struct, vec![inner.clone(); 16]),
        Value::Set(WireType::I32, vec![Value::I32(3), Value::I32(-300_000)]),
        Value::Map(
            WireType::String,
            WireType::Struct,
            vec![(Value::text("k"), inner)],
        ),
        Value::Map(WireType::I8, WireType::Double, Vec::new()),
    ]
}
