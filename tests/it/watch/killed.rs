//! Kill −9 between the snapshot and the message: the change is told by the next process, once.

use super::fixture::{Replica, columns_set};
use crate::alert::Listener;
use crate::faults::killed::Process;
use crate::harness::{TestDatabase, on_every_database};
use crate::watch::fixture::Watched;
use skep::model::{AlertFilter, AlertState};

on_every_database!(a_change_whose_process_was_killed_is_told_once);

/// A server that looks at its own tables whenever it is made to, and tells the listener.
fn server(database: &TestDatabase, folder: &std::path::Path, url: &str) -> Process {
    let variables = [
        ("SKEP_SOURCES__LAKE__KIND", "catalog".to_owned()),
        // By hand alone: it is made due by the test.
        ("SKEP_SOURCES__LAKE__SCHEDULE", "0 0 1 1 *".to_owned()),
        ("SKEP_ALERTS__CHANNELS__DATA__KIND", "webhook".to_owned()),
        ("SKEP_ALERTS__CHANNELS__DATA__URL", url.to_owned()),
        (
            "SKEP_ALERTS__CHANNELS__DATA__AT_ONCE",
            "additive".to_owned(),
        ),
        ("SKEP_TASKS__SCHEMA_DIFF_INTERVAL_S", "1".to_owned()),
        ("SKEP_TASKS__ALERT_DELIVERY_INTERVAL_S", "1".to_owned()),
    ];
    Process::start_with(database.url(), folder, &variables)
}

/// Asks again and again until something is so.
async fn until(replica: &Replica, is_so: impl AsyncFn(&Replica) -> bool) {
    while !is_so(replica).await {
        tokio::task::yield_now().await;
    }
}

async fn snapshots(replica: &Replica) -> usize {
    replica
        .watch()
        .snapshot_list("lake", 10)
        .await
        .map_or(0, |some| some.len())
}

async fn a_change_whose_process_was_killed_is_told_once(test: TestDatabase) {
    let watched = Watched::new(test.clone()).await;
    let replica = watched.replica().await;
    let listener = Listener::start().await;
    let folder = tempfile::tempdir().expect("a folder");
    columns_set(&replica, "orders", &["id int"]).await;

    // Its channel answers to nobody, so the change is found and not told when it dies.
    let dead_end = "http://127.0.0.1:1/none";
    let mut first = blocking(&test, folder.path(), dead_end).await;
    until(&replica, async |replica| snapshots(replica).await == 1).await;
    columns_set(&replica, "orders", &["id int", "note string"]).await;
    test.execute("UPDATE skep_sources SET next_at = 0").await;
    until(&replica, async |replica| {
        let alerts = replica
            .watch()
            .alert_list(&AlertFilter::default())
            .await
            .unwrap();
        alerts.iter().any(|one| one.attempts > 0)
    })
    .await;
    first.kill();
    // The dead process's leases and pauses end with the time.
    test.execute("UPDATE skep_leases SET expires_at = expires_at - 60")
        .await;
    test.execute("UPDATE skep_alert_channels SET next_at = 0")
        .await;
    test.execute("UPDATE skep_sources SET next_at = 0").await;

    let second = blocking(&test, folder.path(), &listener.url()).await;
    until(&replica, async |replica| {
        let alerts = replica
            .watch()
            .alert_list(&AlertFilter::default())
            .await
            .unwrap();
        alerts.iter().all(|one| one.state == AlertState::Sent)
    })
    .await;
    drop(second);
    let received = listener.received();
    assert_eq!(received.len(), 1, "{received:?}");
    assert!(received[0].body.contains("default.orders.note"));
    assert_eq!(snapshots(&replica).await, 2, "nothing was found twice");
}

async fn blocking(test: &TestDatabase, folder: &std::path::Path, url: &str) -> Process {
    let (test, folder, url) = (test.clone(), folder.to_owned(), url.to_owned());
    let started = tokio::task::spawn_blocking(move || server(&test, &folder, &url));
    started.await.expect("the server starts")
}
