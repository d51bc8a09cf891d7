//! The settings of the catalog's rules. Most are Hive's, under names of our own with their units.

use super::PlaceRules;
use crate::model::Location;
use crate::naming::{NamingPolicy, NamingRules};

/// What the operator may decide about the catalog's behaviour.
#[derive(Debug, Clone)]
pub struct CatalogSettings {
    /// The directory that default locations are made under (`hive.metastore.warehouse.dir`).
    pub warehouse_location: Location,
    /// Where data may lie, and what of it may be deleted.
    pub places: PlaceRules,
    /// Seconds after which a lock without a heartbeat is gone (`metastore.txn.timeout`).
    pub lock_timeout_s: i64,
    /// Whether an alter that changes a column's type into an incompatible one is refused
    /// (`hive.metastore.disallow.incompatible.col.type.changes`).
    pub disallow_incompatible_column_changes: bool,
    /// How many partitions one request may return in full; −1 is no limit (`metastore.limit.partition.request`).
    pub partitions_per_request_max: i64,
    /// Whether new tables and partitions get `numFiles` and `totalSize` of what their directory already holds
    /// (`metastore.stats.autogather`).
    pub gather_statistics: bool,
    /// The patterns that names of databases and tables are to follow.
    pub naming: NamingRules,
    /// What follows when something is created or renamed against them.
    pub naming_policy: NamingPolicy,
}
