//! Many partitions by one request.

use super::CatalogQuery;
use crate::budget::Reservation;
use crate::catalog::{
    DroppedEach, PARTITION_PAGE_BYTES, PartitionSelection, partition_names_distinct,
    partition_names_meant,
};
use crate::error::Error;
use crate::model::{Partition, TableRef};
use crate::rest::asked::Asked;
use crate::rest::extract::{Body, Query, Segments, table_at};
use crate::rest::problem::Problem;
use crate::rest::view::partition::PartitionView;
use crate::rest::view::partition_batch::{
    BATCH_MAX, DeleteOutcome, DeletePartitions, DeletedPartitionView, DeletedPartitionsView,
    FoundOutcome, FoundPartitionView, FoundPartitionsView, GetPartitions,
};
use axum::Json;
use axum::extract::Extension;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Bytes in memory for each byte of a stored partition: itself, its view, and the text that grows.
const TEXT_FACTOR: usize = 4;

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
    Extension(held): Extension<Arc<Reservation>>,
    Body(request): Body<GetPartitions>,
) -> Result<Json<FoundPartitionsView>, Problem> {
    few_enough(&request.names)?;
    let at = table_at(query.catalog.as_deref(), &place);
    let table = asked.catalog().table_get(&at).await?;
    let meant = partition_names_meant(&table, &request.names);
    let names = partition_names_distinct(&meant);
    let partitions = found(&asked, &at, &names, &held).await?;
    let location = table.location.as_ref();
    let by_name: HashMap<&str, &Partition> = partitions
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

/// Those of the names that exist. They are one answer, so what it takes is counted as it grows.
async fn found(
    asked: &Asked,
    at: &TableRef,
    names: &[&str],
    held: &Reservation,
) -> Result<Vec<Partition>, Problem> {
    let mut partitions = Vec::new();
    let mut after: Option<String> = None;
    loop {
        let names = PartitionSelection::Names(names);
        let catalog = asked.catalog();
        let page = catalog.partition_page(at, names, after.as_deref(), BATCH_MAX);
        let mut page = page.await?;
        partitions.append(&mut page.found.partitions);
        after = page.next;
        if after.is_none() {
            return Ok(partitions);
        }
        let more = held.grow(PARTITION_PAGE_BYTES * TEXT_FACTOR).await;
        more.map_err(Error::from)?;
    }
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
    let told = asked
        .catalog()
        .partitions_drop_each(&at, &request.names, request.delete_data)
        .await?;
    let gone = told.iter().zip(&request.names);
    let gone = gone.filter(|(became, _)| **became == DroppedEach::Dropped);
    let deleted = gone.map(|(_, name)| name).collect::<HashSet<_>>().len();
    let answers = request.names.into_iter().zip(told).map(|(name, became)| {
        let (outcome, detail) = match became {
            DroppedEach::Dropped => (DeleteOutcome::Deleted, None),
            DroppedEach::Missing => (DeleteOutcome::Missing, None),
            DroppedEach::Invalid(why) => (DeleteOutcome::Invalid, Some(why)),
        };
        DeletedPartitionView {
            name,
            outcome,
            detail,
        }
    });
    Ok(Json(DeletedPartitionsView {
        deleted,
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
