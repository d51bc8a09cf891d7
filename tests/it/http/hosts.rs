//! A page on the internet may have its own name point here; its browser then takes this server for its own.

use super::server_with;
use crate::harness::TestServer;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn asked(server: &TestServer, head: &str, host: &str) -> String {
    let mut stream = TcpStream::connect(server.http()).await.unwrap();
    let request = format!("{head}\r\nHost: {host}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_anybody_can_own_reaches_nothing_until_it_is_listed() {
    let server = server_with(|settings| {
        settings.http.hosts = vec!["*.corp.example".to_owned()];
        settings.server.public_url = Some("https://skep.example.com".to_owned());
    })
    .await;
    let paths = [
        "GET / HTTP/1.1",
        "GET /api/v1/databases HTTP/1.1",
        "GET /nowhere HTTP/1.1",
        "DELETE /api/v1/databases/default HTTP/1.1",
        "POST /metastore HTTP/1.1",
    ];
    for head in paths {
        let told = asked(&server, head, "rebound.evil.example:9084").await;
        assert!(told.starts_with("HTTP/1.1 421 "), "{head}: {told}");
        assert!(told.contains("urn:skep:problem:misdirected"), "{told}");
        assert!(told.contains("rebound.evil.example"), "{told}");
        assert!(told.contains("http.hosts"), "{told}");
    }
    let hosts = [
        "skep.example.com",
        "hms.data.corp.example:80",
        "skep",
        "127.0.0.1",
    ];
    for host in hosts {
        let told = asked(&server, "GET /api/v1/databases HTTP/1.1", host).await;
        assert!(told.starts_with("HTTP/1.1 200 "), "{host}: {told}");
    }
    // What watches a server goes by names of its own.
    for head in [
        "GET /healthz HTTP/1.1",
        "GET /readyz HTTP/1.1",
        "GET /metrics HTTP/1.1",
    ] {
        let told = asked(&server, head, "evil.example").await;
        assert!(told.starts_with("HTTP/1.1 200 "), "{head}: {told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_no_text_is_shown_as_far_as_it_is_one() {
    let server = server_with(|_| {}).await;
    for host in ["a<b>.example", "\u{202e}.example", &"x.".repeat(1_000)] {
        let told = asked(&server, "GET / HTTP/1.1", host).await;
        let status = told.split(' ').nth(1).unwrap_or_default();
        assert!(["400", "421"].contains(&status), "{host}: {told}");
        assert!(told.len() < 1_000, "{told}");
    }
}
