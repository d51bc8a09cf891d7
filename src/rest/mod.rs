//! The REST interface under `/api/v1`, health and metrics.
//!
//! It asks the catalog as every front end does and knows neither Thrift nor SQL. A request comes through the gate of the port to
//! its handler in `resources`; handlers read what was sent by `extract`, call the catalog once, and answer in the form of `view`.
//! Errors leave as a [`problem`](self) alone.

mod asked;
mod conditional;
mod created;
mod extract;
mod health;
mod idempotency;
mod openapi;
mod paging;
mod plain;
mod problem;
mod resources;
mod router;
pub mod view;

pub use extract::body_cost;
pub use router::{document, router};

use crate::catalog::Catalog;
use crate::discovery::Discovery;
use crate::freshness::Freshness;
use crate::http;
use crate::model::{Caller, Peer, Way};
use crate::search::Search;
use crate::watch::Watch;
use axum::http::Extensions;
use std::sync::Arc;
use tokio::sync::Semaphore;

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
    /// What data tables expect.
    pub freshness: Arc<Freshness>,
    /// Tables by any word of theirs.
    pub search: Arc<Search>,
    /// The watch over sources, and its alerts.
    pub watch: Arc<Watch>,
    /// The port: its counters, budget and bounds.
    pub port: Arc<http::Shared>,
    /// The room for discovery runs that clients ask for: they list object stores.
    pub runs: Arc<Semaphore>,
    /// The name of this process among those that serve the catalog.
    pub replica: String,
}

/// Who asks over HTTP.
fn caller(extensions: &Extensions) -> Caller {
    crate::front::caller(Way::Rest, &Peer::told(extensions.get()), None)
}
