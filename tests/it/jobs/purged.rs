//! Kill −9 while data is deleted behind a drop, a truncation or a purge: after the next start the deletion is finished,
//! nothing beside it is lost, and the places can be used at once.

use super::fixture::{call, jobs, location, renaming};
use super::story::{Story, make, names, partition};
use crate::cli::Skep;
use crate::faults::killed::Process;
use crate::harness::{TestDatabase, on_every_database};
use crate::thrift::objects::{self, partitioned, table};
use serde_json::{Value, json};

on_every_database!(
    what_was_dropped_or_truncated_before_a_kill_is_deleted,
    a_drop_that_was_killed_half_way_is_finished_and_its_place_is_free,
    a_drop_of_a_database_that_was_killed_half_way_is_finished,
    a_truncation_that_was_killed_half_way_brings_no_row_to_another_place,
    a_purge_that_was_killed_half_way_is_finished,
);

async fn what_was_dropped_or_truncated_before_a_kill_is_deleted(database: TestDatabase) {
    let story = Story::begin(database).await;
    let mut process = story.start().await;
    make(&process, table("default", "dropped")).await;
    make(&process, table("default", "truncated")).await;
    make(&process, partitioned("default", "p", &[("ds", "string")])).await;
    let add = json!({ "new_part": partition("p", &["a"], None) });
    call(process.thrift, "add_partition", add).await.unwrap();
    for place in ["dropped", "truncated", "p/ds=a"] {
        story.file(&format!("w/{place}/file"));
    }
    let table = json!({ "dbname": "default", "name": "dropped", "deleteData": true });
    let part =
        json!({ "db_name": "default", "tbl_name": "p", "part_vals": ["a"], "deleteData": true });
    let all = json!({ "dbName": "default", "tableName": "truncated" });
    for (method, arguments) in [
        ("drop_table", table),
        ("drop_partition", part),
        ("truncate_table", all),
    ] {
        story
            .killed_at("DeleteObjects", &mut process, method, arguments)
            .await;
        process = story.start().await;
        assert_eq!(story.ended(&process).await[0], "done", "{method}");
    }
    assert!(story.files().is_empty(), "{:?}", story.files());
    location(process.thrift, "dropped").await.unwrap_err();
    location(process.thrift, "truncated").await.unwrap();
}

impl Story {
    /// Asks for a deletion of several directories and kills when one is gone and the next is held back.
    async fn killed_half_way(
        &self,
        mut process: Process,
        ask: impl FnOnce(&Process) -> tokio::task::JoinHandle<()>,
    ) {
        let before = self.files().len();
        let gate = self.s3.hold("DeleteObjects");
        let asked = ask(&process);
        gate.arrived().await;
        while self.files().len() == before {
            tokio::task::yield_now().await;
        }
        process.kill();
        asked.await.unwrap();
        gate.open();
    }

    async fn killed_half_way_through(
        &self,
        process: Process,
        method: &'static str,
        arguments: Value,
    ) {
        let ask = |process: &Process| {
            let asked = call(process.thrift, method, arguments);
            tokio::spawn(async move {
                asked.await.expect_err("it was killed");
            })
        };
        self.killed_half_way(process, ask).await;
    }

    /// Fails unless just these files are left.
    fn assert_left(&self, files: &[&str]) {
        assert_eq!(self.files(), files);
    }
}

/// A table with a partition in its directory and one elsewhere, a file in each, and neighbours that are named alike.
async fn table_and_neighbours(story: &Story, process: &Process) {
    make(process, partitioned("default", "t", &[("ds", "string")])).await;
    for one in [
        partition("t", &["a"], None),
        partition("t", &["far"], Some("s3://lake/w/far")),
    ] {
        let add = json!({ "new_part": one });
        call(process.thrift, "add_partition", add).await.unwrap();
    }
    for key in [
        "w/far/file",
        "w/far2/beside",
        "w/t/ds=a/file",
        "w/t2/beside",
    ] {
        story.file(key);
    }
}

async fn a_drop_that_was_killed_half_way_is_finished_and_its_place_is_free(database: TestDatabase) {
    let story = Story::begin(database).await;
    let process = story.start().await;
    table_and_neighbours(&story, &process).await;
    let drop = json!({ "dbname": "default", "name": "t", "deleteData": true });
    story
        .killed_half_way_through(process, "drop_table", drop)
        .await;
    let process = story.start().await;
    location(process.thrift, "t").await.unwrap_err();
    story.stores_forget().await;
    // Before the job is due: who uses the places finishes what overlaps them.
    make(&process, partitioned("default", "t", &[("ds", "string")])).await;
    let far = json!({ "new_part": partition("t", &["far"], Some("s3://lake/w/far")) });
    call(process.thrift, "add_partition", far).await.unwrap();
    story.assert_left(&["w/far2/beside", "w/t2/beside"]);
    for key in ["w/far/new", "w/t/new"] {
        story.file(key);
    }
    assert_eq!(story.ended(&process).await, ["done"]);
    story.assert_left(&["w/far/new", "w/far2/beside", "w/t/new", "w/t2/beside"]);
}

