//! What is left where a move is taken back, or where its copies go before their sources: nothing that stands in anybody's way
//! without a word.

use super::fixture::{
    House, call, create, drop_table, jobs, jobs_ended, rename, rename_held, renaming, stand,
};
use super::story::{Story, make};
use crate::harness::{TestDatabase, on_every_database};
use crate::thrift::objects::{partitioned, table};
use serde_json::{Value, json};
use skep::server::Running;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

on_every_database!(
    an_exchange_that_fails_waits_for_every_copy_on_its_way,
    copies_of_what_vanished_go_when_the_move_is_taken_back,
    what_is_left_at_the_target_of_a_failed_move_is_told,
    copies_go_after_their_sources,
    a_store_that_lists_in_another_order_moves_nothing,
    a_truncation_ends_though_another_partition_cannot_be_reached,
    what_a_dead_process_copied_and_nobody_has_any_more_does_not_come_along,
    a_file_written_anew_by_an_upload_that_began_before_its_copy_is_not_lost,
    a_later_try_takes_over_what_an_earlier_one_left,
    what_is_in_the_way_of_a_move_is_nobodys_copy_however_often_it_is_tried,
    a_source_written_anew_while_its_like_are_deleted_stays_for_good,
    what_is_written_anew_whenever_it_is_copied_is_not_left_behind,
    what_others_write_under_a_name_that_is_not_copied_yet_stays,
);

/// A table with partitions `ds=a/n=…` at these places.
async fn parts(running: &Running, name: &str, parts: &[(&str, &str)]) {
    let made = partitioned("default", name, &[("ds", "string"), ("n", "string")]);
    call(
        running.thrift_addr,
        "create_table",
        json!({ "tbl": made.clone() }),
    )
    .await
    .unwrap();
    for (n, location) in parts {
        let mut sd = made["sd"].clone();
        sd["location"] = json!(location);
        let one = json!({ "dbName": "default", "tableName": name, "values": ["a", n], "sd": sd, "parameters": {} });
        call(
            running.thrift_addr,
            "add_partition",
            json!({ "new_part": one }),
        )
        .await
        .unwrap();
    }
}

fn exchange() -> Value {
    json!({
        "partitionSpecs": { "ds": "a" }, "source_db": "default", "source_table_name": "p",
        "dest_db": "default", "dest_table_name": "q",
    })
}

async fn an_exchange_that_fails_waits_for_every_copy_on_its_way(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.hasty().await;
    let places = [
        ("1", "s3a://lake/w/p/ds=a/n=1"),
        ("2", "s3a://lake/w/p/ds=a/n=2"),
    ];
    parts(&running, "p", &places).await;
    parts(&running, "q", &[]).await;
    house.file("w/p/ds=a/n=1/file");
    house.file("w/p/ds=a/n=2/file");
    let slow = house.s3.hold_at("CopyObject", "n=1");
    let failing = house.s3.hold_at("CopyObject", "n=2");
    house.s3.fail("CopyObject", "n=2", 0, 1, 403);
    let running_at = running.thrift_addr;
    let asked = tokio::spawn(call(running_at, "exchange_partition", exchange()));
    slow.arrived().await;
    failing.arrived().await;
    failing.open();
    asked.await.unwrap().unwrap_err();
    slow.open();
    let ended = jobs_ended(running.http_addr).await;
    assert_eq!(stand(&ended), [("exchange_partitions", "failed")]);
    assert_eq!(house.files(), ["w/p/ds=a/n=1/file", "w/p/ds=a/n=2/file"]);
    call(running.thrift_addr, "exchange_partition", exchange())
        .await
        .unwrap();
    jobs_ended(running.http_addr).await;
    assert_eq!(house.files(), ["w/q/ds=a/n=1/file", "w/q/ds=a/n=2/file"]);
    running.shutdown().await;
}

