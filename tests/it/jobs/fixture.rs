//! A warehouse on an object store, with servers that answer within a second, and what is asked of them.

use crate::client::{Client, Failure};
use crate::harness::TestDatabase;
use crate::s3::{Gate, S3Server};
use crate::server::settings_in;
use crate::thrift::objects::table;
use serde_json::{Value, json};
use skep::config::Settings;
use skep::crypto::provider_install;
use skep::secret::Secret;
use skep::server::{Running, Server};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

const HOUR: Duration = Duration::from_hours(1);

/// What outlives the servers.
pub(super) struct House {
    pub(super) database: TestDatabase,
    pub(super) s3: S3Server,
    folder: TempDir,
}

impl House {
    pub(super) async fn new(database: &TestDatabase) -> Self {
        Self {
            database: database.clone(),
            s3: S3Server::start(&["lake"]).await,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// A server whose warehouse is the bucket and whose calls end after a second.
    pub(super) async fn hasty(&self) -> Running {
        self.server(|settings| settings.thrift.call_timeout_s = 1)
            .await
    }

    /// A server whose warehouse is the bucket.
    pub(super) async fn server(&self, change: impl FnOnce(&mut Settings)) -> Running {
        let mut settings = settings_in(self.folder.path());
        settings.database.url = Secret::new(self.database.url());
        settings.storage = self.s3.storage_settings();
        "s3a://lake/w".clone_into(&mut settings.warehouse.location);
        settings.storage.deletable_locations = vec!["s3://lake".to_owned()];
        settings.tasks.job_interval_s = 1;
        change(&mut settings);
        Server::start(settings).await.unwrap()
    }

    /// Puts a file that was written an hour ago.
    pub(super) fn file(&self, key: &str) {
        let written = std::time::SystemTime::now() - HOUR;
        let written = written.duration_since(std::time::UNIX_EPOCH).unwrap();
        let written_ms = i64::try_from(written.as_millis()).unwrap();
        self.s3.put_at("lake", key, written_ms);
    }

    pub(super) fn files(&self) -> Vec<String> {
        self.s3.keys("lake")
    }
}

/// One call over Thrift; the client blocks, so it gets a thread of its own.
pub(super) async fn call(
    address: SocketAddr,
    method: &'static str,
    arguments: Value,
) -> Result<Value, Failure> {
    let called =
        tokio::task::spawn_blocking(move || Client::connect(address)?.call(method, arguments));
    called.await.unwrap()
}

pub(super) async fn create(running: &Running, name: &str) {
    let arguments = json!({ "tbl": table("default", name) });
    call(running.thrift_addr, "create_table", arguments)
        .await
        .unwrap();
}

/// The arguments of a rename that leaves the location to the server.
pub(super) fn renaming(from: &str, to: &str) -> Value {
    json!({ "dbname": "default", "tbl_name": from, "new_tbl": table("default", to) })
}

pub(super) async fn rename(running: &Running, from: &str, to: &str) -> Result<Value, Failure> {
    call(running.thrift_addr, "alter_table", renaming(from, to)).await
}

/// Begins a rename whose copies are held back until the gate opens; whoever asked was told that it goes on.
pub(super) async fn rename_held(
    house: &House,
    running: &Running,
    from: &str,
    to: &str,
) -> Arc<Gate> {
    let gate = house.s3.hold("CopyObject");
    rename(running, from, to).await.unwrap_err();
    gate
}

pub(super) async fn location(address: SocketAddr, name: &str) -> Result<String, Failure> {
    let arguments = json!({ "dbname": "default", "tbl_name": name });
    let found = call(address, "get_table", arguments).await?;
    Ok(found["sd"]["location"].as_str().unwrap().to_owned())
}

pub(super) async fn drop_table(running: &Running, name: &str) -> Result<Value, Failure> {
    let arguments = json!({ "dbname": "default", "name": name, "deleteData": true });
    call(running.thrift_addr, "drop_table", arguments).await
}

/// The jobs there are, the latest first.
pub(super) async fn jobs(http: SocketAddr) -> Vec<Value> {
    // Where the servers run in processes of their own, this one has not chosen its cryptography yet.
    provider_install();
    let answer = reqwest::get(format!("http://{http}/api/v1/jobs"))
        .await
        .unwrap();
    let text = answer.text().await.unwrap();
    let page: Value = serde_json::from_str(&text).unwrap();
    page["jobs"].as_array().unwrap().clone()
}

/// Waits until every job has ended; gives them.
pub(super) async fn jobs_ended(http: SocketAddr) -> Vec<Value> {
    loop {
        if let Some(jobs) = jobs_if_ended(http).await {
            return jobs;
        }
        tokio::task::yield_now().await;
    }
}

/// All jobs, where every one has ended.
pub(super) async fn jobs_if_ended(http: SocketAddr) -> Option<Vec<Value>> {
    let jobs = jobs(http).await;
    let have_ended = jobs.iter().all(|job| job["ended_at"].is_string());
    have_ended.then_some(jobs)
}

/// Kind and phase of each.
pub(super) fn stand(jobs: &[Value]) -> Vec<(&str, &str)> {
    jobs.iter()
        .map(|job| {
            (
                job["kind"].as_str().unwrap(),
                job["phase"].as_str().unwrap(),
            )
        })
        .collect()
}
