//! Clients that ask a server for everything there is: the requests of the differential test over Thrift, every GET over
//! REST, a discovery run, a source that changes, and the background tasks.

#[expect(dead_code, reason = "the differential test says more of a request")]
#[path = "../differential/step.rs"]
mod step;

#[expect(
    clippy::needless_pass_by_value,
    clippy::too_many_lines,
    reason = "lists of requests are written as json! literals and read from top to bottom"
)]
#[path = "../differential/sequences/mod.rs"]
mod sequences;

#[path = "../differential/reasons.rs"]
mod reasons;

use crate::client;
use crate::harness::{TestDatabase, TestServer};
use crate::page::Browser;
use crate::rest::{Rest, discovery};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use step::{Server, Session};

/// How long the tasks may take until each has run once.
const PATIENCE: Duration = Duration::from_mins(2);

/// Asks; `source` is watched as `shop`.
pub(super) async fn ask_for_everything(server: &TestServer, source: &TestDatabase) {
    over_thrift(server).await;
    let rest = Rest::of(server);
    let _folder = a_discovery(&rest).await;
    a_source(&rest, source).await;
    over_rest(&rest).await;
    over_pages(server).await;
    tasks(server).await;
}

async fn over_thrift(server: &TestServer) {
    let served = Server {
        name: "skep",
        address: server.thrift().to_string(),
        warehouse: server.warehouse().display().to_string(),
    };
    let asked = tokio::task::spawn_blocking(move || {
        for sequence in sequences::all() {
            let mut session = Session::new(&served);
            for step in &sequence.steps {
                // Many are meant to be refused.
                let _ = session.send(step);
            }
        }
    });
    asked.await.unwrap();
}

/// A table whose partitions appear by themselves, looked at, explained and undone.
async fn a_discovery(rest: &Rest) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
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
    let at = "/databases/default/tables/logs/discovery";
    let wanted = json!({"on": true, "settings": {"layout": "{dt:%Y/%m/%d}/{hour}"}});
    let put = rest
        .request(Method::PUT, at)
        .header("content-type", "application/json")
        .body(wanted.to_string());
    rest.send(put).await.expect(200);
    for scope in ["sweep", "window"] {
        let run = format!("{at}/run");
        rest.post(&run, json!({ "scope": scope })).await;
    }
    let expected = json!({"settings": {"every": "1h", "volume": "50%..", "since": "2026-11-21"}});
    let freshness = "/databases/default/tables/logs/freshness";
    rest.patch(freshness, expected).await.expect(200);
    rest.post(&format!("{freshness}/check"), json!({}))
        .await
        .expect(200);
    rest.get("/freshness").await.expect(200);
    let runs = rest.get(&format!("{at}/runs")).await.expect(200);
    if let Some(id) = runs["runs"][0]["id"].as_i64() {
        rest.post(&format!("{at}/runs/{id}/undo"), json!({})).await;
    }
    rest.post(&format!("{at}/resume"), json!({})).await;
    folder
}

/// A source that changes between two reads, whose change is told, acknowledged and muted.
async fn a_source(rest: &Rest, source: &TestDatabase) {
    rest.post("/sources/shop/run", json!({})).await.expect(200);
    source.execute("ALTER TABLE orders DROP COLUMN note").await;
    rest.post("/sources/shop/run", json!({})).await.expect(200);
    rest.post("/mutes", json!({"pattern": "shop:*"})).await;
    let changes = rest.get("/schema-changes").await.expect(200);
    let change = &changes["changes"][0]["id"];
    rest.post(&format!("/schema-changes/{change}/apply"), json!({}))
        .await;
}

/// Every GET of the document.
async fn over_rest(rest: &Rest) {
    let document = rest.get("/openapi.json").await.body;
    let paths = document["paths"].as_object().expect("paths");
    for (path, methods) in paths
        .iter()
        .filter(|(_, methods)| methods["get"].is_object())
    {
        let path = path
            .trim_start_matches("/api/v1")
            .replace("{database}", "default")
            .replace("{table}", "logs")
            .replace("{partition}", "dt=2026-11-22%2Fhour=10")
            .replace("{source}", "shop");
        let content = &methods["get"]["responses"]["200"]["content"];
        if content["text/event-stream"].is_object() {
            // It has no end.
            let request = rest.request(Method::GET, &format!("{path}?after=0"));
            let mut events = request.send().await.unwrap();
            assert!(events.chunk().await.unwrap().is_some(), "{path}");
            continue;
        }
        let answer = rest.get(&path).await;
        assert!(answer.status < 500, "{path}: {}", answer.body);
        let _: Value = rest.get(&format!("{path}?limit=2")).await.body;
    }
}

/// The partitions of a table from the end, those beside one, and what is found by names and words.
async fn over_pages(server: &TestServer) {
    let browser = Browser::of(server);
    let path = "/databases/default/tables/pages/partitions";
    let table = json!({
        "name": "pages",
        "columns": [{"name": "a", "type": "string"}],
        "partition_keys": [{"name": "dt", "type": "string"}, {"name": "hour", "type": "string"}],
        "storage": {"format": "parquet"},
    });
    let rest = Rest::of(server);
    rest.post("/databases/default/tables", table)
        .await
        .expect(201);
    let new =
        json!({"partitions": [{"values": ["2026-11-22", "1"]}, {"values": ["2026-11-22", "2"]}]});
    rest.post(path, new).await.expect(200);
    for query in [
        "order=newest",
        "order=newest&after=dt%3D2026-11-22%2Fhour%3D2",
        "order=newest&filter=dt+%3D+%272026-11-22%27",
        "order=newest&filter=hour+%3D+%271%27",
    ] {
        let text = browser.text(&format!("{path}?{query}"), 200).await;
        assert!(text.contains("hour=1</bdi>"), "{query}: {text}");
    }
    let one = format!("{path}/dt=2026-11-22%2Fhour=1");
    browser.text(&one, 200).await;
    // With the views that read it.
    browser.text("/databases/default/tables/pages", 200).await;
    for query in ["page", "lin", "default.lin", "lin dt"] {
        browser.text(&format!("/find?q={query}"), 200).await;
    }
}

/// Waits until every background task has run once.
async fn tasks(server: &TestServer) {
    let url = format!("http://{}/metrics", server.http());
    let wanted = [
        "alert_delivery",
        "event_retention",
        "lake_cleanup",
        "search",
        "lock_reaper",
        "replica_beat",
        "schema_diff",
        "watch_upkeep",
    ];
    let began = Instant::now();
    loop {
        let text = reqwest::get(&url).await.unwrap().text().await.unwrap();
        let has_run = |task: &&str| {
            let line = format!("skep_task_runs_total{{task=\"{task}\",outcome=\"ok\"}} ");
            text.lines()
                .any(|one| one.starts_with(&line) && !one.ends_with(" 0"))
        };
        if wanted.iter().all(has_run) {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "not all have run:\n{text}");
    }
}
