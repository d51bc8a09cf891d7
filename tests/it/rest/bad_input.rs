//! What clients get wrong, by accident or on purpose.

use super::Rest;
use crate::harness::{TestDatabase, TestServer};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn server() -> TestServer {
    let database = TestDatabase::sqlite().await;
    TestServer::start_with(&database, |settings| settings.http.body_bytes_max = 4096).await
}

/// A media type, a body, and the status, the kind and a word of the answer.
const MALFORMED: [(&str, &str, u16, &str, &str); 10] = [
    ("application/json", "", 400, "invalid-request", "is empty"),
    (
        "application/json",
        "{\"name\": ",
        400,
        "invalid-request",
        "line 1",
    ),
    (
        "application/json",
        "{\"name\": \"a\"} x",
        400,
        "invalid-request",
        "trailing",
    ),
    (
        "application/json",
        "[]",
        400,
        "invalid-request",
        "must be an object",
    ),
    (
        "application/json",
        "{}",
        400,
        "invalid-request",
        "field name is missing",
    ),
    (
        "application/json",
        "{\"name\": 5}",
        400,
        "invalid-request",
        "name: invalid type",
    ),
    (
        "application/json",
        "{\"nmae\": \"a\"}",
        400,
        "invalid-request",
        "did you mean `name`?",
    ),
    (
        "application/json",
        "{\"name\": \"a\", \"name\": \"b\"}",
        400,
        "invalid-request",
        "given twice",
    ),
    (
        "text/plain",
        "{\"name\": \"a\"}",
        415,
        "media-type",
        "text/plain",
    ),
    (
        "",
        "{\"name\": \"a\"}",
        415,
        "media-type",
        "application/json",
    ),
];

