//! Altering a table in place: what is replaced, what is kept, what is refused, and the compare-and-swap of Iceberg.

use super::statistics::{DO_NOT_UPDATE_STATS, accuracy_renew};
use super::{last_ddl_time_fill, table_type_normalise};
use crate::catalog::Catalog;
use crate::catalog::places::spark_path;
use crate::catalog::{Action, Operations, Resource};
use crate::error::{Entity, Error, Result};
use crate::hive::type_change::{ColumnType, check_type_changes};
use crate::model::{Column, EventBody, EventKind, NewEvent, StorageDescriptor, Table, TableRef};
use crate::store::Session;
use crate::transact;
use async_recursion::async_recursion as boxed;
use std::sync::Arc;

/// What the environment of an alter asks for.
#[derive(Debug, Clone, Default)]
pub struct AlterOptions {
    /// Whether partitions get the new columns too.
    pub cascade: bool,
    /// Whether the files must not be counted again.
    pub keep_statistics: bool,
    /// Whether the statistics were made by the job that wrote the data, and so are exact (`STATS_GENERATED=TASK`).
    pub statistics_are_exact: bool,
    /// The compare-and-swap of a commit.
    pub expected: Option<Expected>,
}

/// A parameter that must still have the value the client saw. Iceberg commits by it
/// (`expected_parameter_key` and `expected_parameter_value`, Hive 2.3.10 and 4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expected {
    /// The parameter, `metadata_location` for Iceberg.
    pub key: String,
    /// The value it must have.
    pub value: String,
}

impl Operations<'_> {
    /// Replaces a table's definition; a changed name renames it.
    ///
    /// Fails with `NotFound`, with `NotAllowed` for a change that Hive forbids, with `Invalid` where `expected` does
    /// not hold any more.
    #[boxed]
    pub async fn table_alter(
        &self,
        at: &TableRef,
        new: Table,
        options: &AlterOptions,
    ) -> Result<()> {
        self.authorize(Action::Alter, Resource::Table(at)).await?;
        let target = new.at.database_ref();
        if target != at.database_ref() {
            self.authorize(Action::Create, Resource::Database(&target))
                .await?;
        }
        if new.at.catalog != at.catalog {
            return Err(Error::NotAllowed(
                "tables cannot be moved between catalogs".into(),
            ));
        }
        super::check::table_check(&new).map_err(refused)?;
        if new.at == *at {
            self.table_replace(at, new, options).await
        } else {
            Box::pin(self.table_rename(at, new, options)).await
        }
    }
}

impl Catalog {
    async fn table_replace(&self, at: &TableRef, new: Table, options: &AlterOptions) -> Result<()> {
        let (mut after, counted) = Catalog::table_prepare(new, options);
        if counted {
            self.table_figures_renew(&mut after, options).await;
        }
        last_ddl_time_fill(&mut after.parameters, self.now());
        let mut cleared = false;
        while !self
            .table_replace_store(at, &after, options, cleared)
            .await?
        {
            if let Some(location) = &after.location {
                self.places_clear(&[location]).await?;
            }
            cleared = true;
        }
        Ok(())
    }

    /// Writes the new definition. Gives false, and does nothing, where the table gets a new place that is not cleared of
    /// dropped data yet: only the transaction knows whether it is new.
    async fn table_replace_store(
        &self,
        at: &TableRef,
        after: &Table,
        options: &AlterOptions,
        cleared: bool,
    ) -> Result<bool> {
        transact!(self.store, |session| {
            let before = session
                .table_get_locked(at)
                .await?
                .ok_or_else(|| Error::NotFound(Entity::Table(at.clone())))?;
            let mut after = after.clone();
            self.table_change_check(&before, &mut after, options)?;
            if before.location != after.location && !cleared {
                return Ok(false);
            }
            self.table_definition_store(session, before, after, options.cascade)
                .await?;
            Ok(true)
        })
    }

    /// Writes a new definition with what follows from it for partitions and statistics, and its event, last. A new place
    /// has been cleared of dropped data before.
    pub(super) async fn table_definition_store(
        &self,
        session: &mut Session,
        before: Table,
        after: Table,
        cascading: bool,
    ) -> Result<()> {
        if let (Some(old), true) = (&before.location, before.location != after.location) {
            session.partition_pin_locations(before.id, old).await?;
        }
        session.table_update(&after).await?;
        if before.descriptor.columns != after.descriptor.columns {
            if cascading {
                cascade(session, &after).await?;
            }
            let lost = before.descriptor.columns_lost(&after.descriptor);
            session.statistics_delete_columns(after.id, &lost).await?;
        }
        if let (Some(location), true) = (&after.location, before.location != after.location) {
            self.places_clear_still(session, &[location]).await?;
        }
        let event = change_event(before, after);
        session.event_append(self.now(), &[event]).await?;
        Ok(())
    }

