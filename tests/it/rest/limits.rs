//! What a client may take of the HTTP port: connections, the time for its headers, and memory for its bodies.

use super::Rest;
use crate::harness::{TestDatabase, TestServer};
use serde_json::json;
use skep::config::Settings;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

const MIB: usize = 1024 * 1024;
/// How often something is tried that another task of the server has to make possible.
const TRIES_MAX: usize = 1_000;

async fn server_with(change: impl FnOnce(&mut Settings)) -> TestServer {
    let database = TestDatabase::sqlite().await;
    TestServer::start_with(&database, change).await
}

async fn connect(server: &TestServer, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.http()).await.unwrap();
    stream.write_all(text.as_bytes()).await.unwrap();
    stream
}

async fn all(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    // A reset by the server is an end like any other.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8(answer).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_that_do_not_come_end_their_connection() {
    let server = server_with(|settings| settings.http.header_timeout_s = 1).await;
    let silent = connect(&server, "").await;
    let half = connect(&server, "GET /healthz HTTP/1.1\r\nHost: h\r\nX-Slow: ").await;
    let idle = connect(&server, "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n").await;
    for (stream, answer) in [(silent, ""), (half, ""), (idle, "HTTP/1.1 200")] {
        let told = all(stream).await;
        assert!(told.starts_with(answer), "{told}");
    }
    Rest::of(&server).get("/databases").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn headers_without_end_are_refused() {
    let server = server_with(|_| {}).await;
    let long = format!("GET /healthz HTTP/1.1\r\nX-Long: {}", "x".repeat(MIB));
    let mut stream = TcpStream::connect(server.http()).await.unwrap();
    // The server may close before it has read all.
    let _ = stream.write_all(long.as_bytes()).await;
    let told = all(stream).await;
    assert!(
        told.is_empty() || told.starts_with("HTTP/1.1 431"),
        "{told}"
    );
    Rest::of(&server).get("/databases").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_beyond_the_limit_is_told_so() {
    let server = server_with(|settings| settings.http.connections_max = 1).await;
    let request = "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n";
    let mut first = connect(&server, request).await;
    first.read_exact(&mut [0; 12]).await.unwrap();
    let second = all(connect(&server, "").await).await;
    assert!(second.starts_with("HTTP/1.1 503"), "{second}");
    assert!(second.contains("http.connections_max"), "{second}");
    drop(first);
    for tries in 0.. {
        assert!(tries < TRIES_MAX, "the place is not given back");
        let mut again = connect(&server, "GET /healthz HTTP/1.0\r\n\r\n").await;
        let mut told = String::new();
        // Refused connections may be reset before all is read.
        if again.read_to_string(&mut told).await.is_ok() && told.contains(" 200 ") {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_client_leaves_connections_for_others() {
    let server = server_with(|settings| settings.http.connections_per_client_max = Some(1)).await;
    let request = "GET /healthz HTTP/1.1\r\nHost: h\r\n\r\n";
    let mut first = connect(&server, request).await;
    first.read_exact(&mut [0; 12]).await.unwrap();
    let second = all(connect(&server, "").await).await;
    assert!(second.starts_with("HTTP/1.1 503"), "{second}");
    assert!(
        second.contains("http.connections_per_client_max"),
        "{second}"
    );
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 2], 0).into()).unwrap();
    let mut other = socket.connect(server.http()).await.unwrap();
    other
        .write_all(b"GET /healthz HTTP/1.0\r\n\r\n")
        .await
        .unwrap();
    let told = all(other).await;
    assert!(told.contains(" 200 "), "{told}");
}

/// What requests and answers hold.
pub(super) async fn bytes_in_flight(server: &TestServer) -> usize {
    let metrics = reqwest::get(format!("http://{}/metrics", server.http()));
    let metrics = metrics.await.unwrap().text().await.unwrap();
    let held = metrics
        .lines()
        .find_map(|line| line.strip_prefix("skep_bytes_in_flight "));
    held.unwrap().parse().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_share_a_budget_and_are_refused_beyond_it() {
    let server = server_with(|settings| {
        settings.server.bytes_in_flight_max = 4 * MIB;
        settings.server.bytes_in_flight_per_client_max = 4 * MIB;
        settings.server.bytes_in_flight_wait_ms = 20;
    })
    .await;
    let rest = Rest::of(&server);
    let of = |length: usize| json!({"name": "d", "description": "x".repeat(length)});
    // More than it could ever take.
    let refused = rest.post("/databases", of(MIB)).await;
    let refused = refused.problem(400, "invalid-request");
    assert_eq!(refused["retryable"], false);
    // Half a body holds what has arrived of it.
    let head = "POST /api/v1/databases HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n";
    let half = format!(
        "{head}Content-Length: 9000000\r\n\r\n{}",
        " ".repeat(3 * MIB)
    );
    let held = connect(&server, &half).await;
    // It must have its room before others ask for theirs, or it is the one that is refused.
    for tries in 0.. {
        assert!(tries < TRIES_MAX, "the half body takes nothing");
        if bytes_in_flight(&server).await >= 3 * MIB {
            break;
        }
    }
    for tries in 0.. {
        assert!(tries < TRIES_MAX, "nothing is refused beside it");
        let answer = rest.post("/databases", of(100_000)).await;
        if answer.status == 503 {
            assert_eq!(answer.retry_after, "1");
            let problem = answer.problem(503, "unavailable");
            let detail = problem["detail"].as_str().unwrap();
            assert!(detail.contains("bytes_in_flight"), "{detail}");
            break;
        }
        rest.delete("/databases/d").await.expect(204);
    }
    rest.get("/databases").await.expect(200);
    drop(held);
    for tries in 0.. {
        assert!(tries < TRIES_MAX, "what was held is not given back");
        if rest.post("/databases", of(100_000)).await.status == 201 {
            break;
        }
    }
}
