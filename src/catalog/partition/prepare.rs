//! From what a client describes to what is stored: the name, the location, the checks.

use super::{PartitionDraft, name_of_values};
use crate::catalog::Catalog;
use crate::catalog::location::location_read;
use crate::catalog::table::DO_NOT_UPDATE_STATS;
use crate::error::{Error, Result};
use crate::model::{Location, Partition, Table};
use std::collections::HashSet;
use std::sync::Arc;

/// A partition that was checked, and whether its client forbade counting its files.
pub(super) struct Prepared {
    pub(super) partition: Partition,
    pub(super) keeps_statistics: bool,
}

impl Catalog {
    /// Checks a description against its table and gives the partition its name and its place.
    ///
    /// Everything that is wrong with it is `Invalid`, as in Hive.
    pub(super) fn partition_prepare(table: &Table, draft: PartitionDraft) -> Result<Prepared> {
        if draft.at != table.at {
            return Err(Error::Invalid(format!(
                "Partition does not belong to target table {}.{}: it names {}.{}",
                table.at.database, table.at.table, draft.at.database, draft.at.table
            )));
        }
        let name = name_of_values(table, &draft.values)?;
        let location = Catalog::partition_locate(table, &name, draft.location.as_deref())?;
        let descriptor = match draft.descriptor {
            Some(descriptor) if table.is_view() || descriptor.serde.is_some() => descriptor,
            Some(_) => return Err(Error::Invalid("Invalid SerDeInfo object".into())),
            None if table.is_view() => Arc::default(),
            None => return Err(Error::Invalid("the argument sd is missing".into())),
        };
        let mut parameters = draft.parameters;
        let keeps_statistics = parameters
            .remove(DO_NOT_UPDATE_STATS)
            .is_some_and(|value| value.eq_ignore_ascii_case("true"));
        Ok(Prepared {
            partition: Partition {
                values: draft.values,
                name,
                location,
                descriptor,
                created_at: draft.created_at,
                last_access_at: draft.last_access_at,
                parameters,
                unknown_fields: draft.unknown_fields,
            },
            keeps_statistics,
        })
    }

    /// The location as the store keeps it: nothing where it is the default, so that the partition follows its table.
    pub(super) fn partition_locate(
        table: &Table,
        name: &str,
        location: Option<&str>,
    ) -> Result<Option<Location>> {
        let Some(sent) = location.filter(|text| !text.trim().is_empty()) else {
            return Ok(None);
        };
        if table.is_view() {
            return Err(Error::Invalid(
                "Cannot specify location for a view partition".into(),
            ));
        }
        let own = location_read("location", sent)?;
        Catalog::location_below_root(&own)?;
        Ok(Partition::own_location(own, table.location.as_ref(), name))
    }
}

/// Fails where a name stands twice in one request.
pub(super) fn names_differ(partitions: &[Partition]) -> Result<()> {
    let mut seen = HashSet::with_capacity(partitions.len());
    for partition in partitions {
        if !seen.insert(partition.name.as_str()) {
            return Err(Error::Invalid(format!(
                "Duplicate partitions in the list: {}",
                partition.name
            )));
        }
    }
    Ok(())
}
