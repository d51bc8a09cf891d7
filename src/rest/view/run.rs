//! Runs of discovery: asking for one, how far it is, what it did or would do, the history, and what was left out.

use super::{moment, money};
use crate::discovery::{
    DiscoveryPlan, DiscoveryReport, DiscoveryScope, LIST_PRICE_USD_PER_1000, PlannedPartition,
};
use crate::model::{DiscoveryRun, DiscoverySkip, RunCounts};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// How much a run looks at.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunScope {
    /// The stretch of time where new partitions appear: a handful of requests.
    #[default]
    Window,
    /// Everything.
    Sweep,
}

/// A run that is asked for.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StartRun {
    /// How much it looks at
    #[serde(default)]
    pub scope: RunScope,
    /// Only tell what a run would do, and write nothing: the table need not have opted in
    #[serde(default)]
    pub dry_run: bool,
    /// Of a dry run: settings that the table would have, without `skep.discovery.` before their names; null is none
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[schema(example = json!({"layout": "{dt:%Y/%m/%d}/{hour}"}))]
    pub settings: BTreeMap<String, Option<String>>,
}

/// How far a run is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = RunProgress)]
pub struct ProgressView {
    /// LIST requests so far
    pub requests: u64,
    /// Objects that they named
    pub objects: u64,
    /// Directories that they named
    pub prefixes: u64,
    /// Partition directories with data, known ones included
    pub found: u64,
    /// Partitions added
    pub added: u64,
    /// Milliseconds since the run began
    pub elapsed_ms: u64,
}

/// What a run counted.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = RunCounts)]
pub struct CountsView {
    /// LIST requests
    pub requests: u64,
    /// What they cost on AWS, in US dollars
    pub cost_usd: f64,
    /// Objects that they named
    pub objects: u64,
    /// Directories that they named
    pub prefixes: u64,
    /// Partition directories with data, known ones included
    pub found: u64,
    /// Partitions added
    pub added: u64,
    /// Partitions moved to a better root
    pub moved: u64,
    /// Partitions dropped
    pub dropped: u64,
    /// Directories left out, each with its reason
    pub skipped: u64,
}

/// What a run did.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = RunReport)]
pub struct ReportView {
    /// Its number in the history, by which it is undone
    pub run: Option<i64>,
    /// `done`; `incomplete` (a later run goes on), `braked` (it would have dropped too much and dropped nothing) or
    /// `failed`
    pub outcome: String,
    /// What it counted
    pub counts: CountsView,
    /// Why it was not `done`
    pub error: Option<String>,
}

/// What a run would do at this moment.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = RunPlan)]
pub struct PlanView {
    /// What it counted; the lists hold the first ten thousand of each kind
    pub counts: CountsView,
    /// What would be added
    pub added: Vec<PlannedView>,
    /// What would be moved to a better root
    pub moved: Vec<PlannedView>,
    /// What would be dropped
    pub dropped: Vec<PlannedView>,
    /// What would be left out, and why
    pub skipped: Vec<SkippedView>,
    /// Why not everything was looked at
    pub stopped: Option<String>,
    /// Why nothing would be dropped although something is gone
    pub braked: Option<String>,
    /// What is gone and would not be dropped for that reason
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<PlannedView>,
}

/// A partition that a plan speaks of.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = PlannedPartition)]
pub struct PlannedView {
    /// Its name
    pub name: String,
    /// Where it is, or will be
    pub location: String,
    /// Where it was; only of what is moved
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Data files
    pub files: u64,
    /// Their bytes
    pub bytes: u64,
    /// When the newest of them was written
    #[schema(format = DateTime)]
    pub newest_at: Option<String>,
}

/// A directory that was left out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = SkippedDirectory)]
pub struct SkippedView {
    /// Where it is
    pub path: String,
    /// `layout`, `schema`, `incomplete` or `name`
    pub kind: String,
    /// Why it is no partition
    pub reason: String,
    /// Since when
    #[schema(format = DateTime)]
    pub first_seen_at: Option<String>,
    /// When it was seen last
    #[schema(format = DateTime)]
    pub last_seen_at: Option<String>,
}

