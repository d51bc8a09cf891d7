//! Discovery over REST, on a folder of this machine.

use super::{Rest, names};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use crate::s3::S3Server;
use reqwest::Method;
use serde_json::{Value, json};
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const LOGS: &str = "/databases/default/tables/logs";

/// A server whose schedule never looks, so that a test alone says when.
pub(crate) async fn server(database: &TestDatabase) -> TestServer {
    TestServer::start_with(database, |settings| {
        settings.tasks.discovery_interval_s = 86_400;
    })
    .await
}

/// A table over a folder in the layout of a log shipper, with one hour of data.
async fn logs(rest: &Rest) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path(), "2026/11/22/10");
    let table = json!({
        "name": "logs",
        "columns": [{"name": "line", "type": "string"}],
        "partition_keys": [{"name": "dt", "type": "string"}, {"name": "hour", "type": "string"}],
        "location": format!("file://{}", folder.path().display()),
        "storage": {"format": "text"},
    });
    rest.post("/databases/default/tables", table)
        .await
        .expect(201);
    folder
}

pub(crate) fn write(root: &Path, directory: &str) {
    let directory = root.join(directory);
    std::fs::create_dir_all(&directory).unwrap();
    std::fs::write(directory.join("part-0"), "a line\n").unwrap();
}

async fn put(rest: &Rest, body: Value) -> super::Answer {
    let request = rest
        .request(Method::PUT, &format!("{LOGS}/discovery"))
        .header("content-type", "application/json")
        .body(body.to_string());
    rest.send(request).await
}

/// The lines of a run, the last one apart.
async fn run(rest: &Rest, body: Value) -> Value {
    let request = rest
        .request(Method::POST, &format!("{LOGS}/discovery/run"))
        .header("content-type", "application/json")
        .body(body.to_string());
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), 200);
    assert_eq!(response.headers()["content-type"], "application/x-ndjson");
    let text = response.text().await.unwrap();
    let mut lines: Vec<Value> = text
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    let last = lines.pop().unwrap();
    assert!(
        lines.iter().all(|line| line["progress"].is_object()),
        "{text}"
    );
    last
}

on_every_database!(a_run_is_planned_made_explained_and_undone);

async fn a_run_is_planned_made_explained_and_undone(database: TestDatabase) {
    let server = server(&database).await;
    let rest = Rest::of(&server);
    let folder = logs(&rest).await;
    let wanted = json!({"on": true, "settings": {"layout": "{dt:%Y/%m/%d}/{hour}"}});
    let status = put(&rest, wanted).await.expect(200);
    assert_eq!(status["on"], true);
    assert_eq!(status["settings"]["mode"], "add");
    assert_eq!(status["roots"][0]["layout"], "{dt:%Y/%m/%d}/{hour}");

    let name = "dt=2026-11-22%2Fhour=10";
    let explain = format!("{LOGS}/partitions/{name}/explain");
    let before = rest.get(&explain).await.expect(200);
    assert!(before["registered"].is_null());
    assert_eq!(before["places"][0]["state"], "ready", "{before}");

    let plan = run(&rest, json!({"scope": "sweep", "dry_run": true})).await["plan"].clone();
    assert_eq!(names(&plan["added"]), ["dt=2026-11-22/hour=10"]);
    assert_eq!(plan["counts"]["added"], 1);
    let listed = rest.get(&format!("{LOGS}/partitions")).await.expect(200);
    assert_eq!(listed["partitions"], json!([]), "a plan writes nothing");

    let report = run(&rest, json!({"scope": "sweep"})).await["report"].clone();
    assert_eq!(report["outcome"], "done", "{report}");
    assert_eq!(report["counts"]["added"], 1);
    let id = report["run"].as_i64().unwrap();
    let listed = rest.get(&format!("{LOGS}/partitions")).await.expect(200);
    assert_eq!(names(&listed["partitions"]), ["dt=2026-11-22/hour=10"]);
    let location = listed["partitions"][0]["location"].as_str().unwrap();
    assert!(location.ends_with("/2026/11/22/10"), "{location}");

    let after = rest.get(&explain).await.expect(200);
    assert_eq!(after["registered"]["run"]["id"], id);
    assert_eq!(after["registered"]["run"]["cause"], "manual");
    let absent = rest
        .get(&format!("{LOGS}/partitions/dt=2026-11-23%2Fhour=1/explain"))
        .await;
    assert_eq!(absent.expect(200)["places"][0]["state"], "empty");

    write(folder.path(), "2026/11/no day/10");
    let swept = run(&rest, json!({"scope": "sweep"})).await;
    assert_eq!(swept["report"]["counts"]["skipped"], 1, "{swept}");
    let skipped = rest
        .get(&format!("{LOGS}/discovery/skipped"))
        .await
        .expect(200);
    assert_eq!(skipped["skipped"][0]["kind"], "layout");

    let undo = format!("{LOGS}/discovery/runs/{id}/undo");
    let undone = rest.post(&undo, json!({})).await.expect(200);
    assert_eq!(
        (&undone["cause"], &undone["counts"]["dropped"]),
        (&json!("undo"), &json!(1))
    );
    let listed = rest.get(&format!("{LOGS}/partitions")).await.expect(200);
    assert_eq!(listed["partitions"], json!([]));
    rest.post(&undo, json!({}))
        .await
        .problem(409, "not-allowed");
    let status = rest.get(&format!("{LOGS}/discovery")).await.expect(200);
    assert!(status["schedule"]["paused_at"].is_string(), "{status}");
    let resumed = rest
        .post(&format!("{LOGS}/discovery/resume"), json!({}))
        .await
        .expect(200);
    assert!(resumed["schedule"]["paused_at"].is_null(), "{resumed}");
    let runs = rest
        .get(&format!("{LOGS}/discovery/runs?limit=1"))
        .await
        .expect(200);
    assert_eq!(runs["runs"][0]["id"], undone["id"]);
    assert_eq!(runs["next"], undone["id"]);
    the_list_is_of_a_catalog(&rest).await;
}

