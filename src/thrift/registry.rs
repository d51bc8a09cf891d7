//! All methods that are served, by wire name. A method that stands in no table is answered "Invalid method name", on
//! which clients fall back to another form.

use super::method::Method;
use super::methods::{
    catalogs, constraints, databases, events, functions, locks, partitions, service, session,
    statistics, tables,
};
use hms::MethodInfo;
use std::collections::HashMap;
use std::sync::LazyLock;

/// The tables of the topics. They are statics and no constants: a crate that uses a constant compiles what it names once
/// more, here all handlers.
static TABLES: &[&[Method]] = &[
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

/// A served method beside what the IDL says of it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Served {
    pub(super) method: &'static Method,
    pub(super) info: &'static MethodInfo,
}

/// The tables joined. Rows that the IDL does not know cannot be reached; a test finds them.
static SERVED: LazyLock<HashMap<&'static str, Served>> = LazyLock::new(|| {
    rows()
        .filter_map(|method| {
            let info = hms::method(method.name)?;
            Some((method.name, Served { method, info }))
        })
        .collect()
});

fn rows() -> impl Iterator<Item = &'static Method> {
    TABLES.iter().flat_map(|table| table.iter())
}

/// Looks a method up by its wire name.
pub(super) fn find(name: &str) -> Option<Served> {
    SERVED.get(name).copied()
}

/// The wire names of all served methods, in the order of the tables.
pub fn served_methods() -> impl Iterator<Item = &'static str> {
    rows().map(|method| method.name)
}
