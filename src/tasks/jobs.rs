//! Takes up the jobs that a process left behind, whatever ended it, and counts what jobs there are.

use super::{Report, Task};
use crate::catalog::Catalog;
use crate::error::Error;
use crate::telemetry::Metrics;
use std::sync::Arc;

/// Jobs that one activation looks at; the next one, a moment later, looks at the rest.
const JOBS_PER_ACTIVATION_MAX: usize = 200;

/// The task; see the module.
#[derive(Debug)]
pub struct Jobs {
    /// Whose jobs.
    pub catalog: Arc<Catalog>,
    /// Where they are counted.
    pub metrics: Arc<Metrics>,
    /// Seconds that the line of a job that has ended is kept.
    pub kept_s: i64,
}

impl Task for Jobs {
    fn name(&self) -> &'static str {
        "jobs"
    }

    async fn activate(&self) -> Result<Report, Error> {
        let done = self
            .catalog
            .for_system()
            .jobs_resume(JOBS_PER_ACTIVATION_MAX)
            .await? as u64;
        self.catalog.for_system().jobs_expire(self.kept_s).await?;
        let counts = self.catalog.for_system().job_counts().await?;
        self.metrics.jobs().stand(&counts);
        self.metrics.jobs().add(self.catalog.job_figures().take());
        Ok(Report { done, failed: 0 })
    }
}
