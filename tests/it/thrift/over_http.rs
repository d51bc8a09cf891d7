//! Thrift over HTTP: the same answers as over a socket, and the refusals that a client of HTTP is told by a status.

use super::objects::{partitioned, table};
use crate::client::{Client, Options, Protocol, call_bytes};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use std::net::SocketAddr;

on_every_database!(an_engine_is_answered_over_http_as_over_a_socket);

const TYPE: &str = "application/x-thrift";

fn options(protocol: Protocol) -> Options {
    Options {
        protocol,
        ..Options::default()
    }
}

/// What an engine asks of a new table of its own, and what it is answered.
fn asked(client: &mut Client, name: &str) -> Vec<Value> {
    let mut answers = Vec::new();
    let mut ask = |method: &str, arguments: Value| match client.call(method, arguments) {
        Ok(answer) => answers.push(answer),
        Err(failure) => answers.push(json!(format!("{}: {}", failure.name(), failure.message()))),
    };
    let described = partitioned("default", name, &[("dt", "string")]);
    ask("create_table", json!({ "tbl": described }));
    ask("create_table", json!({ "tbl": described }));
    // Long enough that the answer is several pieces.
    let partitions = (0..2_000).map(|number| {
        let mut sd = described["sd"].clone();
        sd["location"] = Value::Null;
        json!({
            "dbName": "default", "tableName": name, "values": [format!("{number:04}")], "sd": sd,
            "parameters": { "numFiles": "1", "totalSize": "10" },
        })
    });
    let partitions: Vec<Value> = partitions.collect();
    ask("add_partitions", json!({ "new_parts": partitions }));
    let all = json!({ "db_name": "default", "tbl_name": name, "max_parts": -1 });
    ask("get_partitions", all);
    let some = json!({
        "db_name": "default", "tbl_name": name, "filter": "dt > \"1990\"", "max_parts": -1,
    });
    ask("get_partitions_by_filter", some);
    ask(
        "get_table",
        json!({ "dbname": "default", "tbl_name": "no such" }),
    );
    let gone = json!({ "dbname": "default", "name": name, "deleteData": true });
    ask("drop_table", gone);
    answers
}

/// An answer without what tells one table from the next.
fn alike(answers: Vec<Value>, name: &str) -> String {
    let mut answers = Value::Array(answers);
    timeless(&mut answers);
    answers.to_string().replace(name, "NAME")
}

fn timeless(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            for time in ["createTime", "lastAccessTime", "transient_lastDdlTime"] {
                fields.remove(time);
            }
            fields.values_mut().for_each(timeless);
        }
        Value::Array(items) => items.iter_mut().for_each(timeless),
        _ => {}
    }
}

async fn an_engine_is_answered_over_http_as_over_a_socket(database: TestDatabase) {
    let server = TestServer::start(&database).await;
    let told = server
        .ask(|client| alike(asked(client, "socket_t"), "socket_t"))
        .await;
    assert!(told.contains("AlreadyExistsException") && told.contains("NoSuchObjectException"));
    let http = server.http();
    for (protocol, name) in [
        (Protocol::Binary, "binary_t"),
        (Protocol::Compact, "compact_t"),
    ] {
        let answered = tokio::task::spawn_blocking(move || {
            let headers = [("x-actor-username", "ann")];
            let client = Client::over_http(http, options(protocol), &headers);
            alike(asked(&mut client.unwrap(), name), name)
        });
        let answered = answered.await.unwrap();
        let same = answered
            .bytes()
            .zip(told.bytes())
            .take_while(|(one, other)| one == other);
        let at = same.count().saturating_sub(100);
        let shown = |text: &str| text.get(at..(at + 300).min(text.len())).map(str::to_owned);
        let (here, there) = (shown(&answered), shown(&told));
        assert!(
            answered == told,
            "{protocol:?}: {here:?}, and over a socket {there:?}"
        );
    }
}

fn post(http: SocketAddr, body: impl Into<reqwest::Body>) -> RequestBuilder {
    post_of(TYPE, http, body)
}

fn post_of(kind: &str, http: SocketAddr, body: impl Into<reqwest::Body>) -> RequestBuilder {
    let client = reqwest::Client::new();
    let request = client.request(Method::POST, format!("http://{http}/metastore"));
    request.header("content-type", kind).body(body)
}