/// One by one, so that a copy is made before the next page of the source is listed.
async fn copied_one_of_two(house: &House, running: &Running) {
    house.s3.page_keys_max(1);
    create(running, "t").await;
    house.file("w/t/a");
    house.file("w/t/b");
    let first = rename_held(house, running, "t", "u").await;
    let second = house.s3.hold_at("ListObjectsV2", "w/t/");
    first.open();
    second.arrived().await;
    assert_eq!(house.files(), ["w/t/a", "w/t/b", "w/u/a"]);
    house
        .s3
        .put("lake", "w/t/a", "another one of another length");
    house.s3.fail("CopyObject", "w/u/b", 0, 1, 403);
    second.open();
    let ended = jobs_ended(running.http_addr).await;
    assert_eq!(stand(&ended), [("rename_table", "failed")]);
}

async fn copies_of_what_vanished_go_when_the_move_is_taken_back(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.hasty().await;
    copied_one_of_two(&house, &running).await;
    assert_eq!(house.files(), ["w/t/a", "w/t/b"]);
    rename(&running, "t", "u").await.unwrap();
    jobs_ended(running.http_addr).await;
    assert_eq!(house.files(), ["w/u/a", "w/u/b"]);
    running.shutdown().await;
}

async fn what_is_left_at_the_target_of_a_failed_move_is_told(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.hasty().await;
    create(&running, "t").await;
    house.file("w/t/a");
    house.s3.fail("CopyObject", "", 0, 1, 403);
    let gate = rename_held(&house, &running, "t", "u").await;
    house.s3.put("lake", "w/u/of/another", "client");
    gate.open();
    let ended = jobs_ended(running.http_addr).await;
    let told = ended[0]["error"].as_str().unwrap();
    let text =
        "1 file that the source does not have stays at s3a://lake/w/u, such as w/u/of/another";
    assert!(told.contains(text), "{told}");
    running.shutdown().await;
}

/// The sources of a move are told by their copies, so they go before the copies are dropped or move on.
async fn copies_go_after_their_sources(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.server(|_| {}).await;
    create(&running, "t").await;
    house.file("w/t/a");
    house.s3.fail("DeleteObjects", "", 0, 1, 503);
    rename(&running, "t", "u").await.unwrap();
    assert_eq!(house.files(), ["w/t/a", "w/u/a"]);
    rename(&running, "u", "v").await.unwrap();
    assert_eq!(house.files(), ["w/v/a"]);
    house.s3.fail("DeleteObjects", "", 0, 1, 503);
    rename(&running, "v", "w").await.unwrap();
    drop_table(&running, "w").await.unwrap();
    assert!(house.files().is_empty(), "{:?}", house.files());
    for name in ["t", "u", "v", "w"] {
        create(&running, name).await;
    }
    running.shutdown().await;
}

async fn a_store_that_lists_in_another_order_moves_nothing(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.server(|_| {}).await;
    create(&running, "t").await;
    house.file("w/t/a");
    house.file("w/t/b");
    house.s3.listings_reverse();
    let refused = rename(&running, "t", "u").await.unwrap_err();
    let text = "not the order of the bytes";
    assert!(refused.message().contains(text), "{refused}");
    assert_eq!(house.files(), ["w/t/a", "w/t/b"]);
    running.shutdown().await;
}

async fn a_truncation_ends_though_another_partition_cannot_be_reached(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house
        .server(|settings| settings.tasks.lake_cleanup_interval_s = 1)
        .await;
    house.s3.bucket_make("other");
    let places = [("1", "s3a://lake/w/p/ds=a/n=1"), ("far", "s3a://other/far")];
    parts(&running, "p", &places).await;
    house.file("w/p/ds=a/n=1/file");
    house.s3.fail("DeleteObjects", "", 0, 1, 503);
    let truncation = json!({ "dbName": "default", "tableName": "p", "partNames": ["ds=a/n=1"] });
    call(running.thrift_addr, "truncate_table", truncation)
        .await
        .unwrap();
    house.s3.bucket_remove("other");
    for table in ["skep_pending_deletes", "skep_jobs"] {
        let due = format!("UPDATE {table} SET next_at = 0");
        house.database.execute(&due).await;
        if table == "skep_pending_deletes" {
            while !house.files().is_empty() {
                tokio::task::yield_now().await;
            }
        }
    }
    let ended = jobs_ended(running.http_addr).await;
    assert_eq!(stand(&ended), [("truncate", "done")]);
    running.shutdown().await;
}

