//! Dropping partitions: the rows first, then the data they owned.

use super::event::partitions_event;
use super::{
    PartitionAt, PartitionsOf, missing, name_of_values, only_expected, table_missing,
    values_of_name, values_of_whole_name,
};
use crate::catalog::{Action, Operations, Resource};
use crate::catalog::{Catalog, Precondition};
use crate::deadline;
use crate::error::{Error, Result};
use crate::model::{EventKind, JobKind, Location, Partition, Table, TableRef};
use crate::store::Owner;
use crate::transact;
use async_recursion::async_recursion as boxed;
use std::collections::{BTreeSet, HashSet};

/// Which partitions are to be dropped.
#[derive(Debug, Clone, Copy)]
pub enum DropSelection<'a> {
    /// The one with these values.
    Values(&'a [String]),
    /// The one that a name means: its keys may stand in any order.
    Name(&'a str),
    /// The same, but a name that has anything beside the table's keys is refused.
    WholeName(&'a str),
    /// Those with exactly these names.
    Names(&'a [&'a str]),
    /// Those that each of these filters accepts.
    Filters(&'a [&'a str]),
}

/// How partitions are dropped.
#[derive(Debug, Clone, Copy)]
pub struct DropOptions {
    /// Whether the data goes too, where the table is managed.
    pub delete_data: bool,
    /// Whether fewer partitions than were asked for are no failure. A single one must always exist.
    pub if_exists: bool,
}

/// What a drop works on, resolved against its table.
struct Wanted {
    names: Vec<String>,
    /// How many must be there at least.
    least: usize,
}

impl Operations<'_> {
    /// Drops partitions with their statistics, all or none, and gives them. What is to be deleted is written down in
    /// the same transaction.
    ///
    /// Fails with `NotFound` of the table or the one partition, with `InvalidObject` where some of many are missing or
    /// a name lacks a key, with `Invalid` for what is wrong with the request, with `Outdated` where the only one is not as
    /// `expected`.
    #[boxed]
    pub async fn partitions_drop<'a>(
        &self,
        at: &'a TableRef,
        selection: DropSelection<'a>,
        options: DropOptions,
        expected: &'a dyn Precondition<PartitionAt>,
    ) -> Result<PartitionsOf> {
        self.authorize(Action::Write, Resource::Table(at)).await?;
        self.partitions_remove(at, selection, options, expected)
            .await
    }
}

