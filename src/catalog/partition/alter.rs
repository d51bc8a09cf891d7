//! Replacing what partitions say of themselves; their values stay.

use super::directories::has_figures;
use super::event::change_events;
use super::prepare::names_differ;
use super::{PartitionDraft, listed, same_table, table_missing};
use crate::catalog::Catalog;
use crate::catalog::table::{LAST_DDL_TIME, NUM_FILES, TOTAL_SIZE, accuracy_renew};
use crate::catalog::{Action, Operations, Resource};
use crate::error::{Error, Result};
use crate::model::{Location, Parameters, Partition, Table, TableRef};
use crate::store::Session;
use crate::transact;
use async_recursion::async_recursion as boxed;
use std::collections::HashMap;

/// How partitions are altered.
#[derive(Debug, Clone, Copy, Default)]
pub struct PartitionAlterOptions {
    /// Whether the figures stay as sent (`DO_NOT_UPDATE_STATS`).
    pub keep_statistics: bool,
    /// Whether a task has just computed the figures (`STATS_GENERATED=TASK`), so that they are exact.
    pub statistics_are_exact: bool,
    /// Whether an empty list of columns stands for the table's (Hive 4 sends lists of partitions so).
    pub columns_of_table: bool,
}

impl Operations<'_> {
    /// Replaces partitions, all or none. Their places do not move any data.
    ///
    /// Fails with `NotFound` of the table, with `NotAllowed` where one of them does not exist, with `Invalid` for what
    /// is wrong with a description.
    #[boxed]
    pub async fn partitions_alter(
        &self,
        at: &TableRef,
        drafts: Vec<PartitionDraft>,
        options: PartitionAlterOptions,
    ) -> Result<()> {
        self.authorize(Action::Write, Resource::Table(at)).await?;
        self.partitions_replace(at, drafts, options).await
    }
}

impl Catalog {
    /// As [`Operations::partitions_alter`], where that has been asked already.
    pub(in crate::catalog) async fn partitions_replace(
        &self,
        at: &TableRef,
        drafts: Vec<PartitionDraft>,
        options: PartitionAlterOptions,
    ) -> Result<()> {
        let now = self.now();
        let mut session = self.store.session().await?;
        let table = session
            .table_get(at)
            .await?
            .ok_or_else(|| table_missing(at))?;
        let mut after = Vec::with_capacity(drafts.len());
        let mut counted = Vec::with_capacity(drafts.len());
        for draft in drafts {
            let prepared = Catalog::partition_alter_prepare(&table, draft, options, now)?;
            after.push(prepared.0);
            counted.push(!options.keep_statistics && !prepared.1);
        }
        names_differ(&after)?;
        if after.is_empty() {
            return Ok(());
        }
        let before = befores(&mut session, &table, &after).await?;
        drop(session);
        self.partition_places_clear(&table, &before, &after).await?;
        self.partition_figures_renew(&table, &before, &mut after, &counted, options)
            .await;
        transact!(self.store, |session| {
            let current = session
                .table_get_locked(at)
                .await?
                .ok_or_else(|| table_missing(at))?;
            same_table(&table, &current)?;
            let before = befores(session, &current, &after).await?;
            session.partition_update(&current, &after).await?;
            for (old, new) in before.iter().zip(&after) {
                statistics_forget(session, &current, old, new).await?;
            }
            let moved = places_new(&current, &before, &after);
            let moved: Vec<&Location> = moved.iter().collect();
            self.places_clear_still(session, &moved).await?;
            let changes = before.into_iter().zip(after.iter().cloned());
            let events = change_events(&current, changes);
            session.event_append(now, &events).await?;
            Ok(())
        })
    }

    /// A checked new form of a partition, and whether its client forbade counting its files.
    pub(super) fn partition_alter_prepare(
        table: &Table,
        mut draft: PartitionDraft,
        options: PartitionAlterOptions,
        now: i64,
    ) -> Result<(Partition, bool)> {
        let placeless = draft
            .location
            .as_deref()
            .is_none_or(|text| text.trim().is_empty());
        if placeless && !table.is_view() && draft.descriptor.is_some() {
            return Err(Error::Invalid("the argument sd.location is missing".into()));
        }
        if let (true, Some(descriptor)) = (options.columns_of_table, &mut draft.descriptor)
            && descriptor.columns.as_ref().is_none_or(Vec::is_empty)
        {
            let mut filled = descriptor.as_ref().clone();
            filled.columns.clone_from(&table.descriptor.columns);
            *descriptor = filled.into();
        }
        let prepared = Catalog::partition_prepare(table, draft)?;
        let mut partition = prepared.partition;
        if partition
            .parameters
            .get(LAST_DDL_TIME)
            .is_none_or(|time| time == "0")
        {
            partition
                .parameters
                .insert(LAST_DDL_TIME.into(), now.to_string());
        }
        Ok((partition, prepared.keeps_statistics))
    }

