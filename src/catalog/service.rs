//! What the rooms on the floor above (`discovery`, `freshness`, `watch`) may use of the catalog's inside, and nothing else: they
//! write partitions in transactions of their own, with their own rows beside the catalog's. Front ends and tasks have
//! no business here; `tests/it/tidy.rs` keeps them out.

pub(crate) use super::catalogs::catalog_there;
pub(crate) use super::job::DeletionJob;
pub(crate) use super::lease::{LEASE_S, Lease};
pub(crate) use super::operations::SYSTEM;
pub(crate) use super::partition::{
    CalendarSample, LEADS_MAX, calendar_sample, change_events, day_names, key_names,
    name_of_values, partitions_event, table_missing, values_of_whole_name,
};
pub(crate) use super::table::{
    NUM_FILES, NUM_ROWS, TOTAL_SIZE, last_ddl_time_fill, properties_check, tables_named,
};

use super::Catalog;
use crate::clock::Clock;
use crate::lake::Lake;
use crate::store::Store;
use std::sync::Arc;

impl Catalog {
    /// The database, for rows beside the catalog's own.
    pub(crate) fn store(&self) -> &Store {
        &self.store
    }

    /// The directories of the tables.
    pub(crate) fn lake(&self) -> &Arc<Lake> {
        &self.lake
    }

    /// The clock that all times of the catalog come from.
    pub(crate) fn clock(&self) -> &Clock {
        &self.clock
    }
}
