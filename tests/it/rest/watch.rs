//! Sources, schema changes and alerts over REST: a SQLite file is the source, a listener plays a webhook.

use super::{Rest, names};
use crate::alert::Listener;
use crate::harness::{TestDatabase, TestServer};
use reqwest::Method;
use serde_json::{Value, json};
use skep::alert::{ChannelKind, ChannelSettings};
use skep::config::Settings;
use skep::secret::Secret;
use skep::watch::TargetRule;
use std::time::{Duration, Instant};

/// How long a message may take from the outbox to its receiver.
const PATIENCE: Duration = Duration::from_secs(30);

/// A SQLite file that is a source, with the table `orders`.
pub(crate) async fn source() -> TestDatabase {
    let source = TestDatabase::sqlite().await;
    std::fs::File::create(path(&source)).expect("an empty file is an empty database");
    source
        .execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, price REAL, note TEXT)")
        .await;
    source
}

fn path(source: &TestDatabase) -> &str {
    source.url().trim_start_matches("sqlite:")
}

/// A server that reads sources when it is asked to, and tells the channel `team` of everything at once.
pub(crate) async fn server(database: &TestDatabase, channel_url: &str) -> TestServer {
    server_with(database, channel_url, |_| ()).await
}

/// The same with more settings.
pub(crate) async fn server_with(
    database: &TestDatabase,
    channel_url: &str,
    more: impl FnOnce(&mut Settings),
) -> TestServer {
    TestServer::start_with(database, |settings| {
        settings_fill(settings, channel_url);
        more(settings);
    })
    .await
}

fn settings_fill(settings: &mut Settings, channel_url: &str) {
    settings.tasks.schema_diff_interval_s = 86_400;
    settings.tasks.alert_delivery_interval_s = 1;
    settings.watch.sources_over_rest = true;
    settings.watch.sqlite_dir = Some(std::env::temp_dir());
    settings.watch.targets = vec![TargetRule {
        source: "shop:main.{table}".to_owned(),
        table: "t1_shop.{table}_snapshot".to_owned(),
    }];
    let channel = ChannelSettings {
        kind: ChannelKind::Webhook,
        url: Some(Secret::new(channel_url)),
        at_once: skep::alert::Threshold::Additive,
        ..ChannelSettings::default()
    };
    settings.alerts.channels.insert("team".to_owned(), channel);
}

/// The table of the catalog that the source's orders fill.
pub(crate) async fn target(rest: &Rest) {
    rest.post("/databases", json!({"name": "t1_shop"}))
        .await
        .expect(201);
    let table = json!({
        "name": "orders_snapshot",
        "columns": [{"name": "id", "type": "bigint"}, {"name": "price", "type": "double"},
            {"name": "note", "type": "string"}],
        "partition_keys": [{"name": "dt", "type": "string"}],
        "storage": {"format": "parquet"},
    });
    rest.post("/databases/t1_shop/tables", table)
        .await
        .expect(201);
}

/// Adds the source `shop` and takes its baseline.
pub(crate) async fn shop(rest: &Rest, source: &TestDatabase) {
    let settings = json!({"kind": "sqlite", "url": source.url(), "schedule": "0 6 * * 1-5"});
    let added = rest
        .post("/sources", json!({"name": "shop", "settings": settings}))
        .await
        .expect(201);
    assert_eq!(added["origin"], "stored");
    assert_eq!(added["settings"]["schedule"], "0 6 * * 1-5");
    assert_eq!(added["settings"]["time_limit_s"], 300, "{added}");
    let report = rest.post("/sources/shop/run", json!({})).await.expect(200);
    assert_eq!(report["baseline"], true, "{report}");
    assert_eq!(
        report["changes"],
        json!([]),
        "nothing of a baseline is told"
    );
    assert_eq!(
        (&report["tables"], &report["columns"]),
        (&json!(1), &json!(3))
    );
}

/// What the server's metrics say, a line each.
async fn metrics(server: &TestServer) -> String {
    let metrics = reqwest::get(format!("http://{}/metrics", server.http())).await;
    metrics.expect("an answer").text().await.expect("text")
}

