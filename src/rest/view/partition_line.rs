//! The lines that answer the lines of many new partitions.

use super::partition::AddedPartitionView;
use super::problem::ProblemView;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A line of the answer: one for each partition, then `sum`, or `problem` where the request could not go on.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartitionLine {
    /// What became of a partition.
    Partition(AddedPartitionView),
    /// A partition cannot be added; the others are not touched by that.
    Refused {
        /// Which line of the request it is, from 1 on; blank lines count
        line: u64,
        /// Its name, as far as it could be made
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        /// Why
        problem: Box<ProblemView>,
    },
    /// All lines were answered.
    Sum(PartitionLinesSum),
    /// Why the request could not go on; what was answered before is done.
    Problem(Box<ProblemView>),
}

/// What became of all lines.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct PartitionLinesSum {
    /// How many partitions are new
    pub added: u64,
    /// How many existed before
    pub existed: u64,
    /// How many were refused
    pub refused: u64,
}
