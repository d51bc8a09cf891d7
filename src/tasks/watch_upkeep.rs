//! Thins the history of the watch, and measures what waits to be told.

use super::{Report, Task};
use crate::error::Error;
use crate::telemetry::Metrics;
use crate::watch::Watch;
use std::sync::Arc;

/// The task; see the module.
#[derive(Debug)]
pub struct WatchUpkeep {
    /// Whose history.
    pub watch: Arc<Watch>,
    /// Where the backlog is shown.
    pub metrics: Arc<Metrics>,
}

impl Task for WatchUpkeep {
    fn name(&self) -> &'static str {
        "watch_upkeep"
    }

    async fn activate(&self) -> Result<Report, Error> {
        let watch = self.watch.for_system();
        let given_up = watch.alerts_give_up().await?;
        self.metrics.watch().delivered("given_up", given_up);
        let backlog = watch.alert_backlog().await?;
        let pending = backlog.iter().map(|one| one.pending).sum();
        let age_s = backlog.iter().map(|one| one.age_s).max().unwrap_or(0);
        self.metrics.watch().backlog(pending, age_s);
        let done = self.watch.for_system().watch_history_expire().await?;
        Ok(Report { done, failed: 0 })
    }
}
