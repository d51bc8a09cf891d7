//! The HTTP port: the REST interface under `/api/v1`, health, metrics and the pages for people.
//!
//! It asks the catalog as every front end does and knows neither Thrift nor SQL. `serve` takes connections; a request goes
//! through `gate` (the frame of all front ends, and the cross-origin check) to its handler in `resources`; handlers read
//! what was sent by `extract`, call the catalog once, and answer in the form of `view`. Errors leave as a [`problem`](self) alone.

mod answer;
mod asked;
mod compression;
mod conditional;
mod created;
mod extract;
mod gate;
mod health;
mod idempotency;
mod openapi;
mod page;
mod paging;
mod plain;
mod problem;
mod resources;
mod router;
mod serve;
pub mod view;
mod words;

pub use extract::body_cost;
pub use serve::serve;

use crate::budget::Budget;
use crate::catalog::Catalog;
use crate::discovery::Discovery;
use crate::model::{Caller, PublicUrl, Way};
use crate::telemetry::Metrics;
use crate::watch::Watch;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

/// Where the REST interface begins.
pub const API_ROOT: &str = "/api/v1";
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
    /// What requests and answers may hold in memory.
    pub budget: Budget,
    /// The bounds of connections and requests.
    pub limits: HttpLimits,
    /// The room for discovery runs that clients ask for: they list object stores.
    pub runs: Arc<Semaphore>,
    /// What the pages tell.
    pub facts: Facts,
    /// The process is about to end: it is not ready for more.
    pub leaving: CancellationToken,
}

/// The bounds of connections and requests.
#[derive(Clone, Copy, Debug)]
pub struct HttpLimits {
    /// How long the readiness check waits for the database.
    pub ready_timeout: Duration,
    /// How long one request may take before its client is told so.
    pub request_timeout: Duration,
    /// Bytes of one request's body at most.
    pub body_bytes_max: usize,
    /// Connections at once at most.
    pub connections_max: usize,
    /// Connections of one client at once at most.
    pub connections_per_client_max: usize,
    /// How long a client may take for the headers of a request, the time it is idle before them included.
    pub header_timeout: Duration,
    /// How long a client may take nothing of an answer.
    pub write_timeout: Duration,
}

/// What the pages tell of the server, ready to be shown: no secrets.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The Thrift port.
    pub thrift_port: u16,
    /// The database's URL without its password.
    pub database: String,
    /// The warehouse's location.
    pub warehouse: String,
    /// Where people reach the pages.
    pub pages: Option<PublicUrl>,
}

/// Who asks over HTTP.
fn caller() -> Caller {
    crate::front::caller(Way::Rest, None)
}
