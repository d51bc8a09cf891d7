//! Partitions.

use super::moment;
use super::storage::{ColumnView, StorageView};
use crate::catalog::{AddedPartition, PartitionSpec};
use crate::model::{Location, Partition};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A partition.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Partition)]
pub struct PartitionView {
    /// Its name, escaped as Hive does
    #[schema(example = "dt=2026-11-22/hour=10")]
    pub name: String,
    /// The values of the partition keys, in the keys' order
    pub values: Vec<String>,
    /// Where its data is; partitions of views have none
    pub location: Option<String>,
    /// When it was added
    #[schema(format = DateTime)]
    pub created_at: Option<String>,
    /// Properties
    pub parameters: BTreeMap<String, String>,
    /// Its columns; only where one partition is asked for
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<ColumnView>>,
    /// How its files are read and written; only where one partition is asked for
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<StorageView>,
}

/// A page of partitions.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = PartitionList)]
pub struct PartitionListView {
    /// The partitions, by name
    pub partitions: Vec<PartitionView>,
    /// What to pass as `after` for the next page; absent on the last one
    pub next: Option<String>,
}

/// Partitions to be added, all or none.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AddPartitions {
    /// Whether partitions that exist are left alone; otherwise one of them fails the whole request
    #[serde(default)]
    pub if_not_exists: bool,
    /// The partitions; each may stand here once
    pub partitions: Vec<NewPartition>,
}

/// A new partition, told by its values or by its name.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPartition {
    /// The values of the partition keys, in the keys' order
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
    /// The name, escaped as Hive does
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "dt=2026-11-22/hour=10")]
    pub name: Option<String>,
    /// Where its data is; by default the directory of its name below the table's
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Properties
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub parameters: BTreeMap<String, String>,
    /// How many files it has, where that is known: the property `numFiles`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 9_223_372_036_854_775_807_i64)]
    pub file_count: Option<u64>,
    /// How many bytes these have together: the property `totalSize`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 9_223_372_036_854_775_807_i64)]
    pub total_bytes: Option<u64>,
    /// How many rows: the property `numRows`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 9_223_372_036_854_775_807_i64)]
    pub row_count: Option<u64>,
}

/// Changes of a partition. What is absent stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangePartition {
    /// Where its data is from now on; empty is the directory of its name below the table's. No data moves
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// The columns that its files are read by, all of them
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub columns: Option<Vec<ColumnView>>,
    /// Properties: a text sets one, null removes it, all others stay
    #[serde(default)]
    pub parameters: BTreeMap<String, Option<String>>,
}

/// The values that a partition gets, told by themselves or by the name they make.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenamePartition {
    /// The values of the partition keys, in the keys' order
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub values: Option<Vec<String>>,
    /// The name, escaped as Hive does
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "dt=2026-11-22/hour=10")]
    pub name: Option<String>,
}

/// What became of partitions that were to be added.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = AddedPartitions)]
pub struct AddedPartitionsView {
    /// How many are new
    pub added: usize,
    /// How many existed before
    pub existed: usize,
    /// Each of them, in the order of the request
    pub partitions: Vec<AddedPartitionView>,
}

/// What became of one partition.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = AddedPartition)]
pub struct AddedPartitionView {
    /// Its name
    pub name: String,
    /// Whether it is new
    pub outcome: AddOutcome,
    /// Where its data is
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// What of the one that existed is another than the request says: `location`, `parameters`
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub differs: Vec<String>,
}

/// Whether a partition is new.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AddOutcome {
    /// This request added it.
    Added,
    /// It existed before, and is as it was.
    Existed,
}

impl From<NewPartition> for PartitionSpec {
    fn from(new: NewPartition) -> Self {
        Self {
            values: new.values,
            name: new.name,
            location: new.location,
            parameters: new.parameters,
            file_count: new.file_count,
            total_bytes: new.total_bytes,
            row_count: new.row_count,
        }
    }
}

impl From<AddedPartition> for AddedPartitionView {
    fn from(told: AddedPartition) -> Self {
        let differs = told.differs.into_iter().map(str::to_owned);
        Self {
            name: told.name,
            outcome: if told.is_new {
                AddOutcome::Added
            } else {
                AddOutcome::Existed
            },
            location: told.location.map(|location| location.to_string()),
            differs: differs.collect(),
        }
    }
}

impl PartitionView {
    /// A partition in a listing of a table at this location.
    pub fn listed(partition: &Partition, table_location: Option<&Location>) -> Self {
        Self {
            name: partition.name.clone(),
            values: partition.values.clone(),
            location: partition
                .full_location(table_location)
                .map(|location| location.to_string()),
            created_at: moment(partition.created_at),
            parameters: partition.parameters.clone(),
            columns: None,
            storage: None,
        }
    }

    /// A partition alone, with all that is known of it.
    pub fn whole(partition: &Partition, table_location: Option<&Location>) -> Self {
        let columns = partition.descriptor.columns.iter().flatten();
        Self {
            columns: Some(columns.map(ColumnView::from).collect()),
            storage: Some(StorageView::from(&*partition.descriptor)),
            ..Self::listed(partition, table_location)
        }
    }
}
