//! Truncation: whose data goes, and which of it.

use super::fixture::{House, call, create, jobs_ended, jobs_if_ended, stand};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use crate::thrift::objects::{partitioned, table};
use serde_json::{Value, json};
use skep::server::Running;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

on_every_database!(
    the_data_of_an_external_table_stays_unless_the_table_says_otherwise,
    files_that_are_written_after_a_truncation_stay,
    a_truncation_whose_store_is_down_is_committed_and_finished_later,
    a_truncation_of_all_partitions_is_one_job,
    directories_of_a_truncation_stand_while_one_of_them_cannot_be_emptied,
);

async fn truncate(running: &Running, name: &str) -> Result<Value, crate::client::Failure> {
    let arguments = json!({ "dbName": "default", "tableName": name });
    call(running.thrift_addr, "truncate_table", arguments).await
}

async fn the_data_of_an_external_table_stays_unless_the_table_says_otherwise(
    database: TestDatabase,
) {
    let house = House::new(&database).await;
    let running = house.server(|_| {}).await;
    let mut external = table("default", "e");
    external["tableType"] = json!("EXTERNAL_TABLE");
    external["parameters"]["EXTERNAL"] = json!("TRUE");
    external["sd"]["location"] = json!("s3a://lake/e");
    call(
        running.thrift_addr,
        "create_table",
        json!({ "tbl": external.clone() }),
    )
    .await
    .unwrap();
    house.file("e/a");
    let failure = truncate(&running, "e").await.unwrap_err();
    assert_eq!(failure.name(), "MetaException");
    let text = "Cannot truncate non-managed table default.e";
    assert!(failure.message().starts_with(text), "{failure}");
    assert_eq!(house.files(), ["e/a"]);

    external["parameters"]["external.table.purge"] = json!("true");
    let alter = json!({ "dbname": "default", "tbl_name": "e", "new_tbl": external });
    call(running.thrift_addr, "alter_table", alter)
        .await
        .unwrap();
    truncate(&running, "e").await.unwrap();
    assert!(house.files().is_empty());
    running.shutdown().await;
}

/// The store is slow; a writer that saw the truncation answered is not robbed.
async fn files_that_are_written_after_a_truncation_stay(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.server(|_| {}).await;
    create(&running, "t").await;
    house.file("w/t/a");
    let later = SystemTime::now() + Duration::from_hours(1);
    let later_ms = later.duration_since(UNIX_EPOCH).unwrap().as_millis();
    house
        .s3
        .put_at("lake", "w/t/later", i64::try_from(later_ms).unwrap());
    truncate(&running, "t").await.unwrap();
    assert_eq!(house.files(), ["w/t/later"]);
    running.shutdown().await;
}

async fn a_truncation_whose_store_is_down_is_committed_and_finished_later(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house
        .server(|settings| settings.tasks.lake_cleanup_interval_s = 1)
        .await;
    let mut counted = table("default", "t");
    counted["parameters"]["numRows"] = json!("9");
    call(
        running.thrift_addr,
        "create_table",
        json!({ "tbl": counted }),
    )
    .await
    .unwrap();
    house.file("w/t/a");
    house.s3.fail("DeleteObjects", "", 0, 1, 503);
    truncate(&running, "t").await.unwrap();
    let get = json!({ "dbname": "default", "tbl_name": "t" });
    let found = call(running.thrift_addr, "get_table", get).await.unwrap();
    assert_eq!(
        found["parameters"]["numRows"], "0",
        "the commit is the truncation"
    );
    assert_eq!(house.files(), ["w/t/a"]);
    house
        .database
        .execute("UPDATE skep_pending_deletes SET next_at = 0")
        .await;
    house
        .database
        .execute("UPDATE skep_jobs SET next_at = 0")
        .await;
    while !house.files().is_empty() {
        tokio::task::yield_now().await;
    }
    // The job is looked at again at once where its time has come.
    let ended = loop {
        house
            .database
            .execute("UPDATE skep_jobs SET next_at = 0")
            .await;
        if let Some(jobs) = jobs_if_ended(running.http_addr).await {
            break jobs;
        }
    };
    assert_eq!(stand(&ended), [("truncate", "done")]);
    running.shutdown().await;
}

async fn a_truncation_of_all_partitions_is_one_job(database: TestDatabase) {
    let house = House::new(&database).await;
    let running = house.server(|_| {}).await;
    let described = partitioned("default", "p", &[("ds", "string")]);
    let sd = described["sd"].clone();
    call(
        running.thrift_addr,
        "create_table",
        json!({ "tbl": described }),
    )
    .await
    .unwrap();
    let parts: Vec<Value> = ["a", "b", "c"]
        .iter()
        .map(|value| {
            json!({ "dbName": "default", "tableName": "p", "values": [value], "sd": sd, "parameters": { "numRows": "9" } })
        })
        .collect();
    call(
        running.thrift_addr,
        "add_partitions",
        json!({ "new_parts": parts }),
    )
    .await
    .unwrap();
    for value in ["a", "b", "c"] {
        house.file(&format!("w/p/ds={value}/file"));
    }
    truncate(&running, "p").await.unwrap();
    assert!(house.files().is_empty());
    let ended = jobs_ended(running.http_addr).await;
    assert_eq!(stand(&ended), [("truncate", "done")]);
    assert_eq!(ended[0]["objects_done"], 3);
    running.shutdown().await;
}

/// What a later try deletes it makes again at the end, and nobody knows when that is: engines fail where a partition has no
/// directory.
async fn directories_of_a_truncation_stand_while_one_of_them_cannot_be_emptied(
    database: TestDatabase,
) {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = folder.path().join("w");
    let server = TestServer::start_with(&database, |settings| {
        settings.warehouse.location = format!("file:{}", warehouse.display());
        settings.tasks.job_interval_s = 1;
    });
    let server = server.await;
    let described = partitioned("default", "p", &[("dt", "string")]);
    server
        .ask(move |client| {
            client
                .call("create_table", json!({ "tbl": described }))
                .unwrap();
            for value in ["1", "2"] {
                let mut sd = described["sd"].clone();
                sd["location"] = Value::Null;
                let partition = json!({
                    "dbName": "default", "tableName": "p", "values": [value], "sd": sd, "parameters": {},
                });
                let arguments = json!({ "new_part": partition });
                client.call("add_partition", arguments).unwrap();
            }
        })
        .await;
    let (first, second) = (warehouse.join("p/dt=1"), warehouse.join("p/dt=2"));
    // A link is not skep's to empty.
    std::fs::remove_dir(&second).unwrap();
    std::os::unix::fs::symlink(folder.path(), &second).unwrap();
    server
        .ask(|client| {
            let arguments = json!({ "dbName": "default", "tableName": "p" });
            client.call("truncate_table", arguments).unwrap();
        })
        .await;
    std::fs::remove_dir(&first).unwrap();
    let until = Instant::now() + Duration::from_mins(1);
    while !first.exists() {
        assert!(Instant::now() < until, "the directory is not made again");
        database.execute("UPDATE skep_jobs SET next_at = 0").await;
        tokio::task::yield_now().await;
    }
    assert!(second.is_symlink());
}
