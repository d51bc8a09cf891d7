//! skep: a catalog server that speaks the Hive Metastore protocol.
//!
//! The crate is built in floors (`docs/ARCHITECTURE.md`); a module imports only from floors below its own.

pub mod alert;
pub mod back_off;
pub mod budget;
pub mod catalog;
pub mod choice;
pub mod cli;
pub mod clock;
pub mod config;
pub mod crypto;
pub mod deadline;
pub mod diff;
pub mod discovery;
pub mod error;
pub mod filter;
pub mod front;
pub mod hive;
pub mod kit;
pub mod lake;
pub mod layout;
pub mod model;
pub mod naming;
pub mod period;
pub mod rest;
pub mod schedule;
pub mod secret;
pub mod server;
pub mod source;
pub mod store;
pub mod tasks;
pub mod telemetry;
pub mod thrift;
pub mod watch;