async fn the_list_is_of_a_catalog(rest: &Rest) {
    let [mut all, mut own] = [
        rest.get("/discovery").await.expect(200),
        rest.get("/discovery?catalog=hive").await.expect(200),
    ];
    assert_eq!(all["tables"][0]["table"], "logs");
    for answer in [&mut all, &mut own] {
        // It grows from one answer to the next.
        answer["tables"][0]["freshness"]["age_s"].take();
    }
    assert_eq!(own, all);
}

#[tokio::test(flavor = "multi_thread")]
async fn settings_that_make_no_sense_change_nothing() {
    let database = TestDatabase::sqlite().await;
    let server = server(&database).await;
    let rest = Rest::of(&server);
    let _folder = logs(&rest).await;
    let before = rest.get(LOGS).await.expect(200);
    rest.get("/discovery?catalog=nowhere").await.expect(404);
    for (settings, field) in [
        (json!({"mode": "everything"}), "settings.mode"),
        (json!({"window": "a while"}), "settings.window"),
        (json!({"nosuch": "1"}), "settings.nosuch"),
    ] {
        let body = json!({"on": true, "settings": settings});
        let problem = put(&rest, body).await.problem(400, "invalid-request");
        assert_eq!(problem["field"], field, "{problem}");
    }
    let body = json!({"on": true, "settings": {"layout": "{dt}/{nosuch}"}});
    let problem = put(&rest, body).await.problem(400, "invalid-request");
    assert!(
        problem["detail"].as_str().unwrap().contains("nosuch"),
        "{problem}"
    );
    assert_eq!(rest.get(LOGS).await.expect(200), before);
    let on = json!({"on": true, "settings": {"window": "6h", "layout": "{dt}/{hour}"}});
    put(&rest, on).await.expect(200);
    put(&rest, json!({"on": false})).await.expect(200);
    let after = rest.get(LOGS).await.expect(200);
    let discovery = after["parameters"].as_object().unwrap().iter();
    let discovery: Vec<_> = discovery
        .filter(|(key, _)| key.starts_with("skep.discovery"))
        .collect();
    assert_eq!(discovery.len(), 1, "a put replaces all: {after}");
}

async fn patch(rest: &Rest, body: Value) -> super::Answer {
    let request = rest
        .request(Method::PATCH, &format!("{LOGS}/discovery"))
        .header("content-type", "application/json")
        .body(body.to_string());
    rest.send(request).await
}

