//! HTTP/2 without TLS, as gRPC's clients begin it: by its own first bytes.

use super::server_with;
use crate::harness::TestServer;
use crate::rest::Rest;
use axum::http::Request;
use bytes::Bytes;
use h2::client::SendRequest;
use h2::{Reason, RecvStream};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;

type Connection = JoinHandle<Result<(), h2::Error>>;

async fn connect(
    server: &TestServer,
    builder: &h2::client::Builder,
) -> (SendRequest<Bytes>, Connection) {
    let stream = TcpStream::connect(server.http()).await.unwrap();
    let (client, connection) = builder.handshake(stream).await.unwrap();
    (client, tokio::spawn(connection))
}

fn get(server: &TestServer, path: &str) -> Request<()> {
    let uri = format!("http://{}{path}", server.http());
    Request::get(uri).body(()).unwrap()
}

async fn all(mut body: RecvStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    while let Some(piece) = body.data().await {
        let piece = piece.unwrap();
        body.flow_control().release_capacity(piece.len()).unwrap();
        bytes.extend_from_slice(&piece);
    }
    bytes
}

#[tokio::test(flavor = "multi_thread")]
async fn both_versions_give_the_same_answer() {
    let server = server_with(|_| {}).await;
    let (mut client, connection) = connect(&server, &h2::client::Builder::new()).await;
    let mut asked = Vec::new();
    for path in ["/api/v1/openapi.json", "/api/v1/databases", "/nowhere"] {
        client = client.ready().await.unwrap();
        let (answer, _) = client.send_request(get(&server, path), true).unwrap();
        asked.push((path, answer));
    }
    for (path, answer) in asked {
        let answer = answer.await.unwrap();
        let status = answer.status();
        let body = all(answer.into_body()).await;
        let uri = format!("http://{}{path}", server.http());
        let over_http1 = reqwest::get(uri).await.unwrap();
        assert_eq!(over_http1.status(), status, "{path}");
        assert!(over_http1.bytes().await.unwrap() == body, "{path}");
    }
    drop(client);
    connection.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_not_this_server_is_refused_over_http2_too() {
    let server = server_with(|_| {}).await;
    let (mut client, _connection) = connect(&server, &h2::client::Builder::new()).await;
    let request = Request::get("http://evil.example/api/v1/databases");
    let (answer, _) = client
        .send_request(request.body(()).unwrap(), true)
        .unwrap();
    assert_eq!(answer.await.unwrap().status(), 421);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_idle_connection_is_told_to_go() {
    let server = server_with(|settings| settings.http.header_timeout_s = 1).await;
    let (mut client, connection) = connect(&server, &h2::client::Builder::new()).await;
    let (answer, _) = client.send_request(get(&server, "/healthz"), true).unwrap();
    assert_eq!(answer.await.unwrap().status(), 200);
    // It ends as its client stays: by a farewell, not by a broken socket.
    connection.await.unwrap().unwrap();
    Rest::of(&server).get("/databases").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_nobody_takes_is_given_up_and_the_others_go_on() {
    let server = server_with(|settings| {
        settings.http.write_timeout_s = 1;
        settings.http.header_timeout_s = 30;
    })
    .await;
    // There is room for all answers together, and 64 KiB for one that is not read.
    let mut builder = h2::client::Builder::new();
    builder.initial_connection_window_size(1 << 20);
    let (client, _connection) = connect(&server, &builder).await;
    let mut client = client.ready().await.unwrap();
    let path = "/api/v1/openapi.json";
    let (stalled, _) = client.send_request(get(&server, path), true).unwrap();
    let mut stalled = stalled.await.unwrap().into_body();
    let mut client = client.ready().await.unwrap();
    let (taken, _) = client.send_request(get(&server, path), true).unwrap();
    let taken = all(taken.await.unwrap().into_body()).await;
    let mut sent = 0;
    let failure = loop {
        match stalled.data().await.unwrap() {
            Ok(piece) => sent += piece.len(),
            Err(failure) => break failure,
        }
    };
    assert_eq!(failure.reason(), Some(Reason::CANCEL), "{failure}");
    assert!(sent < taken.len(), "{sent} of {}", taken.len());
    let client = client.ready().await;
    assert!(client.is_ok(), "its connection lives on");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_ends_lets_open_connections_of_http2_go() {
    let server = server_with(|_| {}).await;
    let (mut client, connection) = connect(&server, &h2::client::Builder::new()).await;
    let (answer, _) = client.send_request(get(&server, "/healthz"), true).unwrap();
    assert_eq!(answer.await.unwrap().status(), 200);
    server.stop().await;
    connection.await.unwrap().unwrap();
    drop(client);
}
