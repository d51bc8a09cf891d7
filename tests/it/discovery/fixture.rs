//! A server whose tables lie on S3 in the same process, and the calls that its tests share.

use crate::client::Client;
use crate::harness::TestDatabase;
use crate::s3::S3Server;
use crate::server::settings_in;
use crate::thrift::objects::partitioned;
use serde_json::{Value, json};
use skep::clock::Clock;
use skep::config::Settings;
use skep::discovery::{Discovery, DiscoveryReport, DiscoveryScope};
use skep::error::Result;
use skep::model::{DatabaseRef, RunCause, TableRef};
use skep::secret::Secret;
use skep::server::{Running, Server};
use sqlx::Connection;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// 2023-11-14T22:13:20Z, for tests that stand still.
pub(super) const NOW_S: i64 = 1_700_000_000;
/// How long a test waits for what must come by itself.
const PATIENCE: Duration = Duration::from_mins(1);

/// A table in `default`.
pub(super) fn at(table: &str) -> TableRef {
    DatabaseRef::new("hive", "default").table(table)
}

/// A server and its object store. Nothing runs by itself but in [`World::lively`].
pub(super) struct World {
    pub(super) s3: Arc<S3Server>,
    pub(super) running: Running,
    pub(super) clock: Clock,
    database_url: String,
    _folder: TempDir,
}

impl World {
    /// A world over SQLite in which only the test acts, at [`NOW_S`].
    pub(super) async fn quiet() -> Self {
        let s3 = Arc::new(S3Server::start(&["lake", "hot"]).await);
        Self::start(None, s3, Clock::fixed(NOW_S * 1000), |settings| {
            settings.tasks.discovery_interval_s = 3600;
        })
        .await
    }

    /// A world that looks for due tables every second, in the machine's time.
    pub(super) async fn lively(database: &TestDatabase) -> Self {
        let s3 = Arc::new(S3Server::start(&["lake", "hot"]).await);
        Self::start(Some(database), s3, Clock::System, |_| {}).await
    }

    /// A server over a database (its own SQLite without one) and an object store.
    pub(super) async fn start(
        database: Option<&TestDatabase>,
        s3: Arc<S3Server>,
        clock: Clock,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let mut settings = settings_in(folder.path());
        if let Some(database) = database {
            settings.database.url = Secret::new(database.url());
        }
        settings.storage = s3.storage_settings();
        // What retention may delete.
        settings.storage.deletable_locations = vec!["s3://lake".to_owned(), "s3://hot".to_owned()];
        "s3a://lake/warehouse".clone_into(&mut settings.warehouse.location);
        change(&mut settings);
        let database_url = settings.database.url.reveal().to_owned();
        let running = Server::start_at(settings, clock.clone())
            .await
            .expect("the server starts");
        Self {
            s3,
            running,
            clock,
            database_url,
            _folder: folder,
        }
    }

    /// Does behind the server's back what another version, or nobody, would do. SQLite alone.
    pub(super) async fn execute(&self, sql: &'static str) {
        let connection = sqlx::SqliteConnection::connect(&self.database_url).await;
        let mut connection = connection.expect("SQLite opens");
        let ran = sqlx::raw_sql(sql).execute(&mut connection).await;
        ran.expect("the statement runs");
    }

    pub(super) fn discovery(&self) -> &Arc<Discovery> {
        &self.running.discovery
    }

