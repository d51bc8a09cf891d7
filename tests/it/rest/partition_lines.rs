//! Partitions of any number by one request, a line each.

use super::Rest;
use super::limits::bytes_in_flight;
use crate::harness::{TestDatabase, TestServer, on_every_database};
use reqwest::Method;
use serde_json::{Value, json};
use std::fmt::Write as _;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

on_every_database!(each_line_is_answered_and_a_bad_one_keeps_no_other_out);

const PATH: &str = "/databases/shop/tables/orders/partitions/lines";
const TYPE: &str = "application/x-ndjson";

async fn sent(rest: &Rest, path: &str, body: String) -> Vec<Value> {
    let request = rest
        .request(Method::POST, path)
        .header("content-type", TYPE)
        .body(body);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], TYPE);
    let text = answer.text().await.unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn line(dt: usize, hour: usize) -> String {
    format!(
        "{}\n",
        json!({ "values": [dt.to_string(), hour.to_string()] })
    )
}

async fn each_line_is_answered_and_a_bad_one_keeps_no_other_out(place: TestDatabase) {
    let server = TestServer::start(&place).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let mut body = String::new();
    for number in 0..2_500 {
        body += &line(number / 24, number % 24);
    }
    body += "\n  \n";
    body += "{\"values\": [\"1\"]}\n";
    body += "{\"valeus\": [\"1\", \"1\"]}\n";
    body += "no json\n";
    // The last line has no end.
    body += line(7_777, 1).trim_end();
    let told = sent(&rest, PATH, body.clone()).await;
    assert_eq!(told.len(), 2_500 + 4 + 1);
    assert_eq!(told[30]["partition"]["name"], "dt=1/hour=6");
    assert_eq!(told[30]["partition"]["outcome"], "added");
    for (at, slug) in [
        (2_500, "invalid-request"),
        (2_501, "invalid-request"),
        (2_502, "invalid-request"),
    ] {
        let kind = format!("urn:skep:problem:{slug}");
        assert_eq!(told[at]["refused"]["problem"]["type"], kind, "{}", told[at]);
        // Two blank lines stand before them.
        assert_eq!(told[at]["refused"]["line"], at + 3, "{}", told[at]);
    }
    assert_eq!(told[2_503]["partition"]["name"], "dt=7777/hour=1");
    let sum = json!({"sum": {"added": 2_501, "existed": 0, "refused": 3}});
    assert_eq!(told.last(), Some(&sum));
    let again = sent(&rest, PATH, body).await;
    let sum = json!({"sum": {"added": 0, "existed": 2_501, "refused": 3}});
    assert_eq!(again.last(), Some(&sum));
    let strict = format!("{PATH}?refuse_existing=true&touch_storage=true");
    let told = sent(&rest, &strict, line(0, 0) + &line(9_999, 9)).await;
    let why = &told[0]["refused"];
    assert_eq!(why["problem"]["type"], "urn:skep:problem:already-exists");
    assert_eq!(why["name"], "dt=0/hour=0");
    let made = server.warehouse().join("shop.db/orders");
    let made: Vec<_> = std::fs::read_dir(made).unwrap().collect();
    assert_eq!(made.len(), 1, "one was told to touch the storage");
    assert!(sent(&rest, PATH, String::new()).await[0]["sum"]["added"] == 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_may_wait_for_each_answer() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let mut stream = BufReader::new(TcpStream::connect(server.http()).await.unwrap());
    let head = format!(
        "POST /api/v1{PATH} HTTP/1.1\r\nHost: h\r\nContent-Type: {TYPE}\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut heard = String::new();
    for number in 0..3 {
        let line = line(number, 0);
        let chunk = format!("{:x}\r\n{line}\r\n", line.len());
        stream.write_all(chunk.as_bytes()).await.unwrap();
        let wanted = format!("dt={number}/hour=0");
        while !heard.contains(&wanted) {
            assert_ne!(stream.read_line(&mut heard).await.unwrap(), 0, "{heard}");
        }
    }
    // What is answered is there, although the request goes on.
    let path = "/databases/shop/tables/orders/partitions/dt=2%2Fhour=0";
    rest.get(path).await.expect(200);
    stream.write_all(b"0\r\n\r\n").await.unwrap();
    while !heard.contains("\"sum\"") {
        assert_ne!(stream.read_line(&mut heard).await.unwrap(), 0, "{heard}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_of_any_length_takes_the_memory_of_a_batch() {
    const MIB: usize = 1 << 20;
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start_with(&database, |settings| {
        settings.server.bytes_in_flight_max = 24 * MIB;
        settings.server.bytes_in_flight_per_client_max = 24 * MIB;
        settings.http.body_bytes_max = MIB;
        settings.thrift.message_bytes_max = MIB;
    })
    .await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let mut body = String::new();
    for number in 0..12_000 {
        // Longer, all together, than what a body of one piece may have.
        let _ = writeln!(
            body,
            "{}",
            json!({"values": [number.to_string(), "0"], "parameters": {"note": "x".repeat(400)}})
        );
    }
    assert!(body.len() > 4 * MIB);
    let told = sent(&rest, PATH, body).await;
    let sum = json!({"sum": {"added": 12_000, "existed": 0, "refused": 0}});
    assert_eq!(told.last(), Some(&sum));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_line_is_told_and_others_go_on() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let long = line(1, 1) + &"x".repeat(2 << 20) + "\n" + &line(1, 2);
    let told = sent(&rest, PATH, long).await;
    for added in [0, 2] {
        assert_eq!(told[added]["partition"]["outcome"], "added", "{told:?}");
    }
    let why = told[1]["refused"]["problem"]["detail"].as_str().unwrap();
    assert!(
        told[1]["refused"]["line"] == 2 && why.contains("1048576"),
        "{why}"
    );
    assert_eq!(told[3]["sum"]["refused"], 1);
    let post = |kind: &str, path: &str| {
        let request = rest.request(Method::POST, path);
        request.header("content-type", kind).body(line(1, 1))
    };
    rest.send(post("application/json", PATH))
        .await
        .problem(415, "media-type");
    let packed = post(TYPE, PATH).header("content-encoding", "gzip");
    rest.send(packed).await.problem(415, "media-type");
    let nowhere = "/databases/shop/tables/nothing/partitions/lines";
    rest.send(post(TYPE, nowhere))
        .await
        .problem(404, "not-found");
    // One that goes away in the middle takes nothing with it.
    let mut stream = TcpStream::connect(server.http()).await.unwrap();
    let head = format!(
        "POST /api/v1{PATH} HTTP/1.1\r\nHost: h\r\nContent-Type: {TYPE}\r\nContent-Length: 1000\r\n\r\n{}",
        line(2, 2)
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = [0; 16];
    stream.read_exact(&mut answer).await.unwrap();
    drop(stream);
    rest.get("/databases/shop/tables/orders").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_stops_ends_its_request_and_takes_what_has_come_of_it() {
    let database = TestDatabase::sqlite().await;
    let server =
        TestServer::start_with(&database, |settings| settings.http.header_timeout_s = 1).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let mut stream = TcpStream::connect(server.http()).await.unwrap();
    let half = "x".repeat(500_000);
    let head = format!(
        "POST /api/v1{PATH} HTTP/1.1\r\nHost: h\r\nContent-Type: {TYPE}\r\nContent-Length: 1000000\r\n\r\n{half}"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    while bytes_in_flight(&server).await < half.len() {}
    let mut answer = Vec::new();
    // A reset by the server is an end like any other.
    let _ = stream.read_to_end(&mut answer).await;
    let answer = String::from_utf8_lossy(&answer).into_owned();
    assert!(
        answer.contains("nothing of a line came for 1 s"),
        "{answer}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lines_of_a_megabyte_are_taken_one_by_one() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let mut body = String::new();
    for number in 0..12 {
        let note = "x".repeat(1_000_000);
        let one = json!({"values": [number.to_string(), "0"], "parameters": {"note": note}});
        let _ = writeln!(body, "{one}");
    }
    let told = sent(&rest, PATH, body).await;
    let sum = json!({"sum": {"added": 12, "existed": 0, "refused": 0}});
    assert_eq!(told.last(), Some(&sum));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_drips_is_answered_all_the_same() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let (mut reader, mut writer) = TcpStream::connect(server.http())
        .await
        .unwrap()
        .into_split();
    let head = format!(
        "POST /api/v1{PATH} HTTP/1.1\r\nHost: h\r\nContent-Type: {TYPE}\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    writer.write_all(head.as_bytes()).await.unwrap();
    let first = line(1, 1);
    let chunk = format!("{:x}\r\n{first}\r\n", first.len());
    writer.write_all(chunk.as_bytes()).await.unwrap();
    // Blank lines without end, each before a batch would wait no longer.
    let dripping = tokio::spawn(async move {
        let mut pace = tokio::time::interval(Duration::from_millis(20));
        while writer.write_all(b"1\r\n\n\r\n").await.is_ok() {
            pace.tick().await;
        }
    });
    let path = "/databases/shop/tables/orders/partitions/dt=1%2Fhour=1";
    // It is committed although the client never stops.
    while rest.get(path).await.status != 200 {}
    dripping.abort();
    drop(reader.read(&mut [0; 1]).await);
}
