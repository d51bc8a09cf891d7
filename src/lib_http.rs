//! The HTTP port, whatever front end answers on it.
//!
//! One of the crates that the floors of `docs/ARCHITECTURE.md` are compiled in; their rooms are the folders beside this file.

pub mod http;

use skep_ground::{auth, budget, front, model, telemetry, tls};
