//! The only SQL of the catalog.
//!
//! One of the crates that the floors of `docs/ARCHITECTURE.md` are compiled in; their rooms are the folders beside this file.

pub mod store;

#[doc(hidden)] // `transact!` names it.
pub use skep_ground::error;
use skep_ground::{back_off, clock, database_url, hive, model, telemetry};
