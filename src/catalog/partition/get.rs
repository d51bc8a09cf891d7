//! One partition.

use super::{PartitionsOf, missing, name_of_values, table_missing, values_of_name};
use crate::catalog::Catalog;
use crate::error::Result;
use crate::model::{Partition, Table, TableRef};
use crate::store::Session;

impl Catalog {
    /// The partition with these values, with its table. `NotFound` of either, `Invalid` for a wrong number of values.
    pub async fn partition_get(
        &self,
        at: &TableRef,
        values: &[String],
    ) -> Result<(Table, Partition)> {
        let mut session = self.store.session().await?;
        let table = session
            .table_get(at)
            .await?
            .ok_or_else(|| table_missing(at))?;
        let partition = find(&mut session, &table, values).await?;
        Ok((table, partition))
    }

    /// The partition that a name means: its keys may stand in any order. `InvalidObject` for a name that lacks a key.
    pub async fn partition_get_by_name(
        &self,
        at: &TableRef,
        name: &str,
    ) -> Result<(Table, Partition)> {
        let mut session = self.store.session().await?;
        let table = session
            .table_get(at)
            .await?
            .ok_or_else(|| table_missing(at))?;
        let values = values_of_name(&table, name)?;
        let partition = find(&mut session, &table, &values).await?;
        Ok((table, partition))
    }

    /// The partitions of these names that exist, in the order of their names, each once. Names that mean nothing are
    /// left out.
    pub async fn partitions_by_name(&self, at: &TableRef, names: &[&str]) -> Result<PartitionsOf> {
        let mut session = self.store.session().await?;
        let table = session
            .table_get(at)
            .await?
            .ok_or_else(|| table_missing(at))?;
        let partitions = session.partition_list_by_names(table.id, names).await?;
        Ok(PartitionsOf { table, partitions })
    }
}

async fn find(session: &mut Session, table: &Table, values: &[String]) -> Result<Partition> {
    let name = name_of_values(table, values)?;
    let found = session.partition_get(table.id, &name).await?;
    found.ok_or_else(|| missing(&table.at, values))
}
