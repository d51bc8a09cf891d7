//! What discovery says of itself: a table's settings, schedule, freshness and cost, the runs, the directories left out,
//! and what of that is not kept for ever.

use super::Discovery;
use super::Operations;
use super::site::Site;
use crate::catalog::service::{catalog_there, tables_named};
use crate::catalog::{Action, Resource};
use crate::error::{Error, Result};
use crate::model::{
    DiscoveryRun, DiscoverySettings, DiscoverySkip, DiscoveryState, DiscoveryTable, Name, Table,
    TableRef,
};
use crate::transact;
use async_recursion::async_recursion as boxed;
use std::collections::HashMap;

/// What AWS asks for a thousand LIST requests, in US dollars (S3 Standard, 2026).
pub const LIST_PRICE_USD_PER_1000: f64 = 0.005;
/// Runs removed in one transaction.
const RUNS_PER_TRANSACTION_MAX: usize = 200;
/// Seconds for which an ended lease is kept.
const LEASE_KEPT_S: i64 = 24 * 3600;

/// Where a table's discovery stands.
#[derive(Debug, Clone)]
pub struct DiscoveryStatus {
    /// The table.
    pub at: TableRef,
    /// What its properties ask for; `Err` says in words which of them makes no sense.
    pub settings: Result<DiscoverySettings, String>,
    /// The roots as they are used, the preferred one first.
    pub roots: Vec<RootStatus>,
    /// Its schedule, freshness and today's requests.
    pub state: DiscoveryState,
    /// Whether its newest data is older than `skep.discovery.fresh-within` allows.
    pub is_stale: bool,
}

/// A place where partitions lie.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RootStatus {
    /// Its name in properties.
    pub name: String,
    /// Where it is.
    pub location: String,
    /// The template of its directories.
    pub layout: String,
    /// Seconds that looks at the window reach back; `None` where the layout has no time, and so no window.
    pub window_s: Option<i64>,
}

impl DiscoveryStatus {
    /// Seconds since the newest data that queries see was written; `None` until discovery has registered something.
    pub fn age_s(&self) -> Option<i64> {
        let freshness = self.state.freshness?;
        Some((self.state.now - freshness.object_at).max(0))
    }

    /// What today's LIST requests cost on AWS, in US dollars.
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    pub fn cost_today_usd(&self) -> f64 {
        self.state.requests_today as f64 / 1000.0 * LIST_PRICE_USD_PER_1000
    }
}

impl Operations<'_> {
    /// Where a table's discovery stands. `NotFound` of the table, `Invalid` where it has not opted in.
    #[boxed]
    pub async fn discovery_status(&self, at: &TableRef) -> Result<DiscoveryStatus> {
        self.authorize(Action::See, Resource::Table(at)).await?;
        self.status_read(at).await
    }
}

impl Discovery {
    /// As [`Operations::discovery_status`], where that has been asked already.
    pub(in crate::discovery) async fn status_read(&self, at: &TableRef) -> Result<DiscoveryStatus> {
        let table = self.catalog.table_read(at).await?;
        let mut session = self.store.session().await?;
        let state = session.discovery_table_get(table.id).await?;
        drop(session);
        let state = state.ok_or_else(|| super::run::not_opted_in(at))?;
        Ok(status_of(at, self.discovery_site(table), state))
    }
}

impl Operations<'_> {
    /// The tables that opted in, with where they stand, by number, the next `limit` after one, and the next page's `after`, where
    /// there is one. Perhaps only those of a catalog (`NotFound` of one that is not there).
    #[boxed]
    pub async fn discovery_statuses(
        &self,
        catalog: Option<&Name>,
        after: i64,
        limit: usize,
    ) -> Result<(Vec<DiscoveryStatus>, Option<i64>)> {
        self.authorize(Action::See, Resource::Server).await?;
        let mut page = self.discovery_tables(catalog, after, limit + 1).await?;
        let has_more = page.len() > limit;
        page.truncate(limit);
        let next = page.last().map(|(listed, _)| listed.state.table_id);
        // One that was dropped meanwhile is left out.
        let statuses = page.into_iter().filter_map(|(listed, table)| {
            Some(status_of(
                &listed.at,
                self.discovery_site(table?),
                listed.state,
            ))
        });
        Ok((statuses.collect(), next.filter(|_| has_more)))
    }
}

