//! Tables and views: create, read, alter, drop.

mod alter;
mod change;
mod check;
mod columns;
mod create;
mod drop;
mod filter;
mod properties;
mod read;
mod rename;
mod spec;
mod statistics;

pub use alter::{AlterOptions, Expected};
pub use change::TableChange;
pub(crate) use properties::properties_check;
pub(crate) use read::tables_named;
pub use spec::{StorageSpec, TABLE_COMMENT, TableSpec, TableSpecFault};
pub(super) use statistics::{DO_NOT_UPDATE_STATS, accuracy_renew};
pub(crate) use statistics::{NUM_FILES, NUM_ROWS, TOTAL_SIZE};

use crate::model::{EventBody, EventKind, NewEvent, Parameters, Table, TableType};

/// The key of the time, in seconds, of the last change of a table's or partition's definition. Clients such as
/// `ClickHouse` see by it that data changed.
pub(in crate::catalog) const LAST_DDL_TIME: &str = "transient_lastDdlTime";

/// An event about one table that was created or dropped.
pub(super) fn table_event(kind: EventKind, table: &Table) -> NewEvent {
    NewEvent {
        kind,
        catalog: table.at.catalog.clone(),
        database: Some(table.at.database.clone()),
        table: Some(table.at.table.clone()),
        body: EventBody::Table(Box::new(table.clone())),
    }
}

/// Sets the time of the last change where the client left it out (the Hive client strips it before an alter).
pub(crate) fn last_ddl_time_fill(parameters: &mut Parameters, now: i64) {
    parameters
        .entry(LAST_DDL_TIME.into())
        .or_insert_with(|| now.to_string());
}

/// Hive's rule of what a table is: the parameter `EXTERNAL` decides between managed and external, whatever the
/// declared type says.
pub(super) fn table_type_normalise(table: &mut Table) {
    match table.table_type {
        TableType::Managed if table.is_external() => table.table_type = TableType::External,
        TableType::External if !table.is_external() => table.table_type = TableType::Managed,
        _ => {}
    }
}
