//! Jobs: work that takes an object store's time. Renames, exchanges, drops with data, purges and truncations.
//!
//! A job is a row. It is written before anything is touched, so whatever ends the process, the next one knows what was
//! begun; its phases say what is left to do:
//!
//! ```text
//! planned ─► copying ─► (the change is committed) ─► deleting ─► done
//!    │          └─► undoing ─► failed
//!    └─► failed
//! ```
//!
//! - Before the commit the catalog names the old place, where the data is whole; after it the new one. The commit moves
//!   the job on in the same transaction, so no answer of the database that got lost leaves a doubt.
//! - The new place was found empty before `copying`, and nobody may have data there; what is taken back is what the source
//!   has the like of. So a later try finds nothing in its way but what others have written there, and that stays.
//! - Nothing else changes a table that is being renamed, nor moves what one job moves. What engines write to the source
//!   without asking is copied as far as it comes in time; what comes later stays where it is, and the log tells.
//! - One process is at a job at a time, by a lease. The work is a task of its own: it goes on when its caller leaves or
//!   its deadline passes. Whoever asks for the same again waits for the same job, on any replica.
//! - Drops and truncations begin with their commit, in the phase `deleting`.

mod attempt;
mod covered;
mod deletion;
mod emptied;
mod failure;
mod history;
mod in_the_way;
mod noted;
mod pending;
mod relocation;
mod retry;
mod running;
mod sources;
mod transfer;
mod undo;

use async_recursion::async_recursion as boxed;
pub use history::JobDetail;
pub(in crate::catalog) use history::subject;
pub(crate) use noted::{Deletion, DeletionJob};
pub(in crate::catalog) use relocation::{Handover, Relocation, UnheardRename};
pub use running::JobFigures;
pub(in crate::catalog) use running::RunningJobs;

use super::Catalog;
use super::lease::Lease;
use crate::back_off::BackOff;
use crate::catalog::{Action, Operations, Resource};
use crate::deadline;
use crate::error::{Error, Result};
use crate::model::{Job, JobPhase};
use crate::store::JOB_LEASE;
use crate::transact;
use failure::error_of;
use running::RunningJob;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::task::JoinHandle;

/// Seconds that a job's lease lasts from its last extension: a table whose directory has moved, and whose process died
/// before it said so, looks empty for as long.
const JOB_LEASE_S: i64 = 20;
/// How often the row of a job that another process is at is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(250);
/// Looks at the row between two tries to take a job over whose process may have died.
const LOOKS_PER_TRY: u32 = 8;
/// The pauses before a job that failed is tried again.
const RETRY_DELAY: BackOff = BackOff::of_seconds(5, 600);
/// Jobs of dead processes that one process is at, at the same time.
const RESUMED_CONCURRENT_MAX: usize = 4;

/// How the run of a job ended.
enum Run {
    /// It has ended.
    Ended,
    /// Another process is at it.
    Elsewhere,
}

impl Catalog {
    /// Waits for a job, and works at it unless somebody else does. At the deadline of the call at hand the job goes on
    /// without it: that is success where the change is committed, and [`Error::Unfinished`] where it is not.
    async fn job_join(&self, id: i64) -> Result<()> {
        let outcome = match deadline::wait(self.job_outcome(id)).await {
            Some(outcome) => outcome,
            None => self.job_leave(id).await,
        };
        if outcome.is_ok() {
            // Where this fails, who asks again is told once more that it is done.
            let noted = transact!(self.store, |session| { session.job_heard(id).await });
            if let Err(failure) = noted {
                tracing::warn!(job = id, %failure, "cannot note that a job's end was told");
            }
        }
        outcome
    }

    /// What is answered for a job that takes too long to wait for.
    async fn job_leave(&self, id: i64) -> Result<()> {
        match self.store.session().await?.job_get(id).await? {
            None => Ok(()),
            Some(job) if job.phase.has_ended() || job.phase == JobPhase::Deleting => {
                outcome_of(job)
            }
            Some(job) => Err(unfinished(&job)),
        }
    }

