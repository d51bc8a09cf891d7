//! Partitions: one file a verb. The many spellings of an operation stand in one table and call one body.

pub(in crate::thrift) mod add;
pub(in crate::thrift) mod alter;
pub(in crate::thrift) mod drop;
pub(in crate::thrift) mod expression;
pub(in crate::thrift) mod get;
pub(in crate::thrift) mod list;
pub(in crate::thrift) mod names;
pub(in crate::thrift) mod specs;
pub(in crate::thrift) mod text;
pub(in crate::thrift) mod truncate;

use crate::catalog::{PartitionSelection, PartitionsOf};
use crate::error::{Entity, Error};
use crate::model::TableRef;
use crate::thrift::call::{Answer, Call};
use crate::thrift::error::Failure;
use crate::thrift::to_wire::partition::ParameterPatterns;
use crate::thrift::to_wire::partition_list::{PartitionList, SinglePartition, Success};

/// The most partitions that are wanted: a negative number is all.
fn max_of(max: Option<impl Into<i64>>) -> Option<usize> {
    usize::try_from(max.map_or(-1, Into::into)).ok()
}

/// The partitions of a selection, encoded page by page.
async fn select(
    call: &Call<'_>,
    at: &TableRef,
    selection: PartitionSelection<'_>,
    max: Option<usize>,
    patterns: ParameterPatterns,
) -> Result<PartitionList, Failure> {
    let mut cursor = call.catalog().partitions_select(at, selection, max).await?;
    let mut list = PartitionList::new(cursor.table(), call.protocol, patterns);
    while let Some(page) = cursor.next_page().await? {
        list.extend(&page);
        call.holds(list.memory_bytes())?;
    }
    Ok(list)
}

/// Answers with the partitions of a selection, shown whole.
async fn answer_selection(
    call: &Call<'_>,
    at: &TableRef,
    selection: PartitionSelection<'_>,
    max: Option<usize>,
) -> Answer {
    let list = select(call, at, selection, max, ParameterPatterns::default()).await?;
    call.reply_list(list, Success)
}

/// Answers with the one partition that was written.
fn answer_only(call: &Call<'_>, partitions: &PartitionsOf) -> Answer {
    let only = partitions.partitions.first();
    let only = only.ok_or_else(|| Error::internal("a partition that was written is missing"))?;
    let single = SinglePartition::of(&partitions.table, only, call.protocol);
    Ok(call.reply_done(&Success(single)))
}

/// The words of those of Hive's reads that look for database and table at once.
pub(in crate::thrift) fn unplaced(at: &TableRef) -> Error {
    Error::NotFound(Entity::Worded(format!(
        "Specified database/table does not exist : {}.{}",
        at.database, at.table
    )))
}

/// Another error for a missing table: Hive's own text, by which its users know what went wrong.
pub(in crate::thrift) fn table_missing_as(
    failure: Error,
    other: impl FnOnce(&TableRef) -> Error,
) -> Error {
    match failure {
        Error::NotFound(Entity::Table(at)) => other(&at),
        failure => failure,
    }
}
