//! The front end that speaks gRPC.
//!
//! One of the crates that the floors of `docs/ARCHITECTURE.md` are compiled in; their rooms are the folders beside this file.

pub mod grpc;

use skep_catalog::{catalog, discovery, freshness, search, watch};
use skep_ground::{budget, error, front, guess, hive, kit, model};
use skep_http::http;
use skep_source::{alert, source};
