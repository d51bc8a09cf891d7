//! Moving partitions with their data from one table to another of the same shape.

use super::event::partitions_event;
use super::{PartitionSelection, PartitionsOf, key_names, same_table, table_missing};
use crate::catalog::Catalog;
use crate::catalog::job::{Deletion, Handover, Relocation, UnheardRename, subject};
use crate::catalog::{Action, Operations, Resource};
use crate::error::{Entity, Error, Result};
use crate::hive::partition_name::make_name;
use crate::model::{
    Column, EventBody, EventKind, JobKind, JobTarget, Location, Partition, Table, TableRef,
};
use crate::store::Session;
use crate::transact;
use async_recursion::async_recursion as boxed;
use std::collections::HashMap;
use std::sync::Arc;

impl Operations<'_> {
    /// Moves the partitions that `spec` names, key by key, to another table. The keys that it gives must be leading
    /// ones. Every partition then stands at its default place below the target.
    ///
    /// Fails with `NotFound`, `AlreadyExists`, or `Invalid`; what was moved before goes back.
    #[boxed]
    pub async fn partitions_exchange(
        &self,
        spec: &[(&str, &str)],
        source: &TableRef,
        target: &TableRef,
    ) -> Result<PartitionsOf> {
        for at in [source, target] {
            self.authorize(Action::Write, Resource::Table(at)).await?;
        }
        let from = self.table_read(source).await?;
        let to = self.table_read(target).await?;
        comparable(&from, &to)?;
        let values = leading_values(&from, spec)?;
        let moving = self.partitions_of_values(source, &values).await?;
        let keys = key_names(&from);
        let spec = make_name(&keys[..values.len()], &values)?;
        if moving.is_empty() {
            let unheard = UnheardRename {
                kind: JobKind::ExchangePartitions,
                table_id: from.id,
                subject: &format!("{}/{spec}", subject(&from.at)),
                target: &subject(&to.at),
            };
            if self.rename_is_unheard(unheard).await? {
                let partitions = self.partitions_of_values(target, &values).await?;
                return Ok(PartitionsOf {
                    table: to,
                    partitions,
                });
            }
            return Err(Error::Invalid(format!(
                "no partition of {} matches the values {values:?}",
                source.table
            )));
        }
        self.exchange_check(&to, &moving).await?;
        let mut arrived = moving.clone();
        for one in &mut arrived {
            one.location = None;
        }
        Box::pin(self.relocate(exchange(from, &to, moving, &spec))).await?;
        Ok(PartitionsOf {
            table: to,
            partitions: arrived,
        })
    }
}

impl Catalog {
    /// The partitions with these values of the leading keys.
    async fn partitions_of_values(
        &self,
        at: &TableRef,
        values: &[String],
    ) -> Result<Vec<Partition>> {
        let selection = PartitionSelection::Values(values);
        let mut cursor = self.partitions_open(at, selection, None).await?;
        let mut partitions = Vec::new();
        while let Some(mut page) = cursor.next_page().await? {
            partitions.append(&mut page);
        }
        Ok(partitions)
    }

    /// Fails where the target has one of the partitions.
    async fn exchange_check(&self, to: &Table, moving: &[Partition]) -> Result<()> {
        let names: Vec<&str> = moving.iter().map(|one| one.name.as_str()).collect();
        let mut session = self.store.session().await?;
        let existing = session.partition_names_existing(to.id, &names).await?;
        match existing.into_iter().next() {
            Some(name) => Err(Error::AlreadyExists(Entity::Partition(to.at.clone(), name))),
            None => Ok(()),
        }
    }

    /// The exchange itself, which a job commits once the data is in its new places. Gives what is to be deleted then.
    pub(in crate::catalog) async fn exchange_store(
        &self,
        from: &Table,
        to: &JobTarget,
        moving: &[Partition],
        handover: &Handover<'_>,
    ) -> Result<Vec<Deletion>> {
        let now = self.now();
        let names: Vec<&str> = moving.iter().map(|one| one.name.as_str()).collect();
        transact!(self.store, |session| {
            // In one order everywhere, so that two exchanges in opposite directions do not wait for each other.
            let target = if from.id < to.id {
                lock(session, from).await?;
                lock_target(session, to).await?
            } else {
                let target = lock_target(session, to).await?;
                lock(session, from).await?;
                target
            };
            let found = session.partition_list_by_names(from.id, &names).await?;
            if found.len() != moving.len() {
                return Err(Error::Invalid("partitions were dropped meanwhile".into()));
            }
            if !same_places(&found, moving) {
                return Err(Error::Invalid("partitions were moved meanwhile".into()));
            }
            let mut arrived = found.clone();
            for partition in &mut arrived {
                partition.location = None;
            }
            session.partition_insert(&target, &arrived).await?;
            session.partition_delete(from.id, &names).await?;
            let deletions = self.relocation_hand_over(session, handover).await?;
            let events = [
                partitions_event(EventKind::AddPartition, &target, arrived),
                partitions_event(EventKind::DropPartition, from, found),
            ];
            session.event_append(now, &events).await?;
            Ok(deletions)
        })
    }
}

fn exchange(from: Table, to: &Table, moving: Vec<Partition>, spec: &str) -> Relocation {
    let places = moving.iter().filter_map(|one| {
        let here = one.full_location(from.location.as_ref())?;
        let there = Partition::default_location(to.location.as_ref(), &one.name)?;
        Some((here, there))
    });
    Relocation {
        kind: JobKind::ExchangePartitions,
        held: format!("exchange:{}:{}:{spec}", from.id, to.id),
        table_id: from.id,
        subject: format!("{}/{spec}", subject(&from.at)),
        target: subject(&to.at),
        moves: places.collect(),
        to: Some(JobTarget {
            id: to.id,
            at: to.at.clone(),
            location: to.location.clone(),
        }),
        change: EventBody::Partitions {
            table: Arc::new(from),
            partitions: moving,
        },
        expected: None,
    }
}

/// Whether partitions are where they were; both lists hold the same names.
fn same_places(now: &[Partition], seen: &[Partition]) -> bool {
    let places: HashMap<&str, Option<&Location>> = seen
        .iter()
        .map(|one| (one.name.as_str(), one.location.as_ref()))
        .collect();
    now.iter()
        .all(|one| places.get(one.name.as_str()) == Some(&one.location.as_ref()))
}

async fn lock(session: &mut Session, table: &Table) -> Result<()> {
    let current = session
        .table_get_locked(&table.at)
        .await?
        .ok_or_else(|| table_missing(&table.at))?;
    same_table(table, &current)
}

/// The table that an exchange goes to, held; it must be where it was when the exchange was asked for.
async fn lock_target(session: &mut Session, seen: &JobTarget) -> Result<Table> {
    let current = session
        .table_get_locked(&seen.at)
        .await?
        .ok_or_else(|| table_missing(&seen.at))?;
    if current.id == seen.id && current.location == seen.location {
        return Ok(current);
    }
    Err(Error::NotAllowed(format!(
        "{} was changed by another client",
        seen.at.table
    )))
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
