//! Writing and deleting column statistics.

use super::merge::merge;
use super::{accuracy_change, partition_named, statistics_event, table_held};
use crate::catalog::{Action, Operations, Resource};
use crate::error::{Entity, Error, Result};
use crate::hive::stats_json::{COLUMN_STATS_ACCURATE, StatsAccuracy};
use crate::model::{
    ColumnStatistics, EventKind, Name, NewEvent, Parameters, Partition, Table, TableRef,
};
use crate::store::{Session, TABLE_LEVEL};
use crate::transact;
use async_recursion::async_recursion as boxed;
use std::collections::HashSet;

/// New statistics of a table or of one of its partitions.
#[derive(Debug, Clone)]
pub struct StatisticsUpdate {
    /// The partition's name; `None` is the table itself.
    pub partition: Option<String>,
    /// The figures. Their time is the server's to fill in.
    pub columns: Vec<ColumnStatistics>,
}

impl Operations<'_> {
    /// Stores statistics over what was there, or merges them into it where `merging`: then only columns whose stored
    /// figures count as accurate are touched, as in Hive.
    ///
    /// Fails with `NotFound` of the table or a partition, and with `NotAllowed` for a column that a table has not.
    #[boxed]
    pub async fn statistics_update(
        &self,
        at: &TableRef,
        engine: &str,
        updates: &[StatisticsUpdate],
        merging: bool,
    ) -> Result<()> {
        self.authorize(Action::Write, Resource::Table(at)).await?;
        let now = self.now();
        transact!(self.store, |session| {
            let mut table = table_held(session, at).await?;
            let mut events = Vec::new();
            for update in updates {
                let mut columns = distinct(&update.columns, now);
                let event = match &update.partition {
                    None => table_put(session, &mut table, engine, &mut columns, merging).await?,
                    Some(name) => {
                        let partition = partition_named(session, &table, name).await?;
                        partition_put(session, &table, partition, engine, &mut columns, merging)
                            .await?
                    }
                };
                events.extend(event);
            }
            if !events.is_empty() {
                session.event_append(now, &events).await?;
            }
            Ok(())
        })
    }

    /// Deletes statistics of an engine (`None`: of all) of some columns (none: of all), of the named partitions
    /// (`None`: of the table itself). All of it or nothing.
    ///
    /// Fails with `NotFound` where the table or a partition is missing, or where a named column has no statistics.
    #[boxed]
    pub async fn statistics_delete(
        &self,
        at: &TableRef,
        partitions: Option<&[&str]>,
        engine: Option<&str>,
        columns: &[Name],
    ) -> Result<()> {
        self.authorize(Action::Write, Resource::Table(at)).await?;
        let now = self.now();
        transact!(self.store, |session| {
            let mut table = table_held(session, at).await?;
            let mut events = Vec::new();
            match partitions {
                None => events.extend(table_delete(session, &mut table, engine, columns).await?),
                Some(names) => {
                    for name in names {
                        let partition = partition_named(session, &table, name).await?;
                        events.extend(
                            partition_delete(session, &table, partition, engine, columns).await?,
                        );
                    }
                }
            }
            if !events.is_empty() {
                session.event_append(now, &events).await?;
            }
            Ok(())
        })
    }
}

/// The figures with their time, each column once: the last one counts.
fn distinct(columns: &[ColumnStatistics], now: i64) -> Vec<ColumnStatistics> {
    let mut met = HashSet::new();
    let last = columns.iter().rev().filter(|one| met.insert(&one.column));
    let mut kept: Vec<ColumnStatistics> = last
        .map(|column| ColumnStatistics {
            analyzed_at: now,
            ..column.clone()
        })
        .collect();
    kept.reverse();
    kept
}

fn names(columns: &[ColumnStatistics]) -> Vec<Name> {
    columns.iter().map(|column| column.column.clone()).collect()
}

fn mark(parameters: &mut Parameters, columns: &[Name]) -> bool {
    accuracy_change(parameters, |accuracy| {
        accuracy.add_columns(columns.iter().map(Name::as_str));
    })
}

fn unmark(parameters: &mut Parameters, columns: &[Name]) -> bool {
    accuracy_change(parameters, |accuracy| {
        if columns.is_empty() {
            accuracy.columns.clear();
        } else {
            accuracy.remove_columns(columns.iter().map(Name::as_str));
        }
    })
}

