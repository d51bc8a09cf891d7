//! What becomes of dropped data while its place is used again: nothing that was written after the drop is deleted, and
//! nothing that was dropped reappears.

use crate::client::{Client, Failure};
use crate::harness::{TestDatabase, on_every_database};
use crate::s3::S3Server;
use crate::server::settings_in;
use crate::thrift::objects::{partitioned, table};
use serde_json::{Value, json};
use skep::clock::{Clock, DatabaseTime};
use skep::secret::Secret;
use skep::server::{Running, Server};
use skep::store::PendingDelete;
use skep::tasks::{LakeCleanup, Report, Task};
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

on_every_database!(
    new_files_survive_a_deletion_that_failed,
    fresh_data_goes_at_a_later_try_and_what_came_since_stays,
    files_of_the_time_of_the_drop_are_neither_deleted_nor_taken_over,
    new_files_survive_a_slow_deletion_on_another_replica,
    a_partition_added_again_has_no_dropped_rows,
    what_moves_to_a_place_finds_it_empty,
    a_rename_on_an_object_store_is_whole_at_every_moment,
    new_local_files_survive_a_deletion_that_a_crash_prevented,
    new_local_data_is_deleted_after_a_kill_and_what_came_later_stays,
);

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// When the drops happen, by the clock of the test.
const DROP_MS: i64 = 1_700_000_000_000;

/// Replicas of one database over one warehouse.
struct Lakehouse {
    s3: S3Server,
    clock: Clock,
    database: TestDatabase,
    folder: TempDir,
}

