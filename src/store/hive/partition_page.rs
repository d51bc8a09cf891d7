//! Partitions page by page. A page has a number of them at most, and ends where they hold so many bytes that more would be a
//! burden: what a partition carries is its writer's choice, and no reader's memory depends on it.

use super::partition::{COLUMNS, OF_TABLE, ranges_or_all};
use crate::error::Result;
use crate::hive::name_range::NameRange;
use crate::model::Partition;
use crate::store::sql::row::FoundRows;
use crate::store::sql::session::Session;
use crate::store::sql::statement::{LIST_LENGTH_MAX, Statement};

/// Bytes of rows after which a page ends. A thousand ordinary partitions have about half of it.
pub const PARTITION_PAGE_BYTES: usize = 2 * 1024 * 1024;
/// Names of partitions that are looked for at once.
pub const PARTITIONS_NAMED_MAX: usize = LIST_LENGTH_MAX;
/// How fast pages grow again behind large partitions.
const GROWTH: usize = 4;

/// Some partitions, in the order of their names.
#[derive(Debug, Default)]
pub struct PartitionPage {
    /// Those of the page.
    pub partitions: Vec<Partition>,
    /// No more are known to follow: the page ends neither by its number nor by its bytes.
    pub ended: bool,
}

impl Session {
    /// The next partitions after a name, `limit` at most, in name order, of those whose names lie in `ranges`: sorted, without
    /// overlap; none at all means every name. There is at least one as long as there are any.
    pub async fn partition_page<'a>(
        &mut self,
        table_id: i64,
        after: Option<&'a str>,
        ranges: &'a [NameRange],
        limit: usize,
    ) -> Result<PartitionPage> {
        let ranges = ranges_or_all(ranges).iter();
        let ranges = ranges.filter(|range| !range.is_behind(after));
        let bounded = |of_table: Statement<'a>, range| {
            let bounded = of_table.name_bounds(after, range);
            bounded.text("ORDER BY p.name LIMIT ?")
        };
        self.partition_walk(table_id, ranges, limit, bounded).await
    }

    /// The partitions of some ranges, which are walked one after the other until the page is full. What is `bounded` by a range ends
    /// with the mark of how many.
    pub(super) async fn partition_walk<'a>(
        &mut self,
        table_id: i64,
        ranges: impl Iterator<Item = &'a NameRange> + Send,
        limit: usize,
        bounded: impl Fn(Statement<'a>, &'a NameRange) -> Statement<'a> + Send,
    ) -> Result<PartitionPage> {
        let mut page = PartitionPage::default();
        let mut bytes_left = PARTITION_PAGE_BYTES;
        let limit = limit.min(self.partitions_fitting);
        for range in ranges {
            let left = limit - page.partitions.len();
            if left == 0 {
                return Ok(page);
            }
            let of_table = self.statement(COLUMNS).text(OF_TABLE).bind(table_id);
            let statement = bounded(of_table, range).bind(left);
            let found = self.rows_within(&statement, bytes_left).await?;
            let full = found.is_cut || found.rows.len() == left;
            bytes_left = bytes_left.saturating_sub(found.bytes);
            self.partitions_fit(&found, page.partitions.len());
            page.partitions
                .append(&mut self.partitions_of(&found.rows).await?);
            if full {
                return Ok(page);
            }
        }
        page.ended = true;
        Ok(page)
    }

    /// Those of the named partitions that exist, in name order, each once. Where the page has not `ended`, there are some after
    /// its last one. The names are no more than a statement takes ([`PARTITIONS_NAMED_MAX`]).
    pub async fn partition_page_named(
        &mut self,
        table_id: i64,
        names: &[&str],
    ) -> Result<PartitionPage> {
        let statement = self
            .statement(COLUMNS)
            .partitions_named(table_id, names)
            .text(" ORDER BY p.name");
        self.partition_page_of(&statement).await
    }

    /// The page of a statement that gives all of its partitions.
    pub(super) async fn partition_page_of(
        &mut self,
        statement: &Statement<'_>,
    ) -> Result<PartitionPage> {
        let found = self.rows_within(statement, PARTITION_PAGE_BYTES).await?;
        Ok(PartitionPage {
            partitions: self.partitions_of(&found.rows).await?,
            ended: !found.is_cut,
        })
    }

    /// Remembers how many partitions fit into a page, so that the next one asks for no more than it takes.
    fn partitions_fit(&mut self, found: &FoundRows, before: usize) {
        let count = (before + found.rows.len()).max(1);
        self.partitions_fitting = if found.is_cut {
            count
        } else {
            self.partitions_fitting.saturating_mul(GROWTH)
        };
    }
}
