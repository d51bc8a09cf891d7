//! Renaming a partition: new values, and the directory of a managed one goes along.

use super::alter::statistics_forget;
use super::event::change_event;
use super::prepare::default_location;
use super::{
    PartitionAlterOptions, PartitionDraft, listed, name_of_values, same_table, table_missing,
};
use crate::catalog::Catalog;
use crate::catalog::cleanup::Doomed;
use crate::catalog::relocation::Relocation;
use crate::error::{Error, Result};
use crate::model::{Partition, Table, TableRef};
use crate::transact;

impl Catalog {
    /// Gives the partition with the values `old` the values and the form of `new`. No values at all make it a plain
    /// alter. A managed table's directory moves to where the new name stands; an external one stays where it is.
    ///
    /// Fails with `NotFound` of the table, with `NotAllowed` where the old partition is missing, the new one exists or
    /// a directory is in the way, with `Invalid` for what is wrong with the description.
    pub async fn partition_rename(
        &self,
        at: &TableRef,
        old: &[String],
        new: PartitionDraft,
        options: PartitionAlterOptions,
    ) -> Result<()> {
        if old.is_empty() {
            return self.partitions_alter(at, vec![new], options).await;
        }
        let now = self.now();
        let mut session = self.store.session().await?;
        let table = session
            .table_get(at)
            .await?
            .ok_or_else(|| table_missing(at))?;
        let (mut after, keeps) = self.partition_alter_prepare(&table, new, options, now)?;
        let old_name = name_of_values(&table, old)?;
        if old_name == after.name {
            drop(session);
            return Err(taken(at, &after));
        }
        let before = session
            .partition_get(table.id, &old_name)
            .await?
            .ok_or_else(gone)?;
        if session
            .partition_get(table.id, &after.name)
            .await?
            .is_some()
        {
            return Err(taken(at, &after));
        }
        drop(session);
        let relocations = self.partition_move(&table, &before, &mut after).await?;
        // As in Hive: an external partition keeps its place, and its figures with it.
        let counted = [!options.keep_statistics && !keeps && !table.is_external()];
        let single = std::slice::from_mut(&mut after);
        self.partition_figures_renew(
            &table,
            std::slice::from_ref(&before),
            single,
            &counted,
            options,
        )
        .await;
        let stored = self
            .partition_rename_store(&table, &before, &after, &relocations, now)
            .await;
        match stored {
            Ok(doomed) => {
                self.relocations_end(&relocations, doomed).await;
                Ok(())
            }
            Err(failure) => {
                self.relocations_undo(&relocations).await;
                Err(failure)
            }
        }
    }

    /// Moves the directory of a managed partition and sets the place of the renamed one. Gives what moved.
    async fn partition_move(
        &self,
        table: &Table,
        before: &Partition,
        after: &mut Partition,
    ) -> Result<Vec<Relocation>> {
        let root = table.location.as_deref();
        let from = before.full_location(root);
        if table.is_external() || table.is_view() {
            after.location =
                from.filter(|from| Some(from) != default_location(table, &after.name).as_ref());
            return Ok(Vec::new());
        }
        after.location = None;
        let (Some(from), Some(to)) = (from, default_location(table, &after.name)) else {
            return Ok(Vec::new());
        };
        self.places_clear(&[&to]).await?;
        if self.lake.exists(&to).await? {
            return Err(Error::NotAllowed(format!(
                "New location for this partition {to} already exists"
            )));
        }
        Ok(vec![self.relocation_begin(&from, &to).await?])
    }

    async fn partition_rename_store(
        &self,
        table: &Table,
        before: &Partition,
        after: &Partition,
        relocations: &[Relocation],
        now: i64,
    ) -> Result<Vec<Doomed>> {
        let stored = transact!(self.store, |session| {
            let current = session
                .table_get_locked(&table.at)
                .await?
                .ok_or_else(|| table_missing(&table.at))?;
            same_table(table, &current)?;
            let found = session
                .partition_get(current.id, &before.name)
                .await?
                .ok_or_else(gone)?;
            if found.location != before.location {
                return Err(Error::NotAllowed(format!(
                    "{} was changed by another client",
                    before.name
                )));
            }
            statistics_forget(session, &current, &found, after).await?;
            session
                .partition_rename(&current, &before.name, after)
                .await?;
            let doomed = self.relocations_note(session, relocations).await?;
            session
                .event_append(now, &[change_event(&current, found, after.clone())])
                .await?;
            Ok(doomed)
        });
        match stored {
            Err(Error::AlreadyExists(_)) => Err(taken(&table.at, after)),
            other => other,
        }
    }
}

fn gone() -> Error {
    Error::NotAllowed("Unable to rename partition because old partition does not exist".into())
}

fn taken(at: &TableRef, new: &Partition) -> Error {
    let values = listed(&new.values);
    Error::NotAllowed(format!(
        "Partition already exists:{}.{}.{values}",
        at.database, at.table
    ))
}
