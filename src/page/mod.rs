//! The web page: what people see of the catalog, rendered here from templates. Every page reads without a script; the little one
//! that comes with it copies texts and follows events, and a second one, of the page of the REST interface alone, sends requests.
//!
//! It asks the catalog as every front end does. A request comes through the gate of the port to its handler in `resources`, which
//! calls the catalog and fills a template of `templates`; what all pages have around that is the [`shell`]. Failures leave as pages,
//! too, made at one place (`failure`).

mod asked;
mod assets;
mod extract;
mod failure;
#[expect(
    unreachable_pub,
    clippy::inline_always,
    clippy::unused_self,
    reason = "the macro of filters makes items of its own"
)]
mod filters;
mod interface;
mod links;
mod markdown;
mod query_text;
mod resources;
mod router;
mod shell;
mod show;
mod sparkline;

pub use failure::no_such_page;
pub use interface::Interface;
pub use resources::connect::{of_spark, thrift_at};
pub use router::router;

use crate::catalog::Catalog;
use crate::discovery::Discovery;
use crate::freshness::Freshness;
use crate::http;
use crate::search::Search;
use crate::tls::TlsUse;
use crate::watch::Watch;
use std::sync::Arc;

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
    /// What programs may ask on the same port.
    pub interface: Interface,
    /// What the pages tell of the server.
    pub facts: Facts,
}

/// What the pages tell of the server, ready to be shown: no secrets.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The Thrift port.
    pub thrift_port: u16,
    /// How engines speak to it.
    pub thrift_tls: TlsUse,
    /// Whether they are to show a certificate.
    pub asks_certificate: bool,
    /// The database's URL without its password.
    pub database: String,
    /// The warehouse's location.
    pub warehouse: String,
    /// The settings in force, as TOML.
    pub settings: String,
    /// The name of this process among those that serve the catalog.
    pub replica: String,
    /// When the process began to serve, in seconds since the epoch.
    pub started_at: i64,
}
