//! The method tables, by topic. A method that stands in none of them is answered "Invalid method name", on which
//! clients fall back to another form. The spellings of one operation stand together and call one body.

mod catalogs;
mod constraints;
mod databases;
mod events;
mod functions;
mod locks;
mod partitions;
mod service;
mod session;
mod statistics;
mod tables;

use super::method::Method;

/// All tables.
pub(super) const TABLES: &[&[Method]] = &[
    service::METHODS,
    session::METHODS,
    databases::METHODS,
    tables::read::METHODS,
    tables::write::METHODS,
    statistics::METHODS,
    functions::METHODS,
    locks::METHODS,
    events::METHODS,
    constraints::METHODS,
    catalogs::METHODS,
    partitions::get::METHODS,
    partitions::list::METHODS,
    partitions::names::METHODS,
    partitions::expression::METHODS,
    partitions::specs::METHODS,
    partitions::text::METHODS,
    partitions::add::METHODS,
    partitions::alter::METHODS,
    partitions::drop::METHODS,
    partitions::truncate::METHODS,
];
