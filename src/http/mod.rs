//! The HTTP port, whatever is spoken on it: connections of HTTP/1.1 and HTTP/2, the check of where a request comes from, the
//! frame around those that front ends answer, how what is asked is read, compression, and answers that hold their memory until they are sent.
//!
//! It knows no operation and no form of an answer. A front end gives it a router whose requests go through [`gate`]; all
//! routers together are [served](serve) on one port.

mod asked;
mod begun;
mod compression;
mod connection;
mod gate;
mod held;
mod host;
mod inflate;
mod machines;
mod origin;
mod refusal;
mod serve;
mod streams;
mod trailers;
mod unread;

pub use asked::{Fault, form_read, path_read, plain_words, query_read};
pub use compression::compression;
pub use gate::{Gate, gate};
pub use held::Held;
pub use host::{HostRule, HostRuleError, host_name};
pub use inflate::{InflateError, inflate};
pub use origin::authority;
pub use refusal::is_grpc;
pub use serve::serve;
pub use trailers::trailers_tell;

use crate::auth::Authenticator;
use crate::budget::Budget;
use crate::model::PublicUrl;
use crate::telemetry::{Metrics, Tracer};
use crate::tls::Door;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// What all requests of the port share.
#[derive(Debug)]
pub struct Shared {
    /// The counters.
    pub metrics: Arc<Metrics>,
    /// What makes the spans of requests.
    pub tracer: Tracer,
    /// What requests and answers may hold in memory.
    pub budget: Budget,
    /// The bounds of connections and requests.
    pub limits: HttpLimits,
    /// The way in.
    pub door: Door,
    /// By what clients are known.
    pub authenticator: Arc<Authenticator>,
    /// Where people reach the pages.
    pub pages: Option<PublicUrl>,
    /// The names by which others reach the port (`http.hosts`).
    pub hosts: Vec<HostRule>,
    /// The process is about to end: it is not ready for more.
    pub leaving: CancellationToken,
    /// The process ends: streams without an end of their own end now.
    pub ending: CancellationToken,
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

/// The label of a request that no path matches: what clients make up must not become labels.
const NO_ROUTE: &str = "none";
