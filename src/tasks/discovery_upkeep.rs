//! Watches how fresh the tables are, has people told what is wrong with their discovery, and thins its history.

use super::{Report, Task};
use crate::discovery::Discovery;
use crate::error::Error;
use crate::telemetry::Metrics;
use crate::watch::Watch;
use std::sync::Arc;

/// The task; see the module.
#[derive(Debug)]
pub struct DiscoveryUpkeep {
    /// Whose tables and history.
    pub discovery: Arc<Discovery>,
    /// Who tells people.
    pub watch: Arc<Watch>,
    /// Where the tables are counted.
    pub metrics: Arc<Metrics>,
    /// Seconds that a run is kept, and can be undone.
    pub history_kept_s: i64,
}

/// Tables that one page of the watch reads.
const TABLES_PER_PAGE: usize = 200;

impl Task for DiscoveryUpkeep {
    fn name(&self) -> &'static str {
        "discovery_upkeep"
    }

    async fn activate(&self) -> Result<Report, Error> {
        let (mut tables, mut stale, mut after) = (0, 0, 0);
        loop {
            let (page, next) = self
                .discovery
                .for_system()
                .discovery_statuses(None, after, TABLES_PER_PAGE)
                .await?;
            tables += page.len();
            stale += page.iter().filter(|status| status.is_stale).count();
            self.discovery
                .for_system()
                .discovery_troubles_note(&page)
                .await?;
            let Some(next) = next else { break };
            after = next;
        }
        self.metrics.discovery().tables(tables, stale);
        self.watch.for_system().troubles_tell().await?;
        let done = self
            .discovery
            .for_system()
            .discovery_history_expire(self.history_kept_s)
            .await?;
        Ok(Report { done, failed: 0 })
    }
}
