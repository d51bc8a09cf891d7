//! What the system means: the operations on the catalog, and on top of them discovery, freshness, search and the schema watch.
//!
//! One of the crates that the floors of `docs/ARCHITECTURE.md` are compiled in; their rooms are the folders beside this file.

pub mod catalog;
pub mod discovery;
pub mod freshness;
pub mod search;
pub mod watch;

use skep_ground::{
    back_off, clock, comma_list, deadline, diff, error, filter, guess, hive, humane, kit, layout,
    model, naming, period, schedule, telemetry,
};
use skep_lake::lake;
use skep_source::{alert, source};
use skep_store::{store, transact};
