//! The client against a server of its own crate: what it shows must be what came over the wire.

use std::net::{SocketAddr, TcpListener};
use std::thread::JoinHandle;
use std::time::Duration;

use serde_json::{Value, json};
use thrift::protocol::TMessageType;
use thrift::transport::{TIoChannel, TTcpChannel};

use crate::client::idl::Idl;
use crate::client::wire::{Kind, Wire};
use crate::client::{
    Client, Failure, Options, Protocol, call_bytes, input_protocol, output_protocol, write_message,
};

const EVERY_WAY: [Options; 4] = [
    way(Protocol::Binary, false),
    way(Protocol::Binary, true),
    way(Protocol::Compact, false),
    way(Protocol::Compact, true),
];

const fn way(protocol: Protocol, framed: bool) -> Options {
    Options {
        protocol,
        framed,
        timeout: Duration::from_secs(20),
    }
}

/// Answers one call with the given struct and hands back the arguments that came.
fn answer(
    options: Options,
    kind: TMessageType,
    reply: Wire,
) -> (SocketAddr, JoinHandle<(String, Wire)>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let server = std::thread::spawn(move || {
        let (stream, _) = listener.accept().unwrap();
        let (read, write) = TTcpChannel::with_stream(stream).split().unwrap();
        let mut input = input_protocol(read, options);
        let header = input.read_message_begin().unwrap();
        let args = Wire::read(&mut *input, Kind::Struct).unwrap();
        let mut output = output_protocol(write, options);
        write_message(
            &mut *output,
            &header.name,
            kind,
            header.sequence_number,
            &reply,
        )
        .unwrap();
        (header.name, args)
    });
    (address, server)
}

fn text(text: &str) -> Wire {
    Wire::Bytes(text.into())
}

#[test]
fn a_result_comes_back_by_name_with_unknown_and_older_fields_kept() {
    for options in EVERY_WAY {
        let table = Wire::Struct(vec![
            (1, text("t")),
            (3, Wire::Bytes(vec![0xff, 0x00])),
            (4, Wire::I32(-7)),
            (
                9,
                Wire::Map(Kind::Bytes, Kind::Bytes, vec![(text("k"), text(""))]),
            ),
            (16, text("hive")),
            (18, Wire::I32(2)),
            (
                999,
                Wire::List(Kind::Bool, vec![Wire::Bool(true), Wire::Bool(false)]),
            ),
        ]);
        let (address, server) =
            answer(options, TMessageType::Reply, Wire::Struct(vec![(0, table)]));
        let mut client = Client::connect_with(address, options).unwrap();
        let args = json!({ "dbname": "d", "tbl_name": "t" });
        let table = client.call("get_table", args.clone()).unwrap();
        let (name, sent) = server.join().unwrap();
        assert_eq!(
            (name.as_str(), sent),
            (
                "get_table",
                Wire::Struct(vec![(1, text("d")), (2, text("t"))])
            )
        );
        let expected = json!({
            "tableName": "t",
            "owner": { "$hex": "ff00" },
            "createTime": -7,
            "parameters": { "k": "" },
            "catName@16": "hive",
            "ownerType": "ROLE",
            "#999": { "$list": [{ "$bool": true }, { "$bool": false }] },
        });
        assert_eq!(table, expected, "{options:?}");
    }
}

