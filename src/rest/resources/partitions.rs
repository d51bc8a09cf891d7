//! Partitions of a table.

use super::CatalogQuery;
use super::tables::DeleteQuery;
use crate::catalog::{
    AddOptions, DropOptions, DropSelection, PartitionDraft, PartitionKey, PartitionSelection,
};
use crate::error::{Entity, Error};
use crate::filter::value_fits;
use crate::hive::partition_name::{make_name, values_of_whole_name};
use crate::model::Table;
use crate::rest::asked::Asked;
use crate::rest::extract::{Body, Query, Segments, table_at};
use crate::rest::paging::{page_of, page_size};
use crate::rest::problem::Problem;
use crate::rest::view::partition::{
    AddOutcome, AddPartitions, AddedPartitionView, AddedPartitionsView, NewPartition,
    PartitionListView, PartitionView,
};
use axum::Json;
use axum::http::StatusCode;
use serde::Deserialize;
use std::collections::HashSet;
use std::sync::Arc;
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
    /// Partitions of a page: 1 to 1000, by default 100
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
    let found = asked
        .catalog()
        .partition_page(&at, selection, query.after.as_deref(), size + 1)
        .await?;
    let location = found.table.location.as_ref();
    let views = found
        .partitions
        .iter()
        .map(|one| PartitionView::listed(one, location));
    let (partitions, next) = page_of(views.collect(), size, |one| one.name.clone());
    Ok(Json(PartitionListView { partitions, next }))
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
    let keys: Vec<&str> = table
        .partition_keys
        .iter()
        .map(|key| key.name.as_str())
        .collect();
    let mut names = Vec::with_capacity(request.partitions.len());
    let mut drafts = Vec::with_capacity(request.partitions.len());
    for (index, new) in request.partitions.into_iter().enumerate() {
        let draft = draft(&table, &keys, new)
            .map_err(|why| Problem::field(format!("partitions[{index}]"), why))?;
        let name = make_name(&keys, &draft.values);
        names.push(name.map_err(|failure| {
            Problem::field(format!("partitions[{index}].values"), failure.to_string())
        })?);
        drafts.push(draft);
    }
    if table.is_view() {
        let text = format!("{} is a view: engines make its partitions", table.at.table);
        return Err(Error::NotAllowed(text).into());
    }
    let options = AddOptions {
        if_not_exists: request.if_not_exists,
        gather_statistics: true,
    };
    let added = asked.catalog().partitions_add(&at, drafts, options).await?;
    let new: HashSet<&str> = added
        .partitions
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    let partitions: Vec<AddedPartitionView> = names
        .into_iter()
        .map(|name| AddedPartitionView {
            outcome: if new.contains(name.as_str()) {
                AddOutcome::Added
            } else {
                AddOutcome::Existed
            },
            name,
        })
        .collect();
    Ok(Json(AddedPartitionsView {
        added: new.len(),
        existed: partitions.len() - new.len(),
        partitions,
    }))
}

/// A partition as the catalog wants it described: like its table.
fn draft(table: &Table, keys: &[&str], new: NewPartition) -> Result<PartitionDraft, String> {
    let values = match (new.values, new.name) {
        (Some(values), None) => values,
        (None, Some(name)) => {
            values_of_whole_name(&name, keys).map_err(|failure| failure.to_string())?
        }
        (Some(_), Some(_)) => return Err("give values or a name, not both".to_owned()),
        (None, None) => return Err("give values or a name".to_owned()),
    };
    let mut pairs = table.partition_keys.iter().zip(&values);
    if let Some((key, value)) = pairs.find(|(key, value)| !value_fits(&key.data_type, value)) {
        return Err(format!(
            "{value:?} is no value of the key {} of type {}",
            key.name, key.data_type
        ));
    }
    Ok(PartitionDraft {
        at: table.at.clone(),
        values,
        location: new.location,
        descriptor: Some(Arc::clone(&table.descriptor)),
        created_at: 0,
        last_access_at: 0,
        parameters: new.parameters,
        unknown_fields: Vec::new(),
    })
}

/// Show a partition
#[utoipa::path(get, path = "/databases/{database}/tables/{table}/partitions/{partition}", tag = "partitions",
    operation_id = "partition_get",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"),
        ("partition" = String, Path,
            description = "The partition's name, percent-encoded as one segment: dt=2026-11-22%2Fhour=10"),
        CatalogQuery),
    responses((status = 200, description = "The partition", body = PartitionView)))]
pub(in crate::rest) async fn get(
    asked: Asked,
    Segments((database, table, partition)): Segments<(String, String, String)>,
    Query(query): Query<CatalogQuery>,
) -> Result<Json<PartitionView>, Problem> {
    let at = table_at(query.catalog.as_deref(), &(database, table));
    let found = asked
        .catalog()
        .partition_get(&at, PartitionKey::WholeName(&partition))
        .await
        .map_err(|failure| by_name(failure, &partition))?;
    let location = found.table_location.as_ref();
    Ok(Json(PartitionView::whole(&found.partition, location)))
}

/// Drop a partition
#[utoipa::path(delete, path = "/databases/{database}/tables/{table}/partitions/{partition}", tag = "partitions",
    operation_id = "partition_delete",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"),
        ("partition" = String, Path,
            description = "The partition's name, percent-encoded as one segment: dt=2026-11-22%2Fhour=10"),
        DeleteQuery),
    responses((status = 204, description = "It is gone")))]
pub(in crate::rest) async fn delete(
    asked: Asked,
    Segments((database, table, partition)): Segments<(String, String, String)>,
    Query(query): Query<DeleteQuery>,
) -> Result<StatusCode, Problem> {
    let at = table_at(query.catalog.as_deref(), &(database, table));
    let options = DropOptions {
        delete_data: query.delete_data,
        if_exists: false,
    };
    asked
        .catalog()
        .partitions_drop(&at, DropSelection::WholeName(&partition), options)
        .await
        .map_err(|failure| by_name(failure, &partition))?;
    Ok(StatusCode::NO_CONTENT)
}

/// A miss by the name that was asked for, not by the values that were read from it.
fn by_name(failure: Error, name: &str) -> Error {
    match failure {
        Error::NotFound(Entity::Partition(at, _)) => {
            Error::NotFound(Entity::Partition(at, name.to_owned()))
        }
        other => other,
    }
}
