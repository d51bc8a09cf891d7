//! What jobs there are, for people; and how long their lines are kept.

use super::running::JobFigures;
use crate::catalog::Catalog;
use crate::catalog::{Action, Operations, Resource};
use crate::error::{Entity, Error, Result};
use crate::model::{DEFAULT_CATALOG, Job, JobFilter, JobMove, JobPhase, TableRef};
use crate::store::PendingDelete;
use crate::transact;
use async_recursion::async_recursion as boxed;

/// Lines that one pass removes at most in a transaction.
const EXPIRED_PER_PASS_MAX: usize = 500;
/// Moves, and deletions, that are told of one job: an exchange of partitions may have a hundred thousand.
const SHOWN_MAX: usize = 20;

/// A job with what it has to do.
#[derive(Debug, Clone)]
pub struct JobDetail {
    /// The job.
    pub job: Job,
    /// How many directories it moves; 0 once it has ended.
    pub moves_total: u64,
    /// The first of them.
    pub moves: Vec<JobMove>,
    /// How many deletions are left.
    pub deletions_left: u64,
    /// The first of them.
    pub deletions: Vec<PendingDelete>,
}

impl Operations<'_> {
    /// The job of this number with what it has to do, or `NotFound`.
    #[boxed]
    pub async fn job_get(&self, id: i64) -> Result<JobDetail> {
        self.authorize(Action::See, Resource::Server).await?;
        let mut session = self.store.session().await?;
        let job = session.job_get(id).await?;
        let job = job.ok_or_else(|| Error::NotFound(Entity::own("job", &id)))?;
        let (moves, moves_total) = session.job_moves(id, SHOWN_MAX).await?;
        let deletions_left = session.pending_delete_left(&job.deletions).await?;
        let deletions = session
            .pending_delete_first(&job.deletions, SHOWN_MAX)
            .await?;
        Ok(JobDetail {
            job,
            moves_total,
            moves,
            deletions_left,
            deletions,
        })
    }

    /// Jobs, the latest first.
    #[boxed]
    pub async fn job_list(&self, filter: &JobFilter) -> Result<Vec<Job>> {
        self.authorize(Action::See, Resource::Server).await?;
        self.store.session().await?.job_list(filter).await
    }

    /// How many jobs there are in each phase but those that are done.
    #[boxed]
    pub async fn job_counts(&self) -> Result<Vec<(JobPhase, u64)>> {
        self.authorize(Action::See, Resource::Server).await?;
        self.store.session().await?.job_counts().await
    }
}

impl Catalog {
    /// What this process has done so far.
    pub fn job_figures(&self) -> &JobFigures {
        &self.jobs.figures
    }
}

impl Operations<'_> {
    /// Removes the lines of jobs that ended more than `kept_s` seconds ago. Gives their number.
    #[boxed]
    pub async fn jobs_expire(&self, kept_s: i64) -> Result<u64> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let mut session = self.store.session().await?;
        let ids = session.job_expired(kept_s, EXPIRED_PER_PASS_MAX).await?;
        drop(session);
        if ids.is_empty() {
            return Ok(0);
        }
        transact!(self.store, |session| { session.job_delete(&ids).await })
    }
}

/// A table as people name it: the catalog is told where it is not the default one.
pub(in crate::catalog) fn subject(at: &TableRef) -> String {
    let TableRef {
        catalog,
        database,
        table,
    } = at;
    if catalog.as_str() == DEFAULT_CATALOG {
        return format!("{database}.{table}");
    }
    format!("{catalog}.{database}.{table}")
}
