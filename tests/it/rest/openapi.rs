//! `docs/openapi.json` is what the server says of itself; it is written from the server's own answer.

use super::Rest;
use crate::harness::{TestDatabase, TestServer};
use reqwest::Method;
use serde_json::Value;
use std::path::Path;

/// Where the document stands.
const DOCUMENT: &str = "docs/openapi.json";
/// Set it to anything to have the document written anew.
const UPDATE: &str = "UPDATE_DOCS";

#[tokio::test(flavor = "multi_thread")]
async fn the_document_is_the_servers() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    let request = rest.request(Method::GET, "/openapi.json");
    let wanted = request.send().await.unwrap().text().await.unwrap() + "\n";
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(DOCUMENT);
    if std::env::var_os(UPDATE).is_some() {
        std::fs::write(&path, &wanted).expect("the document can be written");
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        stored == wanted,
        "{DOCUMENT} is not up to date: run this test with {UPDATE}=1"
    );

    let document: Value = serde_json::from_str(&wanted).unwrap();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1."));
    for (path, operations) in document["paths"].as_object().unwrap() {
        assert!(path.starts_with("/api/v1/"), "{path}");
        for (method, operation) in operations.as_object().unwrap() {
            assert!(operation["operationId"].is_string(), "{method} {path}");
            assert!(operation["summary"].is_string(), "{method} {path}");
            let responses = operation["responses"].as_object().unwrap();
            for status in ["400", "403", "404", "500", "501", "503", "default"] {
                let problem = &responses[status]["$ref"];
                assert_eq!(problem, "#/components/responses/Problem", "{method} {path}");
            }
            let has_body = operation["requestBody"].is_object();
            for status in ["413", "415", "422"] {
                assert!(
                    !has_body || responses.contains_key(status),
                    "{method} {path}"
                );
            }
            references_exist(operation, &document);
        }
    }
}

/// Whether what a document refers to stands in it.
fn references_exist(value: &Value, document: &Value) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(reference)) = members.get("$ref") {
                let target = document.pointer(reference.trim_start_matches('#'));
                assert!(target.is_some(), "{reference} points to nothing");
            }
            for member in members.values() {
                references_exist(member, document);
            }
        }
        Value::Array(items) => items
            .iter()
            .for_each(|item| references_exist(item, document)),
        _ => {}
    }
}
