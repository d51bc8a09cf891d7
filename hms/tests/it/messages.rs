//! Whole messages: headers, replies, and replies that are written piece by piece.

use hms::{
    ApplicationException, DecodeErrorKind, Encode, MessageHeader, MessageKind, Protocol, WireType,
    Writer, args,
    protocol::{BinaryWriter, CompactWriter},
    replies,
    types::{FieldSchema, MetaException, Partition, StorageDescriptor},
};

use crate::{
    descriptors::{DESCRIPTORS, Descriptor},
    random::{self, Random},
};

const PROTOCOLS: [Protocol; 2] = [Protocol::Binary, Protocol::Compact];

/// A call of a random method with random arguments.
pub(crate) fn random_call(random: &mut Random, protocol: Protocol) -> Vec<u8> {
    let arguments: Vec<&Descriptor> = DESCRIPTORS
        .iter()
        .filter(|it| it.name.starts_with("args::"))
        .collect();
    let it = arguments[random.below(arguments.len())];
    let header = MessageHeader {
        name: it.name,
        kind: MessageKind::Call,
        seq: -3,
    };
    let mut message = match protocol {
        Protocol::Binary => header_bytes(BinaryWriter::new(), header),
        Protocol::Compact => header_bytes(CompactWriter::new(), header),
    };
    message.extend(random::structure(random, it, 2).encode(protocol));
    message
}

fn header_bytes(mut writer: impl Writer, header: MessageHeader<'_>) -> Vec<u8> {
    writer.message_begin(header);
    writer.take()
}

#[test]
fn headers_survive() {
    for protocol in PROTOCOLS {
        for kind in [
            MessageKind::Call,
            MessageKind::Reply,
            MessageKind::Exception,
            MessageKind::Oneway,
        ] {
            for seq in [0, 1, 300, i32::MAX, i32::MIN, -1] {
                let header = MessageHeader {
                    name: "get_table",
                    kind,
                    seq,
                };
                let mut message = Vec::new();
                protocol.encode_message(header, &args::GetTable::default(), &mut message);
                let (read, body) = protocol.read_header(&message).expect("the header is whole");
                assert_eq!(read, header);
                assert_eq!(body, [0]);
            }
        }
    }
}

#[test]
fn a_message_without_a_version_is_refused() {
    let not_strict = b"\0\0\0\x09get_table\x01\0\0\0\x01\0";
    for protocol in PROTOCOLS {
        let error = protocol.read_header(not_strict).map_err(|error| error.kind);
        assert_eq!(error, Err(DecodeErrorKind::BadVersion));
    }
}

#[test]
fn application_exceptions_survive() {
    for protocol in PROTOCOLS {
        let text = "Invalid method name: 'x'";
        let exception = ApplicationException::new(ApplicationException::UNKNOWN_METHOD, text);
        let mut bytes = Vec::new();
        protocol.encode(&exception, &mut bytes);
        assert_eq!(protocol.decode(&bytes), Ok(exception));
    }
}

#[test]
fn absent_and_empty_stay_apart() {
    for protocol in PROTOCOLS {
        let sent = Partition {
            values: Some(Vec::new()),
            db_name: Some(""),
            parameters: None,
            ..Default::default()
        };
        let mut bytes = Vec::new();
        protocol.encode(&sent, &mut bytes);
        assert_eq!(protocol.decode(&bytes), Ok(sent));
    }
}

#[test]
fn unknown_enum_values_survive() {
    let sent = hms::types::LockRequest {
        component: vec![hms::types::LockComponent {
            r#type: hms::types::LockType(99),
            ..Default::default()
        }],
        ..Default::default()
    };
    let mut bytes = Vec::new();
    Protocol::Compact.encode(&sent, &mut bytes);
    assert_eq!(Protocol::Compact.decode(&bytes), Ok(sent));
    assert_eq!(hms::types::LockType(99).name(), None);
    assert_eq!(
        hms::types::LockType::from_name("EXCL_WRITE"),
        Some(hms::types::LockType(4))
    );
}

