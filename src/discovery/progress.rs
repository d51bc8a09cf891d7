//! How far a run is, for whoever watches it while it runs.

use crate::lake::{ScanProgress, ScanSummary};
use crate::model::RunCounts;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// What a run has come to so far.
#[derive(Debug, Default)]
pub struct RunProgress {
    /// The root that is scanned.
    pub(super) scan: ScanProgress,
    /// The roots that are done.
    before: Mutex<RunCounts>,
    found: AtomicU64,
    added: AtomicU64,
}

impl RunProgress {
    /// The counts so far: requests, objects, prefixes, partitions found and added.
    pub fn counts(&self) -> RunCounts {
        let before = *self.before.lock().unwrap_or_else(PoisonError::into_inner);
        RunCounts {
            requests: before.requests + self.scan.requests(),
            objects: before.objects + self.scan.objects(),
            prefixes: before.prefixes + self.scan.prefixes(),
            found: self.found.load(Ordering::Relaxed),
            added: self.added.load(Ordering::Relaxed),
            ..before
        }
    }

    /// The next root begins; the ones before came to `counts`.
    pub(super) fn root_begins(&self, counts: &RunCounts) {
        self.scan.set(&ScanSummary::default());
        *self.before.lock().unwrap_or_else(PoisonError::into_inner) = *counts;
    }

    /// Partition directories so far.
    pub(super) fn found(&self, count: u64) {
        self.found.store(count, Ordering::Relaxed);
    }

    /// Partitions added so far.
    pub(super) fn added(&self, count: u64) {
        self.added.store(count, Ordering::Relaxed);
    }
}
