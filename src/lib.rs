//! skep: a catalog server that speaks the Hive Metastore protocol.
//!
//! It is built in floors (`docs/ARCHITECTURE.md`); a module imports only from floors below its own. The lower floors are
//! crates of their own, so that a change compiles what stands on it and nothing else.

pub mod cli;
pub mod config;
pub mod server;
pub mod tasks;

pub use skep_catalog::{catalog, discovery, freshness, search, watch};
pub use skep_ground::{
    auth, back_off, budget, choice, clock, comma_list, crypto, database_url, deadline, diff, error,
    filter, front, guess, hive, humane, kit, layout, model, naming, number_ranges, period,
    schedule, secret, telemetry, tls, unseen,
};
pub use skep_grpc::grpc;
pub use skep_http::http;
pub use skep_lake::lake;
pub use skep_page::page;
pub use skep_rest::rest;
pub use skep_source::{alert, source};
pub use skep_store::{store, transact};
pub use skep_thrift::thrift;
