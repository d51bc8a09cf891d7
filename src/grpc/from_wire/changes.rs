//! Changes of tables, their columns, and partitions.

use super::{column, named, parameter_changes};
use crate::catalog::{PartitionChange, TABLE_COMMENT, TableChange};
use crate::error::Error;
use crate::grpc::failure::Failure;
use crate::hive::column_change::ColumnChange;
use crate::hive::written_column::{
    ColumnFault, written_change, written_columns, written_new_place, written_place,
};
use crate::model::Location;
use skep_wire::v1;
use skep_wire::v1::column_change::Change;

/// Changes of a table.
pub(in crate::grpc) fn table_change(
    request: v1::UpdateTableRequest,
) -> Result<TableChange, Failure> {
    let mut parameters = parameter_changes(request.set_parameters, request.remove_parameters)?;
    if let Some(comment) = request.comment {
        parameters.0.insert(TABLE_COMMENT.to_owned(), Some(comment));
    }
    let location = request.location.as_deref().map(Location::parse);
    let changes = request.column_changes.into_iter().enumerate();
    let columns = changes.map(|(index, one)| column_change(index, one.change));
    Ok(TableChange {
        parameters,
        owner: request.owner,
        location: location
            .transpose()
            .map_err(|failure| Failure::field("location", failure.why))?,
        columns: columns.collect::<Result<_, _>>()?,
        cascade: request.cascade,
        view_text: request.view_text,
    })
}

/// One change of a column, which stands at this place of the list.
fn column_change(index: usize, change: Option<Change>) -> Result<ColumnChange, Failure> {
    let at = format!("column_changes[{index}]");
    let Some(change) = change else {
        let why = "say what is to change: add, drop, rename, retype, comment or move";
        return Err(Failure::field(format!("{at}.change"), why));
    };
    let (kind, own) = match &change {
        Change::Add(_) => ("add", None),
        Change::Drop(one) => ("drop", Some(&one.name)),
        Change::Rename(one) => ("rename", Some(&one.name)),
        Change::Retype(one) => ("retype", Some(&one.name)),
        Change::Comment(one) => ("comment", Some(&one.name)),
        Change::Move(one) => ("move", Some(&one.name)),
    };
    if let Some(own) = own {
        named(&format!("{at}.{kind}.name"), own)?;
    }
    let read = described(change).and_then(written_change);
    read.map_err(|(field, why)| {
        // A new column is a message in the message.
        let column = if kind == "add" && field != "after" {
            "column."
        } else {
            ""
        };
        Failure::field(format!("{at}.{kind}.{column}{field}"), why)
    })
}

/// The change as it was sent.
fn described(change: Change) -> Result<ColumnChange, ColumnFault> {
    Ok(match change {
        Change::Add(new) => ColumnChange::Add {
            column: column(new.column.unwrap_or_default()),
            place: written_place(new.first, new.after)?,
        },
        Change::Drop(one) => ColumnChange::Drop { name: one.name },
        Change::Rename(one) => ColumnChange::Rename {
            name: one.name,
            to: one.to,
        },
        Change::Retype(one) => ColumnChange::Retype {
            name: one.name,
            data_type: one.r#type,
        },
        Change::Comment(one) => ColumnChange::Comment {
            name: one.name,
            comment: one.comment,
        },
        Change::Move(one) => ColumnChange::Move {
            name: one.name,
            place: written_new_place(one.first, one.after)?,
        },
    })
}

/// Changes of a partition.
pub(in crate::grpc) fn partition_change(
    request: v1::UpdatePartitionRequest,
) -> Result<PartitionChange, Failure> {
    // Empty is the directory of its name.
    if let Some(place) = request.location.as_deref().filter(|text| !text.is_empty()) {
        Location::parse(place).map_err(|failure| Failure::field("location", failure.why))?;
    }
    let columns = request.columns.map(|list| {
        let columns = list.columns.into_iter().map(column);
        written_columns(columns.collect())
    });
    Ok(PartitionChange {
        parameters: parameter_changes(request.set_parameters, request.remove_parameters)?,
        location: request.location,
        columns: columns.transpose().map_err(Error::InvalidObject)?,
        touch: false,
    })
}
