//! What a run would do, found out as the run would: the same listing and the same decisions, and nothing written.

use super::Operations;
use super::plan::DiscoveryPlan;
use super::progress::RunProgress;
use super::run::{not_opted_in, requests_left, tally_for};
use super::scan::Sink;
use super::scope::DiscoveryScope;
use crate::catalog::{Action, Resource};
use crate::error::Result;
use crate::model::{RunCounts, TableRef};
use crate::store::DiscoveryTableUpdate;
use async_recursion::async_recursion as boxed;
use std::sync::Arc;

impl Operations<'_> {
    /// What a run of this scope would do. It costs the same requests and writes nothing but their count.
    ///
    /// Fails as [`Self::discovery_run`], but for the lease, and where a store does not answer.
    #[boxed]
    pub async fn discovery_plan(
        &self,
        at: &TableRef,
        scope: DiscoveryScope,
    ) -> Result<DiscoveryPlan> {
        self.discovery_plan_watched(at, scope, &Arc::default())
            .await
    }

    /// As [`Self::discovery_plan`], and tells how far it is.
    #[boxed]
    pub async fn discovery_plan_watched(
        &self,
        at: &TableRef,
        scope: DiscoveryScope,
        progress: &Arc<RunProgress>,
    ) -> Result<DiscoveryPlan> {
        self.authorize(Action::Operate, Resource::Table(at)).await?;
        let table = self.catalog.table_read(at).await?;
        let site = self
            .discovery_site(table)?
            .ok_or_else(|| not_opted_in(at))?;
        let state = self.discovery_state(&site).await?;
        let mut plan = DiscoveryPlan::default();
        let mut tally = tally_for(&site, scope, progress);
        if site.settings.on {
            let left = requests_left(&site, &state);
            self.site_scan(&site, scope, left, &mut Sink::Plan(&mut plan), &mut tally)
                .await?;
            self.site_sync(&site, &mut Sink::Plan(&mut plan), &mut tally)
                .await?;
        }
        let update = DiscoveryTableUpdate {
            failures: state.failures,
            error: state.last_error,
            requests: tally.counts.requests,
            ..DiscoveryTableUpdate::default()
        };
        self.discovery_note(&site.table, &update).await?;
        plan.counts = RunCounts {
            added: plan.counts.added,
            moved: plan.counts.moved,
            dropped: plan.counts.dropped,
            ..tally.counts
        };
        plan.stopped = tally.stopped;
        Ok(plan)
    }
}
