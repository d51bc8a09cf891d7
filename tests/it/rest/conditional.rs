//! Conditional requests: tags of what is shown, changes that are made only to what their client has seen, and answers that
//! need not be sent again.

use super::{Answer, Rest};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use reqwest::Method;
use serde_json::{Value, json};

/// How many clients change one thing at the same time.
const CLIENTS: usize = 6;

/// A database, a table and a partition, each with a change of it.
fn things() -> [(&'static str, Value); 3] {
    let change = json!({"parameters": {"tier": "1"}});
    [
        ("/databases/shop", change.clone()),
        ("/databases/shop/tables/orders", change.clone()),
        (
            "/databases/shop/tables/orders/partitions/dt=1%2Fhour=2",
            change,
        ),
    ]
}

async fn shop(rest: &Rest) {
    rest.orders().await;
    let partition = json!({"partitions": [{"name": "dt=1/hour=2"}]});
    let path = "/databases/shop/tables/orders/partitions";
    rest.post(path, partition).await.expect(200);
}

async fn change_if(rest: &Rest, path: &str, tag: &str, change: &Value) -> Answer {
    let request = rest
        .request(Method::PATCH, path)
        .header("content-type", "application/json")
        .header("if-match", tag)
        .body(change.to_string());
    rest.send(request).await
}

async fn get_unless(rest: &Rest, path: &str, tag: &str) -> Answer {
    let request = rest.request(Method::GET, path).header("if-none-match", tag);
    rest.send(request).await
}

on_every_database!(a_change_is_made_only_to_what_its_client_has_seen);

async fn a_change_is_made_only_to_what_its_client_has_seen(database: TestDatabase) {
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    shop(&rest).await;
    for (path, change) in things() {
        let seen = rest.get(path).await;
        assert!(
            seen.tag.starts_with('"') && seen.tag.len() == 34,
            "{}",
            seen.tag
        );
        let before = seen.body.clone();
        let refused = change_if(&rest, path, "\"xyz\"", &change).await;
        let problem = refused.problem(412, "outdated");
        assert!(problem["subject"]["name"].is_string(), "{problem}");
        let weak = format!("W/{}", seen.tag);
        change_if(&rest, path, &weak, &change)
            .await
            .problem(412, "outdated");
        assert_eq!(rest.get(path).await.body, before, "{path}");

        let listed = format!("\"xyz\", {}", seen.tag);
        let changed = change_if(&rest, path, &listed, &change).await;
        assert_ne!(changed.tag, seen.tag);
        assert_eq!(rest.get(path).await.tag, changed.tag, "{path}");
        assert_eq!(changed.expect(200)["parameters"]["tier"], "1");
        change_if(&rest, path, &seen.tag, &change)
            .await
            .problem(412, "outdated");
        change_if(&rest, path, "*", &json!({"parameters": {"tier": "2"}}))
            .await
            .expect(200);
        let broken = change_if(&rest, path, "xyz", &change).await;
        assert_eq!(broken.problem(400, "invalid-request")["field"], "if-match");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drop_is_made_only_of_what_its_client_has_seen() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    shop(&rest).await;
    for (path, _) in things().into_iter().rev() {
        let tag = rest.get(path).await.tag;
        for (tag, status) in [("\"xyz\"", 412), (tag.as_str(), 204)] {
            let whole = format!(
                "{path}{}",
                if path == "/databases/shop" {
                    "?cascade=true"
                } else {
                    ""
                }
            );
            let request = rest.request(Method::DELETE, &whole).header("if-match", tag);
            rest.send(request).await.expect(status);
            let left = rest.get(path).await.status;
            assert_eq!(left, if status == 412 { 200 } else { 404 }, "{path}");
        }
    }
}

on_every_database!(of_changes_for_the_same_tag_one_is_made);

async fn of_changes_for_the_same_tag_one_is_made(database: TestDatabase) {
    let one = TestServer::start(&database).await;
    let other = TestServer::start(&database).await;
    let rests = [Rest::of(&one), Rest::of(&other)];
    shop(&rests[0]).await;
    for (path, _) in things() {
        let tag = rests[0].get(path).await.tag;
        assert_eq!(rests[1].get(path).await.tag, tag, "replicas agree");
        let changes = (0..CLIENTS).map(|client| {
            let change = json!({"parameters": {"by": client.to_string()}});
            let (rest, tag) = (&rests[client % 2], &tag);
            async move { change_if(rest, path, tag, &change).await.status }
        });
        let mut told = futures::future::join_all(changes).await;
        told.sort_unstable();
        let mut wanted = vec![412; CLIENTS];
        wanted[0] = 200;
        assert_eq!(told, wanted, "{path}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_it_already_is_told_so_and_sent_nothing() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    shop(&rest).await;
    for (path, change) in things() {
        let tag = rest.get(path).await.tag;
        for had in [
            tag.clone(),
            format!("W/{tag}"),
            "*".to_owned(),
            format!("\"a\",{tag}"),
        ] {
            let answer = get_unless(&rest, path, &had).await;
            assert_eq!((answer.status, &answer.tag), (304, &tag), "{path} {had}");
            assert!(answer.body.is_null());
        }
        rest.patch(path, change).await.expect(200);
        let fresh = get_unless(&rest, path, &tag).await;
        assert_ne!(fresh.tag, tag);
        assert_eq!(fresh.expect(200)["parameters"]["tier"], "1");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_made_anew_has_another_tag_than_the_one_before_it() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.post("/databases", json!({"name": "shop"}))
        .await
        .expect(201);
    let table = json!({"name": "t", "columns": [], "storage": {"format": "orc"},
        "parameters": {"transient_lastDdlTime": "1"}});
    let mut tags = Vec::new();
    for _ in 0..2 {
        let made = rest.post("/databases/shop/tables", table.clone()).await;
        assert_eq!(made.location, "/api/v1/databases/shop/tables/t");
        tags.push(made.tag);
        rest.delete("/databases/shop/tables/t").await.expect(204);
    }
    assert_ne!(tags[0], tags[1]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_that_an_operation_does_not_mind_is_refused() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    shop(&rest).await;
    for (header, path) in [
        ("if-match", "/databases/shop/tables/orders/rename"),
        ("if-none-match", "/databases/shop/tables"),
    ] {
        let request = rest
            .request(Method::POST, path)
            .header("content-type", "application/json")
            .header(header, "*")
            .body(json!({"name": "other"}).to_string());
        let problem = rest.send(request).await.problem(400, "invalid-request");
        assert_eq!(problem["field"], header);
    }
    rest.get("/databases/shop/tables/orders").await.expect(200);
}
