//! What a table must look like to be stored.

use crate::error::{Error, Result};
use crate::hive::object_name;
use crate::hive::spark_schema::PROVIDER;
use crate::hive::type_check::{self, ColumnTypeError};
use crate::model::{Column, Table};
use std::collections::HashSet;

/// Checks name, columns, partition keys, serde and skew of a table that is to be created or to replace another.
pub(super) fn table_check(table: &Table) -> Result<()> {
    let name = table.at.table.as_str();
    object_name::check_object_name(name)
        .map_err(|failure| Error::InvalidObject(failure.to_string()))?;
    let Some(columns) = &table.descriptor.columns else {
        return Err(Error::Invalid(format!(
            "the columns (sd.cols) of table {name} are missing"
        )));
    };
    for column in columns {
        type_check(&column.data_type, "column")?;
    }
    for key in &table.partition_keys {
        type_check(&key.data_type, "partition column")?;
    }
    let known: HashSet<String> = columns.iter().map(name_of).collect();
    let skewed = table.descriptor.skew.columns.iter();
    let unknown: Vec<&str> = skewed
        .filter(|skewed| !known.contains(&skewed.to_lowercase()))
        .map(String::as_str)
        .collect();
    if unknown.is_empty() {
        return Ok(());
    }
    Err(Error::InvalidObject(format!(
        "Invalid skew column [{}]",
        unknown.join(", ")
    )))
}

/// Refuses a name that a table has twice, among its columns, its partition keys or between both: names have no case, and
/// Spark cannot read such a table. The columns of a view, of Iceberg and of a data source of Spark are kept
/// elsewhere; those that stand here are only shown.
///
/// A name that the table had twice `before` is no reason to refuse another change.
pub(super) fn names_check(table: &Table, before: Option<&Table>) -> Result<()> {
    if table.is_view() || table.is_iceberg() || table.parameters.contains_key(PROVIDER) {
        return Ok(());
    }
    let known = before.map(names_twice).unwrap_or_default();
    match names_twice(table).difference(&known).min() {
        Some(name) => Err(Error::InvalidObject(format!(
            "table {} has the name {name} twice among its columns and partition keys: names have no case",
            table.at.table
        ))),
        None => Ok(()),
    }
}

fn names_twice(table: &Table) -> HashSet<String> {
    let columns = table.descriptor.columns.iter().flatten();
    let names = columns.chain(&table.partition_keys).map(name_of);
    let mut met = HashSet::new();
    names.filter(|name| !met.insert(name.clone())).collect()
}

fn name_of(column: &Column) -> String {
    column.name.to_lowercase()
}

/// An unknown type makes the object invalid, a missing one the request, as in Hive.
fn type_check(data_type: &str, of: &str) -> Result<()> {
    match type_check::check_column_type(data_type) {
        Ok(()) => Ok(()),
        Err(why @ ColumnTypeError::Unknown { .. }) => {
            Err(Error::InvalidObject(format!("Invalid {of} {why}")))
        }
        Err(why @ ColumnTypeError::Empty) => Err(Error::Invalid(why.to_string())),
    }
}
