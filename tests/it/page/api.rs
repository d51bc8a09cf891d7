//! The page of the REST interface: all of it is told, and what only reads is asked by a form.

use super::Browser;
use crate::harness::{TestDatabase, TestServer};
use crate::rest::Rest;
use reqwest::{Method, StatusCode};

/// Bytes of all scripts together at most.
const SCRIPTS_BYTES_MAX: usize = 20 * 1024;

#[tokio::test(flavor = "multi_thread")]
async fn every_operation_of_the_document_is_told() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let (rest, browser) = (Rest::of(&server), Browser::of(&server));
    let document = rest.get("/openapi.json").await.expect(200);
    let text = browser.text("/api", 200).await;
    let mut told = 0;
    for (path, item) in document["paths"].as_object().expect("paths") {
        for (method, operation) in item.as_object().expect("operations") {
            let id = operation["operationId"].as_str().expect("a name");
            let (_, rest) = text
                .split_once(&format!("id=\"{id}\">"))
                .unwrap_or_else(|| panic!("{id} is not told"));
            let (one, _) = rest.split_once("<h3>Answers</h3>").expect("answers");
            let method = method.to_uppercase();
            assert!(
                one.contains(&format!("data-method=\"{method}\" data-path=\"{path}\"")),
                "{one}"
            );
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let name = parameter["name"].as_str().expect("a name");
                assert!(one.contains(&format!("name=\"{name}\"")), "{name}: {one}");
            }
            let has_body = operation.get("requestBody").is_some();
            assert_eq!(one.contains("<textarea"), has_body, "{one}");
            // What changes something is no form that a browser sends by itself.
            assert_eq!(one.contains("<button type=\"submit\">"), method == "GET");
            told += 1;
        }
    }
    assert!(told > 60, "{told}");
    assert_eq!(text.matches("data-path=").count(), told);
    // A table's example has what it is made of.
    assert!(text.contains("&#34;name&#34;: &#34;orders&#34;"), "{text}");
    assert!(
        text.contains("curl -X DELETE &#39;http://127.0.0.1:"),
        "{text}"
    );
    assert!(text.contains("/databases/DATABASE/tables/TABLE"), "{text}");
    let other = browser.text("/", 200).await;
    assert!(
        other.contains("href=\"./api\"") && !other.contains("assets/api-"),
        "{other}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_only_reads_is_asked_by_its_form() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let (rest, browser) = (Rest::of(&server), Browser::of(&server));
    rest.orders().await;
    for (query, leads) in [
        (
            "operation=table_get&database=shop&table=orders&If-None-Match=",
            "../api/v1/databases/shop/tables/orders",
        ),
        (
            "operation=alert_list&channel=&state=sent&limit=5&unknown=1",
            "../api/v1/alerts?state=sent&limit=5",
        ),
        (
            "operation=database_get&database=..%2F%2Fevil.example",
            "../api/v1/databases/..%2F%2Fevil.example",
        ),
    ] {
        let answer = browser.open(&format!("/api/open?{query}")).await;
        assert_eq!(answer.status(), StatusCode::SEE_OTHER, "{query}");
        assert_eq!(answer.headers()["location"], leads);
    }
    let found = browser.open("/api/v1/databases/shop/tables/orders").await;
    assert_eq!(found.status(), StatusCode::OK);
    for (query, status, says) in [
        ("operation=table_get&database=shop", 400, "needs its table"),
        ("operation=<script>", 404, "No page has this address"),
        ("", 404, "No page has this address"),
        (
            "operation=database_delete&database=shop",
            405,
            "is not used in this way",
        ),
    ] {
        let text = browser.text(&format!("/api/open?{query}"), status).await;
        assert!(text.contains(says) && !text.contains("<script>"), "{text}");
    }
    let posted = browser.request(Method::POST, "/api/open?operation=lock_list");
    let posted = posted.send().await.unwrap();
    assert_eq!(posted.status(), StatusCode::METHOD_NOT_ALLOWED);
}

#[tokio::test(flavor = "multi_thread")]
async fn all_scripts_together_are_small() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let browser = Browser::of(&server);
    let text = browser.text("/api", 200).await;
    let names = text.split("<script src=\"./").skip(1);
    let names: Vec<&str> = names.filter_map(|piece| piece.split('"').next()).collect();
    assert_eq!(names.len(), 2, "{names:?}");
    let mut bytes = 0;
    for name in names {
        let file = browser.open(&format!("/{name}")).await;
        assert_eq!(file.status(), StatusCode::OK, "{name}");
        bytes += file.bytes().await.unwrap().len();
    }
    assert!(bytes <= SCRIPTS_BYTES_MAX, "{bytes} bytes of scripts");
}
