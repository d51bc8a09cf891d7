//! The page that links of messages lead to.

use crate::alert::Listener;
use crate::harness::TestDatabase;
use crate::rest::Rest;
use crate::rest::watch::{alter, server_with, shop, source, told};
use reqwest::redirect::Policy;
use reqwest::{Method, StatusCode};
use serde_json::json;

/// How people reach the server, as its configuration says.
const PUBLIC_URL: &str = "https://skep.example.com/catalog";

async fn changes(rest: &Rest, state: &str) -> usize {
    let path = format!("/alerts?source=shop&state={state}");
    let found = rest.get(&path).await.expect(200);
    found["alerts"].as_array().map_or(0, Vec::len)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_follows_the_link_of_a_message_sees_the_changes_and_says_so_by_a_button_alone() {
    let (database, source) = (TestDatabase::sqlite().await, source().await);
    let listener = Listener::start().await;
    let server = server_with(&database, &listener.url(), |settings| {
        settings.server.public_url = Some(PUBLIC_URL.to_owned());
    })
    .await;
    let rest = Rest::of(&server);
    shop(&rest, &source).await;
    alter(&source).await;
    rest.post("/sources/shop/run", json!({})).await.expect(200);
    let notice = &told(&listener, 1).await[0];
    let entry = &notice["entries"][0];
    let link = entry["acknowledge"].as_str().expect("a link");
    let path = link.strip_prefix(PUBLIC_URL).expect("the public address");
    assert_eq!(path, format!("/acknowledge?changes={}", entry["change"]));

    let http = reqwest::Client::builder().redirect(Policy::none());
    let http = http.build().unwrap();
    let ask = |method: Method, path: &str, origin: Option<&str>| {
        let request = http.request(method, format!("http://{}{path}", server.http()));
        match origin {
            Some(origin) => request.header("origin", origin),
            None => request,
        }
        .send()
    };
    let page = ask(Method::GET, path, None).await.unwrap();
    assert_eq!(page.status(), StatusCode::OK);
    let policy = page.headers()["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
    let text = page.text().await.unwrap();
    assert!(
        text.contains("not seen yet") && text.contains("Acknowledge this change"),
        "{text}"
    );
    assert_eq!(
        changes(&rest, "acknowledged").await,
        0,
        "to look is no answer"
    );

    let foreign = ask(Method::POST, path, Some("https://evil.example")).await;
    assert_eq!(foreign.unwrap().status(), StatusCode::FORBIDDEN);
    assert_eq!(changes(&rest, "acknowledged").await, 0);

    // The proxy in front of it asks by another host, and cuts the path.
    let seen = ask(Method::POST, path, Some("https://skep.example.com")).await;
    let seen = seen.unwrap();
    assert_eq!(seen.status(), StatusCode::SEE_OTHER);
    assert_eq!(
        seen.headers()["location"],
        format!("?changes={}", entry["change"])
    );
    assert_eq!(changes(&rest, "acknowledged").await, 1);
    let text = ask(Method::GET, path, None).await.unwrap().text().await;
    let text = text.unwrap();
    assert!(
        text.contains("· acknowledged") && !text.contains("method=\"post\""),
        "{text}"
    );

    let nobody = ask(Method::POST, "/acknowledge?changes=77777", None).await;
    assert_eq!(nobody.unwrap().status(), StatusCode::NOT_FOUND);
    for (path, status) in [
        ("/acknowledge?changes=77777", StatusCode::NOT_FOUND),
        ("/acknowledge?changes=1-1001", StatusCode::BAD_REQUEST),
        ("/acknowledge?changes=<script>", StatusCode::BAD_REQUEST),
        ("/acknowledge", StatusCode::BAD_REQUEST),
    ] {
        let refused = ask(Method::GET, path, None).await.unwrap();
        assert_eq!(refused.status(), status, "{path}");
        let text = refused.text().await.unwrap();
        assert!(text.starts_with("<!doctype html>"), "{text}");
        assert!(!text.contains("<script>"), "{text}");
    }
}
