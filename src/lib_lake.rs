//! The only place that touches data: object stores and directories.
//!
//! One of the crates that the floors of `docs/ARCHITECTURE.md` are compiled in; their rooms are the folders beside this file.

pub mod lake;

use skep_ground::{back_off, comma_list, crypto, error, hive, layout, model, secret, telemetry};
