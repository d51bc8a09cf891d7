//! What a table must look like to be stored.

use crate::error::{Error, Result};
use crate::hive::{object_name, type_check};
use crate::model::Table;

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
        if let Err(why) = type_check::check_column_type(&column.data_type) {
            return Err(Error::InvalidObject(format!(
                "Invalid column {}: {why}",
                column.name
            )));
        }
    }
    for key in &table.partition_keys {
        if let Err(why) = type_check::check_column_type(&key.data_type) {
            return Err(Error::InvalidObject(format!(
                "Invalid partition column {}: {why}",
                key.name
            )));
        }
    }
    for skewed in &table.descriptor.skew.columns {
        if !columns
            .iter()
            .any(|column| column.name.eq_ignore_ascii_case(skewed))
        {
            return Err(Error::InvalidObject(format!(
                "Invalid skew column {skewed}"
            )));
        }
    }
    Ok(())
}
