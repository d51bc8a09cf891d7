//! The Apache Thrift crate as an independent opinion: it reads what we write and writes what we read.

use hms::{MessageHeader, MessageKind, Protocol, WireType, args};
use proptest::prelude::*;
use thrift::protocol::{
    TBinaryInputProtocol, TBinaryOutputProtocol, TCompactInputProtocol, TCompactOutputProtocol,
    TFieldIdentifier, TInputProtocol, TListIdentifier, TMapIdentifier, TMessageIdentifier,
    TMessageType, TOutputProtocol, TSetIdentifier, TStructIdentifier, TType,
};

use crate::{
    descriptors::DESCRIPTORS,
    random::{self, Random},
    value::Value,
};

const PROTOCOLS: [Protocol; 2] = [Protocol::Binary, Protocol::Compact];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(16))]

    /// Apache writes, the generated code reads and writes again, Apache reads the same value.
    #[test]
    fn every_struct_crosses_both_ways(seed: u64) {
        let mut random = Random::new(seed);
        for it in DESCRIPTORS {
            let value = random::structure(&mut random, it, 1);
            for protocol in PROTOCOLS {
                let theirs = apache_bytes(protocol, &value);
                let ours = (it.round_trip)(protocol, &theirs).expect(it.name);
                let read = apache_value(protocol, &ours);
                // Compared as bytes, since an empty compact map does not tell its types.
                prop_assert_eq!(read.encode(protocol), value.encode(protocol), "{}", it.name);
            }
        }
    }
}

#[test]
fn message_headers_cross_both_ways() {
    for protocol in PROTOCOLS {
        let header = MessageHeader {
            name: "get_table",
            kind: MessageKind::Call,
            seq: 77,
        };
        let mut ours = Vec::new();
        protocol.encode_message(header, &args::GetTable::default(), &mut ours);
        let read = with_input(protocol, &ours, |input| input.read_message_begin());
        let sent = TMessageIdentifier::new("get_table", TMessageType::Call, 77);
        assert_eq!(read.expect("our header"), sent);

        let theirs = with_output(protocol, |output| output.write_message_begin(&sent));
        assert_eq!(protocol.read_header(&theirs), Ok((header, &[][..])));
    }
}

fn apache_bytes(protocol: Protocol, value: &Value) -> Vec<u8> {
    with_output(protocol, |output| write(output, value))
}

fn apache_value(protocol: Protocol, bytes: &[u8]) -> Value {
    with_input(protocol, bytes, |input| read(input, WireType::Struct)).expect("our bytes")
}

fn with_output(
    protocol: Protocol,
    work: impl FnOnce(&mut dyn TOutputProtocol) -> thrift::Result<()>,
) -> Vec<u8> {
    let mut bytes = Vec::new();
    match protocol {
        Protocol::Binary => work(&mut TBinaryOutputProtocol::new(&mut bytes, true)),
        Protocol::Compact => work(&mut TCompactOutputProtocol::new(&mut bytes)),
    }
    .expect("a vector takes everything");
    bytes
}

fn with_input<T>(
    protocol: Protocol,
    bytes: &[u8],
    work: impl FnOnce(&mut dyn TInputProtocol) -> thrift::Result<T>,
) -> thrift::Result<T> {
    match protocol {
        Protocol::Binary => work(&mut TBinaryInputProtocol::new(bytes, true)),
        Protocol::Compact => work(&mut TCompactInputProtocol::new(bytes)),
    }
}

