//! One batch of partitions: what a message may hold, and how it is added.

use crate::catalog::AddOptions;
use crate::grpc::asked::Asked;
use crate::grpc::failure::Failure;
use crate::grpc::{from_wire, to_wire};
use crate::model::TableRef;
use skep_wire::v1::{AddPartitionsOptions, AddedPartition, NewPartition};

/// Partitions of one message at most.
pub(super) const BATCH_MAX: usize = 1000;

/// How partitions are added, by what a request says.
pub(super) fn add_options(options: Option<AddPartitionsOptions>) -> AddOptions {
    let options = options.unwrap_or_default();
    AddOptions {
        if_not_exists: !options.refuse_existing,
        gather_statistics: options.touch_storage,
        directories: options.touch_storage,
    }
}

/// Adds one batch.
pub(super) async fn batch_add(
    asked: &Asked,
    at: &TableRef,
    options: AddOptions,
    partitions: Vec<NewPartition>,
) -> Result<Vec<AddedPartition>, Failure> {
    few_enough("partitions", partitions.len())?;
    let specs = partitions.into_iter().map(from_wire::partition_spec);
    let told = asked
        .catalog()
        .partitions_add_each(at, specs.collect(), options)
        .await?;
    Ok(told.into_iter().map(to_wire::added).collect())
}

/// Fails for more of a field than a message may hold.
pub(super) fn few_enough(field: &str, count: usize) -> Result<(), Failure> {
    if count <= BATCH_MAX {
        return Ok(());
    }
    let why = format!("{count} {field} are too many: {BATCH_MAX} at most");
    Err(Failure::field(field, why))
}
