//! Processes that serve one database see each other: while they live, when they end, and when they are killed.

use crate::faults::killed::Process;
use crate::harness::{TestDatabase, TestServer, on_every_database};
use crate::page::Browser;
use crate::rest::Rest;
use serde_json::Value;
use std::time::{Duration, Instant};

on_every_database!(
    replicas_see_each_other_and_one_that_ends_is_forgotten,
    one_that_is_killed_is_gone_and_forgotten_after_an_hour,
);

/// How long a state may take to come.
const PATIENCE: Duration = Duration::from_mins(2);

async fn server(database: &TestDatabase) -> TestServer {
    TestServer::start_with(database, |settings| {
        settings.tasks.replica_beat_interval_s = 1;
    })
    .await
}

async fn replicas(server: &TestServer) -> Vec<Value> {
    let list = Rest::of(server).get("/replicas").await.expect(200);
    list["replicas"].as_array().expect("a list").clone()
}

/// The replicas, once they are as they are waited for.
async fn wait_for(server: &TestServer, is_so: impl Fn(&[Value]) -> bool) -> Vec<Value> {
    let began = Instant::now();
    loop {
        let found = replicas(server).await;
        if is_so(&found) {
            return found;
        }
        assert!(began.elapsed() < PATIENCE, "{found:#?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

fn alive(all: &[Value]) -> usize {
    all.iter().filter(|one| one["alive"] == true).count()
}

/// Waits for a line among the counters.
async fn wait_for_metric(server: &TestServer, line: &str) {
    let url = format!("http://{}/metrics", server.http());
    let began = Instant::now();
    loop {
        let text = reqwest::get(&url).await.unwrap().text().await.unwrap();
        if text.lines().any(|one| one == line) {
            return;
        }
        assert!(began.elapsed() < PATIENCE, "{line} is not in:\n{text}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

async fn replicas_see_each_other_and_one_that_ends_is_forgotten(database: TestDatabase) {
    let (first, second) = (server(&database).await, server(&database).await);
    let mut own = Vec::new();
    for server in [&first, &second] {
        let seen = wait_for(server, |all| alive(all) == 2).await;
        assert_eq!(seen.len(), 2);
        let this: Vec<&Value> = seen.iter().filter(|one| one["this"] == true).collect();
        assert_eq!(this.len(), 1, "{seen:#?}");
        let this = this[0];
        assert_eq!(this["id"], server.running().replica.as_str());
        assert_eq!(this["http_address"], server.http().to_string());
        assert_eq!(this["thrift_address"], server.thrift().to_string());
        assert_eq!(this["version"], env!("CARGO_PKG_VERSION"));
        assert_eq!(this["process_id"], std::process::id());
        assert!(this["started_at"].is_string() && this["beat_at"].is_string());
        own.push(this["id"].clone());
    }
    assert_ne!(own[0], own[1]);
    wait_for_metric(&first, "skep_replicas_alive 2").await;

    second.stop().await;
    let left = replicas(&first).await;
    assert_eq!(left.len(), 1, "{left:#?}");
    assert_eq!(left[0]["id"], own[0]);
    wait_for_metric(&first, "skep_replicas_alive 1").await;
    first.stop().await;
    let rows = "SELECT COUNT(*) FROM skep_replicas";
    assert_eq!(database.number(rows).await, 0);
}

async fn one_that_is_killed_is_gone_and_forgotten_after_an_hour(database: TestDatabase) {
    let server = server(&database).await;
    let (url, folder) = (database.url().to_owned(), tempfile::tempdir().unwrap());
    let path = folder.path().to_owned();
    let every = [("SKEP_TASKS__REPLICA_BEAT_INTERVAL_S", "1".to_owned())];
    let started = tokio::task::spawn_blocking(move || Process::start_with(&url, &path, &every));
    let mut process = started.await.unwrap();
    wait_for(&server, |all| alive(all) == 2).await;
    process.kill();
    let seen = wait_for(&server, |all| alive(all) == 1).await;
    assert_eq!(seen.len(), 2);
    // Those that live come first.
    assert_eq!(
        (&seen[0]["this"], &seen[1]["alive"]),
        (&true.into(), &false.into())
    );
    assert_eq!(seen[1]["http_address"], process.http.to_string());
    wait_for_metric(&server, "skep_replicas_alive 1").await;
    let page = Browser::of(&server).text("/server", 200).await;
    assert!(page.contains(">gone</span> since"), "{page}");

    database
        .execute("UPDATE skep_replicas SET beat_at = beat_at - 7200 WHERE beat_at < 4102444800")
        .await;
    // The living one says again that it lives; the other is removed by it.
    let seen = wait_for(&server, |all| all.len() == 1 && alive(all) == 1).await;
    assert_eq!(seen[0]["this"], true);
}
