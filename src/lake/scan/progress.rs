//! How far a scan is, for whoever watches it while it runs.

use super::ScanSummary;
use std::sync::atomic::{AtomicU64, Ordering};

/// What a scan has come to so far. The figures are set one by one, so that they may be of two moments.
#[derive(Debug, Default)]
pub struct ScanProgress {
    requests: AtomicU64,
    objects: AtomicU64,
    prefixes: AtomicU64,
}

impl ScanProgress {
    /// Takes over what a scan has counted.
    pub fn set(&self, so_far: &ScanSummary) {
        self.requests.store(so_far.requests, Ordering::Relaxed);
        self.objects.store(so_far.objects, Ordering::Relaxed);
        self.prefixes.store(so_far.prefixes, Ordering::Relaxed);
    }

    /// Requests sent.
    pub fn requests(&self) -> u64 {
        self.requests.load(Ordering::Relaxed)
    }

    /// Objects or files that were listed.
    pub fn objects(&self) -> u64 {
        self.objects.load(Ordering::Relaxed)
    }

    /// Directories that were listed or passed.
    pub fn prefixes(&self) -> u64 {
        self.prefixes.load(Ordering::Relaxed)
    }
}
