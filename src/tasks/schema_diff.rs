//! Reads the sources whose time has come and writes down what changed. A lease keeps replicas apart; a source that
//! fails is left to its own, longer pauses, and one that is late is told.

use super::{Report, Task};
use crate::error::Error;
use crate::telemetry::Metrics;
use crate::watch::Watch;
use futures::stream::{self, StreamExt};
use std::sync::Arc;

/// The task; see the module.
#[derive(Debug)]
pub struct SchemaDiff {
    /// Whose sources.
    pub watch: Arc<Watch>,
    /// Where runs are counted.
    pub metrics: Arc<Metrics>,
    /// Sources that are read at the same time.
    pub sources_concurrent_max: usize,
}

impl SchemaDiff {
    async fn run(&self, name: String) -> Option<bool> {
        let metrics = self.metrics.watch();
        match self.watch.for_system().watch_run_due(&name).await {
            Ok(None) => None,
            Ok(Some(report)) => {
                metrics.ran(&name, report.changes.iter().map(|change| change.severity));
                Some(true)
            }
            // The watch has told why.
            Err(_) => {
                metrics.failed(&name);
                Some(false)
            }
        }
    }
}

impl Task for SchemaDiff {
    fn name(&self) -> &'static str {
        "schema_diff"
    }

    async fn activate(&self) -> Result<Report, Error> {
        let due = self.watch.for_system().watch_due().await?;
        let runs = stream::iter(due).map(|name| self.run(name));
        let mut runs = runs.buffer_unordered(self.sources_concurrent_max.max(1));
        let mut report = Report::default();
        while let Some(run) = runs.next().await {
            match run {
                Some(true) => report.done += 1,
                Some(false) => report.failed += 1,
                None => {}
            }
        }
        drop(runs);
        self.watch.for_system().watch_late_tell().await?;
        Ok(report)
    }
}
