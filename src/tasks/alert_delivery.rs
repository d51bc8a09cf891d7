//! Sends what the outbox holds and is due. What a channel does not take stays there and is tried again.

use super::{Report, Task};
use crate::error::Error;
use crate::telemetry::Metrics;
use crate::watch::Watch;
use std::sync::Arc;

/// The task; see the module.
#[derive(Debug)]
pub struct AlertDelivery {
    /// Whose alerts.
    pub watch: Arc<Watch>,
    /// Where messages are counted.
    pub metrics: Arc<Metrics>,
    /// The channel; each has a task of its own, so that a slow one holds up no other.
    pub channel: String,
}

impl Task for AlertDelivery {
    fn name(&self) -> &'static str {
        "alert_delivery"
    }

    async fn activate(&self) -> Result<Report, Error> {
        let report = self
            .watch
            .for_system()
            .channel_deliver(&self.channel)
            .await?;
        let metrics = self.metrics.watch();
        metrics.delivered("sent", report.sent);
        metrics.delivered("refused", report.refused);
        metrics.delivered("failed", report.failed);
        metrics.delivered("given_up", report.given_up);
        Ok(Report {
            done: report.sent,
            failed: report.refused + report.failed,
        })
    }
}