    /// Runs a conversation over Thrift on a thread of its own.
    pub(super) async fn ask<T: Send + 'static>(
        &self,
        conversation: impl FnOnce(&mut Client) -> T + Send + 'static,
    ) -> T {
        let address = self.running.thrift_addr;
        let asked = tokio::task::spawn_blocking(move || {
            conversation(&mut Client::connect(address).expect("the server accepts"))
        });
        match asked.await {
            Ok(answer) => answer,
            Err(failure) => std::panic::resume_unwind(failure.into_panic()),
        }
    }

    /// Makes an external table `s3://lake/NAME` in `default` with these keys and properties.
    pub(super) async fn table(
        &self,
        name: &str,
        keys: &[(&str, &str)],
        properties: &[(&str, &str)],
    ) {
        let location = format!("s3://lake/{name}");
        self.table_at(name, &location, keys, properties).await;
    }

    /// The same somewhere else.
    pub(super) async fn table_at(
        &self,
        name: &str,
        location: &str,
        keys: &[(&str, &str)],
        properties: &[(&str, &str)],
    ) {
        let mut table = partitioned("default", name, keys);
        table["tableType"] = json!("EXTERNAL_TABLE");
        table["sd"]["location"] = json!(location);
        table["parameters"] = json!({ "EXTERNAL": "TRUE" });
        for (key, value) in properties {
            table["parameters"][*key] = json!(value);
        }
        self.ask(move |client| {
            client
                .call("create_table", json!({ "tbl": table }))
                .expect("the table is made");
        })
        .await;
    }

    /// Sets properties of a table, as an engine's `ALTER TABLE … SET TBLPROPERTIES` does.
    pub(super) async fn alter(&self, name: &str, properties: &[(&str, &str)]) {
        let name = name.to_owned();
        let properties: Vec<(String, String)> = properties
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect();
        self.ask(move |client| {
            let get = json!({ "dbname": "default", "tbl_name": name });
            let mut table = client.call("get_table", get).expect("the table");
            for (key, value) in properties {
                table["parameters"][key] = json!(value);
            }
            let alter = json!({ "dbname": "default", "tbl_name": name, "new_tbl": table });
            client.call("alter_table", alter).expect("it is altered");
        })
        .await;
    }

    /// The names of a table's partitions.
    pub(super) async fn names(&self, table: &str) -> Vec<String> {
        let args = json!({ "db_name": "default", "tbl_name": table, "max_parts": -1 });
        let names = self
            .ask(move |client| client.call("get_partition_names", args).expect("names"))
            .await;
        let names = names.as_array().expect("a list").iter();
        names
            .map(|name| name.as_str().expect("a name").to_owned())
            .collect()
    }

    /// A partition by its name.
    pub(super) async fn partition(&self, table: &str, name: &str) -> Value {
        let args = json!({ "db_name": "default", "tbl_name": table, "part_name": name });
        self.ask(move |client| {
            client
                .call("get_partition_by_name", args)
                .expect("the partition")
        })
        .await
    }

    /// The same without the number of the run that wrote it last.
    pub(super) async fn unsigned(&self, table: &str, name: &str) -> Value {
        let mut partition = self.partition(table, name).await;
        let parameters = partition["parameters"].as_object_mut().expect("a map");
        let run = parameters.remove("skep.discovery.run");
        assert!(run.is_some(), "{name} bears no run");
        partition
    }

    /// Where a partition lies.
    pub(super) async fn location(&self, table: &str, name: &str) -> String {
        let partition = self.partition(table, name).await;
        let location = partition["sd"]["location"].as_str();
        location.expect("a location").to_owned()
    }

    /// The kinds of the events about a table, in order.
    pub(super) async fn events(&self, table: &str) -> Vec<String> {
        let after = json!({ "rqst": { "lastEvent": 0 } });
        let events = self
            .ask(move |client| client.call("get_next_notification", after).expect("events"))
            .await;
        let events = events["events"].as_array().expect("a list").iter();
        events
            .filter(|event| event["tableName"].as_str() == Some(table))
            .map(|event| event["eventType"].as_str().expect("a kind").to_owned())
            .collect()
    }

    /// Waits until a table has these partitions.
    pub(super) async fn until_names(&self, table: &str, wanted: &[&str]) {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let names = self.names(table).await;
            if names == wanted {
                return;
            }
            assert!(Instant::now() < deadline, "{names:?} and not {wanted:?}");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }

    /// A run by hand.
    pub(super) async fn run(&self, table: &str, scope: DiscoveryScope) -> Result<DiscoveryReport> {
        self.discovery()
            .for_system()
            .discovery_run(&at(table), scope, RunCause::Manual)
            .await
    }

    /// A sweep by hand that must do all it has to.
    pub(super) async fn sweep(&self, table: &str) -> DiscoveryReport {
        self.run(table, DiscoveryScope::Sweep).await.expect("a run")
    }

    /// A look at the window by hand.
    pub(super) async fn window(&self, table: &str) -> DiscoveryReport {
        self.run(table, DiscoveryScope::Window)
            .await
            .expect("a run")
    }
}
