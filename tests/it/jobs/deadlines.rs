//! Work that takes longer than a call may: it goes on, and whoever asks again waits for it.

use super::fixture::{
    House, call, create, drop_table, jobs, jobs_ended, location, rename, rename_held, stand,
};
use crate::client::Failure;
use crate::harness::{TestDatabase, on_every_database};
use crate::thrift::objects::{partitioned, table};
use serde_json::json;
use skep::server::Running;

on_every_database!(
    a_rename_beyond_its_deadline_goes_on_and_who_asks_again_waits_for_it,
    a_rename_that_ended_unheard_is_told_once,
    a_partition_renamed_beyond_the_deadline_is_told_of_as_well,
    a_failed_copy_never_blocks_the_next_try,
    a_drop_beyond_its_deadline_is_a_success,
    a_drop_of_partitions_beyond_its_deadline_is_a_success,
    nothing_else_uses_a_place_that_a_job_fills,
    a_table_that_is_made_in_the_source_of_a_move_keeps_its_data,
    nothing_is_emptied_where_a_job_is_copying_from,
    two_renames_of_one_table_are_told_apart,
);

async fn a_rename_beyond_its_deadline_goes_on_and_who_asks_again_waits_for_it(
    database: TestDatabase,
) {
    let house = House::new(&database).await;
    let running = house.hasty().await;
    create(&running, "t").await;
    for name in ["a", "b", "c"] {
        house.file(&format!("w/t/{name}"));
    }
    let gate = house.s3.hold("CopyObject");
    let failure = rename(&running, "t", "u").await.unwrap_err();
    assert_eq!(failure.name(), "MetaException");
    let text = "the rename of default.t is not finished yet: it goes on in the background as job 1";
    assert!(failure.message().contains(text), "{failure}");
    assert_eq!(
        stand(&jobs(running.http_addr).await),
        [("rename_table", "copying")]
    );
    assert_eq!(
        location(running.thrift_addr, "t").await.unwrap(),
        "s3a://lake/w/t",
        "the table is whole where it was"
    );
    // It waits as long as it may, and is told the same.
    rename(&running, "t", "u").await.unwrap_err();
    gate.open();
    rename(&running, "t", "u").await.unwrap();
    assert_eq!(
        location(running.thrift_addr, "u").await.unwrap(),
        "s3a://lake/w/u"
    );
    let ended = jobs_ended(running.http_addr).await;
    assert_eq!(stand(&ended), [("rename_table", "done")]);
    assert_eq!(ended[0]["objects_total"], 3);
    assert_eq!(ended[0]["objects_done"], 3);
    assert_eq!(house.files(), ["w/u/a", "w/u/b", "w/u/c"]);
    running.shutdown().await;
}

async fn a_rename_that_ended_unheard_is_told_once(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.hasty().await;
    create(&running, "t").await;
    house.file("w/t/a");
    let gate = rename_held(&house, &running, "t", "u").await;
    gate.open();
    jobs_ended(running.http_addr).await;
    rename(&running, "t", "u").await.unwrap();
    let failure = rename(&running, "t", "u").await.unwrap_err();
    assert_eq!(failure.name(), "InvalidOperationException", "{failure}");
    running.shutdown().await;
}

async fn a_partition_renamed_beyond_the_deadline_is_told_of_as_well(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.hasty().await;
    let table = partitioned("default", "p", &[("ds", "string")]);
    call(
        running.thrift_addr,
        "create_table",
        json!({ "tbl": table.clone() }),
    )
    .await
    .unwrap();
    let partition = |value: &str| json!({ "dbName": "default", "tableName": "p", "values": [value], "sd": table["sd"], "parameters": {} });
    let add = json!({ "new_part": partition("a") });
    call(running.thrift_addr, "add_partition", add)
        .await
        .unwrap();
    house.file("w/p/ds=a/file");
    let mut new = partition("b");
    new["sd"]["location"] = json!("s3a://lake/w/p/ds=a");
    let arguments =
        json!({ "db_name": "default", "tbl_name": "p", "part_vals": ["a"], "new_part": new });
    let gate = house.s3.hold("CopyObject");
    let again = || call(running.thrift_addr, "rename_partition", arguments.clone());
    let failure = again().await.unwrap_err();
    let text = "the rename of default.p/ds=a is not finished yet";
    assert!(failure.message().contains(text), "{failure}");
    gate.open();
    jobs_ended(running.http_addr).await;
    again().await.unwrap();
    again().await.unwrap_err();
    assert_eq!(house.files(), ["w/p/ds=b/file"]);
    running.shutdown().await;
}

/// The copy fails, and so does what takes it back: the next try does that first.
async fn a_failed_copy_never_blocks_the_next_try(database: TestDatabase) {
    let house = House::new(&database).await;
    // One after the other, so that it is known which copies were made.
    let running = house
        .server(|settings| settings.storage.s3.copies_concurrent_max = 1)
        .await;
    create(&running, "t").await;
    house.file("w/t/a");
    house.file("w/t/b");
    house.s3.fail("CopyObject", "w/u/b", 0, 1, 503);
    house.s3.fail("DeleteObjects", "", 0, 1, 503);
    rename(&running, "t", "u").await.unwrap_err();
    assert_eq!(
        house.files(),
        ["w/t/a", "w/t/b", "w/u/a"],
        "a copy could not be taken back"
    );
    rename(&running, "t", "u").await.unwrap();
    assert_eq!(house.files(), ["w/u/a", "w/u/b"]);
    let ended = jobs_ended(running.http_addr).await;
    assert_eq!(
        stand(&ended),
        [("rename_table", "done"), ("rename_table", "failed")]
    );
    running.shutdown().await;
}

