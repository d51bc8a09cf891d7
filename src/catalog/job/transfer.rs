//! The data of a relocation on its way, with its progress written down from time to time.

use super::running::RunningJob;
use crate::catalog::Catalog;
use crate::error::{Error, Result};
use crate::lake::{LakeError, Transfer};
use crate::model::{Job, JobMove, JobProgress, JobWork, Storage};
use crate::transact;
use futures::future::join_all;
use std::sync::Arc;
use std::time::Duration;

/// How many directories of one job are looked at, or copied, at the same time.
pub(super) const MOVES_CONCURRENT_MAX: usize = 8;
/// How often progress is written down.
const PROGRESS_EVERY: Duration = Duration::from_secs(2);

/// What became of each directory of a job.
#[derive(Debug)]
pub(super) struct Transferred(Vec<Transfer>);

impl Transferred {
    /// The moves whose sources are still there because they were copied.
    pub(super) fn copied<'a>(&self, work: &'a JobWork) -> Vec<&'a JobMove> {
        let moves = work.moves.iter().zip(&self.0);
        moves
            .filter(|(_, done)| **done == Transfer::Copied)
            .map(|(one, _)| one)
            .collect()
    }
}

/// Why a directory did not get to its new place.
enum Stop {
    Own(LakeError),
    ByOthers(LakeError),
}

impl Catalog {
    /// Brings the directories of a job to their new places. What an earlier run has brought there is not brought again.
    pub(super) async fn relocation_transfer(
        &self,
        job: &Job,
        work: &JobWork,
        running: &Arc<RunningJob>,
    ) -> Result<Transferred> {
        let mut transfer = Box::pin(self.directories_transfer(work, running));
        let done = tokio::select! {
            done = &mut transfer => done?,
            gone = self.progress_keep(job, running) => {
                running.progress.stop();
                // What is on its way would arrive after it was taken back.
                drop(transfer.await);
                return Err(gone);
            }
        };
        if job.progress.objects_total.is_some() {
            self.progress_note(job, running).await;
        }
        Ok(done)
    }

    async fn directories_transfer(
        &self,
        work: &JobWork,
        running: &Arc<RunningJob>,
    ) -> Result<Transferred> {
        // On a file system one directory may lie where another one was.
        let is_local = |one: &JobMove| one.from.storage() == Storage::File;
        let at_once = if work.moves.iter().any(is_local) {
            1
        } else {
            MOVES_CONCURRENT_MAX
        };
        let mut done = Vec::with_capacity(work.moves.len());
        for some in work.moves.chunks(at_once) {
            let transfers = some.iter().map(|one| self.directory_transfer(one, running));
            // All are waited for: what is on its way would arrive after it was taken back.
            let mut failed = None;
            for end in join_all(transfers).await {
                match end {
                    Ok(one) => done.push(one),
                    // One that others have stopped has nothing to tell.
                    Err(Stop::Own(failure)) => failed = Some(failure),
                    Err(Stop::ByOthers(failure)) => failed = failed.or(Some(failure)),
                }
            }
            if let Some(failure) = failed {
                return Err(failure.into());
            }
        }
        Ok(Transferred(done))
    }

    /// One directory; where it fails, the others of the job begin nothing more.
    async fn directory_transfer(
        &self,
        one: &JobMove,
        running: &Arc<RunningJob>,
    ) -> std::result::Result<Transfer, Stop> {
        let JobMove { from, to, mark } = one;
        let progress = &running.progress;
        let done = self
            .lake
            .directory_transfer(from, to, mark.as_deref(), progress)
            .await;
        done.map_err(|failure| {
            if progress.is_stopped() {
                return Stop::ByOthers(failure);
            }
            progress.stop();
            Stop::Own(failure)
        })
    }

    /// Writes down again and again how far a job is, until its table is gone: then the rest is of no use.
    async fn progress_keep(&self, job: &Job, running: &Arc<RunningJob>) -> Error {
        loop {
            tokio::time::sleep(PROGRESS_EVERY).await;
            self.progress_note(job, running).await;
            if let Ok(mut session) = self.store.session().await
                && let Ok(None) = session.table_place(job.table_id).await
            {
                return Error::NotAllowed(format!("{} was dropped meanwhile", job.subject));
            }
        }
    }

    async fn progress_note(&self, job: &Job, running: &Arc<RunningJob>) {
        let progress = JobProgress {
            objects_done: running.progress.objects(),
            bytes_done: running.progress.bytes(),
            ..job.progress
        };
        let noted = transact!(self.store, |session| {
            session.job_progress_put(job.id, &progress).await
        });
        if let Err(failure) = noted {
            tracing::debug!(job = job.id, %failure, "cannot note how far a job is");
        }
    }
}
