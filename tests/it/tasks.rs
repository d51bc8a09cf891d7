//! Background work against a whole server, driven by a clock that stands still and by hand.

use crate::client::Client;
use crate::s3::S3Server;
use crate::server::settings_in;
use serde_json::{Value, json};
use skep::clock::Clock;
use skep::server::{Running, Server};
use skep::tasks::{EventRetention, LakeCleanup, Report, Task};
use std::sync::Arc;

const DAY_MS: i64 = 24 * 3600 * 1000;

/// One call over Thrift; the client blocks, so it gets a thread of its own.
async fn call(running: &Running, method: &'static str, arguments: Value) -> Value {
    let address = running.thrift_addr;
    let called = tokio::task::spawn_blocking(move || {
        let mut client = Client::connect(address).unwrap();
        client.call(method, arguments).unwrap()
    });
    called.await.unwrap()
}

async fn events(running: &Running) -> i64 {
    let current = call(running, "get_current_notificationEventId", json!({})).await;
    current["eventId"].as_i64().unwrap()
}

#[tokio::test]
async fn old_events_are_forgotten_and_new_ones_kept() {
    let directory = tempfile::tempdir().unwrap();
    let clock = Clock::fixed(1_700_000_000_000);
    let settings = settings_in(directory.path());
    let running = Server::start_at(settings, clock.clone()).await.unwrap();
    for name in ["old", "older"] {
        call(
            &running,
            "create_database",
            json!({ "database": { "name": name } }),
        )
        .await;
    }
    clock.advance_ms(8 * DAY_MS);
    call(
        &running,
        "create_database",
        json!({ "database": { "name": "young" } }),
    )
    .await;
    let last = events(&running).await;

    let task = EventRetention {
        catalog: Arc::clone(&running.catalog),
        kept_s: 7 * 24 * 3600,
    };
    assert_eq!(
        task.activate().await.unwrap(),
        Report { done: 2, failed: 0 }
    );
    assert_eq!(task.activate().await.unwrap(), Report::default());
    assert_eq!(
        events(&running).await,
        last,
        "numbers are never given twice"
    );
    let after = json!({ "rqst": { "lastEvent": last - 1 } });
    let kept = call(&running, "get_next_notification", after).await;
    assert_eq!(kept["events"].as_array().unwrap().len(), 1);
    assert!(running.shutdown().await);
}

#[tokio::test]
async fn dropped_data_that_could_not_be_deleted_goes_when_the_store_is_back() {
    let directory = tempfile::tempdir().unwrap();
    let server = S3Server::start(&["lake"]).await;
    let clock = Clock::fixed(1_700_000_000_000);
    let mut settings = settings_in(directory.path());
    settings.storage = server.storage_settings();
    settings.warehouse.location = "s3a://lake/warehouse".to_owned();
    let running = Server::start_at(settings, clock.clone()).await.unwrap();
    let table = json!({ "tbl": {
        "dbName": "default",
        "tableName": "t",
        "tableType": "MANAGED_TABLE",
        "sd": {
            "cols": [{ "name": "a", "type": "int" }],
            "serdeInfo": { "serializationLib": "org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe" },
        },
    } });
    call(&running, "create_table", table).await;
    let written_ms = clock.millis() - DAY_MS;
    server.put_at("lake", "warehouse/t/part-0", written_ms);
    server.put_at("lake", "warehouse/t2/part-0", written_ms);
    server.fail("DeleteObjects", "", 0, 2, 503);

    let drop = json!({ "dbname": "default", "name": "t", "deleteData": true });
    call(&running, "drop_table", drop).await;
    assert_eq!(
        server.keys("lake").len(),
        2,
        "the store refused, the drop stands"
    );

    let task = LakeCleanup {
        catalog: Arc::clone(&running.catalog),
    };
    clock.advance_ms(DAY_MS);
    assert_eq!(
        task.activate().await.unwrap(),
        Report { done: 0, failed: 1 }
    );
    assert_eq!(
        task.activate().await.unwrap(),
        Report::default(),
        "it waits before it tries again"
    );
    clock.advance_ms(DAY_MS);
    assert_eq!(
        task.activate().await.unwrap(),
        Report { done: 1, failed: 0 }
    );
    assert_eq!(server.keys("lake"), ["warehouse/t2/part-0"]);
    assert!(running.shutdown().await);
}
