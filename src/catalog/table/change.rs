//! Changing single properties of a table, whatever else is written to it at the same time.

use super::alter::change_event;
use super::{LAST_DDL_TIME, table_type_normalise};
use crate::catalog::{Action, Operations, Resource};
use crate::catalog::{Catalog, ParameterChanges};
use crate::error::{Entity, Error, Result};
use crate::hive::spark_schema::{self, SparkSchemaError};
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
            let mut after = before.clone();
            let added = columns_append(&mut after, columns)?;
            if !added.contains(&true) {
                return Ok(added);
            }
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

/// Adds what a table lacks behind its columns, and to the schema that Spark keeps of it: Spark reads that one. Says of
/// each column whether it was missing.
fn columns_append(table: &mut Table, columns: &[Column]) -> Result<Vec<bool>> {
    let refused = |why: SparkSchemaError| {
        let (database, name) = (&table.at.database, &table.at.table);
        Error::NotAllowed(format!(
            "columns cannot be added to {database}.{name}: {why}"
        ))
    };
    let sparks = spark_schema::columns(&table.parameters).map_err(refused)?;
    let mut parameters = table.parameters.clone();
    spark_schema::columns_add(&mut parameters, columns).map_err(refused)?;
    let mut descriptor = (*table.descriptor).clone();
    let own = descriptor.columns.get_or_insert_default();
    // Where Hive cannot read what Spark wrote, a column more would make the placeholder a column.
    let stands_for_none = sparks.is_some() && spark_schema::is_placeholder(own);
    let mut added = Vec::with_capacity(columns.len());
    for column in columns {
        let named = |one: &Column| one.name.eq_ignore_ascii_case(&column.name);
        let hive_lacks = !stands_for_none && !own.iter().chain(&table.partition_keys).any(named);
        let spark_lacks = sparks
            .as_ref()
            .is_some_and(|sparks| !sparks.iter().any(named));
        if hive_lacks {
            own.push(column.clone());
        }
        added.push(hive_lacks || spark_lacks);
    }
    table.descriptor = Arc::new(descriptor);
    table.parameters = parameters;
    Ok(added)
}
