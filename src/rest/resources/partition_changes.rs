//! What becomes of partitions that are there: changed, touched, renamed.

use super::CatalogQuery;
use super::partitions::{by_name, key_names};
use crate::catalog::{
    ParameterChanges, PartitionChange, PartitionKey, Unconditional, partition_values_check,
};
use crate::error::Error;
use crate::hive::partition_name::values_of_whole_name;
use crate::hive::written_column::written_columns;
use crate::rest::asked::Asked;
use crate::rest::conditional::{IfMatch, Tagged};
use crate::rest::extract::{Body, Query, Segments, table_at};
use crate::rest::problem::Problem;
use crate::rest::view::partition::{ChangePartition, PartitionView, RenamePartition};
use crate::rest::view::storage::ColumnView;

/// Change a partition's place, columns or single properties
///
/// No data moves.
#[utoipa::path(patch, path = "/databases/{database}/tables/{table}/partitions/{partition}", tag = "partitions",
    operation_id = "partition_change",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"),
        ("partition" = String, Path,
            description = "The partition's name, percent-encoded as one segment: dt=2026-11-22%2Fhour=10"),
        ("If-Match" = Option<String>, Header, description = "Only where it has one of these tags still"),
        CatalogQuery),
    request_body = ChangePartition,
    responses((status = 200, description = "The partition as it is now", body = PartitionView)))]
pub(in crate::rest) async fn change(
    asked: Asked,
    Segments((database, table, partition)): Segments<(String, String, String)>,
    Query(query): Query<CatalogQuery>,
    expected: IfMatch,
    Body(request): Body<ChangePartition>,
) -> Result<Tagged, Problem> {
    let at = table_at(query.catalog.as_deref(), &(database, table));
    let columns = request.columns.map(|columns| {
        let written = columns.into_iter().map(ColumnView::into);
        written_columns(written.collect())
    });
    let columns = columns.transpose().map_err(Error::InvalidObject)?;
    let change = PartitionChange {
        parameters: ParameterChanges(request.parameters),
        location: request.location,
        columns,
        touch: false,
    };
    let key = PartitionKey::WholeName(&partition);
    let changed = asked
        .catalog()
        .partition_change(&at, key, &change, &expected)
        .await
        .map_err(|failure| by_name(failure, &partition))?;
    Ok(Tagged::of(&changed))
}

/// Touch a partition
///
/// Nothing of it changes but the time of its last change; listeners hear of it as of any change.
#[utoipa::path(post, path = "/databases/{database}/tables/{table}/partitions/{partition}/touch", tag = "partitions",
    operation_id = "partition_touch",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"),
        ("partition" = String, Path,
            description = "The partition's name, percent-encoded as one segment: dt=2026-11-22%2Fhour=10"),
        CatalogQuery),
    responses((status = 200, description = "The partition as it is now", body = PartitionView)))]
pub(in crate::rest) async fn touch(
    asked: Asked,
    Segments((database, table, partition)): Segments<(String, String, String)>,
    Query(query): Query<CatalogQuery>,
) -> Result<Tagged, Problem> {
    let at = table_at(query.catalog.as_deref(), &(database, table));
    let change = PartitionChange {
        touch: true,
        ..PartitionChange::default()
    };
    let key = PartitionKey::WholeName(&partition);
    let touched = asked
        .catalog()
        .partition_change(&at, key, &change, &Unconditional)
        .await
        .map_err(|failure| by_name(failure, &partition))?;
    Ok(Tagged::of(&touched))
}

/// Rename a partition: give it other values
///
/// The directory of a managed table's partition goes along; on an object store that takes its time, and is a job.
#[utoipa::path(post, path = "/databases/{database}/tables/{table}/partitions/{partition}/rename", tag = "partitions",
    operation_id = "partition_rename",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"),
        ("partition" = String, Path,
            description = "The partition's name, percent-encoded as one segment: dt=2026-11-22%2Fhour=10"),
        CatalogQuery),
    request_body = RenamePartition,
    responses((status = 200, description = "The partition as it is now", body = PartitionView)))]
pub(in crate::rest) async fn rename(
    asked: Asked,
    Segments((database, table, partition)): Segments<(String, String, String)>,
    Query(query): Query<CatalogQuery>,
    Body(request): Body<RenamePartition>,
) -> Result<Tagged, Problem> {
    let at = table_at(query.catalog.as_deref(), &(database, table));
    let found = asked.catalog().table_get(&at).await?;
    let keys = key_names(&found);
    let to = match (request.values, request.name) {
        (Some(values), None) => values,
        (None, Some(name)) => values_of_whole_name(&name, &keys)
            .map_err(|failure| Problem::field("name", failure.to_string()))?,
        _ => {
            return Err(Problem::field(
                "name",
                "give values or a name, and not both",
            ));
        }
    };
    partition_values_check(&found, &to).map_err(|why| Problem::field("values", why))?;
    let key = PartitionKey::WholeName(&partition);
    let renamed = asked
        .catalog()
        .partition_move(&at, key, &to)
        .await
        .map_err(|failure| by_name(failure, &partition))?;
    Ok(Tagged::of(&renamed))
}
