//! gzip of answers and of bodies.

use super::Rest;
use crate::harness::{TestDatabase, TestServer};
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;
use reqwest::{Method, Response};
use serde_json::{Value, json};
use std::io::{Read, Write};

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

fn header(response: &Response, name: &str) -> String {
    let value = response.headers().get(name);
    let text = value.and_then(|value| value.to_str().ok());
    text.unwrap_or_default().to_owned()
}

async fn asked(rest: &Rest, path: &str) -> Response {
    let request = rest
        .request(Method::GET, path)
        .header("accept-encoding", "gzip");
    request.send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn long_answers_are_compressed_for_who_asks_and_short_ones_are_not() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    let long = json!({"name": "long", "parameters": {"text": "honey ".repeat(1000)}});
    rest.post("/databases", long).await.expect(201);
    let plain = rest.get("/databases/long").await;
    let packed = asked(&rest, "/databases/long").await;
    assert_eq!(header(&packed, "content-encoding"), "gzip");
    assert_eq!(header(&packed, "vary"), "accept-encoding");
    let tag = header(&packed, "etag");
    assert_eq!(tag, plain.tag.trim_end_matches('"').to_owned() + "-gzip\"");
    let bytes = packed.bytes().await.unwrap();
    assert!(bytes.len() < 1500, "{}", bytes.len());
    let mut text = String::new();
    GzDecoder::new(&bytes[..])
        .read_to_string(&mut text)
        .unwrap();
    assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), plain.body);

    let short = asked(&rest, "/databases/default").await;
    assert_eq!(header(&short, "content-encoding"), "");
    // The tag of either form permits a change.
    let change = rest
        .request(Method::PATCH, "/databases/long")
        .header("content-type", "application/json")
        .header("if-match", tag)
        .body(json!({"description": "long"}).to_string());
    rest.send(change).await.expect(200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_compressed_body_is_read_and_its_limit_is_that_of_what_it_holds() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start_with(&database, |settings| {
        settings.http.body_bytes_max = 64 * 1024;
    })
    .await;
    let rest = Rest::of(&server);
    let post = |coding: &'static str, body: Vec<u8>| {
        let request = rest
            .request(Method::POST, "/databases")
            .header("content-type", "application/json")
            .header("content-encoding", coding)
            .body(body);
        rest.send(request)
    };
    let new = json!({"name": "packed"}).to_string();
    post("gzip", gzip(new.as_bytes())).await.expect(201);
    let bomb = json!({"name": "bomb", "description": "0".repeat(1 << 20)}).to_string();
    let bomb = gzip(bomb.as_bytes());
    assert!(bomb.len() < 8 * 1024);
    post("gzip", bomb).await.problem(413, "too-large");
    post("gzip", b"{}".to_vec())
        .await
        .problem(400, "invalid-request");
    post("br", gzip(new.as_bytes()))
        .await
        .problem(415, "media-type");
    post("identity", json!({"name": "plain"}).to_string().into())
        .await
        .expect(201);
}