#[test]
fn each_way_to_fail_is_told_apart() {
    let fails = |kind, reply| {
        let (address, server) = answer(Options::default(), kind, reply);
        let mut client = Client::connect(address).unwrap();
        let failure = client.call("get_table", json!({})).unwrap_err();
        server.join().unwrap();
        failure
    };
    let exception = |id| Wire::Struct(vec![(id, Wire::Struct(vec![(1, text("gone"))]))]);
    let declared = fails(TMessageType::Reply, exception(2));
    assert_eq!(declared.name(), "NoSuchObjectException");
    assert_eq!((declared.field(), declared.message()), (2, "gone"));
    assert_eq!(
        declared.to_string(),
        r#"NoSuchObjectException (field 2): {"message":"gone"}"#
    );
    let undeclared = fails(TMessageType::Reply, exception(9));
    assert!(
        matches!(undeclared, Failure::UnknownResult(_)),
        "{undeclared}"
    );
    let empty = fails(TMessageType::Reply, Wire::Struct(vec![]));
    assert_eq!(empty.name(), "UnknownResult");
    let application = Wire::Struct(vec![(1, text("no")), (2, Wire::I32(1))]);
    let unknown = fails(TMessageType::Exception, application);
    assert_eq!(
        unknown,
        Failure::Application {
            kind: 1,
            message: "no".to_owned()
        }
    );
}

#[test]
fn a_void_method_returns_null_and_a_closed_connection_is_a_transport_failure() {
    let (address, server) = answer(
        Options::default(),
        TMessageType::Reply,
        Wire::Struct(vec![]),
    );
    let mut client = Client::connect(address).unwrap();
    assert_eq!(client.call("create_database", json!({})), Ok(Value::Null));
    server.join().unwrap();
    assert!(matches!(
        client.call("getName", json!({})),
        Err(Failure::Transport(_))
    ));
}

#[test]
fn a_method_that_the_contract_lacks_can_be_called() {
    let reply = Wire::Struct(vec![(0, Wire::Set(Kind::I64, vec![Wire::I64(3)]))]);
    let (address, server) = answer(Options::default(), TMessageType::Reply, reply);
    let mut client = Client::connect(address).unwrap();
    let reply = client.call_unknown("make_coffee").unwrap();
    assert_eq!(
        reply,
        json!({ "$struct": { "#0": { "$set": [{ "$i64": 3 }] } } })
    );
    assert_eq!(server.join().unwrap().0, "make_coffee");
}

#[test]
fn fields_can_be_sent_with_a_wrong_type_an_unknown_number_or_an_older_form() {
    let args = json!({
        "dbname": { "$i32": 5 },
        "#77": { "$map": [[{ "$string": "a" }, { "$struct": { "#1": { "$double": 0.5 } } }]] },
    });
    let bytes = call_bytes("get_table", args, Options::default());
    let inner = Wire::Struct(vec![(1, Wire::Double(0.5))]);
    let expected = Wire::Struct(vec![
        (1, Wire::I32(5)),
        (
            77,
            Wire::Map(Kind::Bytes, Kind::Struct, vec![(text("a"), inner)]),
        ),
    ]);
    assert_eq!(arguments(&bytes), expected);
    let older = json!({ "rqst": { "txnid": 1, "dbname@2": "d", "tablename@3": "t" } });
    let Wire::Struct(fields) = arguments(&call_bytes(
        "add_dynamic_partitions",
        older,
        Options::default(),
    )) else {
        panic!("arguments are a struct");
    };
    let Wire::Struct(request) = &fields[0].1 else {
        panic!("the request is a struct")
    };
    assert_eq!(request[1..], [(2, text("d")), (3, text("t"))]);
}

fn arguments(bytes: &[u8]) -> Wire {
    let input = std::io::Cursor::new(bytes.to_vec());
    let mut input = input_protocol(input, Options::default());
    input.read_message_begin().unwrap();
    Wire::read(&mut *input, Kind::Struct).unwrap()
}

#[test]
fn the_contract_covers_every_method_and_marks_what_has_no_reply() {
    let idl = Idl::get();
    let oneway: Vec<&str> = idl
        .methods()
        .filter(|method| method.oneway)
        .map(|method| method.name.as_str())
        .collect();
    assert_eq!(oneway, ["reinitialize", "shutdown"]);
    assert!(idl.methods().count() > 300);
    assert!(idl.fields("SerDeInfo").iter().all(|field| !field.required));
    assert!(
        idl.fields("TableStatsRequest")
            .iter()
            .any(|field| field.required)
    );
}
