//! Emptying a table or some of its partitions, and setting their figures to nothing.
//!
//! The commit is the truncation: it sets the figures and writes down what is to be deleted, as a drop does, so files that
//! are written after it stay. The data of an external table is not skep's to delete, unless the table says so.

use super::cursor::PARTITIONS_PER_PAGE;
use super::event::change_events;
use super::table_missing;
use crate::catalog::table::{LAST_DDL_TIME, NUM_FILES, TOTAL_SIZE};
use crate::catalog::{Action, Operations, Resource};
use crate::error::{Error, Result};
use crate::hive::stats_json::{COLUMN_STATS_ACCURATE, StatsAccuracy};
use crate::model::{
    EventBody, EventKind, JobKind, Location, NewEvent, Parameters, Partition, Table, TableRef,
};
use crate::store::{Owner, Session};
use crate::transact;
use async_recursion::async_recursion as boxed;
use std::collections::HashSet;

/// The property by which an external table's data may be deleted.
const PURGE: &str = "external.table.purge";

impl Operations<'_> {
    /// Empties a table: the partitions of these names (`None`: all), or the directory of an unpartitioned one, all or
    /// none. Directories stay, without what was in them.
    ///
    /// Fails with `NotFound` of the table, with `Invalid` for a view or a name that no partition has, with `NotAllowed`
    /// for an external table whose data is not to be deleted.
    #[boxed]
    pub async fn table_truncate(&self, at: &TableRef, names: Option<&[&str]>) -> Result<()> {
        self.authorize(Action::Write, Resource::Table(at)).await?;
        let now = self.now();
        let deletion = transact!(self.store, |session| {
            let table = session
                .table_get_locked(at)
                .await?
                .ok_or_else(|| table_missing(at))?;
            check(&table)?;
            let (places, events) = match names {
                Some(names) => truncate_named(session, &table, names, now).await?,
                None if table.is_partitioned() => truncate_all(session, &table, now).await?,
                None => truncate_table(session, &table, now).await?,
            };
            let places: Vec<&Location> = places.iter().collect();
            let named: HashSet<&str> = names.into_iter().flatten().copied().collect();
            let owner = if names.is_some() {
                Owner::Partitions(table.id, &named)
            } else {
                Owner::Table(table.id)
            };
            let deletion = self
                .deletion_job_note(session, JobKind::Truncate, &table, &places, owner)
                .await?;
            if !events.is_empty() {
                session.event_append(now, &events).await?;
            }
            Ok(deletion)
        })?;
        self.deletion_jobs_try(deletion).await;
        Ok(())
    }
}

/// Fails where there is nothing to empty, or nothing that skep may empty.
fn check(table: &Table) -> Result<()> {
    if table.is_view() {
        return Err(Error::Invalid(format!(
            "the view {} cannot be truncated",
            table.at.table
        )));
    }
    let purges = table.parameters.get(PURGE);
    if table.is_external() && !purges.is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        return Err(Error::NotAllowed(format!(
            "Cannot truncate non-managed table {}.{}: its data stays unless {PURGE} is true",
            table.at.database, table.at.table
        )));
    }
    Ok(())
}

/// Where data is to be deleted, and what is to be told.
type Truncated = (Vec<Location>, Vec<NewEvent>);

async fn truncate_table(session: &mut Session, table: &Table, now: i64) -> Result<Truncated> {
    let mut after = table.clone();
    figures_clear(&mut after.parameters, now);
    session.table_update(&after).await?;
    let event = NewEvent {
        kind: EventKind::AlterTable,
        catalog: table.at.catalog.clone(),
        database: Some(table.at.database.clone()),
        table: Some(table.at.table.clone()),
        body: EventBody::TableChange {
            before: Box::new(table.clone()),
            after: Box::new(after),
            is_truncate: true,
        },
    };
    Ok((table.location.iter().cloned().collect(), vec![event]))
}

async fn truncate_named(
    session: &mut Session,
    table: &Table,
    names: &[&str],
    now: i64,
) -> Result<Truncated> {
    let partitions = session.partition_list_by_names(table.id, names).await?;
    if partitions.len() < names.iter().collect::<HashSet<_>>().len() {
        return Err(Error::Invalid(
            "Some partitions to truncate are missing".into(),
        ));
    }
    truncate_page(session, table, partitions, now).await
}

async fn truncate_all(session: &mut Session, table: &Table, now: i64) -> Result<Truncated> {
    let (mut places, mut events) = (Vec::new(), Vec::new());
    let mut after: Option<String> = None;
    loop {
        let page = session
            .partition_page(table.id, after.as_deref(), &[], PARTITIONS_PER_PAGE)
            .await?;
        let Some(last) = page.partitions.last() else {
            return Ok((places, events));
        };
        after = Some(last.name.clone());
        let (more, told) = truncate_page(session, table, page.partitions, now).await?;
        places.extend(more);
        events.extend(told);
    }
}

async fn truncate_page(
    session: &mut Session,
    table: &Table,
    before: Vec<Partition>,
    now: i64,
) -> Result<Truncated> {
    let root = table.location.as_ref();
    let places: Vec<Location> = before
        .iter()
        .filter_map(|one| one.full_location(root))
        .collect();
    if let Some(root) = root
        && let Some(holder) = places.iter().find(|place| place.contains(root))
    {
        return Err(Error::NotAllowed(format!(
            "location {holder} of a partition holds the table {}.{} itself: it cannot be emptied for the partition",
            table.at.database, table.at.table
        )));
    }
    let mut after = before.clone();
    for partition in &mut after {
        figures_clear(&mut partition.parameters, now);
    }
    session.partition_update(table, &after).await?;
    let events = change_events(table, before.into_iter().zip(after));
    Ok((places, events))
}

/// Nothing is left to count, and that is exact.
fn figures_clear(parameters: &mut Parameters, now: i64) {
    for key in [
        NUM_FILES,
        TOTAL_SIZE,
        "numRows",
        "rawDataSize",
        "numFilesErasureCoded",
    ] {
        if let Some(figure) = parameters.get_mut(key) {
            *figure = "0".into();
        }
    }
    if let Some(text) = StatsAccuracy::basic_only().render() {
        parameters.insert(COLUMN_STATS_ACCURATE.into(), text);
    }
    parameters.insert(LAST_DDL_TIME.into(), now.to_string());
}
