//! The web page.
//!
//! One of the crates that the floors of `docs/ARCHITECTURE.md` are compiled in; their rooms are the folders beside this file.

pub mod page;

use skep_catalog::{catalog, discovery, freshness, search, watch};
use skep_ground::{
    clock, diff, error, front, guess, hive, humane, model, naming, number_ranges, telemetry, tls,
    unseen,
};
use skep_http::http;
