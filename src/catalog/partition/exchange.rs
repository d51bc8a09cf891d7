//! Moving partitions with their data from one table to another of the same shape.

use super::event::partitions_event;
use super::prepare::default_location;
use super::{PartitionSelection, PartitionsOf, key_names, same_table, table_missing};
use crate::catalog::Catalog;
use crate::catalog::cleanup::Doomed;
use crate::catalog::relocation::Relocation;
use crate::error::{Entity, Error, Result};
use crate::model::{Column, EventKind, Partition, Table, TableRef};
use crate::store::Session;
use crate::transact;

impl Catalog {
    /// Moves the partitions that `spec` names, key by key, to another table. The keys that it gives must be leading
    /// ones. Every partition then stands at its default place below the target.
    ///
    /// Fails with `NotFound`, `AlreadyExists`, or `Invalid`; what was moved before goes back.
    pub async fn partitions_exchange(
        &self,
        spec: &[(&str, &str)],
        source: &TableRef,
        target: &TableRef,
    ) -> Result<PartitionsOf> {
        let from = self.table_get(source).await?;
        let to = self.table_get(target).await?;
        comparable(&from, &to)?;
        let values = leading_values(&from, spec)?;
        let selection = PartitionSelection::Values(&values);
        let mut cursor = self.partitions_select(source, selection, None).await?;
        let mut moving = Vec::new();
        while let Some(mut page) = cursor.next_page().await? {
            moving.append(&mut page);
        }
        drop(cursor);
        if moving.is_empty() {
            return Err(Error::Invalid(format!(
                "no partition of {} matches the values {values:?}",
                source.table
            )));
        }
        let mut moved = Vec::with_capacity(moving.len());
        let outcome = match self
            .directories_exchange(&from, &to, &moving, &mut moved)
            .await
        {
            Ok(()) => self.exchange_store(&from, &to, &moving, &moved).await,
            Err(failure) => Err(failure),
        };
        match outcome {
            Ok((partitions, doomed)) => {
                self.relocations_end(&moved, doomed).await;
                Ok(PartitionsOf {
                    table: to,
                    partitions,
                })
            }
            Err(failure) => {
                self.relocations_undo(&moved).await;
                Err(failure)
            }
        }
    }

    async fn directories_exchange(
        &self,
        from: &Table,
        to: &Table,
        moving: &[Partition],
        moved: &mut Vec<Relocation>,
    ) -> Result<()> {
        let names: Vec<&str> = moving.iter().map(|one| one.name.as_str()).collect();
        let taken = self
            .store
            .session()
            .await?
            .partition_names_existing(to.id, &names)
            .await?;
        if let Some(name) = taken.into_iter().next() {
            return Err(Error::AlreadyExists(Entity::Partition(to.at.clone(), name)));
        }
        for partition in moving {
            let here = partition.full_location(from.location.as_deref());
            let (Some(here), Some(there)) = (here, default_location(to, &partition.name)) else {
                continue;
            };
            self.places_clear(&[&there]).await?;
            if self.lake.exists(&there).await? {
                return Err(Error::Invalid(format!(
                    "the directory {there} exists already"
                )));
            }
            moved.push(self.relocation_begin(&here, &there).await?);
        }
        Ok(())
    }

    async fn exchange_store(
        &self,
        from: &Table,
        to: &Table,
        moving: &[Partition],
        moved: &[Relocation],
    ) -> Result<(Vec<Partition>, Vec<Doomed>)> {
        let now = self.now();
        let names: Vec<&str> = moving.iter().map(|one| one.name.as_str()).collect();
        transact!(self.store, |session| {
            // In one order everywhere, so that two exchanges in opposite directions do not wait for each other.
            let (first, second) = if from.id < to.id {
                (from, to)
            } else {
                (to, from)
            };
            lock(session, first).await?;
            lock(session, second).await?;
            let found = session.partition_list_by_names(from.id, &names).await?;
            if found.len() != moving.len() {
                return Err(Error::Invalid("partitions were dropped meanwhile".into()));
            }
            let mut arrived = found.clone();
            for partition in &mut arrived {
                partition.location = None;
            }
            session.partition_insert(to, &arrived).await?;
            session.partition_delete(from.id, &names).await?;
            let doomed = self.relocations_note(session, moved).await?;
            let events = [
                partitions_event(EventKind::AddPartition, to, arrived.clone()),
                partitions_event(EventKind::DropPartition, from, found),
            ];
            session.event_append(now, &events).await?;
            Ok((arrived, doomed))
        })
    }
}

async fn lock(session: &mut Session, table: &Table) -> Result<()> {
    let current = session
        .table_get_locked(&table.at)
        .await?
        .ok_or_else(|| table_missing(&table.at))?;
    same_table(table, &current)
}

/// Fails where the tables are one, or differ in columns, keys or catalog.
fn comparable(from: &Table, to: &Table) -> Result<()> {
    let shape = |columns: &[Column]| -> Vec<(String, String)> {
        columns
            .iter()
            .map(|column| (column.name.to_lowercase(), column.data_type.to_lowercase()))
            .collect()
    };
    let columns = |table: &Table| shape(table.descriptor.columns.as_deref().unwrap_or_default());
    if from.id == to.id
        || from.at.catalog != to.at.catalog
        || columns(from) != columns(to)
        || shape(&from.partition_keys) != shape(&to.partition_keys)
    {
        return Err(Error::Invalid(format!(
            "The tables have different schemas: partitions of {} cannot be exchanged with {}",
            from.at.table, to.at.table
        )));
    }
    Ok(())
}

/// The values of the leading keys that a specification gives. Keys that the table does not have are ignored.
fn leading_values(table: &Table, spec: &[(&str, &str)]) -> Result<Vec<String>> {
    let given = |key: &String| spec.iter().find(|(name, _)| name.to_lowercase() == *key);
    let keys = key_names(table);
    let values: Vec<String> = keys
        .iter()
        .map_while(&given)
        .map(|(_, value)| (*value).to_owned())
        .collect();
    let more = keys
        .iter()
        .skip(values.len())
        .any(|key| given(key).is_some());
    if values.is_empty() || more || values.iter().any(String::is_empty) {
        return Err(Error::Invalid(
            "the partition specification must give values of leading keys".into(),
        ));
    }
    Ok(values)
}
