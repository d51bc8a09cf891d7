//! The methods, by topic: each file opens with its table and holds the handlers. The spellings of one operation stand
//! together and call one body. A new method is a line in a table and a function.

pub(super) mod catalogs;
pub(super) mod constraints;
pub(super) mod databases;
pub(super) mod events;
pub(super) mod functions;
pub(super) mod locks;
pub(super) mod partitions;
pub(super) mod service;
pub(super) mod session;
pub(super) mod statistics;
pub(super) mod tables;
