//! Partitions of a table.

use super::CatalogQuery;
use super::tables::DeleteQuery;
use crate::catalog::{
    AddOptions, DropOptions, DropSelection, PartitionKey, PartitionSelection, PartitionSpec,
};
use crate::error::{Entity, Error};
use crate::model::Table;
use crate::rest::asked::Asked;
use crate::rest::conditional::{IfMatch, IfNoneMatch};
use crate::rest::extract::{Body, Query, Segments, table_at};
use crate::rest::paging::page_size;
use crate::rest::problem::Problem;
use crate::rest::view::partition::{
    AddPartitions, AddedPartitionView, AddedPartitionsView, PartitionListView, PartitionView,
};
use axum::Json;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct ListQuery {
    /// The catalog, `hive` by default
    catalog: Option<String>,
    /// Only partitions that this filter of Hive's language accepts: `dt >= "2026-11-01" and hour = "10"`
    #[serde(default)]
    filter: String,
    /// Only names after this one: `next` of the page before
    after: Option<String>,
    /// Partitions of a page at most: 1 to 1000, by default 100. Where they are large, a page has fewer
    limit: Option<usize>,
}

/// List the partitions of a table
#[utoipa::path(get, path = "/databases/{database}/tables/{table}/partitions", tag = "partitions",
    operation_id = "partition_list",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"), ListQuery),
    responses((status = 200, description = "A page of partitions", body = PartitionListView)))]
pub(in crate::rest) async fn list(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<ListQuery>,
) -> Result<Json<PartitionListView>, Problem> {
    let size = page_size(query.limit)?;
    let at = table_at(query.catalog.as_deref(), &place);
    let selection = PartitionSelection::Filter(&query.filter);
    let page = asked
        .catalog()
        .partition_page(&at, selection, query.after.as_deref(), size)
        .await?;
    let location = page.found.table.location.as_ref();
    let partitions = page.found.partitions.iter();
    let views = partitions.map(|one| PartitionView::listed(one, location));
    Ok(Json(PartitionListView {
        partitions: views.collect(),
        next: page.next,
    }))
}

/// Add partitions, all or none
///
/// With `if_not_exists` the request may be sent again at any time, also by several clients at once: each partition is
/// added once, and its directory made. A partition has the columns and the format that its table has now.
#[utoipa::path(post, path = "/databases/{database}/tables/{table}/partitions", tag = "partitions",
    operation_id = "partition_add",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"), CatalogQuery),
    request_body = AddPartitions,
    responses((status = 200, description = "What became of each", body = AddedPartitionsView)))]
pub(in crate::rest) async fn add(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<CatalogQuery>,
    Body(request): Body<AddPartitions>,
) -> Result<Json<AddedPartitionsView>, Problem> {
    let at = table_at(query.catalog.as_deref(), &place);
    let table = asked.catalog().table_get(&at).await?;
    let mut drafts = Vec::with_capacity(request.partitions.len());
    for (index, new) in request.partitions.into_iter().enumerate() {
        let draft = PartitionSpec::from(new).draft(&table);
        drafts.push(draft.map_err(|fault| {
            let field = fault.field.map(|field| format!(".{field}"));
            let field = format!("partitions[{index}]{}", field.unwrap_or_default());
            Problem::field(field, fault.why)
        })?);
    }
    let options = AddOptions {
        if_not_exists: request.if_not_exists,
        gather_statistics: true,
        directories: true,
    };
    let told = asked
        .catalog()
        .partitions_add_told(&table, drafts, options)
        .await?;
    let added = told.iter().filter(|one| one.is_new).count();
    Ok(Json(AddedPartitionsView {
        added,
        existed: told.len() - added,
        partitions: told.into_iter().map(AddedPartitionView::from).collect(),
    }))
}

/// The names of a table's partition keys.
pub(super) fn key_names(table: &Table) -> Vec<&str> {
    let keys = table.partition_keys.iter();
    keys.map(|key| key.name.as_str()).collect()
}

/// Show a partition
#[utoipa::path(get, path = "/databases/{database}/tables/{table}/partitions/{partition}", tag = "partitions",
    operation_id = "partition_get",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"),
        ("partition" = String, Path,
            description = "The partition's name, percent-encoded as one segment: dt=2026-11-22%2Fhour=10"),
        ("If-None-Match" = Option<String>, Header, description = "Only where it has none of these tags"),
        CatalogQuery),
    responses((status = 200, description = "The partition", body = PartitionView),
        (status = 304, description = "It is as the client has it")))]
pub(in crate::rest) async fn get(
    asked: Asked,
    Segments((database, table, partition)): Segments<(String, String, String)>,
    Query(query): Query<CatalogQuery>,
    had: IfNoneMatch,
) -> Result<Response, Problem> {
    let at = table_at(query.catalog.as_deref(), &(database, table));
    let found = asked
        .catalog()
        .partition_get(&at, PartitionKey::WholeName(&partition))
        .await
        .map_err(|failure| by_name(failure, &partition))?;
    Ok(had.answer(&found))
}

/// Drop a partition
#[utoipa::path(delete, path = "/databases/{database}/tables/{table}/partitions/{partition}", tag = "partitions",
    operation_id = "partition_delete",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"),
        ("partition" = String, Path,
            description = "The partition's name, percent-encoded as one segment: dt=2026-11-22%2Fhour=10"),
        ("If-Match" = Option<String>, Header, description = "Only where it has one of these tags still"),
        DeleteQuery),
    responses((status = 204, description = "It is gone")))]
pub(in crate::rest) async fn delete(
    asked: Asked,
    Segments((database, table, partition)): Segments<(String, String, String)>,
    Query(query): Query<DeleteQuery>,
    expected: IfMatch,
) -> Result<StatusCode, Problem> {
    let at = table_at(query.catalog.as_deref(), &(database, table));
    let options = DropOptions {
        delete_data: query.delete_data,
        if_exists: false,
    };
    let selection = DropSelection::WholeName(&partition);
    asked
        .catalog()
        .partitions_drop(&at, selection, options, &expected)
        .await
        .map_err(|failure| by_name(failure, &partition))?;
    Ok(StatusCode::NO_CONTENT)
}

/// A miss by the name that was asked for, not by the values that were read from it.
pub(super) fn by_name(failure: Error, name: &str) -> Error {
    match failure {
        Error::NotFound(Entity::Partition(at, _)) => {
            Error::NotFound(Entity::Partition(at, name.to_owned()))
        }
        other => other,
    }
}
