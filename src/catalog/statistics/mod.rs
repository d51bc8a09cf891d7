//! Column statistics: written by engines, read by planners. The parameter `COLUMN_STATS_ACCURATE` of the table or
//! partition follows them, in the same transaction.

mod fit;
mod merge;
mod read;
mod spec;
mod write;

pub use spec::{
    ColumnStatisticsSpec, statistics_columns_check, statistics_described, statistics_engine,
    statistics_values_fault, statistics_wanted,
};
pub use write::StatisticsUpdate;

use crate::error::{Entity, Error, Result};
use crate::hive::partition_name;
use crate::hive::stats_json::{COLUMN_STATS_ACCURATE, StatsAccuracy};
use crate::model::{EventBody, EventKind, Name, NewEvent, Parameters, Partition, Table, TableRef};
use crate::store::Session;

/// Changes what the parameters say of the accuracy, and tells whether they changed.
fn accuracy_change(parameters: &mut Parameters, change: impl FnOnce(&mut StatsAccuracy)) -> bool {
    let before = parameters.get(COLUMN_STATS_ACCURATE).cloned();
    let mut accuracy = before
        .as_deref()
        .map(StatsAccuracy::parse)
        .unwrap_or_default();
    change(&mut accuracy);
    let after = accuracy.render();
    match &after {
        Some(text) => parameters.insert(COLUMN_STATS_ACCURATE.into(), text.clone()),
        None => parameters.remove(COLUMN_STATS_ACCURATE),
    };
    before != after
}

/// The table, held until the transaction ends.
async fn table_held(session: &mut Session, at: &TableRef) -> Result<Table> {
    session
        .table_get_locked(at)
        .await?
        .ok_or_else(|| Error::NotFound(Entity::Table(at.clone())))
}

/// The partition of a name as a client spells it.
async fn partition_named(session: &mut Session, table: &Table, name: &str) -> Result<Partition> {
    let keys: Vec<&str> = table
        .partition_keys
        .iter()
        .map(|key| key.name.as_str())
        .collect();
    let values = partition_name::values_for_keys(&keys_lower(name), &keys).map_err(Error::from)?;
    let name = partition_name::make_name(&keys, &values).map_err(Error::from)?;
    let found = session.partition_get(table.id, &name).await?;
    found.ok_or_else(|| Error::NotFound(Entity::Partition(table.at.clone(), name)))
}

/// The name with its keys in lower case, as Hive reads it before a change of statistics.
fn keys_lower(name: &str) -> String {
    let (keys, values): (Vec<String>, Vec<String>) =
        partition_name::spec_of_name(name).into_iter().unzip();
    partition_name::make_name(&keys, &values).unwrap_or_else(|_| name.to_owned())
}

/// An event about the statistics of a table or of one of its partitions.
fn statistics_event(
    kind: EventKind,
    at: &TableRef,
    partition: Option<&str>,
    columns: &[Name],
) -> NewEvent {
    NewEvent {
        kind,
        catalog: at.catalog.clone(),
        database: Some(at.database.clone()),
        table: Some(at.table.clone()),
        body: EventBody::Statistics {
            partition: partition.map(str::to_owned),
            columns: columns
                .iter()
                .map(|column| column.as_str().to_owned())
                .collect(),
        },
    }
}
