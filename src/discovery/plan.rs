//! What a run would do, as a value: what a dry run shows, and what a test can compare.

use super::judge::Candidate;
use super::site::Site;
use crate::model::{DiscoverySkip, Location, Partition, RunCounts};

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
    /// What is gone and would not be dropped for that reason, up to a thousand or as many as a run may drop.
    pub missing: Vec<PlannedPartition>,
}

fn planned(candidate: Candidate) -> PlannedPartition {
    PlannedPartition {
        name: candidate.partition.name,
        location: candidate.sighting.location.to_string(),
        files: candidate.sighting.files,
        bytes: candidate.sighting.bytes,
        newest_at: candidate.sighting.newest_at,
    }
}

/// A partition's location as it is shown; nothing where it has none.
pub(super) fn location_text(partition: &Partition, table: Option<&Location>) -> String {
    let location = partition.full_location(table);
    location.map_or_else(String::new, |location| location.to_string())
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
        let table = site.table.location.as_ref();
        self.moved.extend(moves.map(|(before, after)| PlannedMove {
            from: location_text(&before, table),
            to: planned(after),
        }));
        let skips = skips.into_iter().take(room(self.skipped.len()));
        self.skipped.extend(skips);
    }
}
