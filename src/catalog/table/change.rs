//! Changing single properties of a table, whatever else is written to it at the same time.

use super::alter::change_event;
use super::{LAST_DDL_TIME, table_type_normalise};
use crate::catalog::{Action, Operations, Resource};
use crate::catalog::{Catalog, ParameterChanges};
use crate::error::{Entity, Error, Result};
use crate::model::{Column, Table, TableRef};
use crate::transact;
use async_recursion::async_recursion as boxed;
use std::sync::Arc;

/// What is to change of a table.
#[derive(Debug, Clone, Default)]
pub struct TableChange {
    /// Its properties.
    pub parameters: ParameterChanges,
    /// The new owner.
    pub owner: Option<String>,
}

impl Operations<'_> {
    /// Changes a table's properties and owner, and gives the table as it is then. A change that changes nothing leaves
    /// no event. Fails with `NotFound`.
    #[boxed]
    pub async fn table_change(&self, at: &TableRef, change: &TableChange) -> Result<Table> {
        self.authorize(Action::Alter, Resource::Table(at)).await?;
        self.table_change_checked(at, change, |_| Ok(())).await
    }
}

impl Catalog {
    /// As [`Self::table_change`], where `check` accepts what the table is to become.
    pub(crate) async fn table_change_checked(
        &self,
        at: &TableRef,
        change: &TableChange,
        check: impl Fn(&Table) -> Result<()> + Send + Sync,
    ) -> Result<Table> {
        let now = self.now();
        transact!(self.store, |session| {
            let before = session
                .table_get_locked(at)
                .await?
                .ok_or_else(|| Error::NotFound(Entity::Table(at.clone())))?;
            let mut after = before.clone();
            change.parameters.apply(&mut after.parameters);
            after.owner = change.owner.clone().or(after.owner);
            if after == before {
                return Ok(after);
            }
            check(&after)?;
            after
                .parameters
                .insert(LAST_DDL_TIME.into(), now.to_string());
            table_type_normalise(&mut after);
            session.table_update(&after).await?;
            let event = change_event(before, after.clone());
            session.event_append(now, &[event]).await?;
            Ok(after)
        })
    }

    /// Adds columns behind those of a table, in one change with its event, and says of each whether it was missing. The
    /// partitions keep theirs: their files lack the columns, which reads as null either way. Fails with `NotFound`, with
    /// `NotAllowed` for a view, and for a table whose columns something else keeps.
    pub(crate) async fn table_columns_add(
        &self,
        at: &TableRef,
        columns: &[Column],
    ) -> Result<Vec<bool>> {
        let now = self.now();
        transact!(self.store, |session| {
            let before = session
                .table_get_locked(at)
                .await?
                .ok_or_else(|| Error::NotFound(Entity::Table(at.clone())))?;
            if before.is_view() || before.is_iceberg() {
                return Err(Error::NotAllowed(format!(
                    "columns cannot be added to {}.{}: it is a view, or keeps its columns elsewhere",
                    at.database, at.table
                )));
            }
            let mut descriptor = (*before.descriptor).clone();
            let own = descriptor.columns.get_or_insert_default();
            let mut added = Vec::with_capacity(columns.len());
            for column in columns {
                let mut known = own.iter().chain(&before.partition_keys);
                let is_missing = !known.any(|one| one.name.eq_ignore_ascii_case(&column.name));
                if is_missing {
                    own.push(column.clone());
                }
                added.push(is_missing);
            }
            if !added.contains(&true) {
                return Ok(added);
            }
            let mut after = before.clone();
            after.descriptor = Arc::new(descriptor);
            after
                .parameters
                .insert(LAST_DDL_TIME.into(), now.to_string());
            session.table_update(&after).await?;
            let event = change_event(before, after);
            session.event_append(now, &[event]).await?;
            Ok(added)
        })
    }
}