/// A page of directories that were left out.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = SkippedList)]
pub struct SkippedListView {
    /// The directories, by path
    pub skipped: Vec<SkippedView>,
    /// What to pass as `after` for the next page; absent on the last one
    pub next: Option<String>,
}

/// A run of the history.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Run)]
pub struct RunView {
    /// Its number
    pub id: i64,
    /// `window`, `sweep`, `event`, `manual` or `undo`
    pub cause: String,
    /// As in `RunReport`; also `running`, and `abandoned` where its process died
    pub outcome: String,
    /// When it began
    #[schema(format = DateTime)]
    pub started_at: Option<String>,
    /// When it ended
    #[schema(format = DateTime)]
    pub ended_at: Option<String>,
    /// What it counted
    pub counts: CountsView,
    /// Why it was not `done`
    pub error: Option<String>,
    /// Since when it is undone
    #[schema(format = DateTime)]
    pub undone_at: Option<String>,
}

/// A page of runs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = RunList)]
pub struct RunListView {
    /// The runs, the latest first
    pub runs: Vec<RunView>,
    /// What to pass as `before` for the next page; absent on the last one
    pub next: Option<i64>,
}

impl From<RunScope> for DiscoveryScope {
    fn from(scope: RunScope) -> Self {
        match scope {
            RunScope::Window => Self::Window,
            RunScope::Sweep => Self::Sweep,
        }
    }
}

impl From<RunCounts> for CountsView {
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    fn from(counts: RunCounts) -> Self {
        Self {
            requests: counts.requests,
            cost_usd: money(counts.requests as f64 / 1000.0 * LIST_PRICE_USD_PER_1000),
            objects: counts.objects,
            prefixes: counts.prefixes,
            found: counts.found,
            added: counts.added,
            moved: counts.moved,
            dropped: counts.dropped,
            skipped: counts.skipped,
        }
    }
}

impl From<DiscoveryReport> for ReportView {
    fn from(report: DiscoveryReport) -> Self {
        Self {
            run: report.run_id,
            outcome: report.outcome.as_str().to_owned(),
            counts: report.counts.into(),
            error: report.error,
        }
    }
}

impl From<PlannedPartition> for PlannedView {
    fn from(planned: PlannedPartition) -> Self {
        Self {
            name: planned.name,
            location: planned.location,
            from: None,
            files: planned.files,
            bytes: planned.bytes,
            newest_at: moment(planned.newest_at),
        }
    }
}

impl From<DiscoveryPlan> for PlanView {
    fn from(plan: DiscoveryPlan) -> Self {
        let moved = plan.moved.into_iter().map(|one| PlannedView {
            from: Some(one.from),
            ..PlannedView::from(one.to)
        });
        Self {
            counts: plan.counts.into(),
            added: plan.added.into_iter().map(PlannedView::from).collect(),
            moved: moved.collect(),
            dropped: plan.dropped.into_iter().map(PlannedView::from).collect(),
            skipped: plan.skipped.into_iter().map(SkippedView::from).collect(),
            stopped: plan.stopped,
            braked: plan.braked,
            missing: plan.missing.into_iter().map(PlannedView::from).collect(),
        }
    }
}

impl From<DiscoverySkip> for SkippedView {
    fn from(skip: DiscoverySkip) -> Self {
        Self {
            path: skip.path,
            kind: skip.kind.as_str().to_owned(),
            reason: skip.reason,
            first_seen_at: moment(skip.first_seen_at),
            last_seen_at: moment(skip.last_seen_at),
        }
    }
}

impl From<DiscoveryRun> for RunView {
    fn from(run: DiscoveryRun) -> Self {
        Self {
            id: run.id,
            cause: run.cause.as_str().to_owned(),
            outcome: run.outcome.as_str().to_owned(),
            started_at: moment(run.started_at),
            ended_at: run.ended_at.and_then(moment),
            counts: run.counts.into(),
            error: run.error,
            undone_at: run.undone_at.and_then(moment),
        }
    }
}