#[test]
fn defaults_are_known_and_never_filled_in() {
    let args: args::GetPartitions = Protocol::Binary
        .decode(&[0])
        .expect("no argument is required");
    assert_eq!(args.max_parts, None);
    assert_eq!(args::GetPartitions::MAX_PARTS_DEFAULT, -1);
}

fn descriptor<'a>() -> StorageDescriptor<'a> {
    let column = FieldSchema {
        name: Some("id"),
        r#type: Some("bigint"),
        comment: None,
    };
    StorageDescriptor {
        cols: Some(vec![column; 20]),
        compressed: Some(false),
        ..Default::default()
    }
}

fn partition(value: &str) -> Partition<'_> {
    Partition {
        values: Some(vec![value]),
        db_name: Some("sales"),
        table_name: Some("orders"),
        create_time: Some(1_700_000_000),
        last_access_time: Some(0),
        sd: Some(Box::new(descriptor())),
        parameters: Some(vec![("numRows", "7")]),
        write_id: Some(-1),
        ..Default::default()
    }
}

/// Writes a reply by hand: the descriptor and the fields between are ready bytes, and the buffer is
/// taken away after each row.
fn stream<W: Writer + Default>(values: &[&str]) -> Vec<u8> {
    let mut shared = W::default();
    descriptor().encode(&mut shared);
    let names = W::fragment_of(
        1,
        &Partition {
            db_name: Some("sales"),
            table_name: Some("orders"),
            ..Default::default()
        },
    );

    let mut writer = W::default();
    let mut sent = Vec::new();
    let reply = writer.struct_begin();
    writer.field(0, WireType::List);
    writer.list_begin(WireType::Struct, values.len());
    for value in values {
        let row = writer.struct_begin();
        writer.field(1, WireType::List);
        vec![*value].encode(&mut writer);
        writer.fragment(&names);
        assert_eq!(writer.last_field_id(), 3);
        writer.field(4, WireType::I32);
        writer.i32(1_700_000_000);
        sent.extend(writer.take());
        writer.field(5, WireType::I32);
        writer.i32(0);
        writer.field(6, WireType::Struct);
        writer.raw(shared.bytes());
        writer.field(7, WireType::Map);
        vec![("numRows", "7")].encode(&mut writer);
        writer.field(10, WireType::I64);
        writer.i64(-1);
        writer.struct_end(row);
        sent.extend(writer.take());
    }
    writer.struct_end(reply);
    sent.extend(writer.take());
    sent
}

#[test]
fn a_reply_streamed_by_hand_equals_one_of_structs() {
    let values = ["2024-01-01", "2024-01-02", "서울"];
    let rows = values.iter().map(|value| partition(value)).collect();
    let reply = replies::GetPartitions {
        success: Some(rows),
        ..Default::default()
    };
    for (protocol, streamed) in [
        (Protocol::Binary, stream::<BinaryWriter>(&values)),
        (Protocol::Compact, stream::<CompactWriter>(&values)),
    ] {
        let mut encoded = Vec::new();
        protocol.encode(&reply, &mut encoded);
        assert_eq!(streamed, encoded);
    }
}

#[test]
fn a_declared_exception_has_its_field() {
    let info = hms::method("get_table").expect("get_table is in the IDL");
    let id = info.exception_id(hms::ExceptionKind::NoSuchObjectException);
    assert_eq!(id, Some(2));
    assert_eq!(
        info.exception_id(hms::ExceptionKind::TxnOpenException),
        None
    );

    let mut writer = BinaryWriter::new();
    let reply = writer.struct_begin();
    writer.field(2, WireType::Struct);
    MetaException {
        message: Some("gone"),
    }
    .encode(&mut writer);
    writer.struct_end(reply);
    let bytes = writer.into_bytes();
    let reply: replies::GetTable = Protocol::Binary.decode(&bytes).expect("a whole reply");
    assert_eq!(
        reply.o2.and_then(|exception| exception.message),
        Some("gone")
    );
    assert_eq!(reply.success, None);
}
