//! The served methods over real sockets, on every database, asked by an independent client.

mod bad_input;
mod connections;
pub(crate) mod databases;
mod events;
mod functions;
mod locks;
mod memory;
pub(crate) mod objects;
mod over_http;
mod partitions;
mod partitions_add;
mod partitions_faults;
mod partitions_select;
mod partitions_write;
mod raw;
mod requests;
mod session;
mod slow_readers;
mod statistics;
mod tables;