async fn a_drop_beyond_its_deadline_is_a_success(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.hasty().await;
    create(&running, "t").await;
    house.file("w/t/a");
    let gate = house.s3.hold("DeleteObjects");
    drop_table(&running, "t").await.unwrap();
    let failure = location(running.thrift_addr, "t").await.unwrap_err();
    assert_eq!(failure.name(), "NoSuchObjectException");
    gate.open();
    let ended = jobs_ended(running.http_addr).await;
    assert_eq!(stand(&ended), [("drop_table", "done")]);
    assert!(house.files().is_empty(), "{:?}", house.files());
    running.shutdown().await;
}

async fn a_drop_of_partitions_beyond_its_deadline_is_a_success(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.hasty().await;
    let days = partitioned("default", "t", &[("dt", "string")]);
    let made = call(running.thrift_addr, "create_table", json!({ "tbl": days }));
    made.await.unwrap();
    let mut day = json!({
        "dbName": "default", "tableName": "t", "values": ["1"], "sd": days["sd"], "parameters": {},
    });
    day["sd"]["location"] = json!("s3a://lake/w/t/dt=1");
    let added = call(
        running.thrift_addr,
        "add_partition",
        json!({ "new_part": day }),
    );
    added.await.unwrap();
    house.file("w/t/dt=1/a");
    let gate = house.s3.hold("DeleteObjects");
    let arguments = json!({
        "db_name": "default", "tbl_name": "t", "part_vals": ["1"], "deleteData": true,
    });
    let dropped = call(running.thrift_addr, "drop_partition", arguments.clone()).await;
    assert_eq!(dropped.unwrap(), true);
    let again = call(running.thrift_addr, "drop_partition", arguments).await;
    assert_eq!(again.unwrap_err().name(), "NoSuchObjectException");
    gate.open();
    let ended = jobs_ended(running.http_addr).await;
    assert_eq!(stand(&ended), [("drop_partitions", "done")]);
    assert!(house.files().is_empty(), "{:?}", house.files());
    running.shutdown().await;
}

async fn nothing_else_uses_a_place_that_a_job_fills(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.hasty().await;
    create(&running, "t").await;
    create(&running, "v").await;
    house.file("w/t/a");
    let gate = rename_held(&house, &running, "t", "u").await;
    for failure in [
        call(
            running.thrift_addr,
            "create_table",
            json!({ "tbl": table("default", "u") }),
        )
        .await
        .unwrap_err(),
        create_at(&running, "x", "s3n://lake//w/./u/inside/").await,
        create_at(&running, "x", "s3://lake/w").await,
        rename(&running, "v", "u").await.unwrap_err(),
    ] {
        let text =
            "location s3a://lake/w/u cannot be used yet: job 1 moves data there or away; try again";
        assert!(failure.message().contains(text), "{failure}");
    }
    gate.open();
    rename(&running, "t", "u").await.unwrap();
    running.shutdown().await;
}

async fn a_table_that_is_made_in_the_source_of_a_move_keeps_its_data(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.hasty().await;
    create(&running, "t").await;
    house.file("w/t/a");
    house.file("w/t/inner/b");
    let gate = rename_held(&house, &running, "t", "u").await;
    let mut inner = table("default", "inner");
    inner["sd"]["location"] = json!("s3://lake/w/t/inner");
    let made = json!({ "tbl": inner });
    call(running.thrift_addr, "create_table", made)
        .await
        .unwrap();
    gate.open();
    rename(&running, "t", "u").await.unwrap();
    let ended = jobs_ended(running.http_addr).await;
    assert_eq!(stand(&ended), [("rename_table", "done")]);
    let all = ["w/t/a", "w/t/inner/b", "w/u/a", "w/u/inner/b"];
    assert_eq!(house.files(), all);
    running.shutdown().await;
}

async fn nothing_is_emptied_where_a_job_is_copying_from(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.hasty().await;
    create(&running, "t").await;
    house.file("w/t/a");
    let gate = rename_held(&house, &running, "t", "u").await;
    let arguments = json!({ "dbName": "default", "tableName": "t" });
    let refused = call(running.thrift_addr, "truncate_table", arguments).await;
    let text = "table default.t cannot change yet: job 1 moves its data to default.u; try again";
    assert!(refused.unwrap_err().message().contains(text));
    gate.open();
    rename(&running, "t", "u").await.unwrap();
    let arguments = json!({ "dbName": "default", "tableName": "u" });
    call(running.thrift_addr, "truncate_table", arguments)
        .await
        .unwrap();
    jobs_ended(running.http_addr).await;
    assert!(
        house.files().iter().all(|key| key.ends_with('/')),
        "{:?}",
        house.files()
    );
    running.shutdown().await;
}

/// Why a table cannot be made at a place.
async fn create_at(running: &Running, name: &str, at: &str) -> Failure {
    let mut described = table("default", name);
    described["sd"]["location"] = json!(at);
    let arguments = json!({ "tbl": described });
    let made = call(running.thrift_addr, "create_table", arguments).await;
    made.unwrap_err()
}

async fn two_renames_of_one_table_are_told_apart(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.hasty().await;
    create(&running, "t").await;
    house.file("w/t/a");
    let gate = rename_held(&house, &running, "t", "u").await;
    let failure = rename(&running, "t", "x").await.unwrap_err();
    let text = "default.t is on its way to default.u (job 1)";
    assert!(failure.message().contains(text), "{failure}");
    gate.open();
    jobs_ended(running.http_addr).await;
    assert_eq!(house.files(), ["w/u/a"]);
    running.shutdown().await;
}
