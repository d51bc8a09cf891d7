//! Partitions: add, read, list, alter, rename, drop.
//!
//! A partition is known by its name (`hive::partition_name`), which is made of the table's keys and the values. Every
//! write holds the row of the table, so that it is neither dropped nor moved meanwhile, and appends its event last.

mod add;
mod add_each;
mod alter;
mod back;
mod calendar;
mod change;
mod cursor;
mod day_names;
mod directories;
mod drop;
mod drop_each;
mod event;
mod exchange;
mod get;
mod hints;
mod limit;
mod list;
mod prepare;
mod rename;
mod selection;
mod spec;
mod truncate;
mod values;

pub use crate::store::PARTITION_PAGE_BYTES;
pub use add::AddOptions;
pub use add_each::AddedEach;
pub use alter::PartitionAlterOptions;
pub use back::PartitionNeighbours;
pub use calendar::{CalendarDay, PartitionCalendar};
pub use change::PartitionChange;
pub(super) use cursor::PARTITIONS_PER_PAGE;
pub use cursor::PartitionCursor;
pub(crate) use day_names::{CalendarSample, LEADS_MAX, calendar_sample, day_names};
pub use drop::{DropOptions, DropSelection};
pub use drop_each::{
    DroppedEach, partition_name_meant, partition_names_distinct, partition_names_meant,
};
pub(crate) use event::{change_events, partitions_event};
pub use get::{PartitionAt, PartitionKey};
pub(super) use hints::KeyHints;
pub use list::PartitionsPage;
pub use selection::PartitionSelection;
pub use spec::{
    AddedPartition, NamedDraft, PartitionSpec, PartitionSpecFault, partition_values_check,
};
pub use values::ValuesRequest;

use crate::catalog::Precondition;
use crate::error::{Entity, Error, Result};
use crate::hive::partition_name::{self, make_name, values_for_keys};
use crate::model::{Column, Parameters, Partition, StorageDescriptor, Table, TableRef};
use std::sync::Arc;

/// A partition as a client describes it, before its table is known.
#[derive(Debug, Clone)]
pub struct PartitionDraft {
    /// The table that the description itself names.
    pub at: TableRef,
    /// The values of the keys, as sent.
    pub values: Vec<String>,
    /// The location, as sent; blank or absent is the default.
    pub location: Option<String>,
    /// Columns, formats and serde; only partitions of views may lack it.
    pub descriptor: Option<Arc<StorageDescriptor>>,
    /// Seconds since the epoch; what an alter writes, and an add does not look at.
    pub created_at: i64,
    /// Seconds since the epoch, as sent.
    pub last_access_at: i64,
    /// Properties.
    pub parameters: Parameters,
    /// Fields of the wire that the domain does not interpret.
    pub unknown_fields: Vec<u8>,
}

/// Partitions with the table they belong to: what is needed to show them.
#[derive(Debug, Clone)]
pub struct PartitionsOf {
    /// The table.
    pub table: Table,
    /// Its partitions, in the order that the operation promises.
    pub partitions: Vec<Partition>,
}

/// The names of a table's partition keys as they stand in partition names.
pub(crate) fn key_names(table: &Table) -> Vec<String> {
    key_names_of(&table.partition_keys)
}

fn key_names_of(keys: &[Column]) -> Vec<String> {
    keys.iter().map(|key| key.name.to_lowercase()).collect()
}

/// The name of the partition with these values. `Invalid` where their number is wrong.
pub(crate) fn name_of_values(table: &Table, values: &[String]) -> Result<String> {
    make_name(&key_names(table), values).map_err(Error::from)
}

/// The values that a partition's name gives the table's keys. A name that lacks a key is `InvalidObject`.
pub(crate) fn values_of_name(table: &Table, name: &str) -> Result<Vec<String>> {
    values_for_keys(name, &key_names(table)).map_err(Error::from)
}

/// The same of a name that people write: with anything but the table's keys, each once, it is `Argument`.
pub(crate) fn values_of_whole_name(table: &Table, name: &str) -> Result<Vec<String>> {
    partition_name::values_of_whole_name(name, &key_names(table))
        .map_err(|failure| get::not_whole(&failure))
}

/// Fails where a partition that a request means alone is not as its caller expects.
fn only_expected(
    table: &Table,
    partition: &Partition,
    expected: &dyn Precondition<PartitionAt>,
) -> Result<()> {
    let at = PartitionAt {
        at: table.at.clone(),
        table_location: table.location.clone(),
        partition: partition.clone(),
    };
    if expected.holds(&at) {
        return Ok(());
    }
    let name = partition.name.clone();
    Err(Error::Outdated(Entity::Partition(table.at.clone(), name)))
}

/// The miss of a partition; Spark shows the text.
fn missing(at: &TableRef, values: &[String]) -> Error {
    Error::NotFound(Entity::Partition(at.clone(), listed(values)))
}

/// Values as Java prints a list.
fn listed(values: &[String]) -> String {
    format!("[{}]", values.join(", "))
}

pub(crate) fn table_missing(at: &TableRef) -> Error {
    Error::NotFound(Entity::Table(at.clone()))
}

/// Fails where the table of a transaction is not the one that a request was prepared for: its default locations or
/// its keys would be wrong.
fn same_table(seen: &Table, now: &Table) -> Result<()> {
    if seen.id == now.id
        && seen.location == now.location
        && seen.partition_keys == now.partition_keys
    {
        return Ok(());
    }
    Err(Error::NotAllowed(format!(
        "{}.{} was changed by another client",
        seen.at.database, seen.at.table
    )))
}