#[tokio::test(flavor = "multi_thread")]
async fn malformed_bodies_are_refused_with_their_place() {
    let server = server().await;
    let rest = Rest::of(&server);
    let long = format!("{{\"name\": \"{}\"}}", "x".repeat(5000));
    let too_long = (
        "application/json",
        long.as_str(),
        413,
        "too-large",
        "4096 bytes",
    );
    for (kind, body, status, slug, word) in MALFORMED.into_iter().chain([too_long]) {
        let mut request = rest
            .request(Method::POST, "/databases")
            .body(body.to_owned());
        if !kind.is_empty() {
            request = request.header("content-type", kind);
        }
        let problem = rest.send(request).await.problem(status, slug);
        assert!(
            problem["detail"].as_str().unwrap().contains(word),
            "{word}: {problem}"
        );
    }
    let deep = "[".repeat(4000);
    let request = rest.request(Method::POST, "/databases");
    let request = request
        .header("content-type", "application/json")
        .body(deep);
    rest.send(request).await.problem(400, "invalid-request");
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_parameters_and_impossible_values_are_refused() {
    let server = server().await;
    let rest = Rest::of(&server);
    for (path, field, word) in [
        ("/databases?limt=5", "limt", "did you mean `limit`?"),
        ("/databases?limit=many", "limit", "whole number"),
        ("/databases?limit=5&limit=6", "limit", "given twice"),
        ("/databases?limit=0", "limit", "between 1 and 1000"),
        ("/databases?limit=1001", "limit", "between 1 and 1000"),
        ("/databases?limit=-1", "limit", "whole number"),
        ("/databases/default?x=1", "x", "unknown parameter"),
        ("/catalogs?x=1", "x", "there is none"),
        ("/events?after=last", "after", "whole number"),
        ("/events?after=-1", "after", "not negative"),
        ("/events?after=99999", "after", "there is no event"),
        ("/events/stream?after=-1", "after", "not negative"),
        ("/events/stream?after=99999", "after", "there is no event"),
        ("/databases/%ff", "database", "UTF-8"),
        (
            "/freshness?lacking=maybe",
            "lacking",
            "it must be true or false",
        ),
        ("/jobs/x", "job", "job is 'x' and must be a whole number"),
        ("/locks/1.5", "lock", "whole number"),
    ] {
        let problem = rest.get(path).await.problem(400, "invalid-request");
        assert_eq!(problem["field"], field, "{problem}");
        assert!(
            problem["detail"].as_str().unwrap().contains(word),
            "{problem}"
        );
    }
    let twice = rest.get("/databases?limit=5&limit=6").await;
    twice.problem(400, "invalid-request");
}

/// Path, body, status, and the field that is named.
fn faulty_posts() -> [(&'static str, Value, u16, &'static str); 14] {
    let orders = "/databases/default/tables";
    let columns = json!([{"name": "id", "type": "bigint"}]);
    [
        ("/databases", json!({"name": "a`b"}), 422, "name"),
        (
            "/databases",
            json!({"name": "d", "location": "x"}),
            400,
            "location",
        ),
        (
            "/databases",
            json!({"name": "d", "managed_location": "x"}),
            400,
            "managed_location",
        ),
        (
            orders,
            json!({"name": "a`b", "columns": columns}),
            422,
            "name",
        ),
        (
            orders,
            json!({"name": "t", "columns": [{"name": "id", "type": "nosuch<"}]}),
            422,
            "columns[0].type",
        ),
        (
            orders,
            json!({"name": "t", "columns": columns, "partition_keys": [{"name": "d", "type": "array<int>"}]}),
            422,
            "partition_keys[0].type",
        ),
        (
            orders,
            json!({"name": "t", "columns": columns, "storage": {"format": "nosuch"}}),
            400,
            "storage.format",
        ),
        (
            orders,
            json!({"name": "t", "columns": columns}),
            400,
            "storage.format",
        ),
        ("/mutes", json!({"pattern": "x"}), 400, "pattern"),
        ("/mutes", json!({"pattern": "nosuch:x"}), 400, "pattern"),
        (
            "/mutes",
            json!({"pattern": "*:x", "until": "2000-01-01"}),
            400,
            "until",
        ),
        (
            "/mutes",
            json!({"pattern": "*:x", "why": "x".repeat(5_000)}),
            413,
            "",
        ),
        (
            "/alerts/7/snooze",
            json!({"until": "9999-12-31"}),
            400,
            "until",
        ),
        ("/alerts/x/acknowledge", json!({}), 400, "alert"),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn a_refusal_names_what_is_at_fault() {
    let server = server().await;
    let rest = Rest::of(&server);
    rest.orders().await;
    for (path, body, status, field) in faulty_posts() {
        let answer = rest.post(path, body).await;
        assert_eq!(answer.status, status, "{path}: {}", answer.body);
        let named = answer.body["field"].as_str().unwrap_or_default();
        assert_eq!(named, field, "{path}: {}", answer.body);
    }
    let table = "/databases/shop/tables/orders";
    for (path, field) in [
        ("/partitions?filter=nope", "filter"),
        ("/partitions/dt=1", "partition"),
        ("/partitions/nope", "partition"),
        ("/partitions/dt=1/statistics", "partition"),
        ("/statistics?engine=", "engine"),
        ("/statistics?columns=dt", "columns"),
    ] {
        let problem = rest.get(&format!("{table}{path}")).await;
        let problem = problem.problem(400, "invalid-request");
        assert_eq!(problem["field"], field, "{path}: {problem}");
    }
    let gone = rest.delete(&format!("{table}/partitions/dt=1")).await;
    let problem = gone.problem(400, "invalid-request");
    assert_eq!(problem["field"], "partition", "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_paths_and_methods_are_told() {
    let server = server().await;
    let rest = Rest::of(&server);
    let problem = rest.get("/database").await.problem(404, "no-such-path");
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("/api/v1/database")
    );
    rest.get("/databases/").await.problem(404, "no-such-path");
    let answer = rest.send(rest.request(Method::PUT, "/databases")).await;
    assert_eq!(answer.allow, "GET,HEAD,POST");
    answer.problem(405, "no-such-method");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_of_other_origins_change_nothing() {
    let server = server().await;
    let rest = Rest::of(&server);
    let own = format!("http://{}", server.http());
    for (origin, status) in [
        ("https://evil.example", 403),
        ("null", 403),
        (own.as_str(), 201),
    ] {
        let request = rest
            .request(Method::POST, "/databases")
            .header("origin", origin)
            .header("content-type", "application/json")
            .body(json!({"name": "a"}).to_string());
        let answer = rest.send(request).await;
        if status == 403 {
            answer.problem(403, "cross-origin");
        } else {
            answer.expect(status);
        }
    }
    let read = rest
        .request(Method::GET, "/databases")
        .header("origin", "https://evil.example");
    rest.send(read).await.expect(200);
}

/// A request that no client library would send.
async fn raw(server: &TestServer, text: &str) -> String {
    let mut socket = TcpStream::connect(server.http()).await.unwrap();
    socket.write_all(text.as_bytes()).await.unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).await.unwrap();
    answer
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_never_ends_is_cut_by_the_limit_and_by_the_deadline() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start_with(&database, |settings| {
        settings.http.body_bytes_max = 4096;
        settings.http.request_timeout_s = 1;
    })
    .await;
    let head = "POST /api/v1/databases HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\
                Content-Type: application/json\r\n";
    // More than the limit is announced: refused before it is sent.
    let answer = raw(
        &server,
        &format!("{head}Content-Length: 1000000000\r\n\r\n"),
    )
    .await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    // Pieces without an announced length.
    let piece = format!("1000\r\n{}\r\n", "x".repeat(4096));
    let chunked = format!("{head}Transfer-Encoding: chunked\r\n\r\n{piece}{piece}");
    let answer = raw(&server, &chunked).await;
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
    // A body that does not come.
    let answer = raw(&server, &format!("{head}Content-Length: 100\r\n\r\n{{")).await;
    assert!(answer.starts_with("HTTP/1.1 503"), "{answer}");
    assert!(
        answer.contains("within 1 s") && answer.contains("retry-after: 1"),
        "{answer}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_are_counted_by_route_and_not_by_path() {
    let server = server().await;
    let rest = Rest::of(&server);
    rest.get("/databases/default").await.expect(200);
    rest.get("/databases/nosuch")
        .await
        .problem(404, "not-found");
    rest.get("/made/up").await.problem(404, "no-such-path");
    let url = format!("http://{}/metrics", server.http());
    let text = reqwest::get(url).await.unwrap().text().await.unwrap();
    for line in [
        "skep_http_requests_total{method=\"GET\",route=\"/api/v1/databases/{database}\",status=\"200\"} 1",
        "skep_http_requests_total{method=\"GET\",route=\"/api/v1/databases/{database}\",status=\"404\"} 1",
        "skep_http_requests_total{method=\"GET\",route=\"none\",status=\"404\"} 1",
        "skep_http_request_duration_seconds_count{method=\"GET\",route=\"/api/v1/databases/{database}\"} 2",
    ] {
        assert!(text.contains(line), "{line} is missing in:\n{text}");
    }
    assert!(!text.contains("made/up"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_is_told_as_such() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    database.execute("DROP TABLE skep_tables").await;
    let answer = rest.get("/databases/shop/tables/orders").await;
    assert_eq!(answer.retry_after, "");
    let problem = answer.problem(500, "internal");
    assert!(
        !problem["detail"]
            .as_str()
            .unwrap()
            .contains("no such table"),
        "{problem}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_with_dots_in_its_path_is_not_taken_for_another() {
    let server = server().await;
    let rest = Rest::of(&server);
    for location in ["s3://lake/a/../b", "file:/lake/./b"] {
        let body = json!({ "location": location });
        let answer = rest.post("/discovery/proposals", body).await.expect(400);
        assert_eq!(answer["field"], "location", "{answer}");
        let found = reqwest::get(format!("http://{}/find?q={location}", server.http())).await;
        assert_eq!(found.unwrap().status(), 400, "{location}");
    }
}
