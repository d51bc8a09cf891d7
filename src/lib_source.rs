//! Foreign systems: the databases whose columns are watched, and the channels that alerts go to.
//!
//! One of the crates that the floors of `docs/ARCHITECTURE.md` are compiled in; their rooms are the folders beside this file.

pub mod alert;
pub mod source;

use skep_ground::{
    choice, comma_list, crypto, database_url, hive, model, period, schedule, secret, telemetry,
    unseen,
};
