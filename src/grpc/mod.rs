//! gRPC on the HTTP port: the operations of REST for programs that are generated from `proto/skep/v1`.
//!
//! It asks the catalog as every front end does. A request goes through the gate of the port; `counted` takes each message's memory
//! from the budget before it is read, and `outcome` what became of it; `services` has a line a method and a function that calls the catalog once; `to_wire` and
//! `from_wire` are the only places that know both the messages and the model. Errors leave as a [`failure`](self) alone.

mod asked;
mod condition;
mod counted;
mod failure;
mod from_wire;
mod health;
mod outcome;
mod patience;
mod router;
mod services;
mod to_wire;

pub use router::router;

use crate::catalog::Catalog;
use crate::discovery::Discovery;
use crate::freshness::Freshness;
use crate::http;
use crate::search::Search;
use crate::watch::Watch;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Bytes of one message at most, inflated: a thousand partitions with a kilobyte each.
pub const MESSAGE_BYTES_MAX: usize = 1024 * 1024;

/// What all requests of a server share.
#[derive(Debug)]
pub struct Shared {
    /// The operations on Hive's nouns.
    pub catalog: Arc<Catalog>,
    /// Partitions that appear by themselves.
    pub discovery: Arc<Discovery>,
    /// The watch over sources, and its alerts.
    pub watch: Arc<Watch>,
    /// What data tables expect.
    pub freshness: Arc<Freshness>,
    /// The room for runs that clients ask for, which REST's share.
    pub runs: Arc<Semaphore>,
    /// Tables by any word of theirs.
    pub search: Arc<Search>,
    /// The name of this process among those that serve the catalog.
    pub replica: String,
    /// The port: its counters, budget and bounds.
    pub port: Arc<http::Shared>,
}
