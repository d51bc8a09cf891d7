//! What must not harm the server: malformed, truncated, oversized, deep and foreign messages. Each costs its own
//! connection at most; the others go on.

use super::raw::{call, rest_of};
use crate::client::{Client, Options, Protocol};
use crate::harness::{TestDatabase, TestServer};
use serde_json::json;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Sends bytes and gives back all that comes until the server closes the connection.
fn send(address: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let mut stream = TcpStream::connect(address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    stream.write_all(bytes).unwrap();
    let mut answer = Vec::new();
    // A reset by the server is an end like any other.
    let _ = stream.read_to_end(&mut answer);
    answer
}

async fn with_server(test: impl FnOnce(SocketAddr) + Send + 'static) {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start_with(&database, |settings| {
        settings.thrift.message_bytes_max = 1024 * 1024;
        settings.thrift.message_timeout_s = 1;
    })
    .await;
    let address = server.thrift();
    server
        .ask(move |bystander| {
            test(address);
            bystander
                .call("get_all_databases", json!({}))
                .expect("other connections go on");
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn foreign_protocols_are_told_and_closed() {
    with_server(|address| {
        assert_eq!(send(address, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"), b"");
        assert_eq!(
            send(
                address,
                &[0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xfc, 0x03]
            ),
            b""
        );
        assert_eq!(
            send(
                address,
                b"\x00\x00\x00\x09get_table\x01\x00\x00\x00\x00\x00"
            ),
            b""
        );
        assert_eq!(send(address, &[0xff; 64]), b"");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_beyond_a_limit_end_their_connection() {
    with_server(|address| {
        // A string that claims two gigabytes.
        let mut huge = call("get_database", &[]);
        huge.extend([11, 0, 1, 0x7f, 0xff, 0xff, 0xff]);
        assert_eq!(send(address, &huge), b"");
        // A list that claims two thousand million elements of nothing.
        let mut wide = call("set_ugi", &[]);
        wide.extend([15, 0, 2, 11, 0x7f, 0xff, 0xff, 0xff]);
        assert_eq!(send(address, &wide), b"");
        // Structs inside structs without end.
        let mut deep = call("get_database", &[]);
        deep.extend([12, 0, 1].repeat(10_000));
        assert_eq!(send(address, &deep), b"");
        // A frame of two gigabytes.
        let mut frame = vec![0x7f, 0xff, 0xff, 0xff];
        frame.extend(call("get_database", &[]));
        assert_eq!(send(address, &frame), b"");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_may_come_byte_by_byte_and_two_at_once() {
    with_server(|address| {
        let mut message = call("getStatus", &[]);
        message.push(0);
        let mut stream = TcpStream::connect(address).unwrap();
        stream.set_nodelay(true).unwrap();
        for byte in &message {
            stream.write_all(&[*byte]).unwrap();
        }
        // The answer repeats the header and holds one enum: a field header and four bytes.
        let mut one = vec![0; message.len() + 7];
        stream.read_exact(&mut one).unwrap();
        stream
            .write_all(&[message.clone(), message.clone()].concat())
            .unwrap();
        let mut two = vec![0; 2 * one.len()];
        stream.read_exact(&mut two).unwrap();
        assert_eq!(two, [one.clone(), one].concat());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn arguments_that_cannot_be_read_leave_the_connection_in_step() {
    with_server(|address| {
        // get_database(name = bytes that are no UTF-8), then a good call on the same connection.
        let mut message = call("get_database", &[]);
        message.extend([11, 0, 1, 0, 0, 0, 2, 0xc3, 0x28, 0]);
        message.extend(call("getStatus", &[]));
        message.push(0);
        let mut stream = TcpStream::connect(address).unwrap();
        stream.write_all(&message).unwrap();
        let answer = rest_of(stream);
        assert_eq!(
            answer[..4],
            [0x80, 0x01, 0x00, 0x03],
            "an application exception comes first"
        );
        let text = String::from_utf8_lossy(&answer);
        assert!(
            text.contains("UTF-8") && text.contains("getStatus"),
            "{text}"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_unknown_method_leaves_the_connection_usable() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    for (protocol, framed) in [
        (Protocol::Binary, false),
        (Protocol::Binary, true),
        (Protocol::Compact, false),
        (Protocol::Compact, true),
    ] {
        let options = Options {
            protocol,
            framed,
            ..Options::default()
        };
        server
            .ask_with(options, |client: &mut Client| {
                let failure = client.call_unknown("get_honey").unwrap_err();
                assert_eq!(failure.message(), "Invalid method name: 'get_honey'");
                client.call("get_all_databases", json!({})).unwrap();
                client.call("shutdown", json!({})).unwrap();
                client
                    .call("get_all_databases", json!({}))
                    .expect("shutdown ends nothing");
            })
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_message_changes_nothing() {
    with_server(|address| {
        let mut whole = call("get_database", &[]);
        whole.extend([11, 0, 1, 0, 0, 0, 7]);
        whole.extend(b"default");
        whole.push(0);
        for length in 0..whole.len() {
            let mut stream = TcpStream::connect(address).unwrap();
            stream.write_all(&whole[..length]).unwrap();
            let answer = rest_of(stream);
            assert_eq!(answer, b"", "after {length} bytes");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_pauses_inside_a_message_is_closed() {
    with_server(|address| {
        assert_eq!(send(address, &call("get_database", &[])), b"");
    })
    .await;
}
