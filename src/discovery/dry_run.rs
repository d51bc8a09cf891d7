//! What a run would do, found out as the run would: the same listing and the same decisions, and nothing written.

use super::Operations;
use super::plan::DiscoveryPlan;
use super::progress::RunProgress;
use super::run::{not_opted_in, tally_for};
use super::scan::Sink;
use super::scope::DiscoveryScope;
use super::settings::properties_check;
use super::site::unpartitioned;
use crate::catalog::{Action, ParameterChanges, Resource};
use crate::error::Result;
use crate::model::{DISCOVERY_PROPERTY_PREFIX, RunCounts, TableRef};
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
        let wanted = ParameterChanges::default();
        self.discovery_plan_watched(at, scope, &wanted, &Arc::default())
            .await
    }

    /// As [`Self::discovery_plan`], and tells how far it is. The table need not have opted in: what it would ask for is what it
    /// asks for already with `wanted`, properties that are set or removed for this plan alone.
    #[boxed]
    pub async fn discovery_plan_watched(
        &self,
        at: &TableRef,
        scope: DiscoveryScope,
        wanted: &ParameterChanges,
        progress: &Arc<RunProgress>,
    ) -> Result<DiscoveryPlan> {
        self.authorize(Action::Operate, Resource::Table(at)).await?;
        properties_check(wanted)?;
        let stored = self.catalog.table_read(at).await?;
        let mut table = stored.clone();
        wanted.apply(&mut table.parameters);
        table
            .parameters
            .insert(DISCOVERY_PROPERTY_PREFIX.to_owned(), "on".to_owned());
        let site = self
            .discovery_site(table)?
            .ok_or_else(|| not_opted_in(at))?;
        if !site.settings.on {
            return Err(unpartitioned(at));
        }
        let mut session = self.store.session().await?;
        let state = session.discovery_table_get(stored.id).await?;
        drop(session);
        let used = state.as_ref().map_or(0, |state| state.requests_today);
        let left = site.settings.requests_per_day_max.saturating_sub(used);
        let mut plan = DiscoveryPlan::default();
        let mut tally = tally_for(&site, scope, progress);
        self.site_scan(&site, scope, left, &mut Sink::Plan(&mut plan), &mut tally)
            .await?;
        self.site_sync(&site, &mut Sink::Plan(&mut plan), &mut tally)
            .await?;
        if let Some(state) = state {
            let update = DiscoveryTableUpdate {
                failures: state.failures,
                error: state.last_error,
                requests: tally.counts.requests,
                ..DiscoveryTableUpdate::default()
            };
            self.discovery_note(&stored, &update).await?;
        }
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
