//! Partitions: one file a verb. The many spellings of an operation stand in one table and call one body.

pub(super) mod add;
pub(super) mod alter;
pub(super) mod drop;
pub(super) mod expression;
pub(super) mod get;
pub(super) mod list;
pub(super) mod names;
pub(super) mod specs;
pub(super) mod text;
pub(super) mod truncate;

use crate::catalog::{PartitionSelection, PartitionsOf};
use crate::error::Error;
use crate::model::{Partition, Table, TableRef};
use crate::thrift::call::{Answer, Call};
use crate::thrift::error::Failure;
use crate::thrift::to_wire::partition::ParameterPatterns;
use crate::thrift::to_wire::partition_list::{PartitionList, SinglePartition, Success, Wrapped};

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
    call.reply(&Success(&list))
}

/// Answers with one partition.
fn answer_one(call: &Call<'_>, table: &Table, partition: &Partition) -> Answer {
    call.reply(&Success(SinglePartition::new(
        table,
        partition,
        call.protocol,
    )))
}

/// Answers with one partition inside Hive 4's response struct.
fn answer_one_wrapped(call: &Call<'_>, table: &Table, partition: &Partition) -> Answer {
    let single = SinglePartition::new(table, partition, call.protocol);
    call.reply(&Success(Wrapped::new(single)))
}

/// Answers with the one partition that an operation was about.
fn answer_only(call: &Call<'_>, partitions: &PartitionsOf) -> Answer {
    let only = partitions.partitions.first();
    let only = only.ok_or_else(|| Error::internal("a partition that was written is missing"))?;
    answer_one(call, &partitions.table, only)
}
