//! Where a source stands, and what a run over it found, as callers get it.

use crate::model::{SchemaChange, SnapshotInfo, SourceOrigin, SourceState};
use crate::source::{SourceCheck, SourceSettings};
use std::time::Duration;

/// A source that is watched.
#[derive(Debug, Clone)]
pub struct SourceStatus {
    /// Its name.
    pub name: String,
    /// Where its settings stand.
    pub origin: SourceOrigin,
    /// Its settings; they print and serialize without any password.
    pub settings: SourceSettings,
    /// How the watch goes.
    pub state: SourceState,
    /// The latest snapshot; `None` until it was read for the first time.
    pub snapshot: Option<SnapshotInfo>,
}

/// What a run found.
#[derive(Debug, Clone)]
pub struct WatchReport {
    /// The source.
    pub source: String,
    /// Whether this was the first sight of the source: nothing of it is a change.
    pub baseline: bool,
    /// The changes, as they are kept; empty where nothing changed.
    pub changes: Vec<SchemaChange>,
    /// Tables of the snapshot before of which the source tells nothing any more: rights may be missing.
    pub unread: u64,
    /// What the source does not show any more, in one line.
    pub lost: Option<String>,
    /// Tables and views that were read.
    pub tables: u64,
    /// Columns that were read.
    pub columns: u64,
    /// How long the source took to answer.
    pub read: Duration,
    /// How long the whole run took.
    pub elapsed: Duration,
}

/// What a source answered, and what the rules make of it.
#[derive(Debug, Clone)]
pub struct SourceTest {
    /// What it answered.
    pub check: SourceCheck,
    /// Rules of targets and owners that guard nothing, each with why: `watch.targets: shop:public.{table} matches no table`.
    pub rules_unmatched: Vec<String>,
}