fn call() -> Vec<u8> {
    call_bytes("get_all_databases", json!({}), Options::default())
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_message_is_told_by_a_status_and_the_next_one_is_answered() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start_with(&database, |settings| {
        settings.thrift.message_bytes_max = 64 * 1024;
    });
    let server = server.await;
    let http = server.http();
    let (message, twice) = (call(), [call(), call()].concat());
    let framed = [&27_u32.to_be_bytes()[..], &message].concat();
    let long = call_bytes(
        "get_database",
        json!({ "name": "x".repeat(70_000) }),
        Options::default(),
    );
    let pieces = long
        .chunks(1_000)
        .map(|piece| Ok::<_, std::io::Error>(piece.to_vec()));
    let in_pieces = reqwest::Body::wrap_stream(futures::stream::iter(pieces.collect::<Vec<_>>()));
    // Three million empty things, of which a list of 12 bytes tells.
    let mut claim = message[..message.len() - 1].to_vec();
    claim.extend([15, 0, 1, 12, 0, 45, 198, 192]);
    let user = |value: &str| post(http, call()).header("x-actor-username", value);
    for (what, request, status) in [
        ("one byte", post(http, vec![0x80]), 400),
        ("nothing", post(http, Vec::new()), 400),
        ("text", post(http, "hello, metastore"), 400),
        ("a frame", post(http, framed), 400),
        ("two messages", post(http, twice), 400),
        ("a cut message", post(http, message[..20].to_vec()), 400),
        ("a claim", post(http, claim), 400),
        ("a long message", post(http, long.clone()), 413),
        ("a long message in pieces", post(http, in_pieces), 413),
        ("no user", user(""), 401),
        (
            "two users",
            user("ann").header("x-actor-username", "bob"),
            401,
        ),
        ("a long user", user(&"u".repeat(40_000)), 401),
        ("another type", post_of("text/plain", http, call()), 415),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status().as_u16(), status, "{what}");
        let right = user("ann").send().await.unwrap();
        assert_eq!(right.status(), StatusCode::OK, "after {what}");
        assert_eq!(right.headers()["content-type"], TYPE);
    }
    // As the client of Hive 4.0 asks.
    let starred = reqwest::Client::new().post(format!("http://{http}/metastore/*"));
    let starred = starred.header("content-type", TYPE).body(call());
    assert_eq!(starred.send().await.unwrap().status(), StatusCode::OK);
    let looked = reqwest::get(format!("http://{http}/metastore"))
        .await
        .unwrap();
    assert_eq!(looked.status(), StatusCode::METHOD_NOT_ALLOWED);
    assert_eq!(looked.headers()["allow"], "POST");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_asks_stands_in_a_header() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let http = server.http();
    for (name, headers, owner) in [
        ("of_ann", [("x-actor-username", "ann")].as_slice(), "ann"),
        ("of_nobody", &[], "skep"),
    ] {
        let made = tokio::task::spawn_blocking(move || {
            let mut client = Client::over_http(http, Options::default(), headers).unwrap();
            let database =
                json!({ "name": name, "description": "", "locationUri": null, "parameters": {} });
            let made = client.call("create_database", json!({ "database": database }));
            made.unwrap();
            client
                .call("get_database", json!({ "name": name }))
                .unwrap()
        });
        assert_eq!(made.await.unwrap()["ownerName"], owner);
    }
}

/// Hive's client calls `shutdown` when it is closed, reads the body of the answer without asking whether there is one, and
/// must not end the server.
#[tokio::test(flavor = "multi_thread")]
async fn a_call_without_an_answer_has_an_empty_body() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let message = call_bytes("shutdown", json!({}), Options::default());
    let answer = post(server.http(), message).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.headers()["content-length"], "0");
    let names = tokio::task::spawn_blocking({
        let http = server.http();
        move || {
            // Without a word of who asks, and again and again on one connection.
            let mut client = Client::over_http(http, Options::default(), &[]).unwrap();
            for number in 0..100 {
                let table = table("default", &format!("t{number}"));
                client
                    .call("create_table", json!({ "tbl": table }))
                    .unwrap();
            }
            let all = json!({ "db_name": "default", "pattern": "*" });
            client.call("get_tables", all).unwrap()
        }
    });
    assert_eq!(names.await.unwrap().as_array().unwrap().len(), 100);
}
