//! A place that is used again while its deletion is under way, or waits for another try.

use super::fixture::{House, call, create, drop_table, jobs_ended};
use crate::harness::{TestDatabase, on_every_database};
use crate::thrift::objects::table;
use serde_json::json;

on_every_database!(
    a_truncation_takes_over_what_an_earlier_one_left,
    a_deletion_that_somebody_else_finished_deletes_no_more,
    a_place_is_not_used_before_a_deletion_on_its_way_has_arrived,
    a_place_is_not_used_while_a_store_may_still_carry_out_a_deletion,
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

/// Its request is on its way: whoever came now and wrote the same names would lose them.
async fn a_place_is_not_used_before_a_deletion_on_its_way_has_arrived(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.server(|settings| settings.storage.s3.retries_max = 2);
    let running = running.await;
    let other = house.hasty().await;
    create(&running, "t").await;
    house.file("w/t/000000_0");
    let gate = house.s3.hold("DeleteObjects");
    house.s3.fail("DeleteObjects", "", 0, 1, 503);
    let (dropped, ()) = tokio::join!(drop_table(&running, "t"), async {
        gate.arrived().await;
        let again = json!({ "tbl": table("default", "t") });
        let refused = call(other.thrift_addr, "create_table", again).await;
        let refused = refused.unwrap_err();
        let text = "being deleted at this moment";
        assert!(refused.message().contains(text), "{refused}");
        gate.open();
    });
    dropped.unwrap();
    jobs_ended(running.http_addr).await;
    assert!(house.files().is_empty());
    create(&other, "t").await;
    for one in [running, other] {
        one.shutdown().await;
    }
}

/// The store was given up, and carries it out when the place could have new files.
async fn a_place_is_not_used_while_a_store_may_still_carry_out_a_deletion(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.server(|settings| {
        settings.storage.s3.request_timeout_s = 1;
        settings.storage.s3.retries_max = 1;
        settings.thrift.call_timeout_s = 5;
    });
    let running = running.await;
    create(&running, "t").await;
    house.file("w/t/000000_0");
    let gate = house.s3.hold("DeleteObjects");
    drop_table(&running, "t").await.unwrap();
    assert!(house.files().is_empty(), "the second request was obeyed");
    let again = json!({ "tbl": table("default", "t") });
    let refused = call(running.thrift_addr, "create_table", again).await;
    let refused = refused.unwrap_err();
    assert!(
        refused.message().contains("may still carry it out"),
        "{refused}"
    );
    gate.open();
    let later = "UPDATE skep_pending_deletes SET busy_until = 0";
    house.database.execute(later).await;
    create(&running, "t").await;
    running.shutdown().await;
}

async fn a_deletion_that_hangs_keeps_no_other_one_waiting(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house
        .server(|settings| {
            settings.tasks.lake_cleanup_interval_s = 1;
            let places = &mut settings.storage.deletable_locations;
            places.push("s3://other".to_owned());
        })
        .await;
    house.s3.fail("DeleteObjects", "", 0, 2, 403);
    house.s3.bucket_make("other");
    let mut far = table("default", "far");
    far["sd"]["location"] = json!("s3a://other/far");
    call(running.thrift_addr, "create_table", json!({ "tbl": far }))
        .await
        .unwrap();
    create(&running, "near").await;
    house.s3.put_at("other", "far/file", 1_700_000_000_000);
    house.file("w/near/file");
    for name in ["far", "near"] {
        drop_table(&running, name).await.unwrap();
    }
    let gate = house.s3.hold_at("ListObjectsV2", "far/");
    let due = "UPDATE skep_pending_deletes SET next_at = 0";
    house.database.execute(due).await;
    gate.arrived().await;
    while !house.files().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!(house.s3.keys("other"), ["far/file"]);
    gate.open();
    running.shutdown().await;
}
