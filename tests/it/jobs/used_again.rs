//! A place that is used again while its deletion is under way, or waits for another try.

use super::fixture::{House, call, create, drop_table, jobs_ended};
use crate::harness::{TestDatabase, on_every_database};
use crate::thrift::objects::table;
use serde_json::json;

on_every_database!(
    a_truncation_takes_over_what_an_earlier_one_left,
    a_deletion_that_somebody_else_finished_deletes_no_more,
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
