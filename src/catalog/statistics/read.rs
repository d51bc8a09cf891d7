//! Reading column statistics.

use super::merge::merge;
use crate::catalog::{Action, Operations, Resource};
use crate::error::Result;
use crate::model::{ColumnStatistics, Name, TableRef};
use crate::store::TABLE_LEVEL;
use async_recursion::async_recursion as boxed;
use std::collections::{BTreeMap, HashSet};

impl Operations<'_> {
    /// What an engine knows of columns of a table. Columns without statistics are left out, unknown ones too.
    /// `NotFound` where the table is missing.
    #[boxed]
    pub async fn table_statistics(
        &self,
        at: &TableRef,
        engine: &str,
        columns: &[Name],
    ) -> Result<Vec<ColumnStatistics>> {
        self.authorize(Action::See, Resource::Table(at)).await?;
        let table = self.table_read(at).await?;
        if columns.is_empty() {
            return Ok(Vec::new());
        }
        let mut session = self.store.session().await?;
        let found = session
            .statistics_list(table.id, &[TABLE_LEVEL], engine, columns)
            .await?;
        Ok(found
            .into_iter()
            .map(|(_, statistics)| statistics)
            .collect())
    }

    /// What an engine knows of columns of partitions, by partition name; those without any are left out.
    #[boxed]
    pub async fn partition_statistics(
        &self,
        at: &TableRef,
        engine: &str,
        partitions: &[&str],
        columns: &[Name],
    ) -> Result<BTreeMap<String, Vec<ColumnStatistics>>> {
        self.authorize(Action::See, Resource::Table(at)).await?;
        let table = self.table_read(at).await?;
        let mut by_partition: BTreeMap<String, Vec<ColumnStatistics>> = BTreeMap::new();
        let named: Vec<&str> = partitions
            .iter()
            .copied()
            .filter(|name| !name.is_empty())
            .collect();
        if named.is_empty() || columns.is_empty() {
            return Ok(by_partition);
        }
        let mut session = self.store.session().await?;
        for (partition, statistics) in session
            .statistics_list(table.id, &named, engine, columns)
            .await?
        {
            by_partition.entry(partition).or_default().push(statistics);
        }
        Ok(by_partition)
    }

    /// The figures of columns over partitions, and how many of the partitions have statistics of all the columns.
    /// Partitions without any are not guessed at.
    #[boxed]
    pub async fn statistics_aggregate(
        &self,
        at: &TableRef,
        engine: &str,
        partitions: &[&str],
        columns: &[Name],
    ) -> Result<(Vec<ColumnStatistics>, usize)> {
        let wanted: HashSet<&Name> = columns.iter().collect();
        // This asks whether the caller may see them.
        let by_partition = self
            .partition_statistics(at, engine, partitions, columns)
            .await?;
        let complete = by_partition
            .values()
            .filter(|found| found.len() == wanted.len())
            .count();
        let mut total: BTreeMap<Name, ColumnStatistics> = BTreeMap::new();
        for statistics in by_partition.into_values().flatten() {
            let sum = match total.get(&statistics.column) {
                // A partition from before a change of the column's type says nothing about the column of today.
                Some(before) => merge(before, &statistics).unwrap_or_else(|| before.clone()),
                None => statistics,
            };
            total.insert(sum.column.clone(), sum);
        }
        let mut ordered = Vec::with_capacity(total.len());
        for column in columns {
            ordered.extend(total.remove(column));
        }
        Ok((ordered, complete))
    }
}
