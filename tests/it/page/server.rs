//! The page of the server: who serves beside it, what goes on, and the last hour in small charts.

use super::Browser;
use crate::harness::{TestDatabase, TestServer, on_every_database};
use crate::rest::Rest;
use serde_json::json;
use std::time::{Duration, Instant};

on_every_database!(it_says_who_serves_and_what_goes_on);

async fn it_says_who_serves_and_what_goes_on(database: TestDatabase) {
    let server = TestServer::start(&database).await;
    let (rest, browser) = (Rest::of(&server), Browser::of(&server));
    rest.orders().await;
    // Two locks of which one waits for the other, on a table of anything.
    let lock = json!({ "rqst": {
        "component": [{ "type": 3, "level": 2, "dbname": "shop", "tablename": "orders" }],
        "user": "ann", "hostname": "here",
    } });
    server
        .ask(move |client| {
            client.call("lock", lock.clone()).unwrap();
            client.call("lock", lock).unwrap();
        })
        .await;
    // Of another version, on a machine with a hostile name, that lives for long.
    database
        .execute(
            "INSERT INTO skep_replicas (id, host, process_id, version, http_address, thrift_address,
                beats_every_s, started_at, beat_at)
             VALUES ('other', '<b>next</b>', 7, '0.0.7', '10.0.0.7:9084', '10.0.0.7:9083', 10, 1, 4102444800)",
        )
        .await;
    let began = Instant::now();
    let text = loop {
        let text = browser.text("/server", 200).await;
        if text.contains(", this one") {
            break text;
        }
        assert!(began.elapsed() < Duration::from_mins(2), "{text}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    };
    for piece in [
        "<dt>Events in the last hour</dt><dd><a href=\"./events\">2</a>",
        "<dt>Locks that wait</dt><dd><a href=\"./locks\">1</a>",
        "<dt>Jobs under way</dt><dd><a href=\"./jobs\">0</a>",
        "Versions differ",
        "<span class=\"mark risky\">0.0.7</span>",
        "&#60;b&#62;next&#60;/b&#62;",
    ] {
        assert!(text.contains(piece), "no {piece} in:\n{text}");
    }
    database
        .execute("DELETE FROM skep_replicas WHERE id = 'other'")
        .await;
    let text = browser.text("/server", 200).await;
    assert!(!text.contains("Versions differ"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_hour_is_drawn_without_a_script_and_told_in_words() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let browser = Browser::of(&server);
    let metrics = &server.running().metrics;
    Rest::of(&server).orders().await;
    metrics.sample_take(1024);
    for _ in 0..3 {
        browser.text("/jobs", 200).await;
    }
    metrics.sample_take(1 << 30);
    let text = browser.text("/server", 200).await;
    let (_, load) = text.split_once("id=\"load\"").unwrap();
    let (load, _) = load.split_once("<h2>Jobs").unwrap();
    for piece in [
        "<h3>REST</h3>",
        "<h3>Pages</h3>",
        "<h3>Round trips to the database</h3>",
        "aria-label=\"Held, Memory of requests: at least ",
        // The server may have taken a sample of its own meanwhile.
        ", at most 1.00 GiB, now ",
    ] {
        assert!(load.contains(piece), "no {piece} in:\n{load}");
    }
    // Nobody asked over these.
    assert!(!load.contains("<h3>Thrift</h3>") && !load.contains("<h3>gRPC</h3>"));
    let charts = load.matches("<svg ").count();
    assert_eq!(charts, 4 + 4 + 6 + 2);
    assert_eq!(load.matches("role=\"img\" aria-label=\"").count(), charts);
    assert!(!load.contains("style=") && !load.contains("NaN"), "{load}");
}
