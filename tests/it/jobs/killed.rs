//! Kill −9 at every phase of every kind of job: after the next start it is finished, nothing is lost, and nothing is in
//! the way.

use super::fixture::{call, jobs, jobs_ended, location, renaming};
use crate::client::Client;
use crate::faults::killed::Process;
use crate::harness::{TestDatabase, on_every_database};
use crate::s3::{ACCESS_KEY_ID, S3Server, SECRET_ACCESS_KEY};
use crate::thrift::objects::{partitioned, table};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

on_every_database!(
    a_table_whose_rename_was_killed_has_its_new_name,
    a_rename_that_was_killed_while_it_was_taken_back_leaves_nothing,
    a_partition_whose_rename_was_killed_has_its_new_values,
    partitions_whose_exchange_was_killed_arrive,
    what_was_dropped_or_truncated_before_a_kill_is_deleted,
    local_tables_are_whole_after_kills_at_any_moment,
);

/// What outlives the processes.
struct Story {
    database: TestDatabase,
    s3: S3Server,
    folder: TempDir,
}

impl Story {
    async fn begin(database: TestDatabase) -> Self {
        Self {
            database,
            s3: S3Server::start(&["lake"]).await,
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// Starts a process whose warehouse is a bucket.
    async fn start(&self) -> Process {
        let environment = [
            ("SKEP_WAREHOUSE__LOCATION", "s3a://lake/w".to_owned()),
            ("SKEP_STORAGE__S3__ENDPOINT", self.s3.endpoint()),
            ("SKEP_STORAGE__S3__ACCESS_KEY_ID", ACCESS_KEY_ID.to_owned()),
            (
                "SKEP_STORAGE__S3__SECRET_ACCESS_KEY",
                SECRET_ACCESS_KEY.to_owned(),
            ),
            ("SKEP_STORAGE__S3__RETRIES_MAX", "0".to_owned()),
            ("SKEP_TASKS__JOB_INTERVAL_S", "1".to_owned()),
            ("SKEP_TASKS__LAKE_CLEANUP_INTERVAL_S", "1".to_owned()),
        ];
        self.start_with(&environment).await
    }

    async fn start_with(&self, environment: &[(&'static str, String)]) -> Process {
        let (url, path) = (
            self.database.url().to_owned(),
            self.folder.path().to_owned(),
        );
        let environment = environment.to_vec();
        let started =
            tokio::task::spawn_blocking(move || Process::start_with(&url, &path, &environment));
        started.await.expect("it starts")
    }

    /// Asks for something and kills while the object store holds back what the job does: the first request of a kind.
    async fn killed_at(
        &self,
        operation: &'static str,
        process: &mut Process,
        method: &'static str,
        arguments: Value,
    ) {
        let gate = self.s3.hold(operation);
        let asked = tokio::spawn(call(process.thrift, method, arguments));
        gate.arrived().await;
        process.kill();
        asked.await.unwrap().unwrap_err();
        gate.open();
        self.time_passes().await;
    }

    /// The leases of dead processes end, and what waits is due.
    async fn time_passes(&self) {
        for sql in [
            "UPDATE skep_leases SET expires_at = expires_at - 60",
            "UPDATE skep_pending_deletes SET next_at = 0",
            "UPDATE skep_jobs SET next_at = 0",
        ] {
            self.database.execute(sql).await;
        }
    }

    /// Waits until every job has ended; gives their phases, the latest first.
    async fn ended(&self, process: &Process) -> Vec<String> {
        loop {
            let jobs = jobs(process.http).await;
            if jobs.iter().all(|job| job["ended_at"].is_string()) {
                let phase = |job: &Value| job["phase"].as_str().unwrap().to_owned();
                return jobs.iter().map(phase).collect();
            }
            self.time_passes().await;
        }
    }

    /// Puts a file that was written an hour ago.
    fn file(&self, key: &str) {
        let written = SystemTime::now() - Duration::from_hours(1);
        let written = written.duration_since(UNIX_EPOCH).unwrap().as_millis();
        self.s3.put_at("lake", key, i64::try_from(written).unwrap());
    }

    fn files(&self) -> Vec<String> {
        self.s3.keys("lake")
    }
}

async fn make(process: &Process, description: Value) {
    call(
        process.thrift,
        "create_table",
        json!({ "tbl": description }),
    )
    .await
    .unwrap();
}

async fn a_table_whose_rename_was_killed_has_its_new_name(database: TestDatabase) {
    let story = Story::begin(database).await;
    let mut process = story.start().await;
    make(&process, table("default", "t0")).await;
    for number in 0..40 {
        story.file(&format!("w/t0/part-{number:02}"));
    }
    // Before anything is touched, between two copies, and behind the commit.
    let kills = ["ListObjectsV2", "CopyObject", "DeleteObjects"];
    for (round, operation) in kills.into_iter().enumerate() {
        let (from, to) = (format!("t{round}"), format!("t{}", round + 1));
        let arguments = renaming(&from, &to);
        story
            .killed_at(operation, &mut process, "alter_table", arguments.clone())
            .await;
        process = story.start().await;
        assert_eq!(story.ended(&process).await[0], "done", "{operation}");
        let place = location(process.thrift, &to).await.unwrap();
        assert_eq!(place, format!("s3a://lake/w/{to}"), "{operation}");
        let files: Vec<String> = (0..40)
            .map(|number| format!("w/{to}/part-{number:02}"))
            .collect();
        assert_eq!(story.files(), files, "{operation}");
        // Its caller has never heard of it.
        call(process.thrift, "alter_table", arguments)
            .await
            .unwrap();
        // The copies are as new as the rename; what is to be told from them must be older.
        for file in files {
            story.file(&file);
        }
    }
}

async fn a_rename_that_was_killed_while_it_was_taken_back_leaves_nothing(database: TestDatabase) {
    let story = Story::begin(database).await;
    let mut process = story.start().await;
    make(&process, table("default", "t")).await;
    for name in ["a", "b", "c"] {
        story.file(&format!("w/t/{name}"));
    }
    story.s3.fail("CopyObject", "w/u/c", 0, 1, 503);
    let arguments = renaming("t", "u");
    story
        .killed_at(
            "DeleteObjects",
            &mut process,
            "alter_table",
            arguments.clone(),
        )
        .await;
    process = story.start().await;
    assert_eq!(story.ended(&process).await, ["failed"]);
    assert_eq!(story.files(), ["w/t/a", "w/t/b", "w/t/c"]);
    call(process.thrift, "alter_table", arguments)
        .await
        .unwrap();
    assert_eq!(story.files(), ["w/u/a", "w/u/b", "w/u/c"]);
}

fn partition(table: &str, values: &[&str], location: Option<&str>) -> Value {
    let mut sd = partitioned("default", table, &[])["sd"].clone();
    if let Some(location) = location {
        sd["location"] = json!(location);
    }
    json!({ "dbName": "default", "tableName": table, "values": values, "sd": sd, "parameters": {} })
}

async fn names(address: SocketAddr, table: &str) -> Vec<String> {
    let all = json!({ "db_name": "default", "tbl_name": table, "max_parts": -1 });
    let names = call(address, "get_partition_names", all).await.unwrap();
    let names = names.as_array().unwrap().iter();
    names
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

async fn a_partition_whose_rename_was_killed_has_its_new_values(database: TestDatabase) {
    let story = Story::begin(database).await;
    let mut process = story.start().await;
    make(&process, partitioned("default", "p", &[("ds", "string")])).await;
    let add = json!({ "new_part": partition("p", &["0"], None) });
    call(process.thrift, "add_partition", add).await.unwrap();
    story.file("w/p/ds=0/file");
    for (round, operation) in ["ListObjectsV2", "CopyObject", "DeleteObjects"]
        .into_iter()
        .enumerate()
    {
        let (old, new) = (round.to_string(), (round + 1).to_string());
        let place = format!("s3a://lake/w/p/ds={old}");
        let mut renamed = partition("p", &[&new], Some(&place));
        renamed["parameters"]["DO_NOT_UPDATE_STATS"] = json!("true");
        let arguments = json!({
            "db_name": "default", "tbl_name": "p", "part_vals": [old], "new_part": renamed,
        });
        story
            .killed_at(operation, &mut process, "rename_partition", arguments)
            .await;
        process = story.start().await;
        assert_eq!(story.ended(&process).await[0], "done", "{operation}");
        assert_eq!(names(process.thrift, "p").await, [format!("ds={new}")]);
        let file = format!("w/p/ds={new}/file");
        assert_eq!(story.files(), [file.as_str()], "{operation}");
        story.file(&file);
    }
}

async fn partitions_whose_exchange_was_killed_arrive(database: TestDatabase) {
    let story = Story::begin(database).await;
    let mut process = story.start().await;
    for name in ["p0", "p1"] {
        let keys = [("ds", "string"), ("n", "string")];
        make(&process, partitioned("default", name, &keys)).await;
    }
    for n in ["1", "2"] {
        let add = json!({ "new_part": partition("p0", &["a", n], None) });
        call(process.thrift, "add_partition", add).await.unwrap();
        story.file(&format!("w/p0/ds=a/n={n}/file"));
    }
    for (round, operation) in ["ListObjectsV2", "CopyObject", "DeleteObjects"]
        .into_iter()
        .enumerate()
    {
        let (from, to) = (round % 2, (round + 1) % 2);
        let arguments = json!({
            "partitionSpecs": { "ds": "a" },
            "source_db": "default", "source_table_name": format!("p{from}"),
            "dest_db": "default", "dest_table_name": format!("p{to}"),
        });
        story
            .killed_at(operation, &mut process, "exchange_partition", arguments)
            .await;
        process = story.start().await;
        assert_eq!(story.ended(&process).await[0], "done", "{operation}");
        assert!(names(process.thrift, &format!("p{from}")).await.is_empty());
        assert_eq!(
            names(process.thrift, &format!("p{to}")).await,
            ["ds=a/n=1", "ds=a/n=2"]
        );
        let files: Vec<String> = ["1", "2"]
            .iter()
            .map(|n| format!("w/p{to}/ds=a/n={n}/file"))
            .collect();
        assert_eq!(story.files(), files, "{operation}");
        for file in files {
            story.file(&file);
        }
    }
}

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

/// On a file system a directory moves at once, so no request can be held back: kills come as they come, while a client
/// renames a table as fast as it can.
async fn local_tables_are_whole_after_kills_at_any_moment(database: TestDatabase) {
    let story = Story::begin(database).await;
    let environment = [("SKEP_TASKS__JOB_INTERVAL_S", "1".to_owned())];
    let mut process = story.start_with(&environment).await;
    make(&process, table("default", "t0")).await;
    let warehouse = story.folder.path().join("warehouse");
    std::fs::write(warehouse.join("t0/file"), "x").unwrap();
    let mut name = "t0".to_owned();
    for round in 0..6_usize {
        let renames = Arc::new(AtomicUsize::new(0));
        let renaming = tokio::task::spawn_blocking({
            let (address, name, renames) = (process.thrift, name.clone(), Arc::clone(&renames));
            move || rename_until_killed(address, &name, round, &renames)
        });
        while renames.load(Ordering::SeqCst) < 2 + round {
            tokio::task::yield_now().await;
        }
        process.kill();
        let (last, next) = renaming.await.unwrap();
        story.time_passes().await;
        process = story.start_with(&environment).await;
        jobs_ended(process.http).await;
        name = whole(&process, &warehouse, [&last, &next]).await;
    }
}

/// Renames a table again and again; gives the last name that was acknowledged, and the one after it.
fn rename_until_killed(
    address: SocketAddr,
    name: &str,
    round: usize,
    renames: &AtomicUsize,
) -> (String, String) {
    let mut last = name.to_owned();
    let mut client = Client::connect(address).expect("it accepts");
    loop {
        let number = renames.load(Ordering::SeqCst);
        let next = format!("r{round}_{number}");
        if client.call("alter_table", renaming(&last, &next)).is_err() {
            return (last, next);
        }
        renames.store(number + 1, Ordering::SeqCst);
        last = next;
    }
}

/// The table has one of two names, and its file is where the catalog says.
async fn whole(process: &Process, warehouse: &Path, names: [&String; 2]) -> String {
    let mut found = Vec::new();
    for name in names {
        if let Ok(place) = location(process.thrift, name).await {
            assert!(place.ends_with(&format!("/warehouse/{name}")), "{place}");
            assert!(
                warehouse.join(name).join("file").exists(),
                "{name} is empty"
            );
            found.push(name.clone());
        } else {
            assert!(!warehouse.join(name).exists(), "{name} is left over");
        }
    }
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}
