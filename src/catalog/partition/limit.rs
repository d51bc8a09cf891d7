//! The limit of whole partitions in one answer.

use super::cursor::PartitionCursor;
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::model::Table;

impl Catalog {
    /// Fails where a listing asks for more than the operator allows. As in Hive 4.0 an explicit maximum is compared as
    /// it stands, even when the table has fewer partitions.
    pub(super) async fn partition_limit_check(
        &self,
        cursor: &mut PartitionCursor,
        max: Option<usize>,
    ) -> Result<()> {
        if cursor.is_named() {
            // Hive counts what a filter meets; who lists names says how many.
            return Ok(());
        }
        if let Some(max) = max {
            return self.partition_max_check(cursor.table(), max);
        }
        if self.settings.partitions_per_request_max < 0 {
            return Ok(());
        }
        let count = cursor.count().await?;
        cursor.rewind();
        self.partition_count_check(cursor.table(), count)
    }

    /// The same of a listing of `max` partitions.
    pub(super) fn partition_max_check(&self, table: &Table, max: usize) -> Result<()> {
        let requested = i64::try_from(max).unwrap_or(i64::MAX);
        self.partition_count_check(table, requested)
    }

    fn partition_count_check(&self, table: &Table, requested: i64) -> Result<()> {
        let limit = self.settings.partitions_per_request_max;
        if limit < 0 || requested <= limit {
            return Ok(());
        }
        // Clients and the operators behind them look for the name of Hive's setting.
        Err(Error::Invalid(format!(
            "Number of partitions scanned (={requested}) on table '{}' exceeds limit (={limit}). This is controlled \
             on the metastore server by metastore.limit.partition.request.",
            table.at.table
        )))
    }
}
