//! The limit of whole partitions in one answer.

use super::cursor::PartitionCursor;
use crate::catalog::Catalog;
use crate::error::{Error, Result};

impl Catalog {
    /// Fails where a listing asks for more than the operator allows. As in Hive 4.0 an explicit maximum is compared as
    /// it stands, even when the table has fewer partitions.
    pub(super) async fn partition_limit_check(
        &self,
        cursor: &mut PartitionCursor,
        max: Option<usize>,
    ) -> Result<()> {
        let limit = self.settings.partitions_per_request_max;
        if limit < 0 {
            return Ok(());
        }
        if cursor.is_named() {
            // Hive counts what a filter meets; who lists names says how many.
            return Ok(());
        }
        let requested = if let Some(max) = max {
            i64::try_from(max).unwrap_or(i64::MAX)
        } else {
            let count = cursor.count().await?;
            cursor.rewind();
            count
        };
        if requested <= limit {
            return Ok(());
        }
        // Clients and the operators behind them look for the name of Hive's setting.
        Err(Error::Invalid(format!(
            "Number of partitions scanned (={requested}) on table '{}' exceeds limit (={limit}). This is controlled \
             on the metastore server by metastore.limit.partition.request.",
            cursor.table().at.table
        )))
    }
}
