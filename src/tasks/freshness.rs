//! Looks whether the data came that tables expect, and has people told what lacks.

use super::{Report, Task};
use crate::error::Error;
use crate::freshness::Freshness as Engine;
use crate::telemetry::Metrics;
use crate::watch::Watch;
use std::sync::Arc;

/// Rounds of one activation; what is due then still is looked at by the next one.
const ROUNDS_MAX: usize = 20;

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
        let mut report = Report::default();
        for _ in 0..ROUNDS_MAX {
            let round = freshness.freshness_check_due().await?;
            // Of which table nothing can be told, and why, is said once by the look itself.
            report.done += round.looked;
            // Told round by round: where many are due for long, people do not wait for the last of them.
            self.watch.for_system().gaps_tell().await?;
            if !round.has_more {
                break;
            }
        }
        let counts = freshness.freshness_gap_counts().await?;
        self.metrics.freshness().lack(&counts);
        let faulty = freshness.freshness_faulty_count().await?;
        self.metrics.freshness().faulty(faulty);
        Ok(report)
    }
}
