//! Tables.

use super::{parameters, seconds, storage};
use crate::model::{Location, Table, TableMeta};
use hms::{Protocol, types};

/// A table.
pub(in crate::thrift) fn table(table: &Table) -> types::Table<'_> {
    let unknown: types::Table<'_> = if table.unknown_fields.is_empty() {
        types::Table::default()
    } else {
        Protocol::Binary
            .decode(&table.unknown_fields)
            .unwrap_or_default()
    };
    types::Table {
        table_name: Some(table.at.table.as_str()),
        db_name: Some(table.at.database.as_str()),
        owner: table.owner.as_deref(),
        create_time: Some(seconds(table.created_at)),
        last_access_time: Some(seconds(table.last_access_at)),
        retention: Some(table.retention),
        sd: Some(Box::new(storage::descriptor(
            &table.descriptor,
            table.location.as_ref().map(Location::as_str),
        ))),
        partition_keys: Some(storage::columns(&table.partition_keys)),
        parameters: parameters(&table.parameters),
        view_original_text: table.view_original_text.as_deref(),
        view_expanded_text: table.view_expanded_text.as_deref(),
        table_type: Some(table.table_type.as_str()),
        temporary: Some(false),
        rewrite_enabled: Some(unknown.rewrite_enabled.unwrap_or(false)),
        cat_name: Some(table.at.catalog.as_str()),
        owner_type: table.owner_type.map(|kind| types::PrincipalType(kind.0)),
        id: Some(table.id),
        ..unknown
    }
}

/// What listings show of a table.
pub(in crate::thrift) fn table_meta(meta: &TableMeta) -> types::TableMeta<'_> {
    types::TableMeta {
        db_name: meta.at.database.as_str(),
        table_name: meta.at.table.as_str(),
        table_type: meta.table_type.as_str(),
        comments: meta.comment.as_deref(),
        cat_name: Some(meta.at.catalog.as_str()),
        owner_name: meta.owner.as_deref(),
        owner_type: None,
    }
}