async fn a_drop_of_a_database_that_was_killed_half_way_is_finished(database: TestDatabase) {
    let story = Story::begin(database).await;
    let process = story.start().await;
    let create = json!({ "database": objects::database("d") });
    call(process.thrift, "create_database", create)
        .await
        .unwrap();
    for name in ["x", "y"] {
        make(&process, partitioned("d", name, &[("ds", "string")])).await;
        for (value, at) in [
            ("a", None),
            ("far", Some(format!("s3://lake/w/{name}_far"))),
        ] {
            let mut one = partition(name, &[value], at.as_deref());
            one["dbName"] = json!("d");
            let add = json!({ "new_part": one });
            call(process.thrift, "add_partition", add).await.unwrap();
        }
        story.file(&format!("w/d.db/{name}/ds=a/file"));
        story.file(&format!("w/{name}_far/file"));
    }
    story.file("w/d.db2/beside");
    let drop = json!({ "name": "d", "deleteData": true, "cascade": true });
    story
        .killed_half_way_through(process, "drop_database", drop)
        .await;
    story.time_passes().await;
    let process = story.start().await;
    assert_eq!(story.ended(&process).await, ["done", "done"]);
    story.assert_left(&["w/d.db2/beside"]);
    let again = json!({ "database": objects::database("d") });
    call(process.thrift, "create_database", again)
        .await
        .unwrap();
}

async fn a_truncation_that_was_killed_half_way_brings_no_row_to_another_place(
    database: TestDatabase,
) {
    let story = Story::begin(database).await;
    let process = story.start().await;
    make(&process, partitioned("default", "t", &[("ds", "string")])).await;
    for value in ["a", "b"] {
        let add = json!({ "new_part": partition("t", &[value], None) });
        call(process.thrift, "add_partition", add).await.unwrap();
        story.file(&format!("w/t/ds={value}/file"));
    }
    story.file("w/t2/beside");
    let truncate = json!({ "dbName": "default", "tableName": "t" });
    story
        .killed_half_way_through(process, "truncate_table", truncate)
        .await;
    let process = story.start().await;
    story.stores_forget().await;
    // Before the job is due.
    let mut arguments = renaming("t", "u");
    arguments["new_tbl"] = partitioned("default", "u", &[("ds", "string")]);
    call(process.thrift, "alter_table", arguments)
        .await
        .unwrap();
    assert_eq!(names(process.thrift, "u").await, ["ds=a", "ds=b"]);
    assert_eq!(story.ended(&process).await, ["done", "done"]);
    story.assert_left(&["w/t2/beside"]);
}

/// Retention drops partitions that are past their time, and purges their data where the table says so.
async fn a_purge_that_was_killed_half_way_is_finished(database: TestDatabase) {
    let story = Story::begin(database).await;
    let process = story.start().await;
    let mut whole = partitioned("default", "t", &[("ds", "string")]);
    whole["tableType"] = json!("EXTERNAL_TABLE");
    whole["sd"]["location"] = json!("s3a://lake/w/t");
    for (key, value) in [
        ("EXTERNAL", "TRUE"),
        ("external.table.purge", "true"),
        ("partition.retention.period", "1h"),
    ] {
        whole["parameters"][key] = json!(value);
    }
    make(&process, whole).await;
    for value in ["a", "b", "young"] {
        let add = json!({ "new_part": partition("t", &[value], None) });
        call(process.thrift, "add_partition", add).await.unwrap();
        story.file(&format!("w/t/ds={value}/file"));
    }
    story.file("w/t2/beside");
    let sql = "UPDATE skep_partitions SET created_at = created_at - 7200 WHERE name <> 'ds=young'";
    story.database.execute(sql).await;
    let ask = |process: &Process| {
        let skep = Skep::at(process.http);
        tokio::spawn(async move {
            skep.output(&["discover", "default.t", "--sweep"], "");
        })
    };
    story.killed_half_way(process, ask).await;
    let process = story.start().await;
    assert_eq!(names(process.thrift, "t").await, ["ds=young"]);
    let listed = jobs(process.http).await;
    assert_eq!(listed[0]["kind"], "purge_partitions");
    story.stores_forget().await;
    for value in ["a", "b"] {
        let add = json!({ "new_part": partition("t", &[value], None) });
        call(process.thrift, "add_partition", add).await.unwrap();
    }
    let left = ["w/t/ds=young/file", "w/t2/beside"];
    story.assert_left(&left);
    assert_eq!(story.ended(&process).await, ["done"]);
    story.assert_left(&left);
}
