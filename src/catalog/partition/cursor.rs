//! A walk along the partitions of a selection, page by page in the order of their names: what a reply of any length is
//! encoded from without ever holding all of it as objects.

use super::selection::{Places, Plan, Test};
use crate::error::Result;
use crate::hive::partition_name;
use crate::model::{Partition, Table};
use crate::store::{PARTITIONS_NAMED_MAX, Session};
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
    is_cut: bool,
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
            is_cut: false,
        }
    }

    /// Whether the names of the partitions were given.
    pub(super) fn is_named(&self) -> bool {
        matches!(self.plan.places, Places::Names(_))
    }

    /// The table.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Leaves out all names up to `after`, itself included.
    pub(super) fn skip_to(&mut self, after: Option<&str>) {
        self.after = after.map(str::to_owned);
    }

    /// The last name that was looked at, where there may be more behind it.
    pub(super) fn position(&self) -> Option<&str> {
        if self.ended {
            return None;
        }
        self.after.as_deref()
    }

    /// Whether the page before ended by what its partitions hold.
    pub(super) fn is_cut(&self) -> bool {
        self.is_cut
    }

    /// The next partitions, never none; `None` at the end. They are at most [`PARTITIONS_PER_PAGE`], and fewer where they are
    /// large.
    #[boxed]
    pub async fn next_page(&mut self) -> Result<Option<Vec<Partition>>> {
        while !self.ended && self.left != Some(0) {
            // A test without ranges looks at every partition: then names alone are cheaper than whole rows.
            let page = match (&self.plan.places, &self.plan.test) {
                (Places::Ranges(_), Test::Always) => self.page_of_rows().await?,
                (Places::Ranges(ranges), _) if !ranges.is_empty() => self.page_of_rows().await?,
                _ => self.page_of_names().await?,
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
        let found = self
            .session
            .partition_page(
                self.table.id,
                self.after.as_deref(),
                self.plan.places.ranges(),
                limit,
            )
            .await?;
        let mut page = found.partitions;
        self.ended = found.ended;
        self.is_cut = !found.ended && page.len() < limit;
        self.after = page.last().map(|partition| partition.name.clone());
        page.retain(|partition| self.plan.test.holds(&partition.values));
        page.truncate(self.left.unwrap_or(usize::MAX));
        Ok(page)
    }

    async fn page_of_names(&mut self) -> Result<Vec<Partition>> {
        let mut names = match self.given(PARTITIONS_NAMED_MAX) {
            Some(given) => given,
            None => self.names_page(PARTITIONS_NAMED_MAX).await?,
        };
        if self.left.is_some_and(|left| left < names.len()) {
            names.truncate(self.left.unwrap_or(usize::MAX));
            // Some of these may be missing, and those behind them are wanted in their place.
            self.ended = false;
            self.after = names.last().cloned();
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let found = self
            .session
            .partition_page_named(self.table.id, &names)
            .await?;
        self.is_cut = !found.ended;
        if self.is_cut {
            self.ended = false;
            self.after = found.partitions.last().map(|last| last.name.clone());
        }
        Ok(found.partitions)
    }

    /// The next of the names that were given; nothing where none were.
    fn given(&mut self, limit: usize) -> Option<Vec<String>> {
        let Places::Names(names) = &self.plan.places else {
            return None;
        };
        let after = self.after.as_deref();
        let begin = names.partition_point(|name| after.is_some_and(|after| name.as_str() <= after));
        let end = names.len().min(begin.saturating_add(limit));
        self.ended = end == names.len();
        let given = names[begin..end].to_vec();
        if let Some(last) = given.last() {
            self.after = Some(last.clone());
        }
        Some(given)
    }

    /// The next names that are meant, perhaps none.
    async fn names_page(&mut self, limit: usize) -> Result<Vec<String>> {
        if let Some(given) = self.given(limit) {
            let given: Vec<&str> = given.iter().map(String::as_str).collect();
            let id = self.table.id;
            return self.session.partition_names_existing(id, &given).await;
        }
        let mut names = self
            .session
            .partition_names_page(
                self.table.id,
                self.after.as_deref(),
                self.plan.places.ranges(),
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
        if let (Places::Ranges(ranges), Test::Always) = (&self.plan.places, &self.plan.test) {
            return self.session.partition_count(self.table.id, ranges).await;
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
