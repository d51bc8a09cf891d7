//! Says that this process lives, and counts who else serves the database. It is shown to people, and nothing is decided by it:
//! a process that cannot say so serves all the same.

use super::{Report, Task};
use crate::catalog::Catalog;
use crate::error::Error;
use crate::model::ReplicaIdentity;
use crate::telemetry::Metrics;
use std::sync::Arc;
use std::time::Instant;

/// The task; see the module.
#[derive(Debug)]
pub struct ReplicaBeat {
    /// Where it is noted.
    pub catalog: Arc<Catalog>,
    /// Where the living ones are counted.
    pub metrics: Arc<Metrics>,
    /// What this process tells of itself.
    pub own: ReplicaIdentity,
    /// When it began to serve.
    pub began: Instant,
}

impl Task for ReplicaBeat {
    fn name(&self) -> &'static str {
        "replica_beat"
    }

    async fn activate(&self) -> Result<Report, Error> {
        let served_s = i64::try_from(self.began.elapsed().as_secs()).unwrap_or(i64::MAX);
        let system = self.catalog.for_system();
        let alive = system.replica_beat(&self.own, served_s).await?;
        self.metrics.replicas_alive(alive);
        Ok(Report { done: 1, failed: 0 })
    }
}
