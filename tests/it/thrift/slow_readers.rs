//! Long answers to clients that take their time: others are served meanwhile, what comes late is whole, and who stops
//! taking an answer is closed.

use super::objects::partitioned;
use super::raw::rest_of;
use crate::client::{Client, Options, call_bytes};
use crate::harness::{TestDatabase, TestServer};
use serde_json::{Value, json};
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

/// Far more bytes than the sockets of both sides take in: partitions, columns, and bytes of a comment.
const PARTITIONS: usize = 100;
const COLUMNS: usize = 1_500;
const COMMENT_BYTES: usize = 200;

/// A table of which a listing is long.
fn make_long(client: &mut Client) {
    let mut table = partitioned("default", "long", &[("n", "int")]);
    let comment = "c".repeat(COMMENT_BYTES);
    let column =
        |number| json!({ "name": format!("c{number}"), "type": "int", "comment": comment });
    table["sd"]["cols"] = (0..COLUMNS).map(column).collect();
    client
        .call("create_table", json!({ "tbl": table }))
        .unwrap();
    for number in 0..PARTITIONS {
        let values = [number.to_string()];
        let args = json!({ "db_name": "default", "tbl_name": "long", "part_vals": values });
        client.call("append_partition", args).unwrap();
    }
}

/// Asks for all partitions and for nothing more, so that the server closes behind its answer.
fn ask_for_all(address: SocketAddr) -> TcpStream {
    let args = json!({ "db_name": "default", "tbl_name": "long", "max_parts": -1 });
    let mut stream = TcpStream::connect(address).unwrap();
    let patience = Some(Duration::from_mins(1));
    stream.set_read_timeout(patience).unwrap();
    stream.set_write_timeout(patience).unwrap();
    let call = call_bytes("get_partitions", args, Options::default());
    stream.write_all(&call).unwrap();
    stream
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_reader_holds_nothing_of_others() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start_with(&database, |settings| {
        settings.database.connections_max = 1;
    })
    .await;
    let address = server.thrift();
    server
        .ask(move |bystander| {
            make_long(bystander);
            let whole = rest_of(ask_for_all(address));
            assert!(whole.len() > PARTITIONS * COLUMNS * COMMENT_BYTES);

            let mut slow = ask_for_all(address);
            let mut first = [0];
            slow.read_exact(&mut first).unwrap();
            let table = json!({ "dbname": "default", "tbl_name": "long" });
            bystander.call("get_table", table).unwrap();
            let names = json!({ "db_name": "default", "tbl_name": "long", "max_parts": -1 });
            let names = bystander.call("get_partition_names", names).unwrap();
            assert_eq!(names.as_array().map(Vec::len), Some(PARTITIONS));
            // The answer is of the moment of its call, whatever happens until it is taken.
            let table = json!({ "dbname": "default", "name": "long", "deleteData": true });
            assert_eq!(bystander.call("drop_table", table).unwrap(), Value::Null);

            let late = rest_of(slow);
            assert_eq!(late.len() + first.len(), whole.len());
            assert!(late == whole[first.len()..], "late bytes differ");
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_stops_taking_an_answer_is_closed() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start_with(&database, |settings| {
        settings.thrift.message_timeout_s = 1;
    })
    .await;
    let address = server.thrift();
    server
        .ask(move |bystander| {
            make_long(bystander);
            let mut stopped = ask_for_all(address);
            stopped.read_exact(&mut [0]).unwrap();
            // The server reads nothing while it answers; closing the connection ends this.
            let zeros = vec![0; 64 * 1024];
            let failure = loop {
                if let Err(failure) = stopped.write(&zeros) {
                    break failure.kind();
                }
            };
            let closed = [ErrorKind::ConnectionReset, ErrorKind::BrokenPipe];
            assert!(closed.contains(&failure), "{failure:?}");
            bystander.call("get_all_databases", json!({})).unwrap();
        })
        .await;
}
