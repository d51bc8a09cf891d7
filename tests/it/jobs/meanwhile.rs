//! What happens to a table, to its files and to the place that it goes to while a job copies its data.

use super::fixture::{
    House, call, create, drop_table, jobs_ended, location, rename, rename_held, stand,
};
use crate::harness::{TestDatabase, on_every_database};
use crate::thrift::objects::{partitioned, table};
use serde_json::{Value, json};
use skep::server::Running;

on_every_database!(
    a_table_that_is_being_renamed_is_changed_by_nobody_else,
    what_is_written_while_a_rename_copies_comes_along,
    what_is_written_after_the_copying_stays_where_it_is,
    a_file_that_vanishes_on_the_way_is_no_failure,
    a_table_that_is_dropped_on_its_way_leaves_nothing_and_takes_nothing_of_others,
    nothing_is_moved_to_where_somebody_has_data,
    a_partition_that_changes_on_its_way_stays_where_it_is,
    two_jobs_do_not_move_the_same_data,
);

const MOVED: &str =
    "table default.p cannot change yet: job 1 moves its data to default.q; try again";

async fn partitioned_table(running: &Running, name: &str, days: &[&str]) -> Value {
    let made = partitioned("default", name, &[("ds", "string")]);
    let arguments = json!({ "tbl": made.clone() });
    call(running.thrift_addr, "create_table", arguments)
        .await
        .unwrap();
    for day in days {
        let arguments = json!({ "new_part": partition(&made, name, day) });
        call(running.thrift_addr, "add_partition", arguments)
            .await
            .unwrap();
    }
    made
}

fn partition(table: &Value, name: &str, day: &str) -> Value {
    let mut sd = table["sd"].clone();
    sd["location"] = json!(format!("s3a://lake/w/{name}/ds={day}"));
    json!({ "dbName": "default", "tableName": name, "values": [day], "sd": sd, "parameters": {} })
}

async fn a_table_that_is_being_renamed_is_changed_by_nobody_else(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.hasty().await;
    let table = partitioned_table(&running, "p", &["a"]).await;
    partitioned_table(&running, "o", &["z"]).await;
    house.file("w/p/ds=a/file");
    house.file("w/o/ds=z/file");
    let gate = house.s3.hold("CopyObject");
    let mut renamed = table.clone();
    renamed["tableName"] = json!("q");
    let renaming = json!({ "dbname": "default", "tbl_name": "p", "new_tbl": renamed });
    let again = || call(running.thrift_addr, "alter_table", renaming.clone());
    again().await.unwrap_err();

    let mut wider = table.clone();
    wider["parameters"]["EXTERNAL"] = json!("TRUE");
    let exchange = json!({
        "partitionSpecs": { "ds": "z" }, "source_db": "default", "source_table_name": "o",
        "dest_db": "default", "dest_table_name": "p",
    });
    let dropping =
        json!({ "db_name": "default", "tbl_name": "p", "part_vals": ["a"], "deleteData": true });
    for (method, arguments) in [
        (
            "alter_table",
            json!({ "dbname": "default", "tbl_name": "p", "new_tbl": wider }),
        ),
        (
            "add_partition",
            json!({ "new_part": partition(&table, "p", "b") }),
        ),
        (
            "alter_partition",
            json!({
                "db_name": "default", "tbl_name": "p", "new_part": partition(&table, "p", "a"),
            }),
        ),
        ("drop_partition", dropping),
    ] {
        let refused = call(running.thrift_addr, method, arguments)
            .await
            .unwrap_err();
        assert!(refused.message().contains(MOVED), "{method}: {refused}");
    }
    let refused = call(running.thrift_addr, "exchange_partition", exchange.clone()).await;
    let refused = refused.unwrap_err();
    assert!(refused.message().contains("job 1"), "{refused}");
    gate.open();
    again().await.unwrap();
    let arguments = json!({ "new_part": partition(&table, "q", "b") });
    call(running.thrift_addr, "add_partition", arguments)
        .await
        .unwrap();
    let mut exchange = exchange;
    exchange["dest_table_name"] = json!("q");
    call(running.thrift_addr, "exchange_partition", exchange)
        .await
        .unwrap();
    jobs_ended(running.http_addr).await;
    assert_eq!(house.files(), ["w/q/ds=a/file", "w/q/ds=z/file"]);
    running.shutdown().await;
}

async fn what_is_written_while_a_rename_copies_comes_along(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.hasty().await;
    create(&running, "t").await;
    house.file("w/t/b");
    let gate = rename_held(&house, &running, "t", "u").await;
    house.file("w/t/a");
    house.file("w/t/c");
    gate.open();
    rename(&running, "t", "u").await.unwrap();
    jobs_ended(running.http_addr).await;
    assert_eq!(house.files(), ["w/u/a", "w/u/b", "w/u/c"]);
    running.shutdown().await;
}

/// In the second in which the last copied one was written, or under the name of a copied one: the store tells no more. So
/// nobody knows whether it is old, and the place is nobody's until somebody has looked.
async fn what_is_written_after_the_copying_stays_where_it_is(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.hasty().await;
    create(&running, "t").await;
    let written_ms = skep::clock::Clock::System.millis() - 60_000;
    for key in ["w/t/a", "w/t/b"] {
        house.s3.put_at("lake", key, written_ms);
    }
    house.s3.fail("DeleteObjects", "", 0, 1, 503);
    rename(&running, "t", "u").await.unwrap();
    house.s3.put_at("lake", "w/t/late", written_ms);
    let another = "another one of another length";
    house.s3.put("lake", "w/t/b", another);
    let made = json!({ "tbl": table("default", "t") });
    let refused = call(running.thrift_addr, "create_table", made).await;
    let refused = refused.unwrap_err();
    for text in ["cannot be used yet", "2 of its files"] {
        assert!(refused.message().contains(text), "{refused}");
    }
    let uncopied = ["w/t/b", "w/t/late"];
    assert_eq!(house.files(), [&uncopied[..], &["w/u/a", "w/u/b"]].concat());
    for key in uncopied {
        house.s3.remove("lake", key);
    }
    create(&running, "t").await;
    running.shutdown().await;
}

