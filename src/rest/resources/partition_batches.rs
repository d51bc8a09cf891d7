//! Many partitions by one request.

use super::CatalogQuery;
use super::partitions::key_names;
use crate::catalog::{DropOptions, DropSelection, Unconditional};
use crate::hive::partition_name::{make_name, values_of_whole_name};
use crate::model::Partition;
use crate::rest::asked::Asked;
use crate::rest::extract::{Body, Query, Segments, table_at};
use crate::rest::problem::Problem;
use crate::rest::view::partition::PartitionView;
use crate::rest::view::partition_batch::{
    BATCH_MAX, DeleteOutcome, DeletePartitions, DeletedPartitionView, DeletedPartitionsView,
    FoundOutcome, FoundPartitionView, FoundPartitionsView, GetPartitions,
};
use axum::Json;
use std::collections::{BTreeSet, HashMap, HashSet};

/// Show partitions by their names
#[utoipa::path(post, path = "/databases/{database}/tables/{table}/partitions/batch-get", tag = "partitions",
    operation_id = "partition_batch_get",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"), CatalogQuery),
    request_body = GetPartitions,
    responses((status = 200, description = "Each of them", body = FoundPartitionsView)))]
pub(in crate::rest) async fn get(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<CatalogQuery>,
    Body(request): Body<GetPartitions>,
) -> Result<Json<FoundPartitionsView>, Problem> {
    few_enough(&request.names)?;
    let at = table_at(query.catalog.as_deref(), &place);
    let table = asked.catalog().table_get(&at).await?;
    let meant = meant(&key_names(&table), &request.names);
    let names = distinct(&meant);
    let found = asked.catalog().partitions_by_name(&at, &names).await?;
    let location = found.table.location.as_ref();
    let by_name: HashMap<&str, &Partition> = found
        .partitions
        .iter()
        .map(|one| (one.name.as_str(), one))
        .collect();
    let answers = request.names.iter().zip(&meant).map(|(asked, meant)| {
        let (outcome, partition, detail) = match meant {
            Err(why) => (FoundOutcome::Invalid, None, Some(why.clone())),
            Ok(name) => match by_name.get(name.as_str()) {
                Some(found) => {
                    let view = PartitionView::whole(found, location);
                    (FoundOutcome::Found, Some(view), None)
                }
                None => (FoundOutcome::Missing, None, None),
            },
        };
        FoundPartitionView {
            name: asked.clone(),
            outcome,
            partition,
            detail,
        }
    });
    let partitions = answers.collect();
    Ok(Json(FoundPartitionsView { partitions }))
}

/// Drop partitions by their names
///
/// Those that are there go together; the others fail nothing.
#[utoipa::path(post, path = "/databases/{database}/tables/{table}/partitions/batch-delete", tag = "partitions",
    operation_id = "partition_batch_delete",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"), CatalogQuery),
    request_body = DeletePartitions,
    responses((status = 200, description = "What became of each", body = DeletedPartitionsView)))]
pub(in crate::rest) async fn delete(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<CatalogQuery>,
    Body(request): Body<DeletePartitions>,
) -> Result<Json<DeletedPartitionsView>, Problem> {
    few_enough(&request.names)?;
    let at = table_at(query.catalog.as_deref(), &place);
    let table = asked.catalog().table_get(&at).await?;
    let meant = meant(&key_names(&table), &request.names);
    let names = distinct(&meant);
    let options = DropOptions {
        delete_data: request.delete_data,
        if_exists: true,
    };
    let selection = DropSelection::Names(&names);
    let dropped = asked
        .catalog()
        .partitions_drop(&at, selection, options, &Unconditional)
        .await?;
    let gone: HashSet<&str> = dropped
        .partitions
        .iter()
        .map(|one| one.name.as_str())
        .collect();
    let answers = request.names.iter().zip(&meant).map(|(asked, meant)| {
        let (outcome, detail) = match meant {
            Err(why) => (DeleteOutcome::Invalid, Some(why.clone())),
            Ok(name) if gone.contains(name.as_str()) => (DeleteOutcome::Deleted, None),
            Ok(_) => (DeleteOutcome::Missing, None),
        };
        DeletedPartitionView {
            name: asked.clone(),
            outcome,
            detail,
        }
    });
    Ok(Json(DeletedPartitionsView {
        deleted: gone.len(),
        partitions: answers.collect(),
    }))
}

fn few_enough(names: &[String]) -> Result<(), Problem> {
    if names.len() <= BATCH_MAX {
        return Ok(());
    }
    let text = format!("{} names are too many: {BATCH_MAX} at most", names.len());
    Err(Problem::field("names", text))
}

/// The name as it is stored that each of these means, or what is wrong with it.
fn meant(keys: &[&str], names: &[String]) -> Vec<Result<String, String>> {
    let read = names.iter().map(|name| {
        let values = values_of_whole_name(name, keys).map_err(|failure| failure.to_string())?;
        make_name(keys, &values).map_err(|failure| failure.to_string())
    });
    read.collect()
}

fn distinct(meant: &[Result<String, String>]) -> Vec<&str> {
    let names: BTreeSet<&str> = meant.iter().flatten().map(String::as_str).collect();
    names.into_iter().collect()
}
