//! Partitions: one narrow row each; what they share with others stands in the storage descriptor.

use super::{Location, Parameters, StorageDescriptor};
use std::sync::Arc;

/// A partition of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Partition {
    /// The values of the partition keys, in the keys' order, exactly as sent.
    pub values: Vec<String>,
    /// The escaped name, `k1=v1/k2=v2`: the key of the row, made by `hive::partition_name` alone.
    pub name: String,
    /// The location where it differs from the default, `<table location>/<name>`; `None` is the default.
    pub location: Option<Location>,
    /// Columns, formats and serde.
    pub descriptor: Arc<StorageDescriptor>,
    /// Seconds since the epoch.
    pub created_at: i64,
    /// Seconds since the epoch, as sent.
    pub last_access_at: i64,
    /// Properties.
    pub parameters: Parameters,
    /// Fields of the wire that the domain does not interpret, in the front end's own encoding.
    pub unknown_fields: Vec<u8>,
}

impl Partition {
    /// The location in full. `None` where neither the partition nor its table has one (partitions of views).
    pub fn full_location(&self, table_location: Option<&Location>) -> Option<Location> {
        match &self.location {
            Some(own) => Some(own.clone()),
            None => Self::default_location(table_location, &self.name),
        }
    }

    /// What is kept of the place of a partition of this name: nothing where it is the default, so that the partition
    /// follows its table. One that is the default in another word for S3 keeps that word, for engines go by it.
    pub fn own_location(
        location: Location,
        table_location: Option<&Location>,
        name: &str,
    ) -> Option<Location> {
        let default = Self::default_location(table_location, name);
        let is_default = default.is_some_and(|default| default.as_str() == location.as_str());
        (!is_default).then_some(location)
    }

    /// Where a partition of this name lies unless it says otherwise. Partitions of views have no place.
    pub fn default_location(table_location: Option<&Location>, name: &str) -> Option<Location> {
        table_location.map(|table| table.below(name))
    }
}
