//! Renaming a partition: new values, and the directory of a managed one goes along.

use super::alter::statistics_forget;
use super::event::change_events;
use super::{
    PartitionAlterOptions, PartitionAt, PartitionDraft, PartitionKey, key_names, listed, missing,
    name_of_values, same_table, table_missing,
};
use crate::catalog::Catalog;
use crate::catalog::job::{Deletion, Handover, Relocation, UnheardRename, subject};
use crate::catalog::table::LAST_DDL_TIME;
use crate::catalog::{Action, Operations, Resource};
use crate::error::{Error, Result};
use crate::model::{EventBody, JobKind, Location, Partition, Table, TableRef};
use crate::store::Session;
use crate::transact;
use async_recursion::async_recursion as boxed;
use std::sync::Arc;

impl Operations<'_> {
    /// Gives the partition with the values `old` the values and the form of `new`. No values at all make it a plain
    /// alter. A managed table's directory moves to where the new name stands; an external one stays where it is.
    ///
    /// Fails with `NotFound` of the table, with `NotAllowed` where the old partition is missing, the new one exists or
    /// a directory is in the way, with `Invalid` for what is wrong with the description.
    #[boxed]
    pub async fn partition_rename(
        &self,
        at: &TableRef,
        old: &[String],
        new: PartitionDraft,
        options: PartitionAlterOptions,
    ) -> Result<()> {
        self.authorize(Action::Write, Resource::Table(at)).await?;
        if old.is_empty() {
            return self.partitions_replace(at, vec![new], options).await;
        }
        let now = self.now();
        let mut session = self.store.session().await?;
        let table = session
            .table_get(at)
            .await?
            .ok_or_else(|| table_missing(at))?;
        let (after, keeps) = Catalog::partition_alter_prepare(&table, new, options, now)?;
        let old_name = name_of_values(&table, old)?;
        if old_name == after.name {
            drop(session);
            return Err(taken(at, &after.values));
        }
        let before = session.partition_get(table.id, &old_name).await?;
        let existing = session.partition_get(table.id, &after.name).await?;
        drop(session);
        let before = match (before, existing) {
            (Some(before), None) => before,
            // A job may have done it, also since the first look.
            (before, _) => {
                let is_done = self
                    .partition_rename_is_unheard(&table, &old_name, &after.name)
                    .await?;
                return match before {
                    _ if is_done => Ok(()),
                    Some(_) => Err(taken(at, &after.values)),
                    None => Err(gone()),
                };
            }
        };
        // As in Hive: an external partition keeps its place, and its figures with it.
        let counted = !options.keep_statistics && !keeps && !table.is_external();
        self.partition_rename_run(table, before, after, counted.then_some(options))
            .await
    }

    /// Gives a partition other values, and gives it as it is then; all else of it stays. A managed table's directory moves to
    /// where the new name stands.
    ///
    /// Fails with `NotFound`, with `NotAllowed` where the new one exists or a directory is in the way, with `Invalid` for a
    /// wrong number of values.
    #[boxed]
    pub async fn partition_move<'a>(
        &self,
        at: &'a TableRef,
        key: PartitionKey<'a>,
        to: &'a [String],
    ) -> Result<PartitionAt> {
        self.authorize(Action::Write, Resource::Table(at)).await?;
        let table = self.table_read(at).await?;
        let old = key.values(&key_names(&table))?;
        let (old_name, name) = (name_of_values(&table, &old)?, name_of_values(&table, to)?);
        let mut session = self.store.session().await?;
        let before = session.partition_get(table.id, &old_name).await?;
        let existing = session.partition_get(table.id, &name).await?;
        drop(session);
        match (before, existing) {
            (Some(before), None) => {
                let mut after = before.clone();
                after.values = to.to_vec();
                after.name.clone_from(&name);
                let now = self.now().to_string();
                after.parameters.insert(LAST_DDL_TIME.into(), now);
                self.partition_rename_run(table, before, after, None)
                    .await?;
            }
            (before, _) => {
                let is_done = self
                    .partition_rename_is_unheard(&table, &old_name, &name)
                    .await?;
                match before {
                    _ if is_done => {}
                    Some(_) => return Err(taken(at, to)),
                    None => return Err(missing(at, &old)),
                }
            }
        }
        let table = self.table_read(at).await?;
        let found = self
            .store
            .session()
            .await?
            .partition_get(table.id, &name)
            .await?;
        Ok(PartitionAt {
            at: at.clone(),
            table_location: table.location,
            partition: found.ok_or_else(|| missing(at, to))?,
        })
    }
}

