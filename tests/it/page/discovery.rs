//! What people do to a table's discovery on its page.

use super::Browser;
use crate::harness::{TestDatabase, TestServer};
use crate::rest::{Rest, discovery};
use reqwest::Method;
use serde_json::json;

const PAGE: &str = "/databases/default/tables/logs/discovery";

/// Sends a form of the page, and gives the page that it leads back to.
async fn act(browser: &Browser, what: &str, back: &str) -> String {
    let request = browser.request(Method::POST, &format!("{PAGE}/{what}"));
    let answer = request.send().await.expect("the server answers");
    assert_eq!(answer.status(), 303, "{what}");
    assert_eq!(answer.headers()["location"], back, "{what}");
    browser.text(PAGE, 200).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sweep_is_asked_for_taken_back_and_let_go_on() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let (rest, browser) = (Rest::of(&server), Browser::of(&server));
    let folder = tempfile::tempdir().expect("a folder");
    discovery::write(folder.path(), "2026/11/22/10");
    let table = json!({
        "name": "logs",
        "columns": [{"name": "line", "type": "string"}],
        "partition_keys": [{"name": "dt", "type": "string"}, {"name": "hour", "type": "string"}],
        "location": format!("file://{}", folder.path().display()),
        "storage": {"format": "text"},
    });
    let made = rest.post("/databases/default/tables", table).await;
    made.expect(201);
    let refused = browser.request(Method::POST, &format!("{PAGE}/sweep"));
    let refused = refused.send().await.expect("the server answers");
    assert_eq!(refused.status(), 400, "nobody looks for its partitions yet");

    let on = json!({"on": true, "settings": {"layout": "{dt:%Y/%m/%d}/{hour}"}});
    let at = "/databases/default/tables/logs";
    rest.patch(&format!("{at}/discovery"), on).await.expect(200);
    act(&browser, "sweep", "../discovery").await;
    let run = loop {
        let runs = rest.get(&format!("{at}/discovery/runs")).await.expect(200);
        if let Some(id) = runs["runs"][0]["id"]
            .as_i64()
            .filter(|_| !runs["runs"][0]["ended_at"].is_null())
        {
            break id;
        }
        tokio::task::yield_now().await;
    };
    let page = browser.text(PAGE, 200).await;
    assert!(page.contains(&format!("Undo run {run}")), "{page}");
    let why = browser
        .text(
            &format!("{PAGE}/explain?partition=dt%3D2026-11-22/hour%3D10"),
            200,
        )
        .await;
    assert!(
        why.contains("It is registered") && why.contains(&format!("run {run} of discovery")),
        "{why}"
    );
    let why = browser
        .text(
            &format!("{PAGE}/explain?partition=dt%3D2026-11-22/hour%3D11"),
            200,
        )
        .await;
    assert!(
        why.contains("It is not registered") && why.contains("empty"),
        "{why}"
    );
    browser
        .text(&format!("{PAGE}/explain?partition=nonsense"), 400)
        .await;

    let page = act(&browser, &format!("runs/{run}/undo"), "../../../discovery").await;
    assert!(page.contains("It stands still since an undo"), "{page}");
    let gone = rest.get(&format!("{at}/partitions")).await.expect(200);
    assert_eq!(gone["partitions"], json!([]));
    let page = act(&browser, "resume", "../discovery").await;
    assert!(!page.contains("stands still since"), "{page}");
}
