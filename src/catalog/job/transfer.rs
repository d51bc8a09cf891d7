//! The data of a relocation on its way, with its progress written down from time to time.

use super::running::RunningJob;
use crate::catalog::Catalog;
use crate::error::Result;
use crate::lake::Transfer;
use crate::model::{Job, JobMove, JobProgress, JobWork, Location};
use crate::transact;
use std::sync::Arc;
use std::time::Duration;

/// How often progress is written down.
const PROGRESS_EVERY: Duration = Duration::from_secs(2);

/// What became of each directory of a job.
#[derive(Debug)]
pub(super) struct Transferred(Vec<Transfer>);

impl Transferred {
    /// The sources that are still there because they were copied, each with the time of its newest file.
    pub(super) fn copied<'a>(&self, work: &'a JobWork) -> Vec<(&'a Location, i64)> {
        let moves = work.moves.iter().zip(&self.0);
        moves
            .filter_map(|(one, done)| match done {
                Transfer::Copied { newest_ms } => Some((&one.from, *newest_ms)),
                Transfer::Moved | Transfer::Nothing => None,
            })
            .collect()
    }
}

impl Catalog {
    /// Brings the directories of a job to their new places. What an earlier run has brought there is not brought again.
    pub(super) async fn relocation_transfer(
        &self,
        job: &Job,
        work: &JobWork,
        running: &Arc<RunningJob>,
    ) -> Result<Transferred> {
        let transfer = Box::pin(self.directories_transfer(work, running));
        let done = tokio::select! {
            done = transfer => done?,
            never = self.progress_keep(job, running) => match never {},
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
        let mut done = Vec::with_capacity(work.moves.len());
        for JobMove { from, to, mark } in &work.moves {
            let one = self
                .lake
                .directory_transfer(from, to, mark.as_deref(), &running.progress);
            done.push(one.await?);
        }
        Ok(Transferred(done))
    }

    /// Writes down again and again how far a job is.
    async fn progress_keep(
        &self,
        job: &Job,
        running: &Arc<RunningJob>,
    ) -> std::convert::Infallible {
        loop {
            tokio::time::sleep(PROGRESS_EVERY).await;
            self.progress_note(job, running).await;
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
