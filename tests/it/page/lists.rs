//! Long lists, filters, and what changes something.

use super::Browser;
use crate::harness::{TestDatabase, TestServer, on_every_database};
use crate::rest::Rest;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

on_every_database!(partitions_are_seen_page_by_page_each_once);

const TABLE: &str = "/databases/shop/tables/orders";

/// What stands between two texts, each time.
fn between<'a>(text: &'a str, from: &str, to: &str) -> Vec<&'a str> {
    let pieces = text.split(from).skip(1);
    pieces.filter_map(|piece| piece.split(to).next()).collect()
}

async fn partitions_are_seen_page_by_page_each_once(database: TestDatabase) {
    let server = TestServer::start(&database).await;
    let (rest, browser) = (Rest::of(&server), Browser::of(&server));
    rest.orders().await;
    let new: Vec<Value> = (0..250)
        .map(|number| json!({"values": ["1", format!("{number:03}")]}))
        .collect();
    let path = format!("{TABLE}/partitions");
    rest.post(&path, json!({"partitions": new}))
        .await
        .expect(200);
    let (mut seen, mut next) = (Vec::new(), String::new());
    loop {
        let text = browser.text(&format!("{path}{next}"), 200).await;
        let names = between(&text, "<bdi>dt=1/hour=", "</bdi>");
        seen.extend(names.into_iter().map(str::to_owned));
        assert_eq!(text.contains("First page"), !next.is_empty());
        let Some(link) = between(&text, "rel=\"next\" href=\"", "\"")
            .first()
            .map(|link| link.replace("&#38;", "&"))
        else {
            break;
        };
        next = link;
    }
    let all: Vec<String> = (0..250).map(|number| format!("{number:03}")).collect();
    assert_eq!(seen, all);
    let text = browser
        .text(&format!("{path}?filter=hour%20%3E%3D%20%27249%27"), 200)
        .await;
    assert_eq!(between(&text, "<bdi>dt=1/hour=", "</bdi>"), ["249"]);
    // What is wrong with a filter is said beside it, and it is still there to be mended.
    let text = browser
        .text(&format!("{path}?filter=hour%20%3E%3D%20%27"), 400)
        .await;
    assert!(
        text.contains("role=\"alert\"") && text.contains("value=\"hour &#62;= &#39;\""),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_is_released_by_a_button_of_the_page_itself_alone() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let (rest, browser) = (Rest::of(&server), Browser::of(&server));
    rest.orders().await;
    let lock = json!({"rqst": {
        "component": [{"type": 3, "level": 2, "dbname": "shop", "tablename": "orders"}],
        "user": "<b>ann</b>", "hostname": "a.example",
    }});
    let granted = server
        .ask(move |client| client.call("lock", lock).unwrap())
        .await;
    let id = granted["lockid"].as_i64().expect("a number");
    let text = browser.text("/locks", 200).await;
    assert!(
        text.contains("exclusive of shop.orders") && text.contains("&#60;b&#62;ann"),
        "{text}"
    );
    let release = format!("/locks/{id}/release");
    let foreign = browser
        .request(Method::POST, &release)
        .header("origin", "https://evil.example");
    assert_eq!(
        foreign.send().await.unwrap().status(),
        StatusCode::FORBIDDEN
    );
    assert_eq!(
        browser.open(&release).await.status(),
        StatusCode::METHOD_NOT_ALLOWED
    );
    let own = browser
        .request(Method::POST, &release)
        .header("origin", format!("http://{}", server.http()));
    let own = own.send().await.unwrap();
    assert_eq!(own.status(), StatusCode::SEE_OTHER);
    assert_eq!(own.headers()["location"], "../../locks");
    assert!(
        browser
            .text("/locks", 200)
            .await
            .contains("Nobody holds one")
    );
    let again = browser
        .request(Method::POST, &release)
        .send()
        .await
        .unwrap();
    assert_eq!(again.status(), StatusCode::NOT_FOUND);
}
