//! Partitions by their names, with an answer for each.

use super::batch::{BATCH_MAX, few_enough};
use crate::catalog::{
    PARTITION_PAGE_BYTES, PartitionAt, PartitionSelection, partition_names_distinct,
    partition_names_meant,
};
use crate::grpc::asked::Asked;
use crate::grpc::failure::Failure;
use crate::grpc::{from_wire, to_wire};
use crate::model::{Partition, Table};
use async_recursion::async_recursion as boxed;
use skep_wire::v1::{
    BatchGetPartitionsRequest, BatchGetPartitionsResponse, FoundOutcome, FoundPartition,
};
use std::collections::HashMap;

/// Bytes in memory for each byte of a stored partition until the answer is counted as a whole: itself, and its message.
const FOUND_FACTOR: usize = 2;

#[boxed]
pub(super) async fn get(
    asked: Asked,
    request: BatchGetPartitionsRequest,
) -> Result<BatchGetPartitionsResponse, Failure> {
    let at = from_wire::table("table", request.table)?;
    few_enough("names", request.names.len())?;
    let table = asked.catalog().table_get(&at).await?;
    let meant = partition_names_meant(&table, &request.names);
    let found = found(&asked, &table, &partition_names_distinct(&meant)).await?;
    let answers = request.names.into_iter().zip(meant).map(|(name, meant)| {
        let (outcome, partition, detail) = match meant {
            Err(why) => (FoundOutcome::Invalid, None, Some(why)),
            Ok(meant) => match found.get(&meant) {
                Some(one) => (FoundOutcome::Found, Some(to_wire::partition(one)), None),
                None => (FoundOutcome::Missing, None, None),
            },
        };
        FoundPartition {
            name,
            outcome: outcome.into(),
            partition,
            detail,
        }
    });
    let partitions = answers.collect();
    Ok(BatchGetPartitionsResponse { partitions })
}

/// Those of the names that exist. They are one answer, so what it takes is counted as it grows.
async fn found(
    asked: &Asked,
    table: &Table,
    names: &[&str],
) -> Result<HashMap<String, PartitionAt>, Failure> {
    let mut found = HashMap::with_capacity(names.len());
    let mut after: Option<String> = None;
    loop {
        let selection = PartitionSelection::Names(names);
        let page = asked
            .catalog()
            .partition_page(&table.at, selection, after.as_deref(), BATCH_MAX)
            .await?;
        let shown = |partition: Partition| {
            let one = PartitionAt {
                at: table.at.clone(),
                table_location: table.location.clone(),
                partition,
            };
            (one.partition.name.clone(), one)
        };
        found.extend(page.found.partitions.into_iter().map(shown));
        after = page.next;
        if after.is_none() {
            return Ok(found);
        }
        let more = PARTITION_PAGE_BYTES * FOUND_FACTOR;
        asked.reservation().grow(more).await?;
    }
}
