//! A place that is used again while its deletion is under way, or waits for another try.

use super::fixture::{House, call, create, drop_table, jobs_ended};
use crate::harness::{TestDatabase, on_every_database};
use crate::thrift::objects::table;
use serde_json::json;

on_every_database!(
    a_truncation_takes_over_what_an_earlier_one_left,
    a_deletion_that_somebody_else_finished_deletes_no_more,
    a_delete_that_failed_is_not_sent_again_once_somebody_else_has_finished,
    a_deletion_that_hangs_keeps_no_other_one_waiting,
);

/// What is written after the answer to the second is younger than both, though the first goes by a clock of whole seconds.
async fn a_truncation_takes_over_what_an_earlier_one_left(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house
        .server(|settings| settings.tasks.lake_cleanup_interval_s = 1)
        .await;
    create(&running, "t").await;
    house.file("w/t/a");
    let truncate = || {
        let arguments = json!({ "dbName": "default", "tableName": "t", "partNames": null });
        call(running.thrift_addr, "truncate_table", arguments)
    };
    house.s3.fail("DeleteObjects", "", 0, 1, 403);
    let (first, second) = tokio::join!(truncate(), async {
        // Right behind the first, which waits before it answers.
        while house.s3.requests("DeleteObjects") == 0 {
            tokio::task::yield_now().await;
        }
        let second = truncate().await;
        house.s3.put("lake", "w/t/new", "written after the answer");
        second
    });
    first.unwrap();
    second.unwrap();
    assert_eq!(house.files(), ["w/t/new"]);
    house
        .database
        .execute("UPDATE skep_pending_deletes SET next_at = 0")
        .await;
    house
        .database
        .execute("UPDATE skep_jobs SET next_at = 0 WHERE ended_at IS NULL")
        .await;
    jobs_ended(running.http_addr).await;
    assert_eq!(house.files(), ["w/t/new"]);
    running.shutdown().await;
}

/// It listed the keys, and before it deletes them somebody else has: the same names may be new files by now.
async fn a_deletion_that_somebody_else_finished_deletes_no_more(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.server(|_| {}).await;
    let other = house.server(|_| {}).await;
    create(&running, "t").await;
    house.file("w/t/000000_0");
    let gate = house.s3.hold_listing("w/t/");
    let (dropped, ()) = tokio::join!(drop_table(&running, "t"), async {
        gate.arrived().await;
        let again = json!({ "tbl": table("default", "t") });
        call(other.thrift_addr, "create_table", again)
            .await
            .unwrap();
        house.s3.put("lake", "w/t/000000_0", "of the new table");
        gate.open();
    });
    dropped.unwrap();
    jobs_ended(running.http_addr).await;
    assert_eq!(house.s3.get("lake", "w/t/000000_0"), "of the new table");
    for one in [running, other] {
        one.shutdown().await;
    }
}

/// It failed of something that passes; when it could be sent again, the same names are new files.
async fn a_delete_that_failed_is_not_sent_again_once_somebody_else_has_finished(
    database: TestDatabase,
) {
    let house = House::new(&database).await;
    let running = house.server(|settings| settings.storage.s3.retries_max = 2);
    let running = running.await;
    let other = house.server(|_| {}).await;
    create(&running, "t").await;
    house.file("w/t/000000_0");
    let gate = house.s3.hold("DeleteObjects");
    // The other one's goes through.
    house.s3.fail("DeleteObjects", "", 1, 1, 503);
    let (dropped, ()) = tokio::join!(drop_table(&running, "t"), async {
        gate.arrived().await;
        create(&other, "t").await;
        house.file("w/t/000000_0");
        gate.open();
    });
    dropped.unwrap();
    jobs_ended(running.http_addr).await;
    assert_eq!(house.files(), ["w/t/000000_0"]);
    for one in [running, other] {
        one.shutdown().await;
    }
}

async fn a_deletion_that_hangs_keeps_no_other_one_waiting(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house
        .server(|settings| settings.tasks.lake_cleanup_interval_s = 1)
        .await;
    house.s3.fail("DeleteObjects", "", 0, 2, 403);
    for name in ["first", "second"] {
        create(&running, name).await;
        house.file(&format!("w/{name}/file"));
        drop_table(&running, name).await.unwrap();
    }
    let gate = house.s3.hold_at("ListObjectsV2", "w/first/");
    let due = "UPDATE skep_pending_deletes SET next_at = 0";
    house.database.execute(due).await;
    gate.arrived().await;
    while house.files() != ["w/first/file"] {
        tokio::task::yield_now().await;
    }
    gate.open();
    running.shutdown().await;
}