    /// Fills in what the server decides: no place of a view, the type by the parameter `EXTERNAL`. Says whether the
    /// files of the directory are to be counted again.
    pub(super) fn table_prepare(mut table: Table, options: &AlterOptions) -> (Table, bool) {
        table_type_normalise(&mut table);
        if table.is_view() {
            table.location = None;
            return (table, false);
        }
        let forbidden = table
            .parameters
            .remove(DO_NOT_UPDATE_STATS)
            .is_some_and(|v| v == "true");
        let counted = !forbidden && !options.keep_statistics && !table.is_partitioned();
        (table, counted)
    }

    /// Counts the files of an altered table, and says whether its figures are exact.
    pub(super) async fn table_figures_renew(&self, table: &mut Table, options: &AlterOptions) {
        self.table_statistics_count(table).await;
        accuracy_renew(&mut table.parameters, options.statistics_are_exact);
    }

    /// Compares a table with what it is to become: the expected parameter, the partition keys, the column types.
    /// What an alter never changes is taken over from the old one.
    pub(super) fn table_change_check(
        &self,
        before: &Table,
        after: &mut Table,
        options: &AlterOptions,
    ) -> Result<()> {
        if let Some(expected) = &options.expected {
            expected.check(before, after)?;
        }
        after.id = before.id;
        after.created_at = before.created_at;
        after.owner_type = after.owner_type.or(before.owner_type);
        if after.location.is_none() && !after.is_view() {
            after.location.clone_from(&before.location);
        }
        if let Some(location) = &after.location
            && before.location.as_ref() != Some(location)
        {
            self.table_location_check(after, location)?;
            self.lake.place_known(location)?;
        }
        if spark_path(after) != spark_path(before) {
            self.spark_path_allow(after)?;
        }
        if !before.is_view() && !same_keys(&before.partition_keys, &after.partition_keys) {
            return Err(Error::NotAllowed(
                "partition keys can not be changed.".into(),
            ));
        }
        super::check::names_check(after, Some(before)).map_err(refused)?;
        let checked = self.settings.disallow_incompatible_column_changes
            && !(before.is_view() || before.is_iceberg() || after.is_iceberg());
        if checked {
            let old = before.descriptor.columns.as_deref().unwrap_or_default();
            let new = after.descriptor.columns.as_deref().unwrap_or_default();
            check_type_changes(&column_types(old), &column_types(new))
                .map_err(|failure| Error::NotAllowed(failure.to_string()))?;
        }
        Ok(())
    }
}

impl Expected {
    /// Iceberg knows a lost race by the first words of this text.
    fn check(&self, before: &Table, after: &Table) -> Result<()> {
        let Self { key, value } = self;
        let current = before.parameters.get(key);
        if current != Some(value) {
            let current = current.map_or("null", String::as_str);
            return Err(Error::Invalid(format!(
                "The table has been modified. The parameter value for key '{key}' is '{current}'. \
                 The expected value was '{value}'"
            )));
        }
        if !after.parameters.contains_key(key) {
            return Err(Error::Invalid(format!(
                "New value for expected key {key} is not set"
            )));
        }
        Ok(())
    }
}

/// Hive answers a faulty new definition as an operation that is not possible.
pub(super) fn refused(failure: Error) -> Error {
    match failure {
        Error::InvalidObject(why) => Error::NotAllowed(why),
        other => other,
    }
}

/// Names and count of partition keys are fixed; their types and comments are not.
fn same_keys(old: &[Column], new: &[Column]) -> bool {
    old.len() == new.len()
        && old
            .iter()
            .zip(new)
            .all(|(a, b)| a.name.eq_ignore_ascii_case(&b.name))
}

fn column_types(columns: &[Column]) -> Vec<ColumnType<'_>> {
    columns
        .iter()
        .map(|column| ColumnType {
            name: &column.name,
            hive_type: &column.data_type,
        })
        .collect()
}

/// Gives the partitions the columns of their table: one statement for each descriptor that they share.
async fn cascade(session: &mut Session, table: &Table) -> Result<()> {
    for old in session.partition_descriptors(table.id).await? {
        if old.columns == table.descriptor.columns {
            continue;
        }
        let new = StorageDescriptor {
            columns: table.descriptor.columns.clone(),
            ..(*old).clone()
        };
        session
            .partition_replace_descriptor(table.id, &old, &Arc::new(new))
            .await?;
    }
    Ok(())
}

/// The event of a changed table. It is filed under the new name, as in Hive; its message speaks of the old one.
pub(super) fn change_event(before: Table, after: Table) -> NewEvent {
    NewEvent {
        kind: EventKind::AlterTable,
        catalog: after.at.catalog.clone(),
        database: Some(after.at.database.clone()),
        table: Some(after.at.table.clone()),
        body: EventBody::TableChange {
            before: Box::new(before),
            after: Box::new(after),
            is_truncate: false,
        },
    }
}
