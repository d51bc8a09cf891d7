//! The HTTP port: the REST interface under `/api/v1`, health, metrics and the start page.
//!
//! It asks the catalog as every front end does and knows neither Thrift nor SQL. A request goes through `gate` (span,
//! metric, deadline, panic guard, cross-origin check) to its handler in `resources`; handlers read what was sent by
//! `extract`, call the catalog once, and answer in the form of `view`. Errors leave as a [`problem`](self) alone.

mod asked;
mod extract;
mod gate;
mod health;
mod openapi;
mod page;
mod paging;
mod plain;
mod problem;
mod resources;
mod router;
pub mod view;

pub use router::API_ROOT;

use crate::catalog::Catalog;
use crate::discovery::Discovery;
use crate::model::{Caller, Way};
use crate::telemetry::Metrics;
use crate::watch::Watch;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Discovery runs that clients of one server may have under way at once.
pub const RUNS_CONCURRENT_MAX: usize = 8;

/// What all requests of a server share.
#[derive(Debug)]
pub struct Shared {
    /// The operations on Hive's nouns.
    pub catalog: Arc<Catalog>,
    /// Partitions that appear by themselves.
    pub discovery: Arc<Discovery>,
    /// The watch over sources, and its alerts.
    pub watch: Arc<Watch>,
    /// The counters.
    pub metrics: Arc<Metrics>,
    /// How long the readiness check waits for the database.
    pub ready_timeout: Duration,
    /// How long one request may take before its client is told so.
    pub request_timeout: Duration,
    /// Bytes of one request's body at most.
    pub body_bytes_max: usize,
    /// The room for discovery runs that clients ask for: they list object stores.
    pub runs: Arc<Semaphore>,
    /// What the start page tells.
    pub facts: Facts,
}

/// What the start page tells of the server, ready to be shown: no secrets.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The Thrift port.
    pub thrift_port: u16,
    /// The database's URL without its password.
    pub database: String,
    /// The warehouse's location.
    pub warehouse: String,
}

/// Serves a listener until `shutdown`, then lets the requests in flight finish.
pub async fn serve(listener: TcpListener, shared: Arc<Shared>, shutdown: CancellationToken) {
    let served = axum::serve(listener, router::router(shared))
        .with_graceful_shutdown(shutdown.cancelled_owned())
        .into_future();
    if let Err(failure) = served.await {
        tracing::error!(%failure, "the HTTP listener ended");
    }
}

/// Who asks over HTTP. Nobody is authenticated yet, so it is the server's own user, as over Thrift.
fn caller() -> Caller {
    Caller {
        user: "skep".into(),
        groups: Vec::new(),
        via: Way::Rest,
    }
}
