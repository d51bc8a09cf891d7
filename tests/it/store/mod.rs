//! The store's conformance: every case on every database. Whatever differs between them is a fault of the store.

mod answers;
mod catalogs;
mod concurrency;
mod discovery;
mod events;
mod holders;
mod jobs;
mod leases;
mod locks;
mod migrations;
mod partitions;
mod partitions_back;
mod places;
mod planning;
mod pool;
mod prepared;
mod recovery;
mod sample;
mod sqlite_files;
mod statistics;
mod tables;