/// A process copied a file and died, and somebody deleted the file since: its rows must not come back with the copy.
async fn what_a_dead_process_copied_and_nobody_has_any_more_does_not_come_along(
    database: TestDatabase,
) {
    let story = Story::begin(database).await;
    let mut process = story.start().await;
    make(&process, table("default", "t")).await;
    story.s3.page_keys_max(1);
    story.file("w/t/a");
    story.file("w/t/b");
    let first = story.s3.hold_at("CopyObject", "w/u/b");
    let asked = tokio::spawn(call(process.thrift, "alter_table", renaming("t", "u")));
    first.arrived().await;
    process.kill();
    asked.await.unwrap().unwrap_err();
    first.open();
    story.s3.remove("lake", "w/t/a");
    story.s3.put("lake", "w/t/compacted", "a and b");
    story.time_passes().await;
    process = story.start().await;
    assert_eq!(story.ended(&process).await, ["failed"]);
    let told = jobs(process.http).await[0]["error"].clone();
    let text = "1 of its files are no copies of what is at s3a://lake/w/t, such as w/u/a";
    assert!(told.as_str().unwrap().contains(text), "{told}");
    assert_eq!(story.files(), ["w/t/b", "w/t/compacted", "w/u/a"]);
    story.s3.remove("lake", "w/u/a");
    call(process.thrift, "alter_table", renaming("t", "u"))
        .await
        .unwrap();
    story.ended(&process).await;
    assert_eq!(story.files(), ["w/u/b", "w/u/compacted"]);
}

/// A store stamps an upload with its beginning, so a file that is written while it is copied may look older than its copy.
async fn a_file_written_anew_by_an_upload_that_began_before_its_copy_is_not_lost(
    database: TestDatabase,
) {
    let house = House::new(&database).await;
    let running = house.hasty().await;
    create(&running, "t").await;
    house.s3.put_at("lake", "w/t/a", 1_700_000_000_000);
    house.s3.put_at("lake", "w/t/b", 1_700_000_000_000);
    house.s3.page_keys_max(1);
    let gate = house.s3.hold_at("CopyObject", "w/u/b");
    rename(&running, "t", "u").await.unwrap_err();
    let length = house.s3.get("lake", "w/t/a").len();
    let anew = "n".repeat(length);
    house
        .s3
        .put_written_at("lake", "w/t/a", anew.clone(), 1_700_000_100);
    gate.open();
    jobs_ended(running.http_addr).await;
    assert_eq!(house.files(), ["w/u/a", "w/u/b"]);
    assert_eq!(house.s3.get("lake", "w/u/a"), anew);
    running.shutdown().await;
}

/// A copy that the store made after nobody waited for it any more.
async fn a_later_try_takes_over_what_an_earlier_one_left(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.server(|_| {}).await;
    create(&running, "t").await;
    house.file("w/t/a");
    house.file("w/t/b");
    house.s3.fail("CopyObject", "w/u/b", 0, 1, 403);
    rename(&running, "t", "u").await.unwrap_err();
    assert_eq!(house.files(), ["w/t/a", "w/t/b"]);
    let late = house.s3.get("lake", "w/t/a");
    house.s3.put("lake", "w/u/a", late);
    rename(&running, "t", "u").await.unwrap();
    jobs_ended(running.http_addr).await;
    assert_eq!(house.files(), ["w/u/a", "w/u/b"]);
    // What is none of its copies is in the way, as ever.
    house
        .s3
        .put("lake", "w/v/a", "of another length than the source");
    house.s3.fail("CopyObject", "w/v/b", 0, 1, 403);
    let refused = rename(&running, "u", "v").await.unwrap_err();
    assert!(refused.message().contains("already exists"), "{refused}");
    running.shutdown().await;
}

