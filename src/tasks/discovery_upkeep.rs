//! Watches how fresh the tables are, and thins discovery's history.

use super::{Report, Task};
use crate::discovery::{Discovery, DiscoveryStatus};
use crate::error::Error;
use crate::telemetry::Metrics;
use std::sync::Arc;

/// The task; see the module.
#[derive(Debug)]
pub struct DiscoveryUpkeep {
    /// Whose history.
    pub discovery: Arc<Discovery>,
    /// Where the tables are counted.
    pub metrics: Arc<Metrics>,
    /// Seconds that a run is kept, and can be undone.
    pub history_kept_s: i64,
}

/// Tables that one page of the watch reads.
const TABLES_PER_PAGE: usize = 200;

impl DiscoveryUpkeep {
    /// Says once that a table's data has become too old, and once that it is fresh again, whichever replica sees it.
    async fn tell(&self, status: &DiscoveryStatus) -> Result<(), Error> {
        let is_told = status.state.stale_at.is_some();
        if status.is_stale == is_told {
            return Ok(());
        }
        if !self
            .discovery
            .for_system()
            .discovery_stale_note(status.state.table_id, status.is_stale)
            .await?
        {
            return Ok(());
        }
        let table = format!("{}.{}", status.at.database, status.at.table);
        let age_s = status.age_s();
        if status.is_stale {
            tracing::warn!(
                table,
                age_s,
                "the newest data of a table is older than it allows"
            );
        } else {
            tracing::info!(table, age_s, "the newest data of a table is fresh again");
        }
        Ok(())
    }
}

impl Task for DiscoveryUpkeep {
    fn name(&self) -> &'static str {
        "discovery_upkeep"
    }

    async fn activate(&self) -> Result<Report, Error> {
        let (mut tables, mut stale, mut after) = (0, 0, 0);
        loop {
            let page = self
                .discovery
                .for_system()
                .discovery_statuses(after, TABLES_PER_PAGE)
                .await?;
            let Some(last) = page.last() else { break };
            after = last.state.table_id;
            tables += page.len();
            for status in &page {
                stale += usize::from(status.is_stale);
                self.tell(status).await?;
            }
        }
        self.metrics.discovery().tables(tables, stale);
        let done = self
            .discovery
            .for_system()
            .discovery_history_expire(self.history_kept_s)
            .await?;
        Ok(Report { done, failed: 0 })
    }
}
