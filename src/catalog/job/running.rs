//! The jobs that this process is at, and who waits for them. The truth about a job is its row; here stands only what
//! spares a look at it.

use crate::lake::Progress;
use crate::model::JobProgress;
use crate::telemetry::JobsDone;
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// The jobs of one process.
#[derive(Debug, Default)]
pub(in crate::catalog) struct RunningJobs {
    running: Mutex<HashMap<i64, Arc<RunningJob>>>,
    /// A job has ended, or its run has.
    pub(super) changed: Notify,
    /// The process ends: jobs stop where they are, for another process to go on.
    pub(super) stopped: CancellationToken,
    pub(super) figures: JobFigures,
    pub(super) deleting: Turns,
}

/// The storages that the background is deleting at, by bucket.
#[derive(Debug, Default)]
pub(super) struct Turns(Arc<Mutex<HashSet<String>>>);

/// That the background is deleting at a storage, while it is kept.
#[derive(Debug)]
pub(super) struct Turn {
    storage: String,
    of: Arc<Mutex<HashSet<String>>>,
}

impl Turns {
    /// Nothing where it is at it already.
    pub(super) fn begin(&self, storage: &str) -> Option<Turn> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        taken.insert(storage.to_owned()).then(|| Turn {
            storage: storage.to_owned(),
            of: Arc::clone(&self.0),
        })
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        let mut taken = self.of.lock().unwrap_or_else(PoisonError::into_inner);
        taken.remove(&self.storage);
    }
}

/// A job that this process is at.
#[derive(Debug, Default)]
pub(super) struct RunningJob {
    pub(super) progress: Arc<Progress>,
    /// Whether its process died, and nobody has asked for it here.
    is_resumed: bool,
}

/// What this process has done since it was asked last.
#[derive(Debug, Default)]
pub struct JobFigures {
    pub(super) done: AtomicU64,
    pub(super) failed: AtomicU64,
    objects: AtomicU64,
    bytes: AtomicU64,
}

impl JobFigures {
    /// Takes what was done since the last time.
    pub fn take(&self) -> JobsDone {
        let take = |figure: &AtomicU64| figure.swap(0, Ordering::Relaxed);
        JobsDone {
            done: take(&self.done),
            failed: take(&self.failed),
            progress: JobProgress {
                objects_done: take(&self.objects),
                bytes_done: take(&self.bytes),
                ..JobProgress::default()
            },
        }
    }

    /// Adds what a job's run has done.
    pub(super) fn add(&self, progress: &Progress) {
        self.objects
            .fetch_add(progress.objects(), Ordering::Relaxed);
        self.bytes.fetch_add(progress.bytes(), Ordering::Relaxed);
    }
}

impl RunningJobs {
    fn running(&self) -> MutexGuard<'_, HashMap<i64, Arc<RunningJob>>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that this process is at a job; nothing where it is already.
    pub(super) fn begin(&self, id: i64, is_resumed: bool) -> Option<Arc<RunningJob>> {
        let mut running = self.running();
        if running.contains_key(&id) {
            return None;
        }
        let job = Arc::new(RunningJob {
            is_resumed,
            ..RunningJob::default()
        });
        running.insert(id, Arc::clone(&job));
        Some(job)
    }

    /// Notes that it is not any more.
    pub(super) fn end(&self, id: i64) {
        self.running().remove(&id);
        self.changed.notify_waiters();
    }

    /// How many jobs of processes that died this one is at.
    pub(super) fn count_resumed(&self) -> usize {
        let running = self.running();
        running.values().filter(|job| job.is_resumed).count()
    }

    /// How many jobs this process is at.
    pub(super) fn count(&self) -> usize {
        self.running().len()
    }
}
