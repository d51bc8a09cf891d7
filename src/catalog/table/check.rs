//! What a table must look like to be stored.

use crate::error::{Error, Result};
use crate::hive::object_name;
use crate::hive::type_check::{self, ColumnTypeError};
use crate::model::{Column, Table};

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
    let skewed = table.descriptor.skew.columns.iter();
    let unknown: Vec<&str> = skewed
        .filter(|skewed| !has_column(columns, skewed))
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

fn has_column(columns: &[Column], name: &str) -> bool {
    columns
        .iter()
        .any(|column| column.name.eq_ignore_ascii_case(name))
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
