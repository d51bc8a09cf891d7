//! Events as browsers follow them.

use super::Rest;
use crate::harness::{TestDatabase, TestServer};
use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

type Following = BufReader<TcpStream>;

/// Begins to follow, and reads the head of the answer.
async fn follow(server: &TestServer, query: &str, headers: &str) -> (Following, String) {
    let mut stream = BufReader::new(TcpStream::connect(server.http()).await.unwrap());
    let head = format!(
        "GET /api/v1/events/stream{query} HTTP/1.1\r\nHost: h\r\nAccept-Encoding: gzip\r\n{headers}\r\n"
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    while !answer.ends_with("\r\n\r\n") {
        assert_ne!(stream.read_line(&mut answer).await.unwrap(), 0, "{answer}");
    }
    (stream, answer)
}

/// The next event: its number, its kind and its data.
async fn next(stream: &mut Following) -> (i64, String, Value) {
    let mut id = 0;
    loop {
        let mut line = String::new();
        assert_ne!(stream.read_line(&mut line).await.unwrap(), 0, "it ended");
        if let Some(number) = line.strip_prefix("id: ") {
            id = number.trim().parse().unwrap();
        } else if let Some(data) = line.strip_prefix("data: ") {
            let data: Value = serde_json::from_str(data).unwrap();
            assert_eq!(data["id"], id);
            return (id, data["kind"].as_str().unwrap().to_owned(), data);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_hears_of_what_is_committed_and_goes_on_where_it_was() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let (mut all, head) = follow(&server, "", "").await;
    assert!(head.contains("text/event-stream"), "{head}");
    assert!(
        !head.contains("gzip"),
        "an event would wait for others: {head}"
    );
    let (mut of_orders, _) = follow(&server, "?database=shop&table=orders", "").await;
    rest.post("/databases", json!({"name": "other"}))
        .await
        .expect(201);
    let new = json!({"partitions": [{"values": ["1", "2"]}]});
    let path = "/databases/shop/tables/orders/partitions";
    rest.post(path, new).await.expect(200);

    let (first, kind, _) = next(&mut all).await;
    assert_eq!(kind, "CREATE_DATABASE");
    let (second, kind, data) = next(&mut all).await;
    assert_eq!((second, kind.as_str()), (first + 1, "ADD_PARTITION"));
    assert_eq!(data["partitions"], json!(["dt=1/hour=2"]));
    assert_eq!(next(&mut of_orders).await.0, second);
    drop(all);
    let lost = format!("Last-Event-ID: {first}\r\n");
    let (mut again, _) = follow(&server, "?after=0", &lost).await;
    assert_eq!(next(&mut again).await.0, second);
    let (mut whole, _) = follow(&server, "?after=0", "").await;
    assert_eq!(next(&mut whole).await.0, 1);
    rest.get("/events/stream?catalog=nosuch")
        .await
        .problem(404, "not-found");
    rest.get("/events/stream?table=orders")
        .await
        .problem(400, "invalid-request");
    for (headers, status) in [
        ("Last-Event-ID: x\r\n", 400),
        ("Last-Event-ID: +1\r\n", 400),
        ("Last-Event-ID: 99999\r\n", 400),
    ] {
        let (_, head) = follow(&server, "", headers).await;
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{head}");
    }
    // Where it begins is told at once, so that one that breaks early goes on from there.
    let mut first = String::new();
    let (mut empty, _) = follow(&server, "", "Last-Event-ID:\r\n").await;
    while !first.contains("id: ") {
        assert_ne!(empty.read_line(&mut first).await.unwrap(), 0);
    }
    server.expire_events().await;
    rest.get("/events/stream?after=1")
        .await
        .problem(409, "not-allowed");
    // A server that ends does not wait for those who follow.
    server.stop().await;
    let mut rest_of_it = String::new();
    while again
        .read_line(&mut rest_of_it)
        .await
        .is_ok_and(|read| read > 0)
    {}
    assert!(!rest_of_it.contains("data:"), "{rest_of_it}");
}
