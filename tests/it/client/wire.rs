//! Thrift values as they stand on the wire, without names: what the Apache crate's protocols read
//! and write. It must not know the IDL, so that nothing a server sends can be lost to a wrong type.

use thrift::protocol::{
    TFieldIdentifier, TInputProtocol, TListIdentifier, TMapIdentifier, TOutputProtocol,
    TSetIdentifier, TStructIdentifier, TType,
};

/// One value with the type it has on the wire.
#[derive(Debug, Clone, PartialEq, PartialOrd)]
pub(crate) enum Wire {
    /// A truth value.
    Bool(bool),
    /// A byte.
    I8(i8),
    /// A 16-bit integer.
    I16(i16),
    /// A 32-bit integer, or an enum.
    I32(i32),
    /// A 64-bit integer.
    I64(i64),
    /// A double.
    Double(f64),
    /// A string or a binary: the wire does not tell them apart.
    Bytes(Vec<u8>),
    /// A list, with the type its header announces.
    List(Kind, Vec<Wire>),
    /// A set, in the order of the wire.
    Set(Kind, Vec<Wire>),
    /// A map, in the order of the wire.
    Map(Kind, Kind, Vec<(Wire, Wire)>),
    /// A struct: field numbers and values, in the order of the wire.
    Struct(Vec<(i16, Wire)>),
}

/// The type of an element as a container's header gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd)]
pub(crate) enum Kind {
    Bool,
    I8,
    I16,
    I32,
    I64,
    Double,
    Bytes,
    List,
    Set,
    Map,
    Struct,
}

impl Kind {
    fn of(ttype: TType) -> thrift::Result<Self> {
        Ok(match ttype {
            TType::Bool => Self::Bool,
            TType::I08 => Self::I8,
            TType::I16 => Self::I16,
            TType::I32 => Self::I32,
            TType::I64 => Self::I64,
            TType::Double => Self::Double,
            TType::String | TType::Utf7 => Self::Bytes,
            TType::List => Self::List,
            TType::Set => Self::Set,
            TType::Map => Self::Map,
            TType::Struct => Self::Struct,
            other => return Err(invalid(format!("no value has the type {other:?}"))),
        })
    }

    fn ttype(self) -> TType {
        match self {
            Self::Bool => TType::Bool,
            Self::I8 => TType::I08,
            Self::I16 => TType::I16,
            Self::I32 => TType::I32,
            Self::I64 => TType::I64,
            Self::Double => TType::Double,
            Self::Bytes => TType::String,
            Self::List => TType::List,
            Self::Set => TType::Set,
            Self::Map => TType::Map,
            Self::Struct => TType::Struct,
        }
    }
}

