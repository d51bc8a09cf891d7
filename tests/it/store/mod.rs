//! The store's conformance: every case on every database. Whatever differs between them is a fault of the store.

mod catalogs;
mod concurrency;
mod events;
mod locks;
mod migrations;
mod partitions;
mod recovery;
mod sample;
mod statistics;
mod tables;