fn write(output: &mut dyn TOutputProtocol, value: &Value) -> thrift::Result<()> {
    match value {
        Value::Bool(value) => output.write_bool(*value),
        Value::I8(value) => output.write_i8(*value),
        Value::I16(value) => output.write_i16(*value),
        Value::I32(value) => output.write_i32(*value),
        Value::I64(value) => output.write_i64(*value),
        Value::Double(value) => output.write_double(*value),
        Value::Binary(value) => output.write_bytes(value),
        Value::Struct(fields) => {
            output.write_struct_begin(&TStructIdentifier::new("any"))?;
            for (id, value) in fields {
                let field = TFieldIdentifier::new("any", to_apache(value.wire()), *id);
                output.write_field_begin(&field)?;
                write(output, value)?;
                output.write_field_end()?;
            }
            output.write_field_stop()?;
            output.write_struct_end()
        }
        Value::List(element, list) => {
            let count = i32::try_from(list.len()).expect("a short list");
            output.write_list_begin(&TListIdentifier::new(to_apache(*element), count))?;
            list.iter().try_for_each(|value| write(output, value))?;
            output.write_list_end()
        }
        Value::Set(element, list) => {
            let count = i32::try_from(list.len()).expect("a short set");
            output.write_set_begin(&TSetIdentifier::new(to_apache(*element), count))?;
            list.iter().try_for_each(|value| write(output, value))?;
            output.write_set_end()
        }
        Value::Map(key, value, pairs) => {
            let count = i32::try_from(pairs.len()).expect("a short map");
            let (key, value) = (to_apache(*key), to_apache(*value));
            output.write_map_begin(&TMapIdentifier::new(key, value, count))?;
            for (key, value) in pairs {
                write(output, key)?;
                write(output, value)?;
            }
            output.write_map_end()
        }
    }
}

fn read(input: &mut dyn TInputProtocol, wire: WireType) -> thrift::Result<Value> {
    Ok(match wire {
        WireType::Bool => Value::Bool(input.read_bool()?),
        WireType::I8 => Value::I8(input.read_i8()?),
        WireType::I16 => Value::I16(input.read_i16()?),
        WireType::I32 => Value::I32(input.read_i32()?),
        WireType::I64 => Value::I64(input.read_i64()?),
        WireType::Double => Value::Double(input.read_double()?),
        WireType::String => Value::Binary(input.read_bytes()?),
        WireType::Struct => {
            input.read_struct_begin()?;
            let mut fields = Vec::new();
            loop {
                let field = input.read_field_begin()?;
                if field.field_type == TType::Stop {
                    break;
                }
                let id = field.id.expect("each field has an id");
                fields.push((id, read(input, from_apache(field.field_type))?));
                input.read_field_end()?;
            }
            input.read_struct_end()?;
            Value::Struct(fields)
        }
        WireType::List => {
            let header = input.read_list_begin()?;
            let element = from_apache(header.element_type);
            let list: thrift::Result<_> = (0..header.size).map(|_| read(input, element)).collect();
            input.read_list_end()?;
            Value::List(element, list?)
        }
        WireType::Set => {
            let header = input.read_set_begin()?;
            let element = from_apache(header.element_type);
            let list: thrift::Result<_> = (0..header.size).map(|_| read(input, element)).collect();
            input.read_set_end()?;
            Value::Set(element, list?)
        }
        WireType::Map => {
            let header = input.read_map_begin()?;
            // An empty compact map does not tell its types.
            let key = header.key_type.map_or(WireType::String, from_apache);
            let value = header.value_type.map_or(WireType::String, from_apache);
            let mut pairs = Vec::new();
            for _ in 0..header.size {
                pairs.push((read(input, key)?, read(input, value)?));
            }
            input.read_map_end()?;
            Value::Map(key, value, pairs)
        }
    })
}

fn to_apache(wire: WireType) -> TType {
    match wire {
        WireType::Bool => TType::Bool,
        WireType::I8 => TType::I08,
        WireType::I16 => TType::I16,
        WireType::I32 => TType::I32,
        WireType::I64 => TType::I64,
        WireType::Double => TType::Double,
        WireType::String => TType::String,
        WireType::Struct => TType::Struct,
        WireType::List => TType::List,
        WireType::Set => TType::Set,
        WireType::Map => TType::Map,
    }
}

fn from_apache(wire: TType) -> WireType {
    match wire {
        TType::Bool => WireType::Bool,
        TType::I08 => WireType::I8,
        TType::I16 => WireType::I16,
        TType::I32 => WireType::I32,
        TType::I64 => WireType::I64,
        TType::Double => WireType::Double,
        TType::String | TType::Utf7 => WireType::String,
        TType::Struct => WireType::Struct,
        TType::List => WireType::List,
        TType::Set => WireType::Set,
        TType::Map => WireType::Map,
        other => panic!("Hive has no {other}"),
    }
}
