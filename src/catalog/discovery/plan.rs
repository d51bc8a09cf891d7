//! What a run would do, as a value: what a dry run shows, and what a test can compare.

use super::judge::Candidate;
use super::progress::RunProgress;
use super::run::{DiscoveryScope, not_opted_in, requests_left, tally_for};
use super::scan::Sink;
use super::site::Site;
use crate::catalog::Catalog;
use crate::error::Result;
use crate::model::{DiscoverySkip, Partition, RunCounts, TableRef};
use crate::store::DiscoveryTableUpdate;
use std::sync::Arc;

/// Partitions of each kind, and skipped directories, that a plan lists; the counts go on.
pub const PLAN_LIST_LENGTH_MAX: usize = 10_000;

/// A partition that a plan speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedPartition {
    /// Its name.
    pub name: String,
    /// Its location.
    pub location: String,
    /// Data files.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// When the newest of them was written, seconds since the epoch.
    pub newest_at: i64,
}

/// A partition that a plan moves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlannedMove {
    /// Where it lies now.
    pub from: String,
    /// What it becomes.
    pub to: PlannedPartition,
}

/// What a run would do at this moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DiscoveryPlan {
    /// What would be added, up to [`PLAN_LIST_LENGTH_MAX`].
    pub added: Vec<PlannedPartition>,
    /// What would be moved, up to the same.
    pub moved: Vec<PlannedMove>,
    /// What would be dropped, up to the same: only in the mode `sync`, only by a sweep, and nothing where the brake
    /// would stop it.
    pub dropped: Vec<PlannedPartition>,
    /// What would be left out and why, up to the same.
    pub skipped: Vec<DiscoverySkip>,
    /// The counts of all of it.
    pub counts: RunCounts,
    /// Why not everything was looked at.
    pub stopped: Option<String>,
    /// Why nothing would be dropped although something is gone.
    pub braked: Option<String>,
}

fn planned(candidate: Candidate) -> PlannedPartition {
    PlannedPartition {
        name: candidate.partition.name,
        location: candidate.sighting.location,
        files: candidate.sighting.files,
        bytes: candidate.sighting.bytes,
        newest_at: candidate.sighting.newest_at,
    }
}

impl DiscoveryPlan {
    pub(super) fn extend(
        &mut self,
        site: &Site,
        adds: Vec<Candidate>,
        moves: Vec<(Partition, Candidate)>,
        skips: Vec<DiscoverySkip>,
    ) {
        self.counts.added += adds.len() as u64;
        self.counts.moved += moves.len() as u64;
        let room = |length: usize| PLAN_LIST_LENGTH_MAX.saturating_sub(length);
        let adds = adds.into_iter().take(room(self.added.len()));
        self.added.extend(adds.map(planned));
        let moves = moves.into_iter().take(room(self.moved.len()));
        let table = site.table.location.as_deref();
        self.moved.extend(moves.map(|(before, after)| PlannedMove {
            from: before.full_location(table).unwrap_or_default(),
            to: planned(after),
        }));
        let skips = skips.into_iter().take(room(self.skipped.len()));
        self.skipped.extend(skips);
    }
}

impl Catalog {
    /// What a run of this scope would do. It costs the same requests and writes nothing but their count.
    ///
    /// Fails as [`Self::discovery_run`], but for the lease, and where a store does not answer.
    pub async fn discovery_plan(
        &self,
        at: &TableRef,
        scope: DiscoveryScope,
    ) -> Result<DiscoveryPlan> {
        self.discovery_plan_watched(at, scope, &Arc::default())
            .await
    }

    /// As [`Self::discovery_plan`], and tells how far it is.
    pub async fn discovery_plan_watched(
        &self,
        at: &TableRef,
        scope: DiscoveryScope,
        progress: &Arc<RunProgress>,
    ) -> Result<DiscoveryPlan> {
        let table = self.table_get(at).await?;
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
        self.discovery_note(site.table.id, &update).await?;
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