    /// How a job ends.
    async fn job_outcome(&self, id: i64) -> Result<()> {
        let mut looks = 0_u32;
        loop {
            if looks.is_multiple_of(LOOKS_PER_TRY)
                && let Some(run) = self.job_spawn(id, false)
            {
                match run.await {
                    Ok(Ok(Run::Ended)) => return Ok(()),
                    Ok(Ok(Run::Elsewhere)) => {}
                    Ok(Err(failure)) => return self.job_failed(id, failure).await,
                    Err(_) => return Err(Error::internal("a job ended in a panic")),
                }
            }
            looks += 1;
            let changed = self.jobs.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let job = self.store.session().await?.job_get(id).await?;
            match job {
                // Its line has expired: nobody asks for that long.
                None => return Ok(()),
                Some(job) if job.phase.has_ended() => return outcome_of(job),
                Some(_) => {}
            }
            // What is deleted behind a committed change is waited for, but a failure there is none of the change.
            tokio::select! {
                () = changed => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// What a run that failed comes to: it may have failed behind the commit.
    async fn job_failed(&self, id: i64, failure: Error) -> Result<()> {
        let job = match self.store.session().await {
            Ok(mut session) => session.job_get(id).await.ok().flatten(),
            Err(_) => None,
        };
        match job {
            Some(job) if matches!(job.phase, JobPhase::Deleting | JobPhase::Done) => Ok(()),
            _ => Err(failure),
        }
    }

    /// Starts to work at a job, as a task that nobody needs to wait for. Nothing where this process is at it.
    fn job_spawn(&self, id: i64, is_resumed: bool) -> Option<JoinHandle<Result<Run>>> {
        let running = self.jobs.begin(id, is_resumed)?;
        let catalog = self.clone();
        let at = At { catalog, id };
        Some(tokio::spawn(async move {
            let outcome = at.catalog.job_run(id, &running).await;
            at.catalog.jobs.figures.add(&running.progress);
            if let Err(failure) = &outcome {
                tracing::debug!(job = id, %failure, "a job's run has failed");
            }
            outcome
        }))
    }

    /// Works at a job as far as it goes.
    async fn job_run(&self, id: i64, running: &Arc<RunningJob>) -> Result<Run> {
        let lease = Lease::lasting(format!("{JOB_LEASE}{id}"), JOB_LEASE_S);
        let work = Box::pin(self.lease_hold(&lease, self.job_steps(id, &lease, running)));
        let stopped = self.jobs.stopped.cancelled();
        tokio::select! {
            done = work => Ok(done?.map_or(Run::Elsewhere, |()| Run::Ended)),
            () = stopped => {
                self.lease_end(&lease).await;
                Err(Error::Unavailable {
                    what: format!("this server is ending; another one goes on with job {id}. It"),
                    source: "shutting down".into(),
                })
            }
        }
    }

    /// From phase to phase until the job has ended.
    async fn job_steps(&self, id: i64, lease: &Lease, running: &Arc<RunningJob>) -> Result<()> {
        let mut committed = None;
        loop {
            let Some(job) = self.store.session().await?.job_get(id).await? else {
                return Ok(());
            };
            let step = match job.phase {
                JobPhase::Planned => self.relocation_check(&job, lease).await,
                JobPhase::Copying => {
                    let step = self.relocation_carry_out(&job, lease, running).await;
                    step.map(|sources| committed = sources)
                }
                JobPhase::Undoing => self.relocation_undo(&job, lease, running).await,
                JobPhase::Deleting => {
                    let copied = &running.progress;
                    self.relocation_sources_delete(&job, committed.take(), copied)
                        .await;
                    return Ok(());
                }
                JobPhase::Done | JobPhase::Failed => return outcome_of(job),
            };
            if let Err(failure) = step {
                self.job_retry_later(&job, &failure).await;
                return Err(failure);
            }
        }
    }

    /// Sees to it that a job that has not ended is tried again.
    async fn job_retry_later(&self, job: &Job, failure: &Error) {
        let delay_s = RETRY_DELAY.pause_s(job.attempts);
        let noted = transact!(self.store, |session| {
            session.job_postpone(job.id, delay_s).await
        });
        if let Err(why) = noted {
            tracing::warn!(job = job.id, %why, %failure, "a job cannot be put off; it is tried again at once");
        }
    }
}

impl Operations<'_> {
    /// Takes up the jobs that nobody is at any more, and strikes off those whose deletions are done. Gives how many
    /// were taken up. One that fails is put off and keeps no other one waiting; the first failure is told at the end.
    #[boxed]
    pub async fn jobs_resume(&self, limit: usize) -> Result<usize> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let due = self.store.session().await?.job_due(limit).await?;
        let mut taken = 0;
        let mut failed = Ok(());
        for job in due {
            if job.phase == JobPhase::Deleting {
                match self.deletion_job_check(&job).await {
                    Ok(has_ended) => taken += usize::from(has_ended),
                    Err(failure) => {
                        self.job_retry_later(&job, &failure).await;
                        failed = failed.and(Err(failure));
                    }
                }
            } else if self.jobs.count_resumed() < RESUMED_CONCURRENT_MAX {
                // It goes on by itself: a long one must not keep the others waiting.
                taken += usize::from(self.job_spawn(job.id, true).is_some());
            }
        }
        failed.map(|()| taken)
    }
}

impl Catalog {
    /// Lets the jobs of this process stop where they are, for another process to go on.
    pub async fn jobs_stop(&self) {
        self.jobs.stopped.cancel();
        loop {
            let changed = self.jobs.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if self.jobs.count() == 0 {
                return;
            }
            changed.await;
        }
    }
}

/// Where a process is at a job; it is not any more when this is dropped, also by a panic.
struct At {
    catalog: Catalog,
    id: i64,
}

impl Drop for At {
    fn drop(&mut self) {
        self.catalog.jobs.end(self.id);
    }
}

/// What a job comes to that has ended, or whose change is committed.
fn outcome_of(job: Job) -> Result<()> {
    match (job.phase, job.failure) {
        (JobPhase::Failed, Some(failure)) => Err(error_of(failure)),
        (JobPhase::Failed, None) => Err(Error::internal("a job failed without a reason")),
        _ => Ok(()),
    }
}

fn unfinished(job: &Job) -> Error {
    Error::Unfinished {
        what: format!("the {} of {}", job.kind.noun(), job.subject),
        job: job.id,
    }
}

impl RunningJobs {
    /// Counts a job that has ended.
    fn ended(&self, phase: JobPhase) {
        let figure = match phase {
            JobPhase::Failed => &self.figures.failed,
            _ => &self.figures.done,
        };
        figure.fetch_add(1, Ordering::Relaxed);
    }
}
