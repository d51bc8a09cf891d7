//! A catalog whose processes die: what outlives them, and what is asked of those that live.

use super::fixture::{call, jobs_if_ended};
use crate::faults::killed::Process;
use crate::harness::TestDatabase;
use crate::s3::{ACCESS_KEY_ID, S3Server, SECRET_ACCESS_KEY};
use crate::thrift::objects::partitioned;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

/// What outlives the processes.
pub(super) struct Story {
    pub(super) database: TestDatabase,
    pub(super) s3: S3Server,
    pub(super) folder: TempDir,
}

impl Story {
    pub(super) async fn begin(database: TestDatabase) -> Self {
        Self {
            database,
            s3: S3Server::start(&["lake"]).await,
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// Starts a process whose warehouse is a bucket.
    pub(super) async fn start(&self) -> Process {
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

    pub(super) async fn start_with(&self, environment: &[(&'static str, String)]) -> Process {
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
    pub(super) async fn killed_at(
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

    /// What a dead process asked a store to delete is not carried out any more: its places are free.
    pub(super) async fn stores_forget(&self) {
        let sql = "UPDATE skep_pending_deletes SET busy_until = 0";
        self.database.execute(sql).await;
    }

    /// The leases of dead processes end, and what waits is due.
    pub(super) async fn time_passes(&self) {
        for sql in [
            "UPDATE skep_leases SET expires_at = expires_at - 60",
            "UPDATE skep_pending_deletes SET next_at = 0, busy_until = 0",
            "UPDATE skep_jobs SET next_at = 0",
        ] {
            self.database.execute(sql).await;
        }
    }

    /// Waits until every job has ended; gives their phases, the latest first.
    pub(super) async fn ended(&self, process: &Process) -> Vec<String> {
        // Time that passes takes the lease of who is at a job away as well, so it must get on in between.
        let mut looks = 50;
        loop {
            for _ in 0..looks {
                if let Some(jobs) = jobs_if_ended(process.http).await {
                    let phase = |job: &Value| job["phase"].as_str().unwrap().to_owned();
                    return jobs.iter().map(phase).collect();
                }
            }
            self.time_passes().await;
            looks *= 2;
        }
    }

    /// Puts a file that was written an hour ago.
    pub(super) fn file(&self, key: &str) {
        let written = SystemTime::now() - Duration::from_hours(1);
        let written = written.duration_since(UNIX_EPOCH).unwrap().as_millis();
        self.s3.put_at("lake", key, i64::try_from(written).unwrap());
    }

    pub(super) fn files(&self) -> Vec<String> {
        self.s3.keys("lake")
    }
}

pub(super) async fn make(process: &Process, description: Value) {
    call(
        process.thrift,
        "create_table",
        json!({ "tbl": description }),
    )
    .await
    .unwrap();
}

pub(super) fn partition(table: &str, values: &[&str], location: Option<&str>) -> Value {
    let mut sd = partitioned("default", table, &[])["sd"].clone();
    if let Some(location) = location {
        sd["location"] = json!(location);
    }
    json!({ "dbName": "default", "tableName": table, "values": values, "sd": sd, "parameters": {} })
}

pub(super) async fn names(address: SocketAddr, table: &str) -> Vec<String> {
    let all = json!({ "db_name": "default", "tbl_name": table, "max_parts": -1 });
    let names = call(address, "get_partition_names", all).await.unwrap();
    let names = names.as_array().unwrap().iter();
    names
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}
