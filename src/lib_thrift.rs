//! The front end that speaks the Hive metastore's Thrift.
//!
//! One of the crates that the floors of `docs/ARCHITECTURE.md` are compiled in; their rooms are the folders beside this file.

pub mod thrift;

use skep_catalog::catalog;
use skep_ground::{auth, budget, error, filter, front, hive, model, telemetry, tls};
