//! One partition.

use super::{key_names, key_names_of, missing, table_missing};
use crate::catalog::{Action, Operations, Resource};
use crate::error::{Error, Result};
use crate::hive::partition_name::{
    PartitionNameError, make_name, values_for_keys, values_of_whole_name,
};
use crate::model::{Location, Partition, TableRef};
use crate::store::Session;
use async_recursion::async_recursion as boxed;

/// How a partition is asked for.
#[derive(Debug, Clone, Copy)]
pub enum PartitionKey<'a> {
    /// By the values of its keys.
    Values(&'a [String]),
    /// By a name, whose keys may stand in any order.
    Name(&'a str),
    /// The same, but a name that has anything beside the table's keys is refused.
    WholeName(&'a str),
}

impl PartitionKey<'_> {
    /// The values. `InvalidObject` for a name that lacks a key, `Argument` for one that is not whole.
    pub(super) fn values(self, keys: &[String]) -> Result<Vec<String>> {
        match self {
            Self::Values(values) => Ok(values.to_vec()),
            Self::Name(name) => values_for_keys(name, keys).map_err(Error::from),
            Self::WholeName(name) => {
                values_of_whole_name(name, keys).map_err(|failure| not_whole(&failure))
            }
        }
    }
}

/// What is wrong with a partition's name that people wrote.
pub(super) fn not_whole(failure: &PartitionNameError) -> Error {
    Error::argument("partition", failure.to_string())
}

/// A partition with what is needed of its table to show it.
#[derive(Debug, Clone)]
pub struct PartitionAt {
    /// The table.
    pub at: TableRef,
    /// The table's location.
    pub table_location: Option<Location>,
    /// The partition.
    pub partition: Partition,
}

impl Operations<'_> {
    /// A partition: in one round trip where the table's keys are known from an earlier look.
    ///
    /// Fails with `NotFound` of the table or the partition, with `Invalid` for a wrong number of values, with
    /// `InvalidObject` for a name that lacks a key, with `Argument` for one that is not whole.
    #[boxed]
    pub async fn partition_get<'a>(
        &self,
        at: &'a TableRef,
        key: PartitionKey<'a>,
    ) -> Result<PartitionAt> {
        self.authorize(Action::See, Resource::Table(at)).await?;
        let mut session = self.store.session().await?;
        if let Some(keys) = self.key_hints.get(at)
            && let Some(found) = find(&mut session, at, &keys, key).await?
        {
            return Ok(found);
        }
        let table = session
            .table_get(at)
            .await?
            .ok_or_else(|| table_missing(at))?;
        let keys = key_names(&table);
        self.key_hints.put(at, keys.clone());
        let values = key.values(&keys)?;
        let name = make_name(&keys, &values).map_err(Error::from)?;
        let found = session.partition_get(table.id, &name).await?;
        Ok(PartitionAt {
            at: at.clone(),
            table_location: table.location,
            partition: found.ok_or_else(|| missing(at, &values))?,
        })
    }
}

/// Looks for a partition by keys that the table may not have any more. `None` where they do not fit, and the table is
/// to be asked first.
async fn find(
    session: &mut Session,
    at: &TableRef,
    keys: &[String],
    key: PartitionKey<'_>,
) -> Result<Option<PartitionAt>> {
    let Ok(values) = key.values(keys) else {
        return Ok(None);
    };
    let Ok(name) = make_name(keys, &values) else {
        return Ok(None);
    };
    let found = session.partition_find(at, &name).await?;
    let found = found.ok_or_else(|| table_missing(at))?;
    if key_names_of(&found.keys) != keys {
        return Ok(None);
    }
    Ok(Some(PartitionAt {
        at: at.clone(),
        table_location: found.table_location,
        partition: found.partition.ok_or_else(|| missing(at, &values))?,
    }))
}
