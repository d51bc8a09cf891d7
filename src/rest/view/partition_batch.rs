//! Many partitions by one request, with an answer for each.

use super::partition::PartitionView;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Partitions of one request at most.
pub const BATCH_MAX: usize = 1000;

/// Partitions that are asked for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct GetPartitions {
    /// Their names, escaped as Hive does; 1000 at most
    #[schema(max_items = 1000)]
    pub names: Vec<String>,
}

/// Partitions that are to go.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DeletePartitions {
    /// Their names, escaped as Hive does; 1000 at most
    #[schema(max_items = 1000)]
    pub names: Vec<String>,
    /// Whether their data goes too; data of external tables never does
    #[serde(default)]
    pub delete_data: bool,
}

/// Partitions that were asked for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = FoundPartitions)]
pub struct FoundPartitionsView {
    /// Each of them, in the order of the request
    pub partitions: Vec<FoundPartitionView>,
}

/// One partition that was asked for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = FoundPartition)]
pub struct FoundPartitionView {
    /// The name it was asked by
    pub name: String,
    /// Whether it is there
    pub outcome: FoundOutcome,
    /// The partition, where it is there
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub partition: Option<PartitionView>,
    /// What is wrong with the name
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// Whether a partition is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FoundOutcome {
    /// It is.
    Found,
    /// It is not.
    Missing,
    /// The table can have none of that name.
    Invalid,
}

/// What became of partitions that were to go. Those that went went together.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = DeletedPartitions)]
pub struct DeletedPartitionsView {
    /// How many are gone by this request
    pub deleted: usize,
    /// Each of them, in the order of the request
    pub partitions: Vec<DeletedPartitionView>,
}

/// What became of one partition that was to go.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = DeletedPartition)]
pub struct DeletedPartitionView {
    /// The name it was asked by
    pub name: String,
    /// What became of it
    pub outcome: DeleteOutcome,
    /// What is wrong with the name
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// What became of a partition that was to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum DeleteOutcome {
    /// It is gone.
    Deleted,
    /// It was not there.
    Missing,
    /// The table can have none of that name.
    Invalid,
}
