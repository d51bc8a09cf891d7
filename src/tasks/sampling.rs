//! Remembers each moment how much was asked of this process, so that its page shows the last hour without anything beside it.

use super::{Report, Task};
use crate::budget::Budget;
use crate::error::Error;
use crate::telemetry::Metrics;
use std::sync::Arc;

/// The task; see the module.
#[derive(Debug)]
pub struct Sampling {
    /// What is sampled, and where it is kept.
    pub metrics: Arc<Metrics>,
    /// What requests and answers hold.
    pub budget: Budget,
}

impl Task for Sampling {
    fn name(&self) -> &'static str {
        "sampling"
    }

    async fn activate(&self) -> Result<Report, Error> {
        self.metrics.sample_take(self.budget.bytes_held() as u64);
        Ok(Report { done: 1, failed: 0 })
    }
}