impl Catalog {
    /// As [`Operations::partitions_drop`], where that has been asked already.
    pub(super) async fn partitions_remove<'a>(
        &self,
        at: &'a TableRef,
        selection: DropSelection<'a>,
        options: DropOptions,
        expected: &'a dyn Precondition<PartitionAt>,
    ) -> Result<PartitionsOf> {
        let wanted = self.partitions_drop_resolve(at, selection).await?;
        let names: Vec<&str> = wanted.names.iter().map(String::as_str).collect();
        let now = self.now();
        let (dropped, deletion) = transact!(self.store, |session| {
            let table = session
                .table_get_locked(at)
                .await?
                .ok_or_else(|| table_missing(at))?;
            let partitions = session.partition_list_by_names(table.id, &names).await?;
            enough(&table, selection, &wanted, partitions.len(), options)?;
            if let [only] = &partitions[..] {
                only_expected(&table, only, expected)?;
            }
            let names: Vec<&str> = partitions.iter().map(|one| one.name.as_str()).collect();
            // First, for it may take long: what comes next keeps others from registering places.
            session.partition_delete(table.id, &names).await?;
            let mut deletion = None;
            if options.delete_data {
                let locations = owned_locations(&table, &partitions);
                let locations: Vec<&Location> = locations.iter().collect();
                let dropped = partitions.iter().map(|one| one.name.as_str()).collect();
                let owner = Owner::Partitions(table.id, &dropped);
                deletion = self
                    .deletion_job_note(session, JobKind::DropPartitions, &table, &locations, owner)
                    .await?;
            }
            if !partitions.is_empty() {
                let event = partitions_event(EventKind::DropPartition, &table, partitions.clone());
                session.event_append(now, &[event]).await?;
            }
            Ok((PartitionsOf { table, partitions }, deletion))
        })?;
        if let Some(deletion) = deletion {
            self.deletion_jobs_try([deletion]).await;
            let parents = self.partition_parents_delete(&dropped);
            if deadline::wait(parents).await.is_none() {
                // They are nobody's data, and the time of the call is up.
                tracing::debug!("empty directories above dropped partitions may be left");
            }
        }
        Ok(dropped)
    }

    /// The names that are meant. The names of a filter are looked up before the transaction: what is added meanwhile
    /// was not meant.
    async fn partitions_drop_resolve(
        &self,
        at: &TableRef,
        selection: DropSelection<'_>,
    ) -> Result<Wanted> {
        let single = |name: String| Wanted {
            names: vec![name],
            least: 1,
        };
        match selection {
            DropSelection::Values(values) => {
                let table = self.table_read(at).await?;
                Ok(single(name_of_values(&table, values)?))
            }
            DropSelection::Name(name) => {
                let table = self.table_read(at).await?;
                let values = values_of_name(&table, name)?;
                Ok(single(name_of_values(&table, &values)?))
            }
            DropSelection::WholeName(name) => {
                let table = self.table_read(at).await?;
                let values = values_of_whole_name(&table, name)?;
                Ok(single(name_of_values(&table, &values)?))
            }
            DropSelection::Names(names) => Ok(Wanted {
                names: names.iter().map(|name| (*name).to_owned()).collect(),
                least: names.len(),
            }),
            DropSelection::Filters(filters) => {
                let table = self.table_read(at).await?;
                let mut names = BTreeSet::new();
                for filter in filters {
                    names.extend(self.partition_names_certain(&table, filter).await?);
                }
                Ok(Wanted {
                    names: names.into_iter().collect(),
                    least: filters.len(),
                })
            }
        }
    }

    /// Removes the directories above dropped partitions where nothing is left in them.
    async fn partition_parents_delete(&self, dropped: &PartitionsOf) {
        let Some(root) = &dropped.table.location else {
            return;
        };
        let mut parents = HashSet::new();
        for location in owned_locations(&dropped.table, &dropped.partitions) {
            if let Some(parent) = location.parent()
                && parent != *root
                && root.contains(&parent)
                && parents.insert(parent)
                && let Err(failure) = self.lake.parents_delete_if_empty(&location, root).await
            {
                tracing::warn!(%location, %failure, "cannot remove empty directories above a dropped partition");
            }
        }
    }
}

/// Fails where fewer partitions exist than the request wants.
fn enough(
    table: &Table,
    selection: DropSelection<'_>,
    wanted: &Wanted,
    found: usize,
    options: DropOptions,
) -> Result<()> {
    match selection {
        DropSelection::Values(values) if found == 0 => Err(missing(&table.at, values)),
        DropSelection::Name(name) | DropSelection::WholeName(name) if found == 0 => {
            Err(missing(&table.at, &values_of_name(table, name)?))
        }
        DropSelection::Names(_) | DropSelection::Filters(_)
            if found < wanted.least && !options.if_exists =>
        {
            Err(Error::InvalidObject(
                "Some partitions to drop are missing".into(),
            ))
        }
        _ => Ok(()),
    }
}

/// The directories that go with partitions: those of managed tables, but never one that holds the table itself.
fn owned_locations(table: &Table, partitions: &[Partition]) -> Vec<Location> {
    if table.is_external() || table.is_view() {
        return Vec::new();
    }
    let root = table.location.as_ref();
    partitions
        .iter()
        .filter_map(|partition| partition.full_location(root))
        .filter(|location| !root.is_some_and(|root| location.contains(root)))
        .collect()
}