async fn table_put(
    session: &mut Session,
    table: &mut Table,
    engine: &str,
    columns: &mut Vec<ColumnStatistics>,
    merging: bool,
) -> Result<Option<NewEvent>> {
    let known = table.descriptor.columns.iter().flatten();
    let known: HashSet<Name> = known.map(|one| Name::new(&one.name)).collect();
    for column in columns.iter() {
        if !known.contains(&column.column) {
            return Err(Error::NotAllowed(format!(
                "Column {} doesn't exist in table {} in database {}",
                column.column, table.at.table, table.at.database
            )));
        }
    }
    if merging {
        merge_stored(
            session,
            table.id,
            TABLE_LEVEL,
            engine,
            &table.parameters,
            columns,
        )
        .await?;
    }
    if columns.is_empty() {
        return Ok(None);
    }
    session
        .statistics_put(table.id, TABLE_LEVEL, engine, columns)
        .await?;
    let names = names(columns);
    if mark(&mut table.parameters, &names) {
        session.table_update(table).await?;
    }
    Ok(Some(statistics_event(
        EventKind::UpdateTableStatistics,
        &table.at,
        None,
        &names,
    )))
}

async fn partition_put(
    session: &mut Session,
    table: &Table,
    mut partition: Partition,
    engine: &str,
    columns: &mut Vec<ColumnStatistics>,
    merging: bool,
) -> Result<Option<NewEvent>> {
    if merging {
        merge_stored(
            session,
            table.id,
            &partition.name,
            engine,
            &partition.parameters,
            columns,
        )
        .await?;
    }
    if columns.is_empty() {
        return Ok(None);
    }
    session
        .statistics_put(table.id, &partition.name, engine, columns)
        .await?;
    let names = names(columns);
    let name = partition.name.clone();
    if mark(&mut partition.parameters, &names) {
        session.partition_update(table, &[partition]).await?;
    }
    Ok(Some(statistics_event(
        EventKind::UpdatePartitionStatistics,
        &table.at,
        Some(&name),
        &names,
    )))
}

/// Leaves only the columns that count as accurate, with what is stored merged in.
async fn merge_stored(
    session: &mut Session,
    table_id: i64,
    partition: &str,
    engine: &str,
    parameters: &Parameters,
    columns: &mut Vec<ColumnStatistics>,
) -> Result<()> {
    let accuracy = parameters
        .get(COLUMN_STATS_ACCURATE)
        .map(|text| StatsAccuracy::parse(text))
        .unwrap_or_default();
    columns.retain(|column| accuracy.columns.contains(column.column.as_str()));
    if columns.is_empty() {
        return Ok(());
    }
    let stored = session
        .statistics_list(table_id, &[partition], engine, &names(columns))
        .await?;
    for column in columns {
        let before = stored
            .iter()
            .find(|(_, before)| before.column == column.column);
        if let Some(merged) = before.and_then(|(_, before)| merge(before, column)) {
            *column = merged;
        }
    }
    Ok(())
}

/// What deleting nothing means: nothing where all columns were meant, a mistake where some were named.
fn none_deleted(
    table: &Table,
    partition: Option<&str>,
    columns: &[Name],
) -> Result<Option<NewEvent>> {
    let Some(column) = columns.first() else {
        return Ok(None);
    };
    Err(Error::NotFound(Entity::Statistics {
        of: table.at.clone(),
        partition: partition.map(str::to_owned),
        column: column.clone(),
    }))
}

async fn table_delete(
    session: &mut Session,
    table: &mut Table,
    engine: Option<&str>,
    columns: &[Name],
) -> Result<Option<NewEvent>> {
    if session
        .statistics_delete(table.id, TABLE_LEVEL, engine, columns)
        .await?
        == 0
    {
        return none_deleted(table, None, columns);
    }
    if unmark(&mut table.parameters, columns) {
        session.table_update(table).await?;
    }
    Ok(Some(statistics_event(
        EventKind::DeleteTableStatistics,
        &table.at,
        None,
        columns,
    )))
}

async fn partition_delete(
    session: &mut Session,
    table: &Table,
    mut partition: Partition,
    engine: Option<&str>,
    columns: &[Name],
) -> Result<Option<NewEvent>> {
    if session
        .statistics_delete(table.id, &partition.name, engine, columns)
        .await?
        == 0
    {
        return none_deleted(table, Some(&partition.name), columns);
    }
    let name = partition.name.clone();
    if unmark(&mut partition.parameters, columns) {
        session.partition_update(table, &[partition]).await?;
    }
    Ok(Some(statistics_event(
        EventKind::DeletePartitionStatistics,
        &table.at,
        Some(&name),
        columns,
    )))
}
