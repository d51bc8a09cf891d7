//! Adding partitions: all of a request or none, their directories included.

use super::directories::locations_of;
use super::event::partitions_event;
use super::prepare::names_differ;
use super::{PartitionDraft, PartitionsOf, same_table, table_missing, values_of_name};
use crate::catalog::Catalog;
use crate::catalog::table::last_ddl_time_fill;
use crate::catalog::{Action, Operations, Resource};
use crate::error::{Entity, Error, Result};
use crate::lake::CreatedDirectory;
use crate::model::{EventKind, Location, Parameters, Partition, Table, TableRef};
use crate::transact;
use async_recursion::async_recursion as boxed;
use std::collections::HashSet;
use std::sync::Arc;

/// How partitions are added.
#[derive(Debug, Clone, Copy)]
pub struct AddOptions {
    /// Whether partitions that exist are left out of the request instead of failing it.
    pub if_not_exists: bool,
    /// Whether the files of directories that existed before are counted.
    pub gather_statistics: bool,
    /// Whether directories are made. Without it the lake is not asked for anything, and no files are counted.
    pub directories: bool,
}

impl Operations<'_> {
    /// Adds partitions and makes their directories. Gives those that were really added, in the order of the request.
    ///
    /// Fails with `NotFound` of the table, `AlreadyExists`, and `Invalid` for what is wrong with the request itself.
    #[boxed]
    pub async fn partitions_add(
        &self,
        at: &TableRef,
        drafts: Vec<PartitionDraft>,
        options: AddOptions,
    ) -> Result<PartitionsOf> {
        self.authorize(Action::Write, Resource::Table(at)).await?;
        self.partitions_register(at, drafts, options).await
    }
}

impl Catalog {
    /// As [`Operations::partitions_add`], where that has been asked already.
    pub(in crate::catalog) async fn partitions_register(
        &self,
        at: &TableRef,
        drafts: Vec<PartitionDraft>,
        options: AddOptions,
    ) -> Result<PartitionsOf> {
        let now = self.now();
        let mut session = self.store.session().await?;
        let table = session
            .table_get(at)
            .await?
            .ok_or_else(|| table_missing(at))?;
        let mut partitions = Vec::with_capacity(drafts.len());
        let mut gather =
            options.directories && options.gather_statistics && self.settings.gather_statistics;
        for draft in drafts {
            let mut prepared = Catalog::partition_prepare(&table, draft)?;
            gather &= !prepared.keeps_statistics;
            if let Some(own) = &prepared.partition.location {
                self.place_allow(own)?;
            }
            prepared.partition.created_at = now;
            last_ddl_time_fill(&mut prepared.partition.parameters, now);
            partitions.push(prepared.partition);
        }
        names_differ(&partitions)?;
        let names: Vec<&str> = partitions.iter().map(|one| one.name.as_str()).collect();
        let existing = session.partition_names_existing(table.id, &names).await?;
        drop(session);
        match existing.first() {
            Some(name) if !options.if_not_exists => {
                return Err(Error::AlreadyExists(Entity::Partition(
                    at.clone(),
                    name.clone(),
                )));
            }
            Some(_) => {
                let existing: HashSet<&str> = existing.iter().map(String::as_str).collect();
                partitions.retain(|one| !existing.contains(one.name.as_str()));
            }
            None => {}
        }
        if partitions.is_empty() {
            return Ok(PartitionsOf { table, partitions });
        }
        let created = if options.directories {
            self.partition_directories_create(&table, &partitions)
                .await?
        } else {
            let locations = locations_of(&table, &partitions);
            self.places_clear(&locations.iter().collect::<Vec<_>>())
                .await?;
            Vec::new()
        };
        if gather {
            self.partition_statistics_fill(&mut partitions, &created)
                .await;
        }
        let stored = self
            .partitions_store(&table, &partitions, options.if_not_exists, now)
            .await;
        match stored {
            Ok(new) => {
                let mut new = new.into_iter();
                partitions.retain(|_| new.next().unwrap_or(false));
                Ok(PartitionsOf { table, partitions })
            }
            Err(failure) => {
                self.partitions_undo(&table, &partitions, &created).await;
                Err(failure)
            }
        }
    }