impl Lakehouse {
    async fn new(database: &TestDatabase) -> Self {
        let s3 = S3Server::start(&["lake"]).await;
        s3.clock_set(DROP_MS / 1000);
        Self {
            s3,
            clock: Clock::fixed(DROP_MS),
            database: database.clone(),
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Lets time go by, for the replicas and for the store.
    fn advance_ms(&self, milliseconds: i64) {
        self.clock.advance_ms(milliseconds);
        self.s3.clock_set(self.clock.millis() / 1000);
    }

    async fn replica(&self) -> Running {
        let mut settings = settings_in(self.folder.path());
        settings.database.url = Secret::new(self.database.url());
        settings.storage = self.s3.storage_settings();
        "s3a://lake/w".clone_into(&mut settings.warehouse.location);
        Server::start_at(settings, self.clock.clone())
            .await
            .unwrap()
    }

    /// Puts a file that was written this long after the drop.
    fn file(&self, key: &str, after_ms: i64) {
        self.s3.put_at("lake", key, DROP_MS + after_ms);
    }

    fn files(&self) -> Vec<String> {
        self.s3.keys("lake")
    }

    /// The deletions that wait.
    async fn waiting(&self) -> Vec<PendingDelete> {
        waiting(&self.database).await
    }
}

async fn waiting(database: &TestDatabase) -> Vec<PendingDelete> {
    let store = database.store().await;
    let mut session = store.session().await.unwrap();
    let end_of_time = DatabaseTime::from_database(i64::MAX);
    let waiting = session.pending_delete_due(end_of_time, 100).await;
    waiting.unwrap()
}

/// One call over Thrift; the client blocks, so it gets a thread of its own.
async fn call(running: &Running, method: &'static str, arguments: Value) -> Result<Value, Failure> {
    let address = running.thrift_addr;
    let called =
        tokio::task::spawn_blocking(move || Client::connect(address)?.call(method, arguments));
    called.await.unwrap()
}

async fn create(running: &Running, name: &str) -> Result<Value, Failure> {
    let arguments = json!({ "tbl": table("default", name) });
    call(running, "create_table", arguments).await
}

async fn drop_table(running: &Running, name: &str) {
    let arguments = json!({ "dbname": "default", "name": name, "deleteData": true });
    call(running, "drop_table", arguments).await.unwrap();
}

async fn cleanup(running: &Running) -> Report {
    let task = LakeCleanup {
        catalog: Arc::clone(&running.catalog),
    };
    task.activate().await.unwrap()
}

/// The store refuses the deletion; then a job writes the files of a new table, and creates it.
async fn new_files_survive_a_deletion_that_failed(database: TestDatabase) {
    let house = Lakehouse::new(&database).await;
    let running = house.replica().await;
    create(&running, "t").await.unwrap();
    house.file("w/t/old", -HOUR_MS);
    house.file("w/t2/neighbour", -HOUR_MS);
    house.s3.fail("DeleteObjects", "", 0, 2, 503);
    drop_table(&running, "t").await;
    house.advance_ms(HOUR_MS);
    house.file("w/t/new", HOUR_MS);
    assert_eq!(
        cleanup(&running).await,
        Report { done: 0, failed: 1 },
        "the store still refuses"
    );
    create(&running, "t").await.unwrap();
    assert_eq!(house.files(), ["w/t/new", "w/t2/neighbour"]);
    assert_eq!(house.waiting().await, []);
    house.advance_ms(24 * HOUR_MS);
    assert_eq!(cleanup(&running).await, Report::default());
    assert_eq!(house.files(), ["w/t/new", "w/t2/neighbour"]);
    running.shutdown().await;
}

/// The clock of the store is ten minutes ahead of the server's, and its answers say so.
async fn fresh_data_goes_at_a_later_try_and_what_came_since_stays(database: TestDatabase) {
    let house = Lakehouse::new(&database).await;
    let ahead_ms = 10 * MINUTE_MS;
    house.s3.clock_set((DROP_MS + ahead_ms) / 1000);
    let running = house.replica().await;
    create(&running, "t").await.unwrap();
    house.file("w/t/fresh", ahead_ms - 1_000);
    house.file("w/t/old", -HOUR_MS);
    house.s3.fail("DeleteObjects", "", 0, 1, 503);
    drop_table(&running, "t").await;
    house.file("w/t/since", ahead_ms + 10_000);
    create(&running, "t").await.unwrap();
    assert_eq!(house.files(), ["w/t/since"]);
    assert_eq!(house.waiting().await, []);
    running.shutdown().await;
}

/// The store does not tell its clock: a file stamped minutes before or after a drop may have been written on either side of
/// it.
async fn files_of_the_time_of_the_drop_are_neither_deleted_nor_taken_over(database: TestDatabase) {
    let house = Lakehouse::new(&database).await;
    house.s3.clock_hide();
    let running = house.replica().await;
    create(&running, "t").await.unwrap();
    house.file("w/t/before", -MINUTE_MS);
    house.file("w/t/old", -HOUR_MS);
    house.s3.fail("DeleteObjects", "", 0, 1, 503);
    drop_table(&running, "t").await;
    house.file("w/t/after", MINUTE_MS);
    let failure = create(&running, "t").await.unwrap_err();
    assert_eq!(failure.name(), "MetaException");
    let text = "location s3a://lake/w/t cannot be used yet";
    assert!(failure.message().starts_with(text), "{failure}");
    assert!(failure.message().contains("2 of its files"), "{failure}");
    let unclear = ["w/t/after", "w/t/before"];
    assert_eq!(house.files(), unclear, "what is old for certain is gone");

    house.advance_ms(HOUR_MS);
    assert_eq!(cleanup(&running).await, Report { done: 0, failed: 1 });
    assert_eq!(house.files(), unclear);
    assert_eq!(
        house.waiting().await.len(),
        1,
        "it stays where an operator sees it"
    );
    for key in unclear {
        house.s3.remove("lake", key);
    }
    create(&running, "t").await.unwrap();
    assert_eq!(house.waiting().await, []);
    running.shutdown().await;
}

/// One replica is in the middle of a deletion of many files when a client of another uses the place.
async fn new_files_survive_a_slow_deletion_on_another_replica(database: TestDatabase) {
    let house = Lakehouse::new(&database).await;
    let (slow, other) = (house.replica().await, house.replica().await);
    create(&slow, "t").await.unwrap();
    for number in 0..1_500 {
        house.file(&format!("w/t/part-{number:04}"), -HOUR_MS);
    }
    let gate = house.s3.hold("DeleteObjects");
    let dropping = {
        let address = slow.thrift_addr;
        tokio::task::spawn_blocking(move || {
            let arguments = json!({ "dbname": "default", "name": "t", "deleteData": true });
            Client::connect(address)
                .unwrap()
                .call("drop_table", arguments)
        })
    };
    gate.arrived().await;
    house.advance_ms(HOUR_MS);
    // They stand in the first page of a listing, in the second, and behind both.
    let new = ["w/t/a", "w/t/part-1200-new", "w/t/z"];
    for key in new {
        house.file(key, HOUR_MS);
    }
    create(&other, "t").await.unwrap();
    assert_eq!(house.files(), new, "the other replica has finished it");
    house.file("w/t/later", HOUR_MS);
    gate.open();
    dropping.await.unwrap().unwrap();
    assert_eq!(
        house.files(),
        ["w/t/a", "w/t/later", "w/t/part-1200-new", "w/t/z"]
    );
    assert_eq!(house.waiting().await, []);
    for running in [slow, other] {
        running.shutdown().await;
    }
}

fn partition(value: &str) -> Value {
    let mut sd = table("default", "p")["sd"].clone();
    sd["location"] = json!(format!("s3://lake/w/p/ds={value}"));
    json!({ "dbName": "default", "tableName": "p", "values": [value], "sd": sd, "parameters": {} })
}

/// The location is written with another word for S3 than the one that was dropped.
async fn a_partition_added_again_has_no_dropped_rows(database: TestDatabase) {
    let house = Lakehouse::new(&database).await;
    let running = house.replica().await;
    let arguments = json!({ "tbl": partitioned("default", "p", &[("ds", "string")]) });
    call(&running, "create_table", arguments).await.unwrap();
    let add = || json!({ "new_part": partition("a") });
    call(&running, "add_partition", add()).await.unwrap();
    house.file("w/p/ds=a/old", -HOUR_MS);
    house.s3.fail("DeleteObjects", "", 0, 1, 503);
    let arguments =
        json!({ "db_name": "default", "tbl_name": "p", "part_vals": ["a"], "deleteData": true });
    call(&running, "drop_partition", arguments).await.unwrap();
    house.advance_ms(HOUR_MS);
    house.file("w/p/ds=a/new", HOUR_MS);
    call(&running, "add_partition", add()).await.unwrap();
    assert_eq!(house.files(), ["w/p/ds=a/new"]);
    assert_eq!(house.waiting().await, []);
    running.shutdown().await;
}

/// A rename and an alter use a place as well.
async fn what_moves_to_a_place_finds_it_empty(database: TestDatabase) {
    let house = Lakehouse::new(&database).await;
    let running = house.replica().await;
    for name in ["t", "u", "v"] {
        create(&running, name).await.unwrap();
        house.file(&format!("w/{name}/{name}"), -HOUR_MS);
    }
    house.s3.fail("DeleteObjects", "", 0, 2, 503);
    drop_table(&running, "t").await;
    drop_table(&running, "u").await;
    assert_eq!(house.waiting().await.len(), 2);

    let alter = |new: Value| json!({ "dbname": "default", "tbl_name": "v", "new_tbl": new });
    let mut moved = table("default", "v");
    moved["sd"]["location"] = json!("s3a://lake/w/u");
    call(&running, "alter_table", alter(moved.clone()))
        .await
        .unwrap();
    assert_eq!(house.files(), ["w/t/t", "w/v/v"]);
    moved["sd"]["location"] = json!("s3a://lake/w/v");
    call(&running, "alter_table", alter(moved.clone()))
        .await
        .unwrap();
    moved["tableName"] = json!("t");
    call(&running, "alter_table", alter(moved)).await.unwrap();
    assert_eq!(house.files(), ["w/t/v"]);
    assert_eq!(house.waiting().await, []);
    running.shutdown().await;
}

/// The copies are made, then the change is committed, then the source goes.
async fn a_rename_on_an_object_store_is_whole_at_every_moment(database: TestDatabase) {
    let house = Lakehouse::new(&database).await;
    let running = house.replica().await;
    create(&running, "t").await.unwrap();
    house.file("w/t/a", -HOUR_MS);
    house.file("w/t/b", -HOUR_MS);
    let rename = |to: &str| {
        let mut new = table("default", to);
        new["sd"]["location"] = json!("s3a://lake/w/t");
        json!({ "dbname": "default", "tbl_name": "t", "new_tbl": new })
    };
    house.s3.fail("CopyObject", "w/u/b", 0, 1, 503);
    call(&running, "alter_table", rename("u"))
        .await
        .unwrap_err();
    assert_eq!(house.files(), ["w/t/a", "w/t/b"], "nothing has happened");

    let gate = house.s3.hold("DeleteObjects");
    let address = running.thrift_addr;
    let arguments = rename("u");
    let renaming = tokio::task::spawn_blocking(move || {
        Client::connect(address)
            .unwrap()
            .call("alter_table", arguments)
    });
    gate.arrived().await;
    // Were the server killed now, the table would be whole, and the rest of the work is written down.
    let found = json!({ "dbname": "default", "tbl_name": "u" });
    let found = call(&running, "get_table", found).await.unwrap();
    assert_eq!(found["sd"]["location"], "s3a://lake/w/u");
    assert_eq!(house.files(), ["w/t/a", "w/t/b", "w/u/a", "w/u/b"]);
    let waiting = house.waiting().await;
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].location.as_str(), "s3a://lake/w/t");
    // Another writer had not heard of the rename yet.
    house.file("w/t/late", MINUTE_MS);
    gate.open();
    renaming.await.unwrap().unwrap();
    assert_eq!(house.files(), ["w/t/late", "w/u/a", "w/u/b"]);
    assert_eq!(house.waiting().await, []);
    running.shutdown().await;
}

