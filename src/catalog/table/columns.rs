//! The columns of a table, in both forms that they are kept in: the storage descriptor's, which Hive and Trino read, and
//! the schema that Spark keeps among the properties.

use super::LAST_DDL_TIME;
use super::alter::change_event;
use crate::catalog::Catalog;
use crate::error::{Entity, Error, Result};
use crate::hive::column_change::{self, ColumnChange};
use crate::hive::spark_schema::{self, SparkSchemaError};
use crate::model::{Column, Table, TableRef};
use crate::transact;
use std::sync::Arc;

impl Catalog {
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

/// Makes changes of a table's columns, in both forms. Fails for a table whose columns something else keeps, and for a
/// column by which its rows are spread.
pub(super) fn columns_change(table: &mut Table, changes: &[ColumnChange]) -> Result<()> {
    let (database, name) = (&table.at.database, &table.at.table);
    let refused = |why: &dyn std::fmt::Display| {
        Error::NotAllowed(format!(
            "the columns of {database}.{name} cannot be changed: {why}"
        ))
    };
    if table.is_iceberg() {
        return Err(refused(&"Iceberg keeps them in its metadata"));
    }
    let mut descriptor = (*table.descriptor).clone();
    let sorted = descriptor.sort_columns.iter().map(|one| &one.column);
    let spreading = descriptor.bucket_columns.iter().chain(sorted);
    let spreading: Vec<&String> = spreading.chain(&descriptor.skew.columns).collect();
    if let Some(given_up) = column_change::names_given_up(changes)
        .find(|name| spreading.iter().any(|one| one.eq_ignore_ascii_case(name)))
    {
        return Err(refused(&format!("rows are spread or sorted by {given_up}")));
    }
    let mut parameters = table.parameters.clone();
    let sparks = spark_schema::columns(&parameters).map_err(|why| refused(&why))?;
    spark_schema::columns_change(&mut parameters, &table.partition_keys, changes)
        .map_err(|why| refused(&why))?;
    let own = descriptor.columns.get_or_insert_default();
    // Where Hive cannot read what Spark wrote, there is nothing of its own to change.
    if !(sparks.is_some() && spark_schema::is_placeholder(own)) {
        column_change::apply(own, &table.partition_keys, changes).map_err(|why| refused(&why))?;
    }
    table.descriptor = Arc::new(descriptor);
    table.parameters = parameters;
    Ok(())
}
