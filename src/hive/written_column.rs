//! Columns and changes of columns as people write them, over REST and gRPC: Hive keeps names in lower case, and types are read as
//! `written_type` does.

use super::column_change::{ColumnChange, ColumnPlace};
use super::written_type::{written_name, written_type};
use crate::model::Column;

/// Which part of a column is at fault, and why.
pub type ColumnFault = (&'static str, String);

fn lower_name(field: &'static str, text: &str) -> Result<String, ColumnFault> {
    match written_name(text) {
        Ok(name) => Ok(name.to_lowercase()),
        Err(why) => Err((field, why)),
    }
}

fn read_type(text: &str) -> Result<String, ColumnFault> {
    written_type(text).map_err(|why| ("type", why))
}

/// A column.
fn written_column(column: Column) -> Result<Column, ColumnFault> {
    Ok(Column {
        name: lower_name("name", &column.name)?,
        data_type: read_type(&column.data_type)?,
        comment: column.comment,
    })
}

/// The columns of a list, each of which may stand there once. The error says which one is at fault, and why.
pub fn written_columns(columns: Vec<Column>) -> Result<Vec<Column>, String> {
    let mut read: Vec<Column> = Vec::with_capacity(columns.len());
    for (index, column) in columns.into_iter().enumerate() {
        let column =
            written_column(column).map_err(|(_, why)| format!("columns[{index}]: {why}"))?;
        if read.iter().any(|one| one.name == column.name) {
            return Err(format!(
                "columns[{index}]: {} stands here twice",
                column.name
            ));
        }
        read.push(column);
    }
    Ok(read)
}

/// A change of a column.
pub fn written_change(change: ColumnChange) -> Result<ColumnChange, ColumnFault> {
    Ok(match change {
        ColumnChange::Add { column, place } => ColumnChange::Add {
            column: written_column(column)?,
            place,
        },
        ColumnChange::Rename { name, to } => ColumnChange::Rename {
            name,
            to: lower_name("to", &to)?,
        },
        ColumnChange::Retype { name, data_type } => ColumnChange::Retype {
            name,
            data_type: read_type(&data_type)?,
        },
        other => other,
    })
}

/// Where a new column stands: behind all others where nothing is said.
pub fn written_place(first: bool, after: Option<String>) -> Result<ColumnPlace, ColumnFault> {
    match (first, after) {
        (true, Some(_)) => Err(("after", "give first or after, not both".to_owned())),
        (true, None) => Ok(ColumnPlace::First),
        (false, Some(name)) => Ok(ColumnPlace::After(name)),
        (false, None) => Ok(ColumnPlace::Last),
    }
}

/// Where a column goes: somewhere must be said.
pub fn written_new_place(first: bool, after: Option<String>) -> Result<ColumnPlace, ColumnFault> {
    match written_place(first, after)? {
        ColumnPlace::Last => Err(("after", "say where it goes: first or after".to_owned())),
        place => Ok(place),
    }
}

#[cfg(test)]
mod tests {
    use super::{written_change, written_columns, written_new_place, written_place};
    use crate::hive::column_change::{ColumnChange, ColumnPlace};
    use crate::model::Column;

    fn column(name: &str, data_type: &str) -> Column {
        Column {
            name: name.to_owned(),
            data_type: data_type.to_owned(),
            comment: None,
        }
    }

    #[test]
    fn columns_are_kept_as_hive_writes_them() {
        let read = written_columns(vec![column(" Id", "BIGINT"), column("item", "int4")]);
        assert!(read.is_err(), "int4 is a name of other databases");
        let read = written_columns(vec![column(" Id", "BIGINT"), column("item", "string")]);
        assert_eq!(
            read.unwrap(),
            [column("id", "bigint"), column("item", "string")]
        );
        let twice = written_columns(vec![column("a", "int"), column("A", "int")]);
        assert_eq!(twice.unwrap_err(), "columns[1]: a stands here twice");
    }

    #[test]
    fn a_change_names_the_part_that_is_at_fault() {
        let renamed = ColumnChange::Rename {
            name: "id".to_owned(),
            to: "Number".to_owned(),
        };
        let Ok(ColumnChange::Rename { to, .. }) = written_change(renamed) else {
            panic!("it is a name");
        };
        assert_eq!(to, "number");
        let retyped = ColumnChange::Retype {
            name: "id".to_owned(),
            data_type: "text".to_owned(),
        };
        assert_eq!(written_change(retyped).unwrap_err().0, "type");
        let added = ColumnChange::Add {
            column: column(" ", "int"),
            place: ColumnPlace::Last,
        };
        assert_eq!(written_change(added).unwrap_err().0, "name");
    }

    #[test]
    fn a_place_is_said_once() {
        let after = || Some("id".to_owned());
        assert_eq!(written_place(false, None), Ok(ColumnPlace::Last));
        assert_eq!(written_place(true, None), Ok(ColumnPlace::First));
        assert!(written_place(true, after()).is_err());
        assert!(written_new_place(false, None).is_err());
        let behind = ColumnPlace::After("id".to_owned());
        assert_eq!(written_new_place(false, after()), Ok(behind));
    }
}
