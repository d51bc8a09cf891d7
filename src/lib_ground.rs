//! What stands on no other room: the nouns, the shared small things, and the pure rules.
//!
//! One of the crates that the floors of `docs/ARCHITECTURE.md` are compiled in; their rooms are the folders beside this file.

pub mod auth;
pub mod back_off;
pub mod budget;
pub mod choice;
pub mod clock;
pub mod comma_list;
pub mod crypto;
pub mod database_url;
pub mod deadline;
pub mod diff;
pub mod error;
pub mod filter;
pub mod front;
pub mod guess;
pub mod hive;
pub mod humane;
pub mod kit;
pub mod layout;
pub mod model;
pub mod naming;
pub mod number_ranges;
pub mod period;
pub mod schedule;
pub mod secret;
pub mod telemetry;
pub mod tls;
pub mod unseen;
