//! Tables.

use super::name::{required, table_within};
use super::{parameters, storage, text};
use crate::error::{Error, Result};
use crate::model::{Location, PrincipalType, Table, TableType};
use hms::{Protocol, types};
use std::sync::Arc;

/// A table as a client defines it. Its id and times are the server's to fill in.
///
/// `catalog` is the request's own, for a table that names none.
pub(in crate::thrift) fn table(wire: &types::Table<'_>, catalog: Option<&str>) -> Result<Table> {
    let at = table_within(catalog, wire)?;
    let sd = required(wire.sd.as_deref(), "sd")?;
    if sd.cols.is_none() {
        return Err(Error::Invalid("the argument sd.cols is missing".into()));
    }
    if sd.serde_info.is_none() {
        return Err(Error::Invalid("Invalid SerDeInfo object".into()));
    }
    let nameless = |fields: &Option<Vec<types::FieldSchema<'_>>>| {
        fields.iter().flatten().any(|field| field.name.is_none())
    };
    if nameless(&sd.cols) || nameless(&wire.partition_keys) {
        return Err(Error::Invalid("the name of a column is missing".into()));
    }
    let table_type = TableType::parse(wire.table_type.unwrap_or("MANAGED_TABLE"));
    Ok(Table {
        id: 0,
        at,
        owner: text(wire.owner),
        owner_type: wire.owner_type.map(|kind| PrincipalType(kind.0)),
        created_at: i64::from(wire.create_time.unwrap_or(0)),
        last_access_at: i64::from(wire.last_access_time.unwrap_or(0)),
        retention: wire.retention.unwrap_or(0),
        partition_keys: wire
            .partition_keys
            .as_deref()
            .map(storage::columns)
            .unwrap_or_default(),
        location: location(sd.location, &table_type)?,
        table_type,
        descriptor: Arc::new(storage::descriptor(sd)),
        parameters: parameters(wire.parameters.as_deref()),
        view_original_text: text(wire.view_original_text),
        view_expanded_text: text(wire.view_expanded_text),
        unknown_fields: unknown_fields(wire),
    })
}

/// A blank location is none, and whatever a view says of one means nothing.
fn location(text: Option<&str>, table_type: &TableType) -> Result<Option<Location>> {
    let said = text.filter(|text| !text.trim().is_empty() && *table_type != TableType::VirtualView);
    let read = said.map(Location::parse).transpose();
    read.map_err(|failure| Error::Invalid(failure.to_string()))
}

/// The fields the domain does not interpret, as a table of their own; empty where there are none. Privileges are
/// accepted and not kept: Hive echoes them only to who asks.
fn unknown_fields(wire: &types::Table<'_>) -> Vec<u8> {
    let kept = types::Table {
        rewrite_enabled: wire.rewrite_enabled.filter(|enabled| *enabled),
        creation_metadata: wire.creation_metadata.clone(),
        file_metadata: wire.file_metadata.clone(),
        dictionary: wire.dictionary.clone(),
        ..Default::default()
    };
    if kept == types::Table::default() {
        return Vec::new();
    }
    let mut bytes = Vec::new();
    Protocol::Binary.encode(&kept, &mut bytes);
    bytes
}