/// The server died between the commit of the drop and the deletion. Files cannot be stamped with a time of change in the
/// past, so the drop lies in the future.
async fn new_local_files_survive_a_deletion_that_a_crash_prevented(database: TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings_in(folder.path());
    settings.database.url = Secret::new(database.url());
    let running = Server::start(settings).await.unwrap();
    let place = folder.path().join("warehouse/t");
    std::fs::create_dir_all(place.join("old")).unwrap();
    std::fs::write(place.join("old/part"), "x").unwrap();
    let now = SystemTime::now();
    let dropped = now + Duration::from_hours(1);
    let dropped_s = dropped.duration_since(UNIX_EPOCH).unwrap().as_secs();
    database
        .execute(&format!(
            "INSERT INTO skep_pending_deletes (id, location, reason, attempts, created_at, next_at)
             VALUES (1, 'file:{}', 'a test', 0, {dropped_s}, {dropped_s})",
            place.display()
        ))
        .await;
    let new = std::fs::File::create(place.join("new")).unwrap();
    new.set_modified(now + Duration::from_hours(2)).unwrap();
    create(&running, "t").await.unwrap();
    assert!(place.join("new").exists());
    assert!(!place.join("old").exists());
    assert_eq!(waiting(&database).await, []);
    running.shutdown().await;
}

