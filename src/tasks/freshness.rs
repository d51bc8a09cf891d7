//! Looks whether the data came that tables expect, and has people told what lacks.

use super::{Report, Task};
use crate::error::Error;
use crate::freshness::Freshness as Engine;
use crate::telemetry::Metrics;
use crate::watch::Watch;
use std::sync::Arc;

/// The task; see the module.
#[derive(Debug)]
pub struct Freshness {
    /// Whose tables.
    pub freshness: Arc<Engine>,
    /// Who tells people.
    pub watch: Arc<Watch>,
    /// Where what lacks is counted.
    pub metrics: Arc<Metrics>,
}

impl Task for Freshness {
    fn name(&self) -> &'static str {
        "freshness"
    }

    async fn activate(&self) -> Result<Report, Error> {
        let freshness = self.freshness.for_system();
        let (looked, failed) = freshness.freshness_check_due().await?;
        let counts = freshness.freshness_gap_counts().await?;
        self.metrics.freshness().lack(&counts);
        self.watch.for_system().gaps_tell().await?;
        Ok(Report {
            done: looked - failed,
            failed,
        })
    }
}
