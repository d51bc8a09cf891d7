//! What jobs there are, for people; and how long their lines are kept.

use super::running::JobFigures;
use crate::catalog::Catalog;
use crate::catalog::{Action, Operations, Resource};
use crate::error::{Entity, Error, Result};
use crate::model::{DEFAULT_CATALOG, Job, JobFilter, JobPhase, TableRef};
use crate::transact;
use async_recursion::async_recursion as boxed;

/// Lines that one pass removes at most in a transaction.
const EXPIRED_PER_PASS_MAX: usize = 500;

impl Operations<'_> {
    /// The job of this number, or `NotFound`.
    #[boxed]
    pub async fn job_get(&self, id: i64) -> Result<Job> {
        self.authorize(Action::See, Resource::Server).await?;
        let job = self.store.session().await?.job_get(id).await?;
        job.ok_or_else(|| Error::NotFound(Entity::own("job", &id)))
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