/// The server died in the middle of a drop whose files were all new: on the machine's own clock nothing of them is in doubt.
async fn new_local_data_is_deleted_after_a_kill_and_what_came_later_stays(database: TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let mut settings = settings_in(folder.path());
    settings.database.url = Secret::new(database.url());
    let running = Server::start(settings).await.unwrap();
    let place = folder.path().join("warehouse/t");
    std::fs::create_dir_all(&place).unwrap();
    std::fs::write(place.join("dropped"), "x").unwrap();
    let dropped = SystemTime::now().duration_since(UNIX_EPOCH).unwrap();
    let (dropped_s, dropped_ms) = (dropped.as_secs(), dropped.as_millis() + 1);
    database
        .execute(&format!(
            "INSERT INTO skep_pending_deletes
                (id, location, reason, attempts, created_at, next_at, dropped_ms)
             VALUES (1, 'file:{}', 'a test', 0, {dropped_s}, {dropped_s}, {dropped_ms})",
            place.display()
        ))
        .await;
    let later = std::fs::File::create(place.join("later")).unwrap();
    let second_later = SystemTime::now() + Duration::from_secs(1);
    later.set_modified(second_later).unwrap();
    create(&running, "t").await.unwrap();
    assert!(place.join("later").exists());
    assert!(!place.join("dropped").exists());
    assert_eq!(waiting(&database).await, []);
    running.shutdown().await;
}