impl Wire {
    /// The type of this value.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Bool(_) => Kind::Bool,
            Self::I8(_) => Kind::I8,
            Self::I16(_) => Kind::I16,
            Self::I32(_) => Kind::I32,
            Self::I64(_) => Kind::I64,
            Self::Double(_) => Kind::Double,
            Self::Bytes(_) => Kind::Bytes,
            Self::List(..) => Kind::List,
            Self::Set(..) => Kind::Set,
            Self::Map(..) => Kind::Map,
            Self::Struct(_) => Kind::Struct,
        }
    }

    /// Reads a value of the given type.
    pub(crate) fn read(input: &mut dyn TInputProtocol, kind: Kind) -> thrift::Result<Self> {
        Ok(match kind {
            Kind::Bool => Self::Bool(input.read_bool()?),
            Kind::I8 => Self::I8(input.read_i8()?),
            Kind::I16 => Self::I16(input.read_i16()?),
            Kind::I32 => Self::I32(input.read_i32()?),
            Kind::I64 => Self::I64(input.read_i64()?),
            Kind::Double => Self::Double(input.read_double()?),
            Kind::Bytes => Self::Bytes(input.read_bytes()?),
            Kind::List => {
                let header = input.read_list_begin()?;
                let (kind, items) = read_items(input, header.element_type, header.size)?;
                input.read_list_end()?;
                Self::List(kind, items)
            }
            Kind::Set => {
                let header = input.read_set_begin()?;
                let (kind, items) = read_items(input, header.element_type, header.size)?;
                input.read_set_end()?;
                Self::Set(kind, items)
            }
            Kind::Map => read_map(input)?,
            Kind::Struct => Self::read_struct(input)?,
        })
    }

    /// Reads a struct, all its fields, known or not.
    pub(crate) fn read_struct(input: &mut dyn TInputProtocol) -> thrift::Result<Self> {
        input.read_struct_begin()?;
        let mut fields = Vec::new();
        loop {
            let header = input.read_field_begin()?;
            if header.field_type == TType::Stop {
                break;
            }
            let id = header
                .id
                .ok_or_else(|| invalid("a field without a number".to_owned()))?;
            let value = Self::read(input, Kind::of(header.field_type)?)?;
            fields.push((id, value));
            input.read_field_end()?;
        }
        input.read_struct_end()?;
        Ok(Self::Struct(fields))
    }

    /// Writes the value.
    pub(crate) fn write(&self, output: &mut dyn TOutputProtocol) -> thrift::Result<()> {
        match self {
            Self::Bool(value) => output.write_bool(*value),
            Self::I8(value) => output.write_i8(*value),
            Self::I16(value) => output.write_i16(*value),
            Self::I32(value) => output.write_i32(*value),
            Self::I64(value) => output.write_i64(*value),
            Self::Double(value) => output.write_double(*value),
            Self::Bytes(value) => output.write_bytes(value),
            Self::List(kind, items) => {
                output.write_list_begin(&TListIdentifier::new(kind.ttype(), size(items.len())?))?;
                items.iter().try_for_each(|item| item.write(output))?;
                output.write_list_end()
            }
            Self::Set(kind, items) => {
                output.write_set_begin(&TSetIdentifier::new(kind.ttype(), size(items.len())?))?;
                items.iter().try_for_each(|item| item.write(output))?;
                output.write_set_end()
            }
            Self::Map(key, value, entries) => {
                let header = TMapIdentifier::new(key.ttype(), value.ttype(), size(entries.len())?);
                output.write_map_begin(&header)?;
                for (key, value) in entries {
                    key.write(output)?;
                    value.write(output)?;
                }
                output.write_map_end()
            }
            Self::Struct(fields) => {
                output.write_struct_begin(&TStructIdentifier::new(""))?;
                for (id, value) in fields {
                    let header = TFieldIdentifier::new("", value.kind().ttype(), *id);
                    output.write_field_begin(&header)?;
                    value.write(output)?;
                    output.write_field_end()?;
                }
                output.write_field_stop()?;
                output.write_struct_end()
            }
        }
    }
}

fn read_items(
    input: &mut dyn TInputProtocol,
    ttype: TType,
    size: i32,
) -> thrift::Result<(Kind, Vec<Wire>)> {
    // Apache's compact writer gives an empty container no element type worth looking at.
    if size == 0 {
        return Ok((Kind::of(ttype).unwrap_or(Kind::Bytes), Vec::new()));
    }
    let kind = Kind::of(ttype)?;
    let items = (0..size)
        .map(|_| Wire::read(input, kind))
        .collect::<thrift::Result<_>>()?;
    Ok((kind, items))
}

fn read_map(input: &mut dyn TInputProtocol) -> thrift::Result<Wire> {
    let header = input.read_map_begin()?;
    let map = if header.size == 0 {
        Wire::Map(Kind::Bytes, Kind::Bytes, Vec::new())
    } else {
        let key = Kind::of(header.key_type.unwrap_or(TType::Void))?;
        let value = Kind::of(header.value_type.unwrap_or(TType::Void))?;
        let entries = (0..header.size)
            .map(|_| Ok((Wire::read(input, key)?, Wire::read(input, value)?)))
            .collect::<thrift::Result<_>>()?;
        Wire::Map(key, value, entries)
    };
    input.read_map_end()?;
    Ok(map)
}

fn size(len: usize) -> thrift::Result<i32> {
    i32::try_from(len).map_err(|_| invalid(format!("{len} elements do not fit a header")))
}

fn invalid(message: String) -> thrift::Error {
    thrift::Error::Protocol(thrift::ProtocolError::new(
        thrift::ProtocolErrorKind::InvalidData,
        message,
    ))
}
