//! Work that somebody waits for: a run, a plan or a proposal, in a task of its own, and how far it is. A first scan of a large table
//! takes minutes.

use super::{DiscoveryReport, DiscoveryScope, Operations, RunProgress};
use crate::error::{Error, Result};
use crate::model::{RunCause, RunCounts, TableRef};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;
use tokio_util::task::AbortOnDropHandle;

/// How long another run that looks at the table is waited for.
const OTHER_RUN_MAX: Duration = Duration::from_secs(5);
const OTHER_RUN_LOOK: Duration = Duration::from_millis(100);
/// How long work may take until who waits for it hears of progress.
const SILENCE: Duration = Duration::from_millis(500);

/// Work that is under way.
#[derive(Debug)]
pub struct Running<T> {
    task: Task<T>,
    progress: Arc<RunProgress>,
    started: Instant,
}

/// What becomes of the work when nobody waits for it any more.
#[derive(Debug)]
enum Task<T> {
    GoesOn(JoinHandle<Result<T>>),
    Ends(AbortOnDropHandle<Result<T>>),
}

/// What is to be told next.
#[derive(Debug)]
pub enum Step<T> {
    /// It is so far, and has taken so long.
    Goes(RunCounts, Duration),
    /// It has ended.
    Ended(Result<T>),
}

impl<T> Running<T> {
    /// Work that goes on when nobody waits for it any more: a run stands in the history.
    pub fn that_goes_on(task: JoinHandle<Result<T>>, progress: Arc<RunProgress>) -> Self {
        Self::new(Task::GoesOn(task), progress)
    }

    /// Work that ends with who waits for it: what is only told.
    pub fn that_ends(task: JoinHandle<Result<T>>, progress: Arc<RunProgress>) -> Self {
        Self::new(Task::Ends(AbortOnDropHandle::new(task)), progress)
    }

    fn new(task: Task<T>, progress: Arc<RunProgress>) -> Self {
        Self {
            task,
            progress,
            started: Instant::now(),
        }
    }

    /// Waits for the end, or until progress is to be told. Work that ended in a panic is `Internal`. To be called until it has ended,
    /// and no more.
    pub async fn next(&mut self) -> Step<T> {
        let ended = match &mut self.task {
            Task::GoesOn(task) => tokio::time::timeout(SILENCE, task).await,
            Task::Ends(task) => tokio::time::timeout(SILENCE, task).await,
        };
        match ended {
            Ok(Ok(done)) => Step::Ended(done),
            Ok(Err(_)) => Step::Ended(Err(Error::internal("the run ended in a panic"))),
            Err(_) => Step::Goes(self.progress.counts(), self.started.elapsed()),
        }
    }
}

/// A run for somebody who asks for it now, and has often just opted in: where the schedule was quicker, it is waited for a
/// little. Fails as [`Operations::discovery_run`] does.
pub async fn run_asked_for(
    operations: Operations<'_>,
    at: &TableRef,
    scope: DiscoveryScope,
    progress: &Arc<RunProgress>,
) -> Result<DiscoveryReport> {
    let begun = Instant::now();
    loop {
        let report = operations.discovery_run_watched(at, scope, RunCause::Manual, progress);
        match report.await {
            Err(Error::Conflict(_)) if begun.elapsed() < OTHER_RUN_MAX => {
                tokio::time::sleep(OTHER_RUN_LOOK).await;
            }
            report => return report,
        }
    }
}
