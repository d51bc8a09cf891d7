//! The HTTP front end: REST, health, metrics.
//!
//! One of the crates that the floors of `docs/ARCHITECTURE.md` are compiled in; their rooms are the folders beside this file.

pub mod rest;

use skep_catalog::{catalog, discovery, freshness, search, watch};
use skep_ground::{budget, clock, error, front, guess, hive, kit, model};
use skep_http::http;
use skep_source::{alert, source};