    /// Writes the rows and the event. Says of each partition whether it is new.
    async fn partitions_store(
        &self,
        table: &Table,
        partitions: &[Partition],
        if_not_exists: bool,
        now: i64,
    ) -> Result<Vec<bool>> {
        transact!(self.store, |session| {
            let current = session
                .table_get_locked(&table.at)
                .await?
                .ok_or_else(|| table_missing(&table.at))?;
            same_table(table, &current)?;
            let new = if if_not_exists {
                session
                    .partition_insert_missing(&current, partitions)
                    .await?
            } else {
                session.partition_insert(&current, partitions).await?;
                vec![true; partitions.len()]
            };
            let places = locations_of(&current, partitions);
            let places: Vec<&Location> = places.iter().collect();
            self.places_clear_still(session, &places).await?;
            let added: Vec<Partition> = partitions
                .iter()
                .zip(&new)
                .filter(|(_, is_new)| **is_new)
                .map(|(partition, _)| partition.clone())
                .collect();
            if !added.is_empty() {
                let event = partitions_event(EventKind::AddPartition, &current, added);
                session.event_append(now, &[event]).await?;
            }
            Ok(new)
        })
    }

    /// Removes the directories of a request that failed. Where another client was faster, they are in use by now.
    async fn partitions_undo(
        &self,
        table: &Table,
        partitions: &[Partition],
        created: &[CreatedDirectory],
    ) {
        let names: Vec<&str> = partitions.iter().map(|one| one.name.as_str()).collect();
        let stored = match self.store.session().await {
            Ok(mut session) => session.partition_list_by_names(table.id, &names).await,
            Err(failure) => Err(failure),
        };
        // Whether they are in use is not known then, and an empty directory harms nobody.
        let Ok(stored) = stored else { return };
        let used = stored
            .iter()
            .filter_map(|one| one.full_location(table.location.as_ref()))
            .collect();
        self.partition_directories_remove(created, &used).await;
    }
}

impl Operations<'_> {
    /// Adds one partition that looks like its table, at its default place.
    ///
    /// Fails as [`Self::partitions_add`]; a view has no such partitions.
    #[boxed]
    pub async fn partition_append(
        &self,
        at: &TableRef,
        values: Vec<String>,
        gather_statistics: bool,
    ) -> Result<PartitionsOf> {
        self.authorize(Action::Write, Resource::Table(at)).await?;
        let table = self.table_read(at).await?;
        self.partition_append_to(&table, values, gather_statistics)
            .await
    }

    /// As [`Self::partition_append`], by the name; `InvalidObject` where it lacks a key.
    #[boxed]
    pub async fn partition_append_by_name(
        &self,
        at: &TableRef,
        name: &str,
        gather_statistics: bool,
    ) -> Result<PartitionsOf> {
        self.authorize(Action::Write, Resource::Table(at)).await?;
        let table = self.table_read(at).await?;
        let values = values_of_name(&table, name)?;
        self.partition_append_to(&table, values, gather_statistics)
            .await
    }
}

impl Catalog {
    async fn partition_append_to(
        &self,
        table: &Table,
        values: Vec<String>,
        gather_statistics: bool,
    ) -> Result<PartitionsOf> {
        if table.is_view() {
            return Err(Error::Invalid(format!(
                "a partition cannot be appended to the view {}",
                table.at.table
            )));
        }
        let draft = PartitionDraft {
            at: table.at.clone(),
            values,
            location: None,
            descriptor: Some(Arc::clone(&table.descriptor)),
            created_at: 0,
            last_access_at: 0,
            parameters: Parameters::new(),
            unknown_fields: Vec::new(),
        };
        let options = AddOptions {
            if_not_exists: false,
            gather_statistics,
            directories: true,
        };
        self.partitions_register(&table.at, vec![draft], options)
            .await
    }
}
