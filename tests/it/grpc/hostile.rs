//! Requests that no library sends, and what else a server meets.

use super::{channel, refused, shop};
use crate::harness::{TestDatabase, TestServer};
use crate::rest::Rest;
use flate2::Compression;
use flate2::write::GzEncoder;
use reqwest::StatusCode;
use skep_wire::v1::table_service_client::TableServiceClient;
use skep_wire::v1::{GetTableRequest, TableName};
use std::io::Write;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tonic::Code;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

/// The method that raw requests call, and a request of it.
const GET_TABLE: &str = "/skep.v1.TableService/GetTable";

async fn start() -> TestServer {
    TestServer::start(&TestDatabase::sqlite().await).await
}

/// A message with the head that says what it is.
fn message(flag: u8, length: usize, bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(length).unwrap().to_be_bytes();
    [&[flag][..], &length, bytes].concat()
}

/// What gRPC-Web answers, over HTTP/1.1: the status of HTTP, and that of gRPC with its words.
async fn web(
    server: &TestServer,
    path: &str,
    encoding: Option<&str>,
    body: Vec<u8>,
) -> (StatusCode, String) {
    let url = format!("http://{}{path}", server.http());
    let mut request = reqwest::Client::new()
        .post(url)
        .header("content-type", "application/grpc-web+proto");
    if let Some(encoding) = encoding {
        request = request.header("grpc-encoding", encoding);
    }
    let answer = request.body(body).send().await.unwrap();
    let status = answer.status();
    let header = |name: &str| {
        let value = answer.headers().get(name);
        value.map(|value| value.to_str().unwrap().to_owned())
    };
    let in_headers = header("grpc-status").map(|code| {
        let words = header("grpc-message").unwrap_or_default();
        format!("grpc-status:{code} {words}")
    });
    let body = answer.bytes().await.unwrap();
    let body = String::from_utf8_lossy(&body).into_owned();
    (status, in_headers.unwrap_or(body))
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn faulty_messages_are_refused_with_a_status_and_end_nothing_else() {
    let server = start().await;
    let whole = prost::Message::encode_to_vec(&GetTableRequest {
        name: Some(TableName {
            catalog: String::new(),
            database: "default".to_owned(),
            table: "t".to_owned(),
        }),
    });
    let bomb = gzip(&vec![0; 64 << 20]);
    for (name, encoding, body, code) in [
        ("whole", None, message(0, whole.len(), &whole), 5),
        (
            "compressed",
            Some("gzip"),
            {
                let packed = gzip(&whole);
                message(1, packed.len(), &packed)
            },
            5,
        ),
        ("nothing", None, Vec::new(), 3),
        ("half a head", None, vec![0, 0], 3),
        ("half a message", None, message(0, 100, &whole), 3),
        ("a claim", None, message(0, 0xffff_ffff, &whole), 8),
        ("no protobuf", None, message(0, 3, &[0xff, 0xff, 0xff]), 3),
        ("an odd flag", None, message(7, whole.len(), &whole), 3),
        (
            "compressed unsaid",
            None,
            message(1, whole.len(), &whole),
            3,
        ),
        ("no gzip", Some("gzip"), message(1, whole.len(), &whole), 3),
        (
            "another coding",
            Some("br"),
            message(1, whole.len(), &whole),
            12,
        ),
        ("a bomb", Some("gzip"), message(1, bomb.len(), &bomb), 8),
    ] {
        let (status, told) = web(&server, GET_TABLE, encoding, body).await;
        assert_eq!(status, StatusCode::OK, "{name}: {told}");
        assert!(
            told.contains(&format!("grpc-status:{code}")),
            "{name}: {told}"
        );
    }
    let (status, _) = web(&server, "/skep.v1.TableService/Nothing", None, Vec::new()).await;
    assert_eq!(
        status,
        StatusCode::NOT_FOUND,
        "which clients read as UNIMPLEMENTED"
    );
    let url = format!("http://{}{GET_TABLE}", server.http());
    let answer = reqwest::Client::new().post(url).body("{}").send().await;
    assert_ne!(answer.unwrap().status(), StatusCode::OK, "it has no type");
    Rest::of(&server).get("/databases").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn messages_take_their_memory_from_the_budget() {
    const MIB: usize = 1 << 20;
    let server = TestServer::start_with(&TestDatabase::sqlite().await, |settings| {
        settings.server.bytes_in_flight_max = 100 * MIB;
        settings.server.bytes_in_flight_per_client_max = 100 * MIB;
        settings.server.bytes_in_flight_wait_ms = 20;
        settings.thrift.message_bytes_max = MIB;
        settings.http.body_bytes_max = MIB;
    })
    .await;
    // Longer than it may be where a client may hold so little.
    let long = vec![0; 2 * MIB];
    let (_, told) = web(&server, GET_TABLE, None, message(0, long.len(), &long)).await;
    assert!(told.contains("grpc-status:8"), "{told}");
    assert!(told.contains("bytes_in_flight_per_client_max"), "{told}");
    let short = vec![0; MIB / 2];
    let (_, told) = web(&server, GET_TABLE, None, message(0, short.len(), &short)).await;
    assert!(
        told.contains("grpc-status:3"),
        "it is read, and is no message: {told}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_waits_no_longer_is_told_so() {
    let server = start().await;
    let stream = TcpStream::connect(server.http()).await.unwrap();
    let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    let request = axum::http::Request::post(format!("http://{}{GET_TABLE}", server.http()))
        .header("content-type", "application/grpc")
        .header("grpc-timeout", "50m");
    // Its message never comes.
    let (answer, _body) = client
        .send_request(request.body(()).unwrap(), false)
        .unwrap();
    let answer = answer.await.unwrap();
    let status = answer.headers()["grpc-status"].to_str().unwrap();
    assert_eq!(status, (Code::DeadlineExceeded as i32).to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_balances_load_learns_whether_calls_can_be_served() {
    let server = start().await;
    let mut client = HealthClient::new(channel(&server).await);
    for service in ["", "skep.v1.PartitionService"] {
        let service = service.to_owned();
        let told = client.check(HealthCheckRequest { service }).await.unwrap();
        assert_eq!(told.get_ref().status(), ServingStatus::Serving);
    }
    let service = "skep.v1.Nothing".to_owned();
    let unknown = client.check(HealthCheckRequest { service }).await;
    assert_eq!(unknown.unwrap_err().code(), Code::NotFound);
    let service = String::new();
    let states = client.watch(HealthCheckRequest { service }).await.unwrap();
    let mut states = states.into_inner();
    let first = states.message().await.unwrap().unwrap();
    assert_eq!(first.status(), ServingStatus::Serving);
    server.stop().await;
    while let Ok(Some(state)) = states.message().await {
        assert_eq!(state.status(), ServingStatus::NotServing);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn names_of_any_kind_come_back_as_they_were_sent() {
    let server = start().await;
    let mut client = TableServiceClient::new(shop(&server).await);
    for name in ["", "a/b", "<script>", "\u{202e}x", &"x".repeat(100_000)] {
        let request = GetTableRequest {
            name: Some(TableName {
                catalog: String::new(),
                database: "shop".to_owned(),
                table: name.to_owned(),
            }),
        };
        let failure = client.get_table(request).await.unwrap_err();
        if name.is_empty() {
            let field = Some("name.table");
            refused(&failure, Code::InvalidArgument, "INVALID_REQUEST", field);
        } else {
            assert!(
                [Code::NotFound, Code::InvalidArgument].contains(&failure.code()),
                "{failure:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_length_that_is_only_claimed_takes_no_memory_and_ends() {
    let server = TestServer::start_with(&TestDatabase::sqlite().await, |settings| {
        settings.http.request_timeout_s = 1;
    })
    .await;
    let mut claims = Vec::new();
    for _ in 0..8 {
        let mut stream = TcpStream::connect(server.http()).await.unwrap();
        let head = format!(
            "POST {GET_TABLE} HTTP/1.1\r\nHost: h\r\nContent-Type: application/grpc-web+proto\r\n\
             Content-Length: 1000000\r\n\r\n"
        );
        let claim = [head.as_bytes(), &message(0, 1_000_000, &[])].concat();
        stream.write_all(&claim).await.unwrap();
        claims.push(stream);
    }
    for mut stream in claims {
        let mut answer = Vec::new();
        // A reset by the server is an end like any other.
        let _ = stream.read_to_end(&mut answer).await;
        let answer = String::from_utf8_lossy(&answer).into_owned();
        assert!(answer.contains("grpc-status: 4"), "{answer}");
    }
    Rest::of(&server).get("/databases").await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_but_a_post_of_grpc_reaches_a_method() {
    let server = start().await;
    let url = format!(
        "http://{}/skep.v1.CatalogService/ListCatalogs",
        server.http()
    );
    let client = reqwest::Client::new();
    for (method, kind, status) in [
        (reqwest::Method::GET, "application/grpc", 405),
        (reqwest::Method::PUT, "application/grpc", 405),
        (reqwest::Method::POST, "text/plain", 400),
        (reqwest::Method::POST, "application/json", 400),
    ] {
        let request = client.request(method.clone(), &url);
        let request = request
            .header("content-type", kind)
            .body(message(0, 0, &[]));
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), status, "{method} {kind}");
    }
    let stream = TcpStream::connect(server.http()).await.unwrap();
    let (mut client, connection) = h2::client::handshake(stream).await.unwrap();
    tokio::spawn(connection);
    for (method, kind, status) in [
        ("GET", "application/grpc", 405),
        ("POST", "text/plain", 415),
    ] {
        let request = axum::http::Request::builder()
            .method(method)
            .uri(&url)
            .header("content-type", kind);
        let request = request.body(()).unwrap();
        let (answer, _) = client.send_request(request, true).unwrap();
        assert_eq!(answer.await.unwrap().status(), status, "{method} {kind}");
    }
}
