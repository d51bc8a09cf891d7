//! Where the tables stand that expect data: what they expect, what came last, and what lacks.

use super::check::HORIZON_S;
use super::slot::Slot;
use super::{Freshness, Operations};
use crate::catalog::service::{catalog_there, tables_named};
use crate::catalog::{Action, Resource};
use crate::error::{Error, Result};
use crate::model::{
    EXPECTATION_PROPERTY_PREFIX, Expectation, FreshnessGap, FreshnessState, GapKind, Name, Table,
    TableRef,
};
use async_recursion::async_recursion as boxed;
use std::collections::HashMap;

/// Gaps that one answer shows; a table has few, for those that follow each other are one.
pub const GAPS_SHOWN_MAX: usize = 1_000;

/// How a table stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// All data came that had to come.
    Well,
    /// Some lacks.
    Lacking,
    /// Nothing had to come yet.
    Waiting,
    /// What is expected makes no sense, or cannot be told of this table.
    Faulty,
}

impl Standing {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Lacking => "lacking",
            Self::Waiting => "waiting",
            Self::Faulty => "faulty",
        }
    }
}

/// Where a table stands.
#[derive(Debug, Clone)]
pub struct FreshnessStatus {
    /// The table.
    pub at: TableRef,
    /// What it expects; `Err` says in words which of its properties makes no sense.
    pub expectation: Result<Expectation, String>,
    /// When it was looked at and is looked at next.
    pub state: FreshnessState,
    /// What lacks, in the order of its time.
    pub gaps: Vec<FreshnessGap>,
}

impl FreshnessStatus {
    /// How it stands.
    pub fn standing(&self) -> Standing {
        if self.expectation.is_err() || self.state.error.is_some() {
            Standing::Faulty
        } else if !self.gaps.is_empty() {
            Standing::Lacking
        } else if self.state.judged_until.is_some() {
            Standing::Well
        } else {
            Standing::Waiting
        }
    }

    /// What keeps it from being told, in words.
    pub fn fault(&self) -> Option<&str> {
        let faulty = self.expectation.as_ref().err();
        faulty.or(self.state.error.as_ref()).map(String::as_str)
    }

    /// When the next data has to be there, in seconds since the epoch.
    pub fn next_due_at(&self) -> Option<i64> {
        let expectation = self.expectation.as_ref().ok()?;
        let stated = expectation.begin(self.state.since.seconds());
        let begin = self.state.judged_until.unwrap_or(stated).max(stated);
        let begin = begin.max(self.state.now.seconds() - HORIZON_S);
        let mut next = Slot::holding(expectation, begin)?;
        while !next.is_expected(expectation) {
            next = next.next(expectation)?;
            // Nothing comes for a year: nobody waits for it.
            if next.from - begin > YEAR_S {
                return None;
            }
        }
        Some(next.due_at(expectation))
    }
}

const YEAR_S: i64 = 366 * 24 * 3600;
/// Gaps of one table that a list shows.
const GAPS_LISTED_MAX: usize = 100;

impl Operations<'_> {
    /// Where a table stands. `NotFound` of the table, `Invalid` where it expects nothing.
    #[boxed]
    pub async fn freshness_status(&self, at: &TableRef) -> Result<FreshnessStatus> {
        self.authorize(Action::See, Resource::Table(at)).await?;
        let table = self.catalog.table_read(at).await?;
        self.status_of_table(&table).await
    }

    /// The tables that expect data, by number, the next `limit` after one, and the next page's `after`, where there is one.
    /// Perhaps only those of a catalog (`NotFound` of one that is not there), and only those of which data lacks, or of which the last look could tell nothing.
    #[boxed]
    pub async fn freshness_statuses(
        &self,
        catalog: Option<&Name>,
        after: i64,
        limit: usize,
        lacking: bool,
    ) -> Result<(Vec<FreshnessStatus>, Option<i64>)> {
        self.authorize(Action::See, Resource::Server).await?;
        let mut session = self.store.session().await?;
        if let Some(catalog) = catalog {
            catalog_there(&mut session, catalog).await?;
        }
        let mut page = session
            .freshness_table_page(catalog, after, limit + 1, lacking)
            .await?;
        let has_more = page.len() > limit;
        page.truncate(limit);
        let next = page.last().map(|(state, _)| state.table_id);
        let ids: Vec<i64> = page.iter().map(|(state, _)| state.table_id).collect();
        let mut gaps: HashMap<i64, Vec<FreshnessGap>> = HashMap::new();
        for gap in session.freshness_gaps_of(&ids, GAPS_LISTED_MAX).await? {
            gaps.entry(gap.table_id).or_default().push(gap);
        }
        let names: Vec<TableRef> = page.iter().map(|(_, at)| at.clone()).collect();
        let tables = tables_named(&mut session, &names).await?.into_iter();
        let mut tables: HashMap<i64, Table> = tables.map(|table| (table.id, table)).collect();
        let statuses = page.into_iter().filter_map(|(state, _)| {
            // One that was dropped meanwhile is left out.
            let table = tables.remove(&state.table_id)?;
            let gaps = gaps.remove(&state.table_id).unwrap_or_default();
            Some(status_of(&table, state, gaps))
        });
        Ok((statuses.collect(), next.filter(|_| has_more)))
    }

    /// How many gaps of each kind last, over all tables.
    #[boxed]
    pub async fn freshness_gap_counts(&self) -> Result<Vec<(GapKind, u64)>> {
        self.authorize(Action::See, Resource::Server).await?;
        self.store.session().await?.freshness_gap_counts().await
    }

    /// Of how many tables it cannot be told whether their data came.
    #[boxed]
    pub async fn freshness_faulty_count(&self) -> Result<u64> {
        self.authorize(Action::See, Resource::Server).await?;
        self.store.session().await?.freshness_faulty_count().await
    }
}

impl Freshness {
    /// As [`Operations::freshness_status`], of a table that was read already.
    pub(super) async fn status_of_table(&self, table: &Table) -> Result<FreshnessStatus> {
        let mut session = self.store.session().await?;
        let state = session.freshness_table_get(table.id).await?;
        let state = state.ok_or_else(|| nothing_expected(&table.at))?;
        let mut gaps = session.freshness_gaps(table.id).await?;
        gaps.truncate(GAPS_SHOWN_MAX);
        Ok(status_of(table, state, gaps))
    }

    /// Where the look at a table's data stands. `Invalid` where it expects nothing.
    pub(super) async fn state_read(&self, table: &Table) -> Result<FreshnessState> {
        let mut session = self.store.session().await?;
        let state = session.freshness_table_get(table.id).await?;
        state.ok_or_else(|| nothing_expected(&table.at))
    }
}

pub(super) fn nothing_expected(at: &TableRef) -> Error {
    Error::Invalid(format!(
        "{} expects no data: set its property {EXPECTATION_PROPERTY_PREFIX}every, for example to 1h or 1d",
        at.shown()
    ))
}

fn status_of(table: &Table, mut state: FreshnessState, gaps: Vec<FreshnessGap>) -> FreshnessStatus {
    // What the last look said holds no more where the table expects something else since; it is due from the first moment on.
    if state.due_at.seconds() == 0 {
        state.error = None;
    }
    let expectation = match Expectation::of_table(table) {
        Ok(Some(expectation)) => Ok(expectation),
        Ok(None) => Err("nothing is expected".to_owned()),
        Err(fault) => Err(fault.to_string()),
    };
    FreshnessStatus {
        at: table.at.clone(),
        expectation,
        state,
        gaps,
    }
}
