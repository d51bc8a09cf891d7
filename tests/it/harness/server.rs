//! A whole server in the test's own process: real sockets on free ports, a warehouse in a folder of its own.

use super::TestDatabase;
use crate::client::{Client, Options};
use skep::clock::Clock;
use skep::config::Settings;
use skep::secret::Secret;
use skep::server::{Running, Server};
use std::net::SocketAddr;
use std::path::PathBuf;
use tempfile::TempDir;

/// A server over one test's database.
pub(crate) struct TestServer {
    running: Running,
    folder: TempDir,
    /// Kept for as long as the server runs: its next connection opens the file anew.
    _database: TestDatabase,
}

impl TestServer {
    /// Starts a server with the default settings.
    pub(crate) async fn start(database: &TestDatabase) -> Self {
        Self::start_with(database, |_| {}).await
    }

    /// Starts a server after `change` has changed its settings.
    pub(crate) async fn start_with(
        database: &TestDatabase,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        Self::start_at(database, Clock::System, change).await
    }

    /// The same in the time of a clock.
    pub(crate) async fn start_at(
        database: &TestDatabase,
        clock: Clock,
        change: impl FnOnce(&mut Settings),
    ) -> Self {
        let folder = tempfile::tempdir().expect("a folder for the warehouse");
        let mut settings = Settings::default();
        settings.thrift.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        settings.http.listen = SocketAddr::from(([127, 0, 0, 1], 0));
        settings.database.url = Secret::new(database.url());
        settings.warehouse.location = format!("file://{}/warehouse", folder.path().display());
        change(&mut settings);
        let running = Server::start_at(settings, clock)
            .await
            .expect("the server starts");
        Self {
            running,
            folder,
            _database: database.clone(),
        }
    }

    /// Ends the server with its background tasks, which a drop leaves running for a while.
    pub(crate) async fn stop(self) {
        self.running.shutdown().await;
    }

    /// The same, and whether everything that was under way ended in time.
    pub(crate) async fn end(self) -> bool {
        self.running.shutdown().await
    }

    /// Forgets all events that there are.
    pub(crate) async fn expire_events(&self) {
        let catalog = self.running.catalog.for_system();
        catalog
            .events_expire(-3600)
            .await
            .expect("they can be forgotten");
    }

    /// What runs in it, for what a test does in its place.
    pub(crate) fn running(&self) -> &Running {
        &self.running
    }

    /// Where the Hive Metastore protocol is spoken.
    pub(crate) fn thrift(&self) -> SocketAddr {
        self.running.thrift_addr
    }

    /// Where HTTP is spoken.
    pub(crate) fn http(&self) -> SocketAddr {
        self.running.http_addr
    }

    /// The folder of the warehouse on disk.
    pub(crate) fn warehouse(&self) -> PathBuf {
        self.folder.path().join("warehouse")
    }

    /// Runs a conversation with the server on a thread of its own: the client blocks.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        conversation: impl FnOnce(&mut Client) -> T + Send + 'static,
    ) -> T {
        self.ask_with(Options::default(), conversation).await
    }

    /// The same in another protocol or with frames.
    pub(crate) async fn ask_with<T: Send + 'static>(
        &self,
        options: Options,
        conversation: impl FnOnce(&mut Client) -> T + Send + 'static,
    ) -> T {
        let address = self.thrift();
        let asked = tokio::task::spawn_blocking(move || {
            let mut client = Client::connect_with(address, options).expect("the server accepts");
            conversation(&mut client)
        });
        match asked.await {
            Ok(answer) => answer,
            Err(failure) => std::panic::resume_unwind(failure.into_panic()),
        }
    }
}