/// The table's own properties of discovery.
async fn asked(rest: &Rest) -> Value {
    let table = rest.get(LOGS).await.expect(200);
    let own = table["parameters"].as_object().unwrap().iter();
    own.filter(|(key, _)| key.starts_with("skep.discovery"))
        .map(|(key, value)| (key["skep.discovery".len()..].to_owned(), value.clone()))
        .collect::<serde_json::Map<_, _>>()
        .into()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_patch_changes_only_what_is_given_and_off_forgets_nothing() {
    let database = TestDatabase::sqlite().await;
    let server = server(&database).await;
    let rest = Rest::of(&server);
    let _folder = logs(&rest).await;
    let on = json!({"on": true, "settings": {"layout": "{dt:%Y/%m/%d}/{hour}", "window": "6h"}});
    patch(&rest, on).await.expect(200);
    let shown = patch(
        &rest,
        json!({"settings": {"interval": "10m", "window": null}}),
    )
    .await
    .expect(200);
    assert_eq!(shown["settings"]["interval_s"], 600, "{shown}");
    let layout = "{dt:%Y/%m/%d}/{hour}";
    let wanted = json!({"": "on", ".layout": layout, ".interval": "10m"});
    assert_eq!(asked(&rest).await, wanted);
    let off = patch(&rest, json!({"on": false})).await.expect(200);
    assert_eq!(off["on"], false);
    let wanted = json!({"": "off", ".layout": layout, ".interval": "10m"});
    assert_eq!(asked(&rest).await, wanted);
    let on = patch(&rest, json!({"on": true})).await.expect(200);
    assert_eq!(on["roots"][0]["layout"], layout, "{on}");
    let problem = patch(&rest, json!({"settings": {"mode": "all"}})).await;
    let problem = problem.problem(400, "invalid-request");
    assert_eq!(problem["field"], "settings.mode");
    let request = rest.request(Method::DELETE, &format!("{LOGS}/discovery"));
    rest.send(request).await.expect(204);
    assert_eq!(asked(&rest).await, json!({}));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_without_keys_cannot_opt_in() {
    let database = TestDatabase::sqlite().await;
    let server = server(&database).await;
    let rest = Rest::of(&server);
    let table = json!({"name": "logs", "columns": [{"name": "line", "type": "string"}], "storage": {"format": "text"}});
    rest.post("/databases/default/tables", table)
        .await
        .expect(201);
    let problem = patch(&rest, json!({"on": true})).await;
    let problem = problem.problem(400, "invalid-request");
    let text = problem["detail"].as_str().unwrap();
    assert!(text.contains("has no partition keys"), "{text}");
    assert_eq!(asked(&rest).await, json!({}));
}

/// What would be found is shown before anything is asked for, also by settings that the table does not have.
#[tokio::test(flavor = "multi_thread")]
async fn a_preview_needs_no_opting_in_and_writes_nothing() {
    let database = TestDatabase::sqlite().await;
    let server = server(&database).await;
    let rest = Rest::of(&server);
    let folder = logs(&rest).await;
    write(folder.path(), "stray");
    let before = rest.get(LOGS).await.expect(200);
    let body = json!({
        "scope": "sweep", "dry_run": true, "settings": {"layout": "{dt:%Y/%m/%d}/{hour}"},
    });
    let plan = run(&rest, body).await;
    assert_eq!(
        plan["plan"]["added"][0]["name"], "dt=2026-11-22/hour=10",
        "{plan}"
    );
    let stray = plan["plan"]["skipped"][0]["path"].as_str().unwrap();
    assert!(stray.ends_with("/stray"), "{plan}");
    let hives_own = run(&rest, json!({"scope": "sweep", "dry_run": true})).await;
    assert_eq!(hives_own["plan"]["counts"]["added"], 0, "{hives_own}");
    assert_eq!(rest.get(LOGS).await.expect(200), before);
    rest.get(&format!("{LOGS}/discovery"))
        .await
        .problem(400, "invalid-request");
    let path = format!("{LOGS}/discovery/run");
    let wet = json!({"settings": {"layout": "{dt}/{hour}"}});
    let problem = rest.post(&path, wet).await.problem(400, "invalid-request");
    assert_eq!(problem["field"], "settings");
    let wrong = json!({"dry_run": true, "settings": {"nosuch": "1"}});
    let problem = rest.post(&path, wrong).await;
    problem.problem(400, "invalid-request");
}

#[tokio::test(flavor = "multi_thread")]
async fn runs_that_cannot_begin_are_refused_with_their_status() {
    let database = TestDatabase::sqlite().await;
    let server = server(&database).await;
    let rest = Rest::of(&server);
    let _folder = logs(&rest).await;
    let path = format!("{LOGS}/discovery/run");
    let problem = rest
        .post(&path, json!({}))
        .await
        .problem(400, "invalid-request");
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("skep.discovery=on"),
        "{problem}"
    );
    rest.get(&format!("{LOGS}/discovery"))
        .await
        .problem(400, "invalid-request");
    rest.post("/databases/default/tables/nosuch/discovery/run", json!({}))
        .await
        .problem(404, "not-found");
    let problem = rest
        .post(&path, json!({"scope": "all"}))
        .await
        .problem(400, "invalid-request");
    assert_eq!(problem["field"], "scope");
    let undo = format!("{LOGS}/discovery/runs/77/undo");
    let missing = rest.post(&undo, json!({})).await.problem(404, "not-found");
    assert_eq!(missing["subject"], json!({ "kind": "run", "name": "77" }));
    rest.post(&format!("{LOGS}/discovery/runs/x/undo"), json!({}))
        .await
        .problem(400, "invalid-request");
    let explain = format!("{LOGS}/partitions/dt=1/explain");
    let problem = rest.get(&explain).await.problem(400, "invalid-request");
    assert_eq!(problem["field"], "partition", "{problem}");
}

/// A server over a slow object store, with a table of one hour of data there.
async fn slow_logs(database: &TestDatabase) -> (TestServer, S3Server, Rest) {
    let s3 = S3Server::start(&["logs"]).await;
    s3.put("logs", "app/2026/11/22/10/part-0", "a line\n");
    s3.latency(Duration::from_millis(700));
    let server = TestServer::start_with(database, |settings| {
        settings.tasks.discovery_interval_s = 86_400;
        settings.storage = s3.storage_settings();
    })
    .await;
    let rest = Rest::of(&server);
    let table = json!({
        "name": "logs",
        "columns": [{"name": "line", "type": "string"}],
        "partition_keys": [{"name": "dt", "type": "string"}, {"name": "hour", "type": "string"}],
        "location": "s3://logs/app",
        "storage": {"format": "text"},
    });
    rest.post("/databases/default/tables", table)
        .await
        .expect(201);
    let wanted = json!({"on": true, "settings": {"layout": "{dt:%Y/%m/%d}/{hour}"}});
    put(&rest, wanted).await.expect(200);
    (server, s3, rest)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_long_run_says_how_far_it_is_and_goes_on_when_its_client_leaves() {
    let database = TestDatabase::sqlite().await;
    let (_server, _s3, rest) = slow_logs(&database).await;
    let request = rest
        .request(Method::POST, &format!("{LOGS}/discovery/run"))
        .header("content-type", "application/json")
        .body(json!({"scope": "sweep"}).to_string());
    let mut response = request.send().await.unwrap();
    let first = response.chunk().await.unwrap().unwrap();
    let first: Value = serde_json::from_slice(&first).unwrap();
    assert!(
        first["progress"]["elapsed_ms"].as_u64().unwrap() >= 500,
        "{first}"
    );
    drop(response);
    let deadline = Instant::now() + Duration::from_secs(30);
    loop {
        let runs = rest
            .get(&format!("{LOGS}/discovery/runs"))
            .await
            .expect(200);
        if runs["runs"][0]["outcome"] == "done" {
            assert_eq!(runs["runs"][0]["counts"]["added"], 1, "{runs}");
            break;
        }
        assert!(Instant::now() < deadline, "the run did not go on: {runs}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// A short one is waited for: who has just opted in meets the schedule's.
#[tokio::test(flavor = "multi_thread")]
async fn a_run_beside_one_that_hangs_is_refused_after_a_while() {
    let database = TestDatabase::sqlite().await;
    let (_server, s3, rest) = slow_logs(&database).await;
    let hanging = s3.hang("logs");
    let request = rest
        .request(Method::POST, &format!("{LOGS}/discovery/run"))
        .header("content-type", "application/json")
        .body(json!({"scope": "sweep"}).to_string());
    let first = tokio::spawn(request.send());
    hanging.arrived(1).await;
    let second = run(&rest, json!({"scope": "sweep"})).await;
    assert_eq!(second["problem"]["status"], 409, "{second}");
    hanging.end();
    assert_eq!(first.await.unwrap().unwrap().status(), 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_waits_for_one_that_ends_soon() {
    let database = TestDatabase::sqlite().await;
    let (_server, s3, rest) = slow_logs(&database).await;
    let hanging = s3.hang("logs");
    let start = || {
        rest.request(Method::POST, &format!("{LOGS}/discovery/run"))
            .header("content-type", "application/json")
            .body(json!({"scope": "sweep"}).to_string())
            .send()
    };
    let first = tokio::spawn(start());
    hanging.arrived(1).await;
    let mut second = start().await.unwrap();
    let mut text = second.chunk().await.unwrap().unwrap().to_vec();
    assert!(text.starts_with(b"{\"progress\""), "it waits");
    hanging.end();
    assert_eq!(first.await.unwrap().unwrap().status(), 200);
    while let Some(more) = second.chunk().await.unwrap() {
        text.extend_from_slice(&more);
    }
    let text = String::from_utf8(text).unwrap();
    let last: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(last["report"]["outcome"], "done", "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_after_the_answer_began_is_told_in_it() {
    let database = TestDatabase::sqlite().await;
    let (_server, s3, rest) = slow_logs(&database).await;
    // The first page comes, the others do not.
    s3.put("logs", "app/2026/11/22/10/part-1", "a line\n");
    s3.page_keys_max(1);
    s3.fail("ListObjectsV2", "", 1, usize::MAX, 403);
    let last = run(&rest, json!({"scope": "sweep", "dry_run": true})).await;
    assert!(last["problem"]["type"].is_string(), "{last}");
    let last = run(&rest, json!({"scope": "sweep"})).await;
    assert_eq!(last["report"]["outcome"], "failed", "{last}");
}
