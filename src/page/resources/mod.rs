//! What pages show, a file a page: each asks the catalog and fills a template.

pub(super) mod acknowledge;
pub(super) mod alerts;
pub(super) mod api;
pub(super) mod asset;
pub(super) mod calendar;
pub(super) mod changes;
pub(super) mod connect;
pub(super) mod data;
pub(super) mod database;
pub(super) mod discovery;
pub(super) mod discovery_act;
pub(super) mod events;
pub(super) mod explain;
pub(super) mod find;
pub(super) mod freshness;
pub(super) mod jobs;
mod lacking;
pub(super) mod locks;
pub(super) mod month;
pub(super) mod mute;
pub(super) mod partition;
pub(super) mod partitions;
mod pieces;
pub(super) mod server;
pub(super) mod snooze;
pub(super) mod sources;
pub(super) mod table;
mod table_changes;
pub(super) mod table_discovery;
mod told;

use crate::model::{DEFAULT_CATALOG, DatabaseRef, Name, Parameters, TableRef};

/// Properties that are shown of one thing.
const PROPERTIES_MAX: usize = 200;
/// Rows of a list on one page.
const ROWS_MAX: usize = 200;

/// Items of one page out of a list that was read with one item more, and whether there are more.
fn page_of<T>(mut items: Vec<T>) -> (Vec<T>, bool) {
    let more = items.len() > ROWS_MAX;
    items.truncate(ROWS_MAX);
    (items, more)
}

/// The catalog that pages show.
fn catalog() -> Name {
    Name::new(DEFAULT_CATALOG)
}

/// A database of a path.
fn database_at(database: &str) -> DatabaseRef {
    DatabaseRef::new(catalog(), database)
}

/// A table of a path.
fn table_at((database, table): &(String, String)) -> TableRef {
    database_at(database).table(table.as_str())
}

/// A property as it is shown.
struct Property {
    key: String,
    value: String,
}

fn properties(parameters: &Parameters) -> Vec<Property> {
    let all = parameters.iter().take(PROPERTIES_MAX);
    all.map(|(key, value)| Property {
        key: key.clone(),
        value: value.clone(),
    })
    .collect()
}
