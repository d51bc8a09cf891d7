//! A walk along the partitions of a selection, page by page in the order of their names: what a reply of any length is
//! encoded from without ever holding all of it as objects.

use super::selection::{Plan, Test};
use crate::error::Result;
use crate::hive::partition_name;
use crate::model::{Partition, Table};
use crate::store::Session;
use async_recursion::async_recursion as boxed;

/// How many partitions are fetched at once.
pub(in crate::catalog) const PARTITIONS_PER_PAGE: usize = 1000;
/// How many names are fetched at once where nothing else is wanted.
const NAMES_PER_PAGE: usize = 10_000;

/// Where a listing stands.
#[derive(Debug)]
pub struct PartitionCursor {
    session: Session,
    table: Table,
    plan: Plan,
    /// The last name that was looked at.
    after: Option<String>,
    /// How many more are wanted; `None` is all.
    left: Option<usize>,
    ended: bool,
}

impl PartitionCursor {
    pub(super) fn new(session: Session, table: Table, plan: Plan, max: Option<usize>) -> Self {
        let ended = matches!(plan.test, Test::Never);
        Self {
            session,
            table,
            plan,
            after: None,
            left: max,
            ended,
        }
    }

    /// The table.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Leaves out all names up to `after`, itself included.
    pub(super) fn skip_to(&mut self, after: Option<&str>) {
        self.after = after.map(str::to_owned);
    }

    /// The next partitions, never none; `None` at the end.
    #[boxed]
    pub async fn next_page(&mut self) -> Result<Option<Vec<Partition>>> {
        while !self.ended && self.left != Some(0) {
            // A test without ranges looks at every partition: then names alone are cheaper than whole rows.
            let page = match self.plan.test {
                Test::Always => self.page_of_rows().await?,
                _ if self.plan.ranges.is_empty() => self.page_of_names().await?,
                _ => self.page_of_rows().await?,
            };
            if let Some(left) = &mut self.left {
                *left -= page.len();
            }
            if !page.is_empty() {
                return Ok(Some(page));
            }
        }
        Ok(None)
    }

    async fn page_of_rows(&mut self) -> Result<Vec<Partition>> {
        let every = matches!(self.plan.test, Test::Always);
        let limit = match self.left {
            Some(left) if every => left.min(PARTITIONS_PER_PAGE),
            _ => PARTITIONS_PER_PAGE,
        };
        let mut page = self
            .session
            .partition_page(
                self.table.id,
                self.after.as_deref(),
                &self.plan.ranges,
                limit,
            )
            .await?;
        self.ended = page.len() < limit;
        self.after = page.last().map(|partition| partition.name.clone());
        page.retain(|partition| self.plan.test.holds(&partition.values));
        page.truncate(self.left.unwrap_or(usize::MAX));
        Ok(page)
    }

    async fn page_of_names(&mut self) -> Result<Vec<Partition>> {
        let mut names = self.names_page(PARTITIONS_PER_PAGE).await?;
        names.truncate(self.left.unwrap_or(usize::MAX));
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if names.is_empty() {
            return Ok(Vec::new());
        }
        self.session
            .partition_list_by_names(self.table.id, &names)
            .await
    }

    /// The next names that are meant, perhaps none.
    async fn names_page(&mut self, limit: usize) -> Result<Vec<String>> {
        let mut names = self
            .session
            .partition_names_page(
                self.table.id,
                self.after.as_deref(),
                &self.plan.ranges,
                limit,
            )
            .await?;
        self.ended = names.len() < limit;
        self.after = names.last().cloned();
        if !matches!(self.plan.test, Test::Always) {
            names.retain(|name| self.plan.test.holds(&partition_name::values_of_name(name)));
        }
        Ok(names)
    }

    /// All names from here on.
    pub(super) async fn names(mut self) -> Result<Vec<String>> {
        let mut all = Vec::new();
        // A test may leave out most names, so a small number of them may need many pages.
        let limit = match self.left {
            Some(left) if matches!(self.plan.test, Test::Always) => left.min(NAMES_PER_PAGE),
            _ => NAMES_PER_PAGE,
        };
        while !self.ended && self.left.is_none_or(|left| all.len() < left) {
            all.append(&mut self.names_page(limit).await?);
        }
        all.truncate(self.left.unwrap_or(usize::MAX));
        Ok(all)
    }

    /// How many partitions there are from here on.
    pub(super) async fn count(&mut self) -> Result<i64> {
        if matches!(self.plan.test, Test::Always) {
            return self
                .session
                .partition_count(self.table.id, &self.plan.ranges)
                .await;
        }
        let mut count = 0;
        while !self.ended {
            count +=
                i64::try_from(self.names_page(NAMES_PER_PAGE).await?.len()).unwrap_or(i64::MAX);
        }
        Ok(count)
    }

    /// Goes back to the beginning.
    pub(super) fn rewind(&mut self) {
        self.after = None;
        self.ended = matches!(self.plan.test, Test::Never);
    }
}