impl Catalog {
    /// Renames `before` to `after`, whose place is decided here; its files are counted where that is said how.
    async fn partition_rename_run(
        &self,
        table: Table,
        before: Partition,
        mut after: Partition,
        counted: Option<PartitionAlterOptions>,
    ) -> Result<()> {
        let at = &table.at;
        let moved = directory_move(&table, &before, &mut after);
        if let Some(options) = counted {
            let from = moved.as_ref().map(|(from, _)| from.clone());
            self.partition_rename_figures(&table, &before, &mut after, from, options)
                .await;
        }
        let Some(moved) = moved else {
            return self
                .partition_rename_store(&table, &before, &after, None)
                .await
                .map(drop);
        };
        let relocation = Relocation {
            kind: JobKind::RenamePartition,
            held: format!("partition:{}:{}", table.id, before.name),
            table_id: table.id,
            subject: partition_subject(at, &before.name),
            target: partition_subject(at, &after.name),
            moves: vec![moved],
            change: EventBody::PartitionChange {
                table: Arc::new(table),
                before: Box::new(before),
                after: Box::new(after),
            },
            to: None,
            expected: None,
        };
        Box::pin(self.relocate(relocation)).await
    }

    /// Whether this rename was done by a job of whose end nobody has heard yet.
    async fn partition_rename_is_unheard(
        &self,
        table: &Table,
        old: &str,
        new: &str,
    ) -> Result<bool> {
        let mut session = self.store.session().await?;
        let is_left = session.partition_get(table.id, old).await?.is_some();
        let is_there = session.partition_get(table.id, new).await?.is_some();
        drop(session);
        if is_left || !is_there {
            return Ok(false);
        }
        self.rename_is_unheard(UnheardRename {
            kind: JobKind::RenamePartition,
            table_id: table.id,
            subject: &partition_subject(&table.at, old),
            target: &partition_subject(&table.at, new),
        })
        .await
    }

    /// Counts the files of a partition where they are now; they move as they are.
    async fn partition_rename_figures(
        &self,
        table: &Table,
        before: &Partition,
        after: &mut Partition,
        from: Option<Location>,
        options: PartitionAlterOptions,
    ) {
        let place = std::mem::replace(&mut after.location, from);
        let before = std::slice::from_ref(before);
        let single = std::slice::from_mut(after);
        self.partition_figures_renew(table, before, single, &[true], options)
            .await;
        after.location = place;
    }

    /// The rename itself, which a job commits once the data is in its new place. Gives what is to be deleted then.
    pub(in crate::catalog) async fn partition_rename_store(
        &self,
        table: &Table,
        before: &Partition,
        after: &Partition,
        handover: Option<&Handover<'_>>,
    ) -> Result<Vec<Deletion>> {
        let now = self.now();
        let stored = transact!(self.store, |session| {
            let (current, found) = partition_unchanged(session, table, before).await?;
            statistics_forget(session, &current, &found, after).await?;
            session
                .partition_rename(&current, &before.name, after)
                .await?;
            let deletions = match handover {
                Some(handover) => self.relocation_hand_over(session, handover).await?,
                None => Vec::new(),
            };
            session
                .event_append(now, &change_events(&current, [(found, after.clone())]))
                .await?;
            Ok(deletions)
        });
        match stored {
            Err(Error::AlreadyExists(_)) => Err(taken(&table.at, &after.values)),
            other => other,
        }
    }
}

/// Sets the place of a renamed partition, and says whether its directory moves, and from where to where. The directory of
/// a managed one goes to where the new name stands, unless it lies there already, by whichever word.
fn directory_move(
    table: &Table,
    before: &Partition,
    after: &mut Partition,
) -> Option<(Location, Location)> {
    let root = table.location.as_ref();
    let from = before.full_location(root);
    if table.is_external() || table.is_view() {
        after.location = from.and_then(|from| Partition::own_location(from, root, &after.name));
        return None;
    }
    let (from, to) = from.zip(Partition::default_location(root, &after.name))?;
    if from == to {
        after.location = Partition::own_location(from, root, &after.name);
        return None;
    }
    after.location = None;
    Some((from, to))
}

/// The table and the partition as they are, held; the partition must be as it was when the rename was asked for, or what
/// was changed since would be written over.
async fn partition_unchanged(
    session: &mut Session,
    table: &Table,
    before: &Partition,
) -> Result<(Table, Partition)> {
    let current = session
        .table_get_locked(&table.at)
        .await?
        .ok_or_else(|| table_missing(&table.at))?;
    same_table(table, &current)?;
    let found = session
        .partition_get(current.id, &before.name)
        .await?
        .ok_or_else(gone)?;
    if found == *before {
        return Ok((current, found));
    }
    let text = format!("{} was changed by another client", before.name);
    Err(Error::NotAllowed(text))
}

/// A partition as people name it.
fn partition_subject(at: &TableRef, name: &str) -> String {
    format!("{}/{name}", subject(at))
}

fn gone() -> Error {
    Error::NotAllowed("Unable to rename partition because old partition does not exist".into())
}

fn taken(at: &TableRef, values: &[String]) -> Error {
    let values = listed(values);
    Error::NotAllowed(format!(
        "Partition already exists:{}.{}.{values}",
        at.database, at.table
    ))
}