async fn a_file_that_vanishes_on_the_way_is_no_failure(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house
        .server(|settings| {
            settings.thrift.call_timeout_s = 1;
            settings.storage.s3.copies_concurrent_max = 1;
        })
        .await;
    create(&running, "t").await;
    for key in ["w/t/a", "w/t/b", "w/t/c"] {
        house.file(key);
    }
    let gate = rename_held(&house, &running, "t", "u").await;
    // One that was not copied yet, and the one that is being copied.
    house.s3.remove("lake", "w/t/b");
    house.s3.remove("lake", "w/t/a");
    gate.open();
    rename(&running, "t", "u").await.unwrap();
    jobs_ended(running.http_addr).await;
    assert_eq!(house.files(), ["w/u/c"]);
    running.shutdown().await;
}

async fn a_table_that_is_dropped_on_its_way_leaves_nothing_and_takes_nothing_of_others(
    database: TestDatabase,
) {
    let house = House::new(&database).await;
    let running = house.hasty().await;
    create(&running, "t").await;
    house.file("w/t/a");
    house.file("w/t/b");
    let gate = rename_held(&house, &running, "t", "u").await;
    house.s3.put(
        "lake",
        "w/u/engine/precious",
        "of somebody who asked nobody",
    );
    drop_table(&running, "t").await.unwrap();
    gate.open();
    let ended = jobs_ended(running.http_addr).await;
    assert_eq!(
        stand(&ended),
        [("drop_table", "done"), ("rename_table", "failed")]
    );
    assert_eq!(house.files(), ["w/u/engine/precious"]);
    running.shutdown().await;
}

async fn nothing_is_moved_to_where_somebody_has_data(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.hasty().await;
    create(&running, "t").await;
    house.file("w/t/a");
    let mut inner = table("default", "inner");
    inner["sd"]["location"] = json!("s3://lake/w/u/inner");
    call(running.thrift_addr, "create_table", json!({ "tbl": inner }))
        .await
        .unwrap();
    let refused = rename(&running, "t", "u").await.unwrap_err();
    let text = "data cannot be moved to s3a://lake/w/u: the table default.inner has data at s3://lake/w/u/inner";
    assert!(refused.message().contains(text), "{refused}");
    assert_eq!(
        location(running.thrift_addr, "t").await.unwrap(),
        "s3a://lake/w/t"
    );
    running.shutdown().await;
}

async fn a_partition_that_changes_on_its_way_stays_where_it_is(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.hasty().await;
    let table = partitioned_table(&running, "p", &["a"]).await;
    house.file("w/p/ds=a/file");
    let gate = house.s3.hold("CopyObject");
    let mut renamed = partition(&table, "p", "b");
    renamed["sd"]["location"] = json!("s3a://lake/w/p/ds=a");
    let renaming =
        json!({ "db_name": "default", "tbl_name": "p", "part_vals": ["a"], "new_part": renamed });
    call(running.thrift_addr, "rename_partition", renaming)
        .await
        .unwrap_err();
    let mut changed = partition(&table, "p", "a");
    changed["parameters"]["by"] = json!("another");
    let change = json!({ "db_name": "default", "tbl_name": "p", "new_part": changed });
    call(running.thrift_addr, "alter_partition", change)
        .await
        .unwrap();
    gate.open();
    let ended = jobs_ended(running.http_addr).await;
    assert_eq!(stand(&ended), [("rename_partition", "failed")]);
    let asked = json!({ "db_name": "default", "tbl_name": "p", "part_vals": ["a"] });
    let found = call(running.thrift_addr, "get_partition", asked).await;
    assert_eq!(found.unwrap()["parameters"]["by"], "another");
    assert_eq!(house.files(), ["w/p/ds=a/file"]);
    running.shutdown().await;
}

async fn two_jobs_do_not_move_the_same_data(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.hasty().await;
    let table = partitioned_table(&running, "p", &["a"]).await;
    house.file("w/p/ds=a/file");
    let gate = house.s3.hold("CopyObject");
    let mut renamed = partition(&table, "p", "b");
    renamed["sd"]["location"] = json!("s3a://lake/w/p/ds=a");
    let renaming =
        json!({ "db_name": "default", "tbl_name": "p", "part_vals": ["a"], "new_part": renamed });
    call(running.thrift_addr, "rename_partition", renaming)
        .await
        .unwrap_err();
    let mut whole = table.clone();
    whole["tableName"] = json!("q");
    let whole = json!({ "dbname": "default", "tbl_name": "p", "new_tbl": whole });
    let refused = call(running.thrift_addr, "alter_table", whole.clone()).await;
    let refused = refused.unwrap_err();
    let text = "cannot be used yet: job 1 moves data there or away; try again";
    assert!(refused.message().contains(text), "{refused}");
    gate.open();
    jobs_ended(running.http_addr).await;
    call(running.thrift_addr, "alter_table", whole)
        .await
        .unwrap();
    jobs_ended(running.http_addr).await;
    assert_eq!(house.files(), ["w/q/ds=b/file"]);
    running.shutdown().await;
}