/// Adds a column and drops another.
pub(crate) async fn alter(source: &TestDatabase) {
    source
        .execute("ALTER TABLE orders ADD COLUMN colour INTEGER")
        .await;
    source.execute("ALTER TABLE orders DROP COLUMN note").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_is_added_tested_read_and_removed() {
    let (database, source) = (TestDatabase::sqlite().await, source().await);
    let listener = Listener::start().await;
    let server = server(&database, &listener.url()).await;
    let rest = Rest::of(&server);
    let empty = rest.get("/sources").await.expect(200);
    assert_eq!(empty, json!({"sources": [], "next": null}));
    shop(&rest, &source).await;
    let by_hand = r#"skep_watch_source_runs_total{source="shop",outcome="ok"} 1"#;
    assert!(
        metrics(&server).await.contains(by_hand),
        "a run by hand counts"
    );

    let again = json!({"name": "shop", "settings": {"kind": "sqlite", "url": source.url()}});
    rest.post("/sources", again)
        .await
        .problem(409, "already-exists");
    let check = rest.post("/sources/shop/test", json!({})).await.expect(200);
    assert_eq!(check["tables_readable"], 1, "{check}");
    let shown = rest.get("/sources/shop").await.expect(200);
    assert_eq!(shown["snapshot"]["tables"], 1, "{shown}");
    assert!(shown["last_ok_at"].is_string() && shown["last_error"].is_null());
    for name in ["a1", "zoo"] {
        let other = json!({"name": name, "settings": {"kind": "catalog", "paused": true}});
        rest.post("/sources", other).await.expect(201);
    }
    let first = rest.get("/sources?limit=2").await.expect(200);
    assert_eq!(names(&first["sources"]), ["a1", "shop"]);
    assert_eq!(first["next"], "shop");
    let last = rest.get("/sources?after=shop&limit=2").await.expect(200);
    assert_eq!(
        (names(&last["sources"]), &last["next"]),
        (vec!["zoo"], &Value::Null)
    );

    assert_eq!(rest.delete("/sources/shop").await.status, 204);
    for path in ["/sources/shop", "/sources/shop/snapshots"] {
        rest.get(path).await.problem(404, "not-found");
    }
    let missing = rest.delete("/sources/shop").await.problem(404, "not-found");
    assert_eq!(
        missing["subject"],
        json!({ "kind": "source", "name": "shop" })
    );
    for action in ["test", "run"] {
        rest.post(&format!("/sources/shop/{action}"), json!({}))
            .await
            .problem(404, "not-found");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_cannot_be_read_says_why() {
    let (database, source) = (TestDatabase::sqlite().await, source().await);
    let server = server(&database, "http://127.0.0.1:1/").await;
    let rest = Rest::of(&server);
    shop(&rest, &source).await;
    std::fs::remove_file(path(&source)).unwrap();
    for action in ["test", "run"] {
        let failed = rest
            .post(&format!("/sources/shop/{action}"), json!({}))
            .await;
        let problem = failed.problem(400, "invalid-request");
        let detail = problem["detail"].as_str().unwrap();
        assert_eq!(
            detail,
            "source shop: url: it is no file below watch.sqlite_dir"
        );
    }
    let shown = rest.get("/sources/shop").await.expect(200);
    assert_eq!(shown["failures"], 1, "{shown}");
    assert!(shown["last_error"].is_string(), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn changes_are_kept_compared_and_listed_page_by_page() {
    let (database, source) = (TestDatabase::sqlite().await, source().await);
    let listener = Listener::start().await;
    let server = server(&database, &listener.url()).await;
    let rest = Rest::of(&server);
    target(&rest).await;
    shop(&rest, &source).await;
    alter(&source).await;
    let report = rest.post("/sources/shop/run", json!({})).await.expect(200);
    assert_eq!(
        (&report["baseline"], &report["changes_count"]),
        (&json!(false), &json!(2)),
        "{report}"
    );

    let dropped = rest
        .get("/schema-changes?source=shop&severity=breaking")
        .await
        .expect(200);
    let dropped = &dropped["changes"];
    assert_eq!(dropped.as_array().unwrap().len(), 1, "{dropped}");
    assert_eq!(dropped[0]["object"], "main.orders.note");
    assert_eq!(dropped[0]["targets"][0]["table"], "orders_snapshot");

    let mut paged = Vec::new();
    let mut query = String::new();
    for _ in 0..2 {
        let path = format!("/schema-changes?object=main.orders&limit=1{query}");
        let page = rest.get(&path).await.expect(200);
        paged.push(page["changes"][0]["kind"].as_str().unwrap().to_owned());
        query = format!("&before={}", page["next"]);
    }
    assert_eq!(query, "&before=null", "two changes are two pages");
    paged.sort();
    assert_eq!(paged, ["column_added", "column_dropped"]);
    for nothing in ["since=2100-01-01", "until=2000-01-01", "source=nosuch"] {
        let none = rest
            .get(&format!("/schema-changes?{nothing}"))
            .await
            .expect(200);
        assert_eq!(none["changes"], json!([]), "{nothing}");
    }

    snapshots_differ(&rest).await;
    for (query, field) in [
        ("/schema-changes?since=yesterday", "since"),
        ("/schema-changes?severity=grave", "severity"),
        ("/schema-changes?limit=0", "limit"),
        ("/sources/shop/diff?from=dawn", "from"),
        ("/alerts?state=lost", "state"),
        ("/alerts/preview?since=soon", "since"),
        ("/alerts/preview?since=2026-11-01&format=fax", "format"),
    ] {
        let problem = rest.get(query).await.problem(400, "invalid-request");
        assert_eq!(problem["field"], field, "{problem}");
    }
}

/// Compares the two snapshots that are kept.
async fn snapshots_differ(rest: &Rest) {
    let kept = rest.get("/sources/shop/snapshots").await.expect(200);
    let kept: Vec<i64> = kept["snapshots"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_i64().unwrap())
        .collect();
    assert_eq!(kept.len(), 2);
    let path = format!("/sources/shop/diff?from={}&limit=1", kept[1]);
    let first = rest.get(&path).await.expect(200);
    assert_eq!(
        first["changes"][0]["id"],
        Value::Null,
        "nothing is kept of it"
    );
    assert_eq!(
        (&first["next"], &first["to_snapshot"]),
        (&json!(1), &json!(kept[0]))
    );
    let second = rest.get(&format!("{path}&after=1")).await.expect(200);
    assert_eq!(second["next"], Value::Null);
    assert_ne!(first["changes"][0]["key"], second["changes"][0]["key"]);
    let same = rest
        .get(&format!("/sources/shop/diff?from=latest&to={}", kept[0]))
        .await
        .expect(200);
    assert_eq!(same["changes"], json!([]));
    rest.get("/sources/shop/diff?from=77")
        .await
        .problem(404, "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_that_the_lake_lacks_are_added_and_nothing_else() {
    let (database, source) = (TestDatabase::sqlite().await, source().await);
    let listener = Listener::start().await;
    let server = server(&database, &listener.url()).await;
    let rest = Rest::of(&server);
    target(&rest).await;
    shop(&rest, &source).await;
    alter(&source).await;
    let report = rest.post("/sources/shop/run", json!({})).await.expect(200);
    let change = |kind: &str| {
        let changes = report["changes"].as_array().unwrap();
        let found = changes.iter().find(|change| change["kind"] == kind);
        found.unwrap_or_else(|| panic!("{kind} in {report}"))
    };
    let added = change("column_added");
    assert_eq!(added["targets"][0]["lacks"][0]["name"], "colour", "{added}");
    let path = format!("/schema-changes/{}/apply", added["id"]);
    for is_new in [true, false] {
        let applied = rest.post(&path, json!({})).await.expect(200);
        assert_eq!(
            applied["columns"],
            json!([{"database": "t1_shop", "table": "orders_snapshot", "added": is_new,
                "column": {"name": "colour", "type": "int"}}])
        );
    }
    let table = rest
        .get("/databases/t1_shop/tables/orders_snapshot")
        .await
        .expect(200);
    assert_eq!(names(&table["columns"]), ["id", "price", "note", "colour"]);
    let listed = rest
        .get("/schema-changes?object=main.orders.colour")
        .await
        .expect(200);
    assert!(listed["changes"][0]["applied_at"].is_string(), "{listed}");
    let dropped = format!("/schema-changes/{}/apply", change("column_dropped")["id"]);
    rest.post(&dropped, json!({}))
        .await
        .problem(409, "not-allowed");
    rest.post("/schema-changes/77777/apply", json!({}))
        .await
        .problem(404, "not-found");
}

/// Waits until the listener was told of so many things, in however many messages.
pub(crate) async fn entries_told(listener: &Listener, count: usize) -> Vec<Value> {
    for messages in 1.. {
        let told = told(listener, messages).await;
        let entries = told.iter().filter_map(|body| body["entries"].as_array());
        let entries: Vec<Value> = entries.flatten().cloned().collect();
        if entries.len() >= count {
            return entries;
        }
    }
    Vec::new()
}

/// Waits until the listener has got so many requests, and gives the JSON of all.
pub(crate) async fn told(listener: &Listener, count: usize) -> Vec<Value> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let received = listener.received();
        if received.len() >= count {
            let bodies = received.iter();
            return bodies
                .map(|one| serde_json::from_str(&one.body).unwrap())
                .collect();
        }
        assert!(Instant::now() < deadline, "{received:?}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// The first alert of the shop that is marked as sent: a moment after the listener took it.
pub(crate) async fn sent(rest: &Rest) -> Value {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let found = rest
            .get("/alerts?channel=team&source=shop&state=sent")
            .await;
        let found = found.expect(200);
        if !found["alerts"][0].is_null() {
            return found["alerts"][0].clone();
        }
        assert!(Instant::now() < deadline, "{found}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn alerts_are_told_seen_put_off_and_muted() {
    let (database, source) = (TestDatabase::sqlite().await, source().await);
    let listener = Listener::start().await;
    let server = server(&database, &listener.url()).await;
    let rest = Rest::of(&server);
    let channels = rest.get("/channels").await.expect(200);
    assert_eq!(channels["channels"][0]["name"], "team");
    assert!(!channels.to_string().contains("top-secret-token"));
    assert_eq!(
        rest.send(rest.request(Method::POST, "/channels/team/test"))
            .await
            .status,
        204
    );
    assert_eq!(told(&listener, 1).await[0]["kind"], "test");
    rest.post("/channels/nosuch/test", json!({}))
        .await
        .problem(404, "not-found");

    let mute = json!({"pattern": "shop:main.orders.note", "why": "known", "until": "2100-01-01"});
    // Nothing would ever match the pattern of a source that there is not.
    let refused = rest.post("/mutes", mute.clone()).await;
    let why = refused.body.to_string();
    assert!(why.contains("there is no source"), "{why}");
    shop(&rest, &source).await;
    let mute = rest.post("/mutes", mute).await.expect(201);
    assert_eq!(mute["until"], "2100-01-01T00:00:00Z");
    alter(&source).await;
    rest.post("/sources/shop/run", json!({})).await.expect(200);
    let notice = &told(&listener, 2).await[1];
    assert_eq!(
        notice["entries"][0]["object"], "main.orders.colour",
        "{notice}"
    );
    let muted = rest.get("/alerts?state=muted").await.expect(200);
    assert_eq!(muted["alerts"][0]["object"], "main.orders.note", "{muted}");

    let path = format!("/alerts/{}", sent(&rest).await["id"]);
    let until = skep::clock::Clock::System.seconds() + 3_600;
    let until = jiff::Timestamp::from_second(until).unwrap().to_string();
    let snoozed = rest
        .post(&format!("{path}/snooze"), json!({ "until": until }))
        .await
        .expect(200);
    assert_eq!(
        (&snoozed["state"], &snoozed["due_at"]),
        (&json!("pending"), &json!(until)),
        "{snoozed}"
    );
    let past = json!({"until": "2000-01-01"});
    let refused = rest.post(&format!("{path}/snooze"), past).await;
    assert_eq!(refused.problem(400, "invalid-request")["field"], "until");
    let seen = rest.post(&format!("{path}/acknowledge"), json!({})).await;
    assert_eq!(seen.expect(200)["state"], "acknowledged");
    // Of what was seen nobody is told any more.
    rest.post(&format!("{path}/snooze"), json!({ "until": until }))
        .await
        .problem(409, "not-allowed");
    rest.post("/alerts/77777/acknowledge", json!({}))
        .await
        .problem(404, "not-found");

    let mutes = rest.get("/mutes").await.expect(200);
    assert_eq!(mutes["mutes"][0]["why"], "known");
    let one = format!("/mutes/{}", mute["id"]);
    assert_eq!(rest.delete(&one).await.status, 204);
    rest.delete(&one).await.problem(404, "not-found");
    assert_eq!(rest.get("/mutes").await.expect(200)["mutes"], json!([]));
}
