//! Partitions page by page from the end: the last name comes first, which with keys of time is the newest. It is the same walk along
//! the key as `partition_page.rs` makes, the other way, at the same price everywhere in the table.

use super::partition::{COLUMNS, ranges_or_all};
use super::partition_page::PartitionPage;
use crate::error::Result;
use crate::hive::name_range::NameRange;
use crate::store::sql::session::Session;
use crate::store::sql::statement::Statement;

impl<'a> Statement<'a> {
    /// The bounds of one range, before a name that was already seen.
    fn name_bounds_back(self, before: Option<&'a str>, range: &'a NameRange) -> Self {
        let mut statement = self;
        if let Some(from) = range.from.as_deref() {
            statement = statement.text("AND p.name >= ? ").bind(from);
        }
        let end = match (before, range.to.as_deref()) {
            (Some(seen), Some(to)) => Some(seen.min(to)),
            (seen, to) => seen.or(to),
        };
        if let Some(end) = end {
            statement = statement.text("AND p.name < ? ").bind(end);
        }
        statement
    }
}

/// The ranges that have names before one that was already seen, the last one first.
fn ranges_before<'r>(
    ranges: &'r [NameRange],
    before: Option<&'r str>,
) -> impl Iterator<Item = &'r NameRange> {
    let is_left = move |range: &&NameRange| match (range.from.as_deref(), before) {
        (Some(from), Some(seen)) => from < seen,
        _ => true,
    };
    ranges_or_all(ranges).iter().rev().filter(is_left)
}

impl Session {
    /// The partitions before a name, `limit` at most, the last one first, of those whose names lie in `ranges`: sorted, without
    /// overlap; none at all means every name. There is at least one as long as there are any.
    pub async fn partition_page_back<'a>(
        &mut self,
        table_id: i64,
        before: Option<&'a str>,
        ranges: &'a [NameRange],
        limit: usize,
    ) -> Result<PartitionPage> {
        let bounded = |of_table: Statement<'a>, range| {
            let bounded = of_table.name_bounds_back(before, range);
            bounded.text("ORDER BY p.name DESC LIMIT ?")
        };
        let ranges = ranges_before(ranges, before);
        self.partition_walk(table_id, ranges, limit, bounded).await
    }

    /// Those of the named partitions that exist, the last one first, each once. Where the page has not `ended`, there are some
    /// before its last one. The names are no more than a statement takes.
    pub async fn partition_page_named_back(
        &mut self,
        table_id: i64,
        names: &[&str],
    ) -> Result<PartitionPage> {
        let statement = self
            .statement(COLUMNS)
            .partitions_named(table_id, names)
            .text(" ORDER BY p.name DESC");
        self.partition_page_of(&statement).await
    }
}

#[cfg(test)]
mod tests {
    use super::ranges_before;
    use crate::hive::name_range::NameRange;

    #[test]
    fn ranges_are_walked_from_the_end() {
        let ranges = [NameRange::prefix("dt=1"), NameRange::prefix("dt=3")];
        let firsts = |before| -> Vec<&str> {
            let left = ranges_before(&ranges, before);
            left.filter_map(|range| range.from.as_deref()).collect()
        };
        assert_eq!(firsts(None), ["dt=3", "dt=1"]);
        assert_eq!(firsts(Some("dt=31")), ["dt=3", "dt=1"]);
        assert_eq!(firsts(Some("dt=3")), ["dt=1"]);
        assert!(firsts(Some("dt=1")).is_empty());
        assert_eq!(ranges_before(&[], Some("a")).count(), 1, "all names");
    }
}
