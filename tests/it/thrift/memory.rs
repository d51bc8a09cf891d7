//! What clients may hold in memory: a message costs little whatever it claims, all together have a bound, one alone cannot
//! take it, and who passes a bound is told so on a connection that lives on.

use super::databases::fault;
use super::objects::{partitioned, table};
use super::raw::{call, connect_from, rest_of};
use crate::client::{Client, Options, Protocol, call_bytes};
use crate::harness::{TestDatabase, TestServer};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

const MIB: usize = 1024 * 1024;
/// How often something is tried that another thread of the server has to make possible.
const TRIES_MAX: usize = 1_000;

/// How long a test waits for what the server does by itself.
const PATIENCE: Duration = Duration::from_mins(1);

/// A server with so many bytes in flight, half of them for one client.
async fn server_with(bytes: usize) -> TestServer {
    let database = TestDatabase::sqlite().await;
    TestServer::start_with(&database, |settings| {
        settings.server.bytes_in_flight_max = bytes;
        settings.server.bytes_in_flight_per_client_max = bytes / 2;
        settings.server.bytes_in_flight_wait_ms = 20;
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_nothing_is_refused_and_the_connection_lives_on() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let address = server.thrift();
    server
        .ask(move |bystander| {
            let count = 3_000_000_u32;
            let mut arguments = vec![15, 0, 1, 12];
            arguments.extend(count.to_be_bytes());
            // As many empty structs, and the end of the arguments.
            arguments.resize(arguments.len() + 3_000_000 + 1, 0);
            let mut stream = connect_from(1, address);
            stream
                .write_all(&call("add_partitions", &arguments))
                .unwrap();
            stream.write_all(&call("getStatus", &[0])).unwrap();
            let answer = rest_of(stream);
            let text = String::from_utf8_lossy(&answer);
            assert!(
                text.contains("cannot read the arguments of add_partitions")
                    && text.contains("bytes of memory"),
                "{text}"
            );
            assert!(text.contains("getStatus"), "the next call is answered");
            bystander.call("get_all_databases", json!({})).unwrap();
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_message_without_room_is_passed_and_its_connection_lives_on() {
    let server = server_with(2 * MIB).await;
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
            .ask_with(options, move |client: &mut Client| {
                let names = vec!["n".repeat(100); 40_000];
                let args = json!({ "dbname": "default", "tbl_names": names });
                let refused = client.call("get_table_objects_by_name", args).unwrap_err();
                assert!(
                    refused.message().contains("bytes_in_flight_per_client_max"),
                    "{protocol:?} {framed}: {refused:?}"
                );
                client
                    .call("get_all_databases", json!({}))
                    .expect("the connection is in step");
            })
            .await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn half_messages_of_one_client_leave_room_for_others() {
    let server = server_with(16 * MIB).await;
    let address = server.thrift();
    server
        .ask(move |own: &mut Client| {
            // A string of a megabyte that never ends, on more connections than there is memory for.
            let mut half = call("get_database", &[11, 0, 1, 0, 0x20, 0, 0]);
            half.resize(MIB, b'x');
            let held: Vec<TcpStream> = (0..40)
                .map(|_| {
                    let mut stream = connect_from(1, address);
                    stream.write_all(&half).unwrap();
                    stream
                })
                .collect();
            let names = vec!["n".repeat(100); 5_000];
            let args = json!({ "dbname": "default", "tbl_names": names });
            // The server takes its time to read what was sent; until then there is memory.
            let deadline = Instant::now() + PATIENCE;
            let mut refused = Ok(Value::Null);
            while refused.is_ok() && Instant::now() < deadline {
                refused = own.call("get_table_objects_by_name", args.clone());
            }
            let refused = refused.unwrap_err();
            assert_eq!(fault(&refused).0, "MetaException");
            assert!(
                refused.message().contains("not available at the moment"),
                "{refused:?}"
            );

            let large = call_bytes("get_table_objects_by_name", args, Options::default());
            let mut other = connect_from(2, address);
            other.write_all(&large).unwrap();
            let header = call("get_table_objects_by_name", &[]).len();
            let mut answer = vec![0; header + 3];
            other.read_exact(&mut answer).unwrap();
            assert_eq!(answer[header..], [15, 0, 0], "a result and no exception");

            drop(held);
            let mut served = own.call("get_all_databases", json!({}));
            for _ in 0..TRIES_MAX {
                if served.is_ok() {
                    break;
                }
                served = own.call("get_all_databases", json!({}));
            }
            served.expect("what was held is given back");
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_count_while_slow_readers_hold_them() {
    let server = server_with(192 * MIB).await;
    let address = server.thrift();
    server
        .ask(move |client: &mut Client| {
            make_wide(client, table("default", "wide"));
            let (slow, refused) = fill(address, "wide");
            assert!(refused.contains("memory for this request"), "{refused}");
            assert!(!slow.is_empty());
            client
                .call("get_all_databases", json!({}))
                .expect("others are served");
            drop(slow);
            wait_for_room(address, "wide");
        })
        .await;
}

/// Makes a table of 50,000 columns.
fn make_wide(client: &mut Client, mut wide: Value) {
    let comment = "c".repeat(250);
    let column =
        |number| json!({ "name": format!("c{number}"), "type": "int", "comment": comment });
    wide["sd"]["cols"] = (0..50_000).map(column).collect();
    client.call("create_table", json!({ "tbl": wide })).unwrap();
}

/// Asks for a wide table; gives the first bytes of the answer.
fn ask_slowly(address: SocketAddr, table: &str) -> (TcpStream, [u8; 64]) {
    let args = json!({ "dbname": "default", "tbl_name": table });
    let mut stream = connect_from(2, address);
    stream
        .write_all(&call_bytes("get_table", args, Options::default()))
        .unwrap();
    let mut start = [0; 64];
    stream.read_exact(&mut start).unwrap();
    (stream, start)
}

/// Takes all the memory of the second client by asking for a wide table again and again and reading nothing; gives its
/// connections, and what it is told in the end.
fn fill(address: SocketAddr, table: &str) -> (Vec<TcpStream>, String) {
    // The result begins behind the header: with field 0 where there is a table.
    let header = call("get_table", &[]).len();
    let mut slow = Vec::new();
    loop {
        assert!(slow.len() < 50, "nobody was refused");
        let (stream, start) = ask_slowly(address, table);
        if start[header..header + 3] != [12, 0, 0] {
            let told = String::from_utf8_lossy(&start[header..]).into_owned();
            return (slow, told);
        }
        slow.push(stream);
    }
}

/// Waits until the second client is served again.
fn wait_for_room(address: SocketAddr, table: &str) {
    for tries in 0.. {
        assert!(tries < TRIES_MAX, "what was held is not given back");
        let (_, start) = ask_slowly(address, table);
        if !String::from_utf8_lossy(&start).contains("memory for") {
            return;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_is_done_is_told_as_done_though_its_answer_finds_no_room() {
    let server = server_with(192 * MIB).await;
    let address = server.thrift();
    server
        .ask(move |client: &mut Client| {
            make_wide(client, partitioned("default", "wide", &[("n", "int")]));
            let (slow, refused) = fill(address, "wide");
            assert!(refused.contains("memory for this request"), "{refused}");
            let append = json!({ "db_name": "default", "tbl_name": "wide", "part_vals": ["1"] });
            let ask = call_bytes("append_partition", append, Options::default());
            let mut done = connect_from(2, address);
            done.write_all(&ask).unwrap();
            let header = call("append_partition", &[]).len();
            let mut start = vec![0; header + 3];
            done.read_exact(&mut start).unwrap();
            assert_eq!(start[header..], [12, 0, 0], "a partition and no exception");

            let (_, start) = ask_slowly(address, "none");
            let told = String::from_utf8_lossy(&start);
            assert!(told.contains("memory for"), "nothing new begins: {told}");
            let all = json!({ "db_name": "default", "tbl_name": "wide", "max_parts": -1 });
            let names = client.call("get_partition_names", all).unwrap();
            assert_eq!(names, json!(["n=1"]), "others are served");
            drop(slow);
            let whole = rest_of(done);
            assert!(whole.len() > 10 * MIB, "it is whole: {} bytes", whole.len());
            wait_for_room(address, "wide");
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_connection_remembers_is_bounded() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    server
        .ask(|client: &mut Client| {
            let long = "x".repeat(MIB);
            let many = vec!["g"; 5_000];
            for who in [
                json!({ "user_name": "ann", "group_names": many }),
                json!({ "user_name": long, "group_names": [] }),
                json!({ "user_name": "ann", "group_names": [long] }),
            ] {
                let refused = client.call("set_ugi", who).unwrap_err();
                assert_eq!(fault(&refused), ("MetaException", 1));
                assert!(refused.message().contains("at most"), "{refused:?}");
            }
            let value = json!({ "key": "metastore.try.direct.sql", "value": long });
            let refused = client.call("setMetaConf", value).unwrap_err();
            assert_eq!(fault(&refused), ("MetaException", 1));
            assert!(refused.message().contains("at most"), "{refused:?}");
            let who = json!({ "user_name": "ann", "group_names": ["bees"] });
            client
                .call("set_ugi", who)
                .expect("a refusal changes nothing");
        })
        .await;
}