/// The file has the name and the length of one of the source's, and a try before has failed.
async fn what_is_in_the_way_of_a_move_is_nobodys_copy_however_often_it_is_tried(
    database: TestDatabase,
) {
    let house = House::new(&database).await;
    let running = house.server(|_| {}).await;
    create(&running, "t").await;
    house.file("w/t/000000_0");
    house.s3.put("lake", "w/u/000000_0", "y");
    for _ in 0..2 {
        let refused = rename(&running, "t", "u").await.unwrap_err();
        assert!(refused.message().contains("already exists"), "{refused}");
    }
    assert_eq!(house.s3.get("lake", "w/t/000000_0"), "x");
    assert_eq!(house.s3.get("lake", "w/u/000000_0"), "y");
    running.shutdown().await;
}

/// In seconds since the epoch.
fn an_hour_ago() -> u64 {
    let at = SystemTime::now() - Duration::from_hours(1);
    at.duration_since(UNIX_EPOCH).unwrap().as_secs()
}

/// Its tag tells it from what was copied, which only the process that copied it knows; later its bytes do.
async fn a_source_written_anew_while_its_like_are_deleted_stays_for_good(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.server(|_| {}).await;
    create(&running, "t").await;
    house.s3.put_at("lake", "w/t/a", 1_700_000_000_000);
    house.s3.put_at("lake", "w/t/b", 1_700_000_000_000);
    house.s3.page_keys_max(1);
    let gate = house.s3.hold("DeleteObjects");
    let (renamed, ()) = tokio::join!(rename(&running, "t", "u"), async {
        gate.arrived().await;
        house.s3.put_written_at("lake", "w/t/b", "y", an_hour_ago());
        gate.open();
    });
    renamed.unwrap();
    let again = json!({ "tbl": table("default", "t") });
    for _ in 0..2 {
        let refused = call(running.thrift_addr, "create_table", again.clone()).await;
        let refused = refused.unwrap_err();
        assert!(
            refused.message().contains("cannot be used yet"),
            "{refused}"
        );
    }
    assert_eq!(house.files(), ["w/t/b", "w/u/a", "w/u/b"]);
    assert_eq!(house.s3.get("lake", "w/t/b"), "y");
    house.s3.remove("lake", "w/t/b");
    create(&running, "t").await;
    running.shutdown().await;
}

/// A table whose file is missing at its new place would be no table.
async fn what_is_written_anew_whenever_it_is_copied_is_not_left_behind(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house
        .server(|settings| settings.storage.s3.copy_bytes_max = 1)
        .await;
    create(&running, "t").await;
    house.s3.put("lake", "w/t/a", "xx");
    let mut gate = house.s3.hold_at("GetObject", "w/t/a");
    let (moved, ()) = tokio::join!(rename(&running, "t", "u"), async {
        for length in 3..8 {
            gate.arrived().await;
            let next = house.s3.hold_at("GetObject", "w/t/a");
            house.s3.put("lake", "w/t/a", "x".repeat(length));
            std::mem::replace(&mut gate, next).open();
        }
    });
    let refused = moved.unwrap_err();
    let text = "1 of its files are written anew whenever they are copied, such as w/t/a";
    assert!(refused.message().contains(text), "{refused}");
    assert_eq!(house.files(), ["w/t/a"]);
    gate.open();
    rename(&running, "t", "u").await.unwrap();
    assert_eq!(house.files(), ["w/u/a"]);
    running.shutdown().await;
}

/// Nothing was copied there, so it is not taken back.
async fn what_others_write_under_a_name_that_is_not_copied_yet_stays(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house
        .server(|settings| settings.storage.s3.copies_concurrent_max = 1)
        .await;
    create(&running, "t").await;
    house.file("w/t/a");
    house.file("w/t/b");
    let gate = house.s3.hold_at("CopyObject", "w/u/a");
    house.s3.fail("CopyObject", "w/u/a", 0, 1, 403);
    let (moved, ()) = tokio::join!(rename(&running, "t", "u"), async {
        gate.arrived().await;
        house.s3.put("lake", "w/u/b", "of somebody else");
        gate.open();
    });
    moved.unwrap_err();
    assert_eq!(house.files(), ["w/t/a", "w/t/b", "w/u/b"]);
    running.shutdown().await;
}