    /// Clears the places that partitions are moved to of dropped data.
    async fn partition_places_clear(
        &self,
        table: &Table,
        before: &[Partition],
        after: &[Partition],
    ) -> Result<()> {
        let moved = places_new(table, before, after);
        for place in &moved {
            self.place_allow(place)?;
        }
        let moved: Vec<&Location> = moved.iter().collect();
        self.places_clear(&moved).await
    }

    /// Counts the files of those partitions whose figures are missing or changed, and says whether they are exact.
    pub(super) async fn partition_figures_renew(
        &self,
        table: &Table,
        before: &[Partition],
        after: &mut [Partition],
        counted: &[bool],
        options: PartitionAlterOptions,
    ) {
        if table.is_view() || !self.settings.gather_statistics {
            return;
        }
        let mut locations = Vec::new();
        for (index, new) in after.iter().enumerate() {
            let stale = options.statistics_are_exact
                || !has_figures(&new.parameters)
                || before.get(index).is_none_or(|old| figures_differ(old, new));
            let wanted = stale && counted.get(index).copied().unwrap_or(false);
            locations.push(
                new.full_location(table.location.as_ref())
                    .filter(|_| wanted),
            );
        }
        let mut wanted: Vec<(&mut Parameters, &Location)> = Vec::new();
        for (new, location) in after.iter_mut().zip(&locations) {
            if let Some(location) = location {
                accuracy_renew(&mut new.parameters, options.statistics_are_exact);
                wanted.push((&mut new.parameters, location));
            }
        }
        self.directories_count(wanted).await;
    }
}

/// The partitions as they are, in the order of their new forms. `NotAllowed` where one does not exist.
async fn befores(
    session: &mut Session,
    table: &Table,
    after: &[Partition],
) -> Result<Vec<Partition>> {
    let names: Vec<&str> = after.iter().map(|one| one.name.as_str()).collect();
    let found = session.partition_list_by_names(table.id, &names).await?;
    let mut found: HashMap<String, Partition> = found
        .into_iter()
        .map(|one| (one.name.clone(), one))
        .collect();
    let mut before = Vec::with_capacity(after.len());
    for one in after {
        let Some(old) = found.remove(&one.name) else {
            // The Hive clients show these texts.
            let text = match after {
                [_] => "alter is not possible".to_owned(),
                _ => format!(
                    "Alter partition operation failed: partition values={}",
                    listed(&one.values)
                ),
            };
            return Err(Error::NotAllowed(text));
        };
        before.push(old);
    }
    Ok(before)
}

/// Whether a client has written other figures.
fn figures_differ(old: &Partition, new: &Partition) -> bool {
    [NUM_FILES, TOTAL_SIZE]
        .iter()
        .any(|key| old.parameters.get(*key) != new.parameters.get(*key))
}

/// Removes the statistics of columns that a partition has lost or that have another type now.
pub(super) async fn statistics_forget(
    session: &mut Session,
    table: &Table,
    old: &Partition,
    new: &Partition,
) -> Result<()> {
    if old.descriptor.columns == new.descriptor.columns {
        return Ok(());
    }
    let lost = old.descriptor.columns_lost(&new.descriptor);
    if !lost.is_empty() {
        session
            .statistics_delete(table.id, &old.name, None, &lost)
            .await?;
    }
    Ok(())
}

/// The places that partitions get which they did not have.
fn places_new(table: &Table, before: &[Partition], after: &[Partition]) -> Vec<Location> {
    let root = table.location.as_ref();
    let pairs = before.iter().zip(after);
    pairs
        .filter_map(|(old, new)| {
            let there = new.full_location(root)?;
            (old.full_location(root).as_ref() != Some(&there)).then_some(there)
        })
        .collect()
}
