//! Listings: whole partitions, names, counts.

use super::cursor::PartitionCursor;
use super::selection::Plan;
use super::{PartitionSelection, PartitionsOf, table_missing};
use crate::catalog::Catalog;
use crate::catalog::{Action, Operations, Resource};
use crate::error::{Error, Result};
use crate::filter::PartitionFilter;
use crate::model::{Table, TableRef};
use async_recursion::async_recursion as boxed;

/// One page of a listing.
#[derive(Debug)]
pub struct PartitionsPage {
    /// The table and the partitions.
    pub found: PartitionsOf,
    /// After which name the next page begins; nothing where there is none.
    pub next: Option<String>,
}

impl Operations<'_> {
    /// The partitions of a selection in the order of their names, at most `max` (`None`: all), to be fetched page by
    /// page.
    ///
    /// Fails with `NotFound` of the table, with `Argument` for a filter that makes no sense, and with `Invalid` for another
    /// selection that does not, or that asks for more than the operator allows.
    #[boxed]
    pub async fn partitions_select<'a>(
        &self,
        at: &'a TableRef,
        selection: PartitionSelection<'a>,
        max: Option<usize>,
    ) -> Result<PartitionCursor> {
        self.authorize(Action::See, Resource::Table(at)).await?;
        self.partitions_open(at, selection, max).await
    }
}

impl Catalog {
    /// As [`Operations::partitions_select`], where that has been asked already.
    pub(in crate::catalog) async fn partitions_open(
        &self,
        at: &TableRef,
        selection: PartitionSelection<'_>,
        max: Option<usize>,
    ) -> Result<PartitionCursor> {
        let mut cursor = self.partition_cursor(at, selection, max).await?;
        self.partition_limit_check(&mut cursor, max).await?;
        Ok(cursor)
    }
}

impl Operations<'_> {
    /// At most `max` partitions of a selection whose names come after `after`, in the order of their names: one page of
    /// a listing that its reader goes on with, whatever was added or dropped meanwhile. Where partitions are large, a page has
    /// fewer of them ([`PARTITION_PAGE_BYTES`](crate::catalog::PARTITION_PAGE_BYTES)).
    ///
    /// Fails as [`Self::partitions_select`].
    #[boxed]
    pub async fn partition_page<'a>(
        &self,
        at: &'a TableRef,
        selection: PartitionSelection<'a>,
        after: Option<&str>,
        max: usize,
    ) -> Result<PartitionsPage> {
        self.authorize(Action::See, Resource::Table(at)).await?;
        // One more tells whether any follow.
        let mut cursor = self.partition_cursor(at, selection, Some(max + 1)).await?;
        self.partition_limit_check(&mut cursor, Some(max)).await?;
        cursor.skip_to(after);
        let mut partitions = Vec::new();
        while let Some(mut page) = cursor.next_page().await? {
            partitions.append(&mut page);
            if cursor.is_cut() {
                break;
            }
        }
        let next = if partitions.len() > max {
            partitions.truncate(max);
            partitions.last().map(|last| last.name.clone())
        } else if cursor.is_cut() {
            cursor.position().map(str::to_owned)
        } else {
            None
        };
        let table = cursor.table().clone();
        Ok(PartitionsPage {
            found: PartitionsOf { table, partitions },
            next,
        })
    }

    /// The names of the partitions of a selection, ascending, at most `max`. No operator's limit applies.
    #[boxed]
    pub async fn partition_names<'a>(
        &self,
        at: &'a TableRef,
        selection: PartitionSelection<'a>,
        max: Option<usize>,
    ) -> Result<Vec<String>> {
        self.authorize(Action::See, Resource::Table(at)).await?;
        self.partition_cursor(at, selection, max)
            .await?
            .names()
            .await
    }

    /// The last partitions of a table by their names, which with keys of time are the newest: `max` at most, the last one first.
    #[boxed]
    pub async fn partition_names_last(&self, at: &TableRef, max: usize) -> Result<Vec<String>> {
        self.authorize(Action::See, Resource::Table(at)).await?;
        let mut session = self.store.session().await?;
        let table = session.table_get(at).await?;
        let table = table.ok_or_else(|| table_missing(at))?;
        session.partition_names_last(table.id, None, max).await
    }

    /// How many partitions a selection has.
    #[boxed]
    pub async fn partition_count<'a>(
        &self,
        at: &'a TableRef,
        selection: PartitionSelection<'a>,
    ) -> Result<i64> {
        self.authorize(Action::See, Resource::Table(at)).await?;
        self.partition_cursor(at, selection, None)
            .await?
            .count()
            .await
    }
}

impl Catalog {
    /// Those partitions whose membership in a filter is beyond doubt, by name: what may be dropped by it. `Argument`
    /// where the filter has two readings that disagree about a partition.
    pub(super) async fn partition_names_certain(
        &self,
        table: &Table,
        filter: &str,
    ) -> Result<Vec<String>> {
        let bound = PartitionFilter::parse(filter, &table.partition_keys)
            .map_err(|failure| Error::argument("filter", failure.to_string()))?;
        let session = self.store.session().await?;
        let plan = Plan::new(table, PartitionSelection::Filter(filter))?;
        let mut names = Vec::new();
        for name in PartitionCursor::new(session, table.clone(), plan, None)
            .names()
            .await?
        {
            let values = super::values_of_name(table, &name)?;
            if !bound.verdict(&values).is_certain() {
                let why = format!(
                    "Unexpected unknown partitions to drop: whether {filter} means {name} depends on its reading"
                );
                return Err(Error::argument("filter", why));
            }
            names.push(name);
        }
        Ok(names)
    }

    async fn partition_cursor(
        &self,
        at: &TableRef,
        selection: PartitionSelection<'_>,
        max: Option<usize>,
    ) -> Result<PartitionCursor> {
        let mut session = self.store.session().await?;
        let table = session
            .table_get(at)
            .await?
            .ok_or_else(|| table_missing(at))?;
        let plan = Plan::new(&table, selection)?;
        Ok(PartitionCursor::new(session, table, plan, max))
    }
}
