//! The Hive Metastore protocol: the only place that knows Thrift.
//!
//! A connection is accepted ([`accept`]), its dialect told by its first bytes ([`connection`]), each message found,
//! looked up among the served methods ([`registry`]) and run under one wrapper ([`dispatch`]). A handler turns wire into
//! domain (`from_wire`), makes one call of the catalog, and turns the answer back (`to_wire`).

mod accept;
mod call;
mod connection;
mod conversation;
mod dispatch;
mod error;
mod from_wire;
mod inbox;
mod method;
mod methods;
mod over_http;
mod peer;
mod registry;
mod reply;
mod settings;
mod to_wire;

pub use accept::serve;
pub use call::message_cost;
pub use over_http::http_router;
pub use peer::is_skep_at;
pub use registry::served_methods;
pub use settings::ThriftSettings;

use crate::auth::Authenticator;
use crate::budget::Budget;
use crate::catalog::Catalog;
use crate::telemetry::{Metrics, Tracer};
use crate::tls::Door;
use std::sync::Arc;

/// What all connections of a server share.
#[derive(Debug)]
pub struct Shared {
    /// The operations.
    pub catalog: Arc<Catalog>,
    /// The limits.
    pub settings: ThriftSettings,
    /// The way in.
    pub door: Door,
    /// By what clients are known.
    pub authenticator: Arc<Authenticator>,
    /// What requests and answers may hold in memory.
    pub budget: Budget,
    /// The counters.
    pub metrics: Arc<Metrics>,
    /// What makes the spans of calls.
    pub tracer: Tracer,
    /// Seconds since the epoch when the server started (`aliveSince`).
    pub started_at: i64,
}
