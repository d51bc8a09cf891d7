//! Taking back what a job has brought to the new place, where its change will not be.

use super::failure::failure_of;
use super::relocation::hold;
use super::running::RunningJob;
use crate::catalog::Catalog;
use crate::catalog::lease::Lease;
use crate::error::{Error, Result};
use crate::lake::{LakeError, Strays};
use crate::model::{Job, JobFailure, JobMove, JobPhase, Location};
use crate::transact;
use std::sync::Arc;

impl Catalog {
    /// Takes back what was brought to the new place. What is there and is none of it stays, and is told: a later try would
    /// find it in its way.
    pub(super) async fn relocation_undo(
        &self,
        job: &Job,
        lease: &Lease,
        running: &Arc<RunningJob>,
    ) -> Result<()> {
        let work = self.relocation_work(job).await?;
        let mut left: Vec<String> = Vec::new();
        for JobMove { from, to, mark } in work.moves.iter().rev() {
            let undone = self
                .lake
                .directory_transfer_undo(from, to, mark.as_deref(), &running.progress)
                .await;
            match undone {
                Ok(Strays { count: 0, .. }) => {}
                Ok(strays) => {
                    let text = strays_tell(to, &strays);
                    tracing::warn!(job = job.id, "a move was taken back: {text}");
                    left.push(text);
                }
                // The store lists in an order in which nobody can tell what is whose; no later try could, either.
                Err(failure @ LakeError::Immovable { .. }) => {
                    tracing::warn!(job = job.id, %from, %to, %failure, "a move cannot be taken back: look there");
                    left.push(failure.to_string());
                }
                Err(failure) => {
                    tracing::warn!(job = job.id, %from, %to, %failure, "cannot take the move of a directory back yet");
                    return Err(failure.into());
                }
            }
        }
        let failure = left.first().map(|first| match left.len() - 1 {
            0 => failure_with(job, first),
            1 => failure_with(job, &format!("{first}; and 1 more place")),
            more => failure_with(job, &format!("{first}; and {more} more places")),
        });
        let failed = transact!(self.store, |session| {
            hold(session, lease).await?;
            if let Some(failure) = &failure {
                session.job_failure_put(job.id, failure).await?;
            }
            session
                .job_advance(job.id, JobPhase::Undoing, JobPhase::Failed)
                .await
        })?;
        if failed {
            self.jobs.ended(JobPhase::Failed);
            // What was dropped there meanwhile has waited for this.
            let from: Vec<&Location> = work.moves.iter().map(|one| &one.from).collect();
            self.pending_deletes_finish_at(&from).await;
        }
        Ok(())
    }
}

fn strays_tell(to: &Location, strays: &Strays) -> String {
    let (count, first) = (strays.count, strays.first.as_deref().unwrap_or_default());
    let (files, stay) = if count == 1 {
        ("file", "stays")
    } else {
        ("files", "stay")
    };
    format!("{count} {files} that the source does not have {stay} at {to}, such as {first}")
}

/// Why a job failed, with what it left.
fn failure_with(job: &Job, left: &str) -> JobFailure {
    match &job.failure {
        Some(failure) => JobFailure {
            kind: failure.kind.clone(),
            text: format!("{}; {left}", failure.text),
        },
        None => failure_of(&Error::NotAllowed(left.to_owned())),
    }
}
