//! Looks at the tables whose time has come. Windows and sweeps are two tasks, so that a sweep of an hour does not keep
//! new partitions waiting. A lease keeps replicas apart; a table that fails is left to its own, longer schedule.

use super::{Report, Task};
use crate::discovery::{self, DiscoveryReport, DiscoveryScope};
use crate::error::Error;
use crate::model::{RunCause, TableRef};
use crate::telemetry::Metrics;
use futures::stream::{self, StreamExt};
use std::sync::Arc;

/// Due tables that one activation takes up; the next one, a moment later, takes the rest.
const TABLES_PER_ACTIVATION_MAX: usize = 200;

/// The task; see the module.
#[derive(Debug)]
pub struct Discovery {
    /// Whose tables.
    pub discovery: Arc<discovery::Discovery>,
    /// Where runs are counted.
    pub metrics: Arc<Metrics>,
    /// What is looked at.
    pub scope: DiscoveryScope,
    /// Tables that are looked at at the same time.
    pub tables_concurrent_max: usize,
}

impl Discovery {
    async fn run(&self, at: TableRef) -> Result<bool, Error> {
        let Some(report) = self
            .discovery
            .for_system()
            .discovery_run_due(&at, self.scope)
            .await?
        else {
            return Ok(false);
        };
        self.count(&report);
        Ok(true)
    }

    fn count(&self, report: &DiscoveryReport) {
        let cause = match self.scope {
            DiscoveryScope::Window => RunCause::Window,
            DiscoveryScope::Sweep => RunCause::Sweep,
        };
        let metrics = self.metrics.discovery();
        metrics.ran(cause, report.outcome, &report.counts);
        let lag_s = report.freshness.and_then(|freshness| freshness.lag_s);
        if let (DiscoveryScope::Window, Some(lag_s)) = (self.scope, lag_s) {
            metrics.waited(lag_s);
        }
    }
}

impl Task for Discovery {
    fn name(&self) -> &'static str {
        match self.scope {
            DiscoveryScope::Window => "discovery_window",
            DiscoveryScope::Sweep => "discovery_sweep",
        }
    }

    async fn activate(&self) -> Result<Report, Error> {
        let due = self
            .discovery
            .for_system()
            .discovery_due(self.scope, TABLES_PER_ACTIVATION_MAX)
            .await?;
        let runs = stream::iter(due).map(|at| async move {
            let name = format!("{}.{}", at.database, at.table);
            self.run(at).await.inspect_err(|error| {
                tracing::warn!(table = name, %error, "a table cannot be looked at");
            })
        });
        let mut runs = runs.buffer_unordered(self.tables_concurrent_max.max(1));
        let mut report = Report::default();
        while let Some(run) = runs.next().await {
            match run {
                Ok(ran) => report.done += u64::from(ran),
                Err(_) => report.failed += 1,
            }
        }
        Ok(report)
    }
}

/// Watches how fresh the tables are, and thins discovery's history.
#[derive(Debug)]
pub struct DiscoveryUpkeep {
    /// Whose history.
    pub discovery: Arc<discovery::Discovery>,
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
            let page = self
                .discovery
                .for_system()
                .discovery_statuses(after, TABLES_PER_PAGE)
                .await?;
            let Some(last) = page.last() else { break };
            after = last.state.table_id;
            tables += page.len();
            for status in page.iter().filter(|status| status.is_stale) {
                stale += 1;
                let table = format!("{}.{}", status.at.database, status.at.table);
                let age_s = status.age_s();
                tracing::warn!(
                    table,
                    age_s,
                    "the newest data of a table is older than it allows"
                );
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
