//! What people need not hear now, or at all: alerts that are put off, and mutes.

use super::Browser;
use crate::alert::Listener;
use crate::harness::TestDatabase;
use crate::rest::Rest;
use crate::rest::watch::{alter, sent, server, shop, source};
use reqwest::{Method, Response, StatusCode};
use serde_json::{Value, json};

/// Sends a form as a page of this origin does.
async fn submit(browser: &Browser, origin: &str, path: &str, fields: &'static str) -> Response {
    let request = browser
        .request(Method::POST, path)
        .header("origin", origin)
        .header("content-type", "application/x-www-form-urlencoded")
        .body(fields);
    request.send().await.expect("the server answers")
}

/// Where an alert stands.
async fn state(rest: &Rest, id: &Value) -> Value {
    let found = rest.get("/alerts").await.expect(200);
    let mut alerts = found["alerts"].as_array().expect("a list").iter();
    let one = alerts.find(|alert| alert["id"] == *id);
    one.expect("it is there")["state"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alert_is_put_off_and_an_object_muted_by_buttons_of_the_page_itself_alone() {
    let (database, source) = (TestDatabase::sqlite().await, source().await);
    let listener = Listener::start().await;
    let server = server(&database, &listener.url()).await;
    let (rest, browser) = (Rest::of(&server), Browser::of(&server));
    let (own, foreign) = (format!("http://{}", server.http()), "https://evil.example");
    shop(&rest, &source).await;
    alter(&source).await;
    rest.post("/sources/shop/run", json!({})).await.expect(200);
    let alert = sent(&rest).await;
    let (id, object) = (&alert["id"], alert["object"].as_str().expect("a text"));

    // Both pages lead to what asks once; to look changes nothing.
    let snooze = format!("/snooze?alerts={id}");
    let mute = format!("/mute?pattern=shop%3A{object}");
    for page in ["/alerts", "/changes"] {
        let text = browser.text(page, 200).await;
        assert!(text.contains("./snooze?alerts="), "{page}: {text}");
        assert!(text.contains(&format!(".{mute}\"")), "{page}: {text}");
    }
    let text = browser.text(&snooze, 200).await;
    assert!(text.contains("Put off this alert"), "{text}");
    assert_eq!(state(&rest, id).await, "sent");

    let refused = submit(&browser, foreign, &snooze, "until=week").await;
    assert_eq!(refused.status(), StatusCode::FORBIDDEN);
    let faulty = submit(&browser, &own, &snooze, "until=never").await;
    assert_eq!(faulty.status(), StatusCode::BAD_REQUEST);
    let faulty = faulty.text().await.unwrap();
    let why = "expected one of `hour`, `tomorrow`, `week`";
    assert!(faulty.contains(why), "{faulty}");
    let text = browser.text(&format!("{snooze},77777,77778"), 200).await;
    assert!(text.contains("No alert has the other 2 numbers."), "{text}");
    let long = submit(&browser, &own, "/mute", LONG.as_str()).await;
    assert!(long.status().is_client_error(), "{}", long.status());
    // One of them is gone meanwhile: the other is put off all the same.
    let both = format!("{snooze},77777");
    let done = submit(&browser, &own, &both, "until=week").await;
    assert_eq!(done.status(), StatusCode::SEE_OTHER);
    assert_eq!(done.headers()["location"], "./alerts");
    assert_eq!(state(&rest, id).await, "pending");
    let text = browser.text("/alerts?state=pending", 200).await;
    assert!(text.contains("pending, due <time"), "{text}");

    mutes_are_added_and_removed(&rest, &browser, &own, &mute).await;
    for (path, status) in [
        ("/snooze?alerts=77777", 404),
        ("/snooze?alerts=x", 400),
        ("/snooze", 400),
    ] {
        let text = browser.text(path, status).await;
        assert!(!text.contains("<button type=\"submit\">Put off"), "{text}");
    }
    let gone = submit(&browser, &own, "/snooze?alerts=77777", "until=hour").await;
    assert_eq!(gone.status(), StatusCode::NOT_FOUND);
}

/// More than a form may hold.
static LONG: std::sync::LazyLock<String> =
    std::sync::LazyLock::new(|| format!("pattern=shop:{}", "x".repeat(20_000)));

async fn mutes_are_added_and_removed(rest: &Rest, browser: &Browser, own: &str, page: &str) {
    let text = browser.text(page, 200).await;
    assert!(text.contains("value=\"shop:main.orders."), "{text}");
    let empty = rest.get("/mutes").await.expect(200);
    assert_eq!(empty["mutes"], json!([]), "to look mutes nothing");
    let fields = "pattern=shop%3Amain.orders.*&until=2100-01-01&why=%3Cb%3Eknown";
    let added = submit(browser, own, "/mute", fields).await;
    assert_eq!(added.status(), StatusCode::SEE_OTHER);
    assert_eq!(added.headers()["location"], "./alerts#mutes");
    let forever = submit(browser, own, "/mute", "pattern=shop%3Aother&until=&why=").await;
    assert_eq!(forever.status(), StatusCode::SEE_OTHER);
    let mutes = rest.get("/mutes").await.expect(200);
    let first = &mutes["mutes"][0];
    assert_eq!(first["until"], "2100-01-01T00:00:00Z", "{mutes}");
    assert!(mutes["mutes"][1]["until"].is_null(), "{mutes}");
    let text = browser.text("/alerts", 200).await;
    assert!(text.contains("<code>shop:main.orders.*</code>"), "{text}");
    assert!(text.contains("&#60;b&#62;known"), "{text}");
    for (fields, says) in [
        ("pattern=nosuch%3Ax&until=&why=", "there is no source"),
        ("pattern=shop%3Ax&until=2000-01-01", "has ended already"),
        ("pattern=shop%3Ax&until=soon", "is no day"),
        ("until=&why=", "pattern"),
    ] {
        let refused = submit(browser, own, "/mute", fields).await;
        assert!(refused.status().is_client_error(), "{fields}");
        let text = refused.text().await.unwrap();
        assert!(text.contains(says) && text.contains("<h1>"), "{text}");
    }
    let remove = format!("/mutes/{}/remove", first["id"]);
    let foreign = submit(browser, "https://evil.example", &remove, "").await;
    assert_eq!(foreign.status(), StatusCode::FORBIDDEN);
    let removed = submit(browser, own, &remove, "").await;
    assert_eq!(removed.headers()["location"], "../../alerts#mutes");
    let left = rest.get("/mutes").await.expect(200);
    assert_eq!(left["mutes"].as_array().map(Vec::len), Some(1), "{left}");
    let again = submit(browser, own, &remove, "").await;
    assert_eq!(again.status(), StatusCode::NOT_FOUND);
}