impl Discovery {
    /// The tables that opted in, by number, the next `limit` after one; one that was dropped meanwhile is `None`. A few
    /// round trips, not one a table.
    pub(super) async fn discovery_tables(
        &self,
        catalog: Option<&Name>,
        after: i64,
        limit: usize,
    ) -> Result<Vec<(DiscoveryTable, Option<Table>)>> {
        let mut session = self.store.session().await?;
        if let Some(catalog) = catalog {
            catalog_there(&mut session, catalog).await?;
        }
        let page = session.discovery_table_page(catalog, after, limit).await?;
        let names: Vec<TableRef> = page.iter().map(|listed| listed.at.clone()).collect();
        let tables = tables_named(&mut session, &names).await?.into_iter();
        let mut tables: HashMap<i64, Table> = tables.map(|table| (table.id, table)).collect();
        let found = page.into_iter().map(|listed| {
            let table = tables.remove(&listed.state.table_id);
            (listed, table)
        });
        Ok(found.collect())
    }
}

impl Operations<'_> {
    /// The runs of a table that changed something, failed or were asked for, the latest first; those before a number
    /// where one is given. `NotFound` of the table.
    #[boxed]
    pub async fn discovery_runs(
        &self,
        at: &TableRef,
        before: Option<i64>,
        limit: usize,
    ) -> Result<Vec<DiscoveryRun>> {
        self.authorize(Action::See, Resource::Table(at)).await?;
        let table = self.catalog.table_read(at).await?;
        let mut session = self.store.session().await?;
        session.discovery_run_page(table.id, before, limit).await
    }

    /// The directories of a table that were left out, by location, those after one. `NotFound` of the table.
    #[boxed]
    pub async fn discovery_skips(
        &self,
        at: &TableRef,
        after: &str,
        limit: usize,
    ) -> Result<Vec<DiscoverySkip>> {
        self.authorize(Action::See, Resource::Table(at)).await?;
        let table = self.catalog.table_read(at).await?;
        let mut session = self.store.session().await?;
        session.discovery_skip_page(table.id, after, limit).await
    }

    /// Removes the runs that began more than `kept_s` seconds ago, and leases that nobody has asked for since. After
    /// that, those runs cannot be undone. Gives the number of runs.
    #[boxed]
    pub async fn discovery_history_expire(&self, kept_s: i64) -> Result<u64> {
        self.authorize(Action::Operate, Resource::Server).await?;
        transact!(self.store, |session| {
            session.lease_forget(LEASE_KEPT_S).await
        })?;
        let mut removed = 0;
        loop {
            let batch = transact!(self.store, |session| {
                session
                    .discovery_run_expire(kept_s, RUNS_PER_TRANSACTION_MAX)
                    .await
            })?;
            removed += batch as u64;
            if batch < RUNS_PER_TRANSACTION_MAX {
                return Ok(removed);
            }
        }
    }
}

fn status_of(
    at: &TableRef,
    site: Result<Option<Site>, Error>,
    state: DiscoveryState,
) -> DiscoveryStatus {
    let (settings, roots) = match site {
        Ok(Some(site)) => {
            let roots = site.roots.iter().map(|root| RootStatus {
                name: root.name.clone(),
                location: root.location.to_string(),
                layout: root.layout.template().to_owned(),
                window_s: root.layout.has_time().then_some(root.window_s),
            });
            let roots = roots.collect();
            (Ok(site.settings), roots)
        }
        Ok(None) => (Err("nothing is asked for".to_owned()), Vec::new()),
        Err(failure) => (Err(failure.to_string()), Vec::new()),
    };
    let mut status = DiscoveryStatus {
        at: at.clone(),
        settings,
        roots,
        state,
        is_stale: false,
    };
    let within = status
        .settings
        .as_ref()
        .ok()
        .and_then(|settings| settings.fresh_within_s);
    status.is_stale = match (within, status.age_s()) {
        (Some(within_s), Some(age_s)) => age_s > within_s,
        _ => false,
    };
    status
}
