//! Partitions: one narrow row each; what they share with others stands in the storage descriptor.

use super::{Parameters, StorageDescriptor};
use std::sync::Arc;

/// A partition of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// The values of the partition keys, in the keys' order, exactly as sent.
    pub values: Vec<String>,
    /// The escaped name, `k1=v1/k2=v2`: the key of the row, made by `hive::partition_name` alone.
    pub name: String,
    /// The location where it differs from the default, `<table location>/<name>`; `None` is the default.
    pub location: Option<String>,
    /// Columns, formats and serde.
    pub descriptor: Arc<StorageDescriptor>,
    /// Seconds since the epoch.
    pub created_at: i64,
    /// Seconds since the epoch, as sent.
    pub last_access_at: i64,
    /// Properties.
    pub parameters: Parameters,
    /// Fields of the wire that the domain does not interpret, in the front end's own encoding.
    pub rest: Vec<u8>,
}

impl Partition {
    /// The location in full. `None` where neither the partition nor its table has one (partitions of views).
    pub fn full_location(&self, table_location: Option<&str>) -> Option<String> {
        match (&self.location, table_location) {
            (Some(own), _) => Some(own.clone()),
            (None, Some(table)) => Some(format!("{}/{}", table.trim_end_matches('/'), self.name)),
            (None, None) => None,
        }
    }
}
