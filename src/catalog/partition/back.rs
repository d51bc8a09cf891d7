//! A listing from the end, and what stands beside a partition: by name, which with keys of time is by time.

use super::cursor::PARTITIONS_PER_PAGE;
use super::list::PartitionsPage;
use super::selection::{Plan, Test};
use super::{PartitionSelection, PartitionsOf, table_missing};
use crate::catalog::{Action, Operations, Resource};
use crate::error::Result;
use crate::hive::partition_name::values_of_name;
use crate::model::{Partition, Table, TableRef};
use crate::store::{PARTITIONS_NAMED_MAX, Session};
use async_recursion::async_recursion as boxed;

/// The names of the partitions beside one, where there are any.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PartitionNeighbours {
    /// The last one before it.
    pub previous: Option<String>,
    /// The first one after it.
    pub next: Option<String>,
}

/// Where a listing from the end stands.
struct Walk {
    session: Session,
    table: Table,
    plan: Plan,
    /// The last name that was looked at.
    before: Option<String>,
    ended: bool,
    /// Whether the page before ended by what its partitions hold.
    is_cut: bool,
}

impl Walk {
    /// The next partitions that are meant, `left` of them at most where names alone decide; perhaps none.
    async fn page(&mut self, left: usize) -> Result<Vec<Partition>> {
        let every = matches!(self.plan.test, Test::Always);
        // A test without ranges looks at every partition: then names alone are cheaper than whole rows.
        if every || !self.plan.places.ranges().is_empty() {
            let limit = if every {
                left.min(PARTITIONS_PER_PAGE)
            } else {
                PARTITIONS_PER_PAGE
            };
            self.page_of_rows(limit).await
        } else {
            self.page_of_names(left).await
        }
    }

    async fn page_of_rows(&mut self, limit: usize) -> Result<Vec<Partition>> {
        let (id, before) = (self.table.id, self.before.as_deref());
        let ranges = self.plan.places.ranges();
        let found = self.session.partition_page_back(id, before, ranges, limit);
        let found = found.await?;
        let mut page = found.partitions;
        self.ended = found.ended;
        self.is_cut = !found.ended && page.len() < limit;
        self.before = page.last().map(|partition| partition.name.clone());
        page.retain(|partition| self.plan.test.holds(&partition.values));
        Ok(page)
    }

    async fn page_of_names(&mut self, left: usize) -> Result<Vec<Partition>> {
        let (id, before) = (self.table.id, self.before.as_deref());
        let most = PARTITIONS_NAMED_MAX;
        let mut names = self.session.partition_names_last(id, before, most).await?;
        self.ended = names.len() < most;
        self.before = names.last().cloned();
        names.retain(|name| self.plan.test.holds(&values_of_name(name)));
        if left < names.len() {
            names.truncate(left);
            self.ended = false;
            self.before = names.last().cloned();
        }
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let found = self.session.partition_page_named_back(id, &names).await?;
        self.is_cut = !found.ended;
        if self.is_cut {
            self.ended = false;
            self.before = found.partitions.last().map(|last| last.name.clone());
        }
        Ok(found.partitions)
    }
}

impl Operations<'_> {
    /// At most `max` partitions that a filter means and whose names come before `before`, the last one first; an empty filter
    /// means all. It goes on as a listing in the order of names does
    /// ([`partition_page`](Self::partition_page)), and costs a page whatever the table has, where no filter leaves much out.
    ///
    /// Fails with `NotFound` of the table, and with `Invalid` for a filter that makes no sense or a page beyond what the operator
    /// allows.
    #[boxed]
    pub async fn partition_page_back<'a>(
        &self,
        at: &'a TableRef,
        filter: &'a str,
        before: Option<&str>,
        max: usize,
    ) -> Result<PartitionsPage> {
        self.authorize(Action::See, Resource::Table(at)).await?;
        let mut session = self.store.session().await?;
        let table = session.table_get(at).await?;
        let table = table.ok_or_else(|| table_missing(at))?;
        self.partition_max_check(&table, max)?;
        let plan = Plan::new(&table, PartitionSelection::Filter(filter))?;
        let mut walk = Walk {
            ended: matches!(plan.test, Test::Never),
            session,
            table,
            plan,
            before: before.map(str::to_owned),
            is_cut: false,
        };
        let mut partitions = Vec::new();
        // One more tells whether any follow.
        while !walk.ended && !walk.is_cut && partitions.len() <= max {
            let left = max + 1 - partitions.len();
            partitions.append(&mut walk.page(left).await?);
        }
        let next = if partitions.len() > max {
            partitions.truncate(max);
            partitions.last().map(|last| last.name.clone())
        } else if walk.is_cut {
            walk.before
        } else {
            None
        };
        let table = walk.table;
        Ok(PartitionsPage {
            found: PartitionsOf { table, partitions },
            next,
        })
    }

    /// What stands beside a partition of that name, or beside where it would stand. `NotFound` of the table.
    #[boxed]
    pub async fn partition_neighbours(
        &self,
        at: &TableRef,
        name: &str,
    ) -> Result<PartitionNeighbours> {
        self.authorize(Action::See, Resource::Table(at)).await?;
        let mut session = self.store.session().await?;
        let table = session.table_get(at).await?;
        let id = table.ok_or_else(|| table_missing(at))?.id;
        let previous = session.partition_names_last(id, Some(name), 1).await?;
        let next = session.partition_names_page(id, Some(name), &[], 1).await?;
        Ok(PartitionNeighbours {
            previous: previous.into_iter().next(),
            next: next.into_iter().next(),
        })
    }
}
