//! What a table must look like to be stored.

use crate::error::{Error, Result};
use crate::hive::object_name;
use crate::hive::type_check::{self, ColumnTypeError};
use crate::model::{Column, Table};
use std::collections::HashSet;

/// The property of a table whose columns Spark keeps in properties.
const SPARK_PROVIDER: &str = "spark.sql.sources.provider";

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
/// neither Hive nor Spark reads such a table. The columns of a view, of Iceberg and of a data source of Spark are kept
/// elsewhere; those that stand here are only shown.
pub(super) fn names_check(table: &Table) -> Result<()> {
    if table.is_view() || table.is_iceberg() || table.parameters.contains_key(SPARK_PROVIDER) {
        return Ok(());
    }
    let columns = table.descriptor.columns.iter().flatten();
    let mut met: HashSet<String> = HashSet::new();
    for column in columns {
        if !met.insert(name_of(column)) {
            return Err(Error::InvalidObject(format!(
                "table {} has the column {} twice: names of columns have no case",
                table.at.table, column.name
            )));
        }
    }
    for key in &table.partition_keys {
        if !met.insert(name_of(key)) {
            return Err(Error::InvalidObject(format!(
                "the partition key {} of table {} has the name of another key or column",
                key.name, table.at.table
            )));
        }
    }
    Ok(())
}

/// Whether two tables have the same names of columns.
pub(super) fn has_names_of(after: &Table, before: &Table) -> bool {
    let names = |table: &Table| -> Vec<String> {
        let columns = table.descriptor.columns.iter().flatten();
        columns.map(name_of).collect()
    };
    names(after) == names(before)
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
