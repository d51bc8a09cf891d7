//! Takes the object store's messages from their queue. A message is deleted only after what it points to is committed;
//! what fails comes again by itself, to this replica or another.

use super::{Report, Task};
use crate::discovery::Discovery;
use crate::error::Error;
use crate::lake::{ObjectEvent, Queue, QueueMessage, Receipt};
use crate::model::{RunCause, RunCounts, RunOutcome};
use crate::telemetry::Metrics;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Requests for messages that one activation sends while there are any.
const REQUESTS_PER_ACTIVATION_MAX: usize = 100;
/// How often a message that cannot be read is received before it is given up. A sweep finds what it told of.
const UNREADABLE_RECEIVED_MAX: u32 = 5;

/// The task; see the module.
#[derive(Debug)]
pub struct DiscoveryQueue {
    /// Whose tables.
    pub discovery: Arc<Discovery>,
    /// Where the messages are.
    pub queue: Queue,
    /// Where runs are counted.
    pub metrics: Arc<Metrics>,
    /// Ends the wait for messages.
    pub shutdown: CancellationToken,
}

impl DiscoveryQueue {
    async fn receive(&self) -> Result<Vec<QueueMessage>, Error> {
        let received = tokio::select! {
            received = self.queue.receive() => received,
            () = self.shutdown.cancelled() => return Ok(Vec::new()),
        };
        received.map_err(unavailable)
    }

    /// Follows messages together; where that fails, one by one, so that one of them does not hold up the others. Gives
    /// what deletes those that are done.
    async fn follow(&self, messages: Vec<QueueMessage>) -> (Vec<Receipt>, u64) {
        let mut receipts = Vec::with_capacity(messages.len());
        let mut readable = Vec::with_capacity(messages.len());
        for message in messages {
            let mut receipt = Some(message.receipt);
            if let Some(failure) = message.malformed {
                let (id, received) = (message.id, message.received_count);
                tracing::warn!(id, received, %failure, "a message of the queue cannot be read");
                // What of it can be read is followed each time: that does no harm.
                receipt = receipt.filter(|_| received >= UNREADABLE_RECEIVED_MAX);
            }
            readable.push((receipt, message.events));
        }
        let all: Vec<ObjectEvent> = readable
            .iter()
            .flat_map(|(_, events)| events.iter().cloned())
            .collect();
        if self.register(&all).await.is_ok() {
            receipts.extend(readable.into_iter().filter_map(|(receipt, _)| receipt));
            return (receipts, 0);
        }
        let mut failed = 0;
        for (receipt, events) in readable {
            match self.register(&events).await {
                Ok(()) => receipts.extend(receipt),
                Err(error) => {
                    tracing::warn!(%error, "a message of the queue cannot be followed yet");
                    failed += 1;
                }
            }
        }
        (receipts, failed)
    }

    async fn register(&self, events: &[ObjectEvent]) -> Result<(), Error> {
        let report = self.discovery.for_system().discovery_events(events).await?;
        if report.directories > 0 {
            let counts = RunCounts {
                requests: report.requests,
                added: report.added,
                moved: report.moved,
                ..RunCounts::default()
            };
            let metrics = self.metrics.discovery();
            metrics.ran(RunCause::Event, RunOutcome::Done, &counts);
            metrics.misfit(report.misfits);
            if let Some(lag_s) = report.lag_s {
                metrics.waited(lag_s);
            }
        }
        Ok(())
    }
}

impl Task for DiscoveryQueue {
    fn name(&self) -> &'static str {
        "discovery_queue"
    }

    async fn activate(&self) -> Result<Report, Error> {
        let mut report = Report::default();
        for _ in 0..REQUESTS_PER_ACTIVATION_MAX {
            let messages = self.receive().await?;
            if messages.is_empty() {
                break;
            }
            let (receipts, failed) = self.follow(messages).await;
            report.done += receipts.len() as u64;
            report.failed += failed;
            self.queue.delete(&receipts).await.map_err(unavailable)?;
        }
        Ok(report)
    }
}

fn unavailable(failure: crate::lake::QueueError) -> Error {
    Error::Unavailable {
        what: "the queue of the object store's messages".into(),
        source: failure.into(),
    }
}
