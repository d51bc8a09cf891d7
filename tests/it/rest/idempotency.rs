//! Requests that may be sent again: a key has them done once.

use super::{Answer, Rest};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use reqwest::Method;
use serde_json::{Value, json};

/// How many times a request is sent at once.
const TIMES: usize = 6;

async fn post(rest: &Rest, path: &str, key: &str, body: &Value) -> Answer {
    let request = rest
        .request(Method::POST, path)
        .header("content-type", "application/json")
        .header("idempotency-key", key)
        .body(body.to_string());
    rest.send(request).await
}

on_every_database!(a_request_with_a_key_is_done_once_by_whichever_replica);

async fn a_request_with_a_key_is_done_once_by_whichever_replica(database: TestDatabase) {
    let one = TestServer::start(&database).await;
    let other = TestServer::start(&database).await;
    let rests = [Rest::of(&one), Rest::of(&other)];
    let shop = json!({"name": "shop"});
    let sent = (0..TIMES).map(|n| post(&rests[n % 2], "/databases", "k1", &shop));
    let answers = futures::future::join_all(sent).await;
    for answer in &answers {
        // Who comes while it is under way is told to ask again.
        assert!(
            answer.status == 201 || (answer.status == 409 && answer.body["retryable"] == true),
            "{}",
            answer.body
        );
    }
    let first = answers
        .iter()
        .find(|one| one.status == 201)
        .expect("it is done");
    let again = post(&rests[1], "/databases", "k1", &shop).await;
    assert_eq!((&again.tag, &again.location), (&first.tag, &first.location));
    assert_eq!(again.expect(201), first.body);
    let events = rests[0].get("/events?database=shop").await.expect(200);
    assert_eq!(events["events"].as_array().unwrap().len(), 1, "{events}");

    let reused = post(&rests[0], "/databases", "k1", &json!({"name": "other"})).await;
    assert_eq!(
        reused.problem(422, "key-reused")["field"],
        "Idempotency-Key"
    );
    let elsewhere = post(&rests[0], "/databases?catalog=hive", "k1", &shop).await;
    elsewhere.problem(422, "key-reused");
    post(&rests[0], "/databases", "k2", &shop)
        .await
        .problem(409, "already-exists");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_failed_is_done_when_it_is_sent_again() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    let table = json!({"name": "t", "columns": [], "storage": {"format": "orc"}});
    let path = "/databases/shop/tables";
    post(&rest, path, "k", &table)
        .await
        .problem(404, "not-found");
    rest.post("/databases", json!({"name": "shop"}))
        .await
        .expect(201);
    post(&rest, path, "k", &table).await.expect(201);
    post(&rest, path, "k", &table).await.expect(201);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_bounded() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    let long = "k".repeat(256);
    for key in ["", long.as_str()] {
        let refused = post(&rest, "/databases", key, &json!({"name": "a"})).await;
        let problem = refused.problem(400, "invalid-request");
        assert_eq!(problem["field"], "Idempotency-Key");
    }
    let path = "/databases/default/tables/nosuch/discovery/run";
    let stream = post(&rest, path, "k", &json!({"scope": "sweep"})).await;
    let problem = stream.problem(400, "invalid-request");
    assert_eq!(problem["field"], "idempotency-key");
}
