//! Names and texts that would be markup, or pose as others, if they were not shown as what they are.

use super::Browser;
use crate::harness::{TestDatabase, TestServer};
use crate::rest::Rest;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::json;

const NAME: &str = "<script>alert(1)</script>";
const TEXT: &str = "\"'><img src=x onerror=alert(1)> \u{202E}txt.exe";

/// A text as a segment or a value.
fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_clients_wrote_is_markup_on_any_page() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let (rest, browser) = (Rest::of(&server), Browser::of(&server));
    let database = json!({"name": NAME, "description": TEXT, "parameters": {TEXT: TEXT}});
    rest.post("/databases", database).await.expect(201);
    let table = json!({
        "name": NAME, "comment": TEXT, "parameters": {TEXT: TEXT, "skep.docs": TEXT},
        "columns": [{"name": NAME, "type": "string", "comment": TEXT}],
        "partition_keys": [{"name": "k", "type": "string", "comment": TEXT}],
        "storage": {"format": "parquet"},
    });
    let segment = "%3Cscript%3Ealert(1)%3C%2Fscript%3E";
    let path = format!("/databases/{segment}/tables");
    rest.post(&path, table).await.expect(201);
    let path = format!("{path}/{segment}");
    let new = json!({"partitions": [{"values": [TEXT], "parameters": {TEXT: TEXT}}]});
    let added = rest
        .post(&format!("{path}/partitions"), new)
        .await
        .expect(200);
    let name = added["partitions"][0]["name"].as_str().expect("a name");
    let name = encoded(name);
    let encoded = encoded(TEXT);
    for path in [
        "/".to_owned(),
        format!("/find?q={encoded}"),
        "/find?q=script".to_owned(),
        format!("/databases/{segment}"),
        format!("/databases/{segment}?name={encoded}"),
        path.clone(),
        format!("{path}/partitions"),
        format!("{path}/partitions?after={encoded}"),
        format!("{path}/partitions?order=newest&after={encoded}"),
        format!("{path}/partitions/{name}"),
        format!("{path}/discovery"),
        format!("/changes?source={encoded}"),
        format!("/alerts?channel={encoded}"),
        format!("/mute?pattern={encoded}"),
        format!("/events?database={encoded}&table={encoded}"),
        "/events".to_owned(),
    ] {
        let text = browser.text(&path, 200).await;
        assert!(
            !text.contains("<script>") && !text.contains("<img"),
            "{path}: {text}"
        );
        assert!(!text.contains('\u{202E}'), "{path}: {text}");
    }
    for path in [
        format!("/{encoded}"),
        format!("/databases/{encoded}"),
        format!("{path}/partitions?filter={encoded}"),
    ] {
        let refused = browser.open(&path).await;
        assert!(refused.status().is_client_error(), "{path}");
        let text = refused.text().await.unwrap();
        assert!(text.starts_with("<!doctype html>"), "{text}");
        assert!(
            !text.contains("<img") && !text.contains('\u{202E}'),
            "{path}: {text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_text_makes_a_page_large_and_no_type_a_statement() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let (rest, browser) = (Rest::of(&server), Browser::of(&server));
    rest.orders().await;
    let table = "/databases/shop/tables/orders";
    let long = "\"<".repeat(500_000);
    let patch = json!({"parameters": {"comment": long, "a": long, "skep.docs": long}});
    rest.patch(table, patch).await.expect(200);
    let text = browser.text(table, 200).await;
    assert!(text.len() < 2_000_000, "{} bytes", text.len());
    assert!(text.contains("bytes more, which REST tells"));
    // An engine may say of a column what it likes; REST takes real types alone.
    let odd = json!({
        "dbName": "shop", "tableName": "odd", "tableType": "EXTERNAL_TABLE", "parameters": {"EXTERNAL": "TRUE"},
        "sd": {"cols": [{"name": "a", "type": "string); drop table shop.t; --"}], "serdeInfo": {}},
    });
    server
        .ask(move |client| client.call("create_table", json!({"tbl": odd})).unwrap())
        .await;
    let text = browser.text("/databases/shop/tables/odd", 200).await;
    assert!(!text.contains("CREATE EXTERNAL TABLE"), "{text}");
    assert!(
        text.contains("No statement is shown that makes it"),
        "{text}"
    );
    for before in [i64::MIN, i64::MIN + 100, 0, i64::MAX] {
        browser.text(&format!("/events?before={before}"), 200).await;
    }
}
