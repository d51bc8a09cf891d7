//! What is not kept for ever: old notification events.

use crate::catalog::{Action, Operations, Resource};
use crate::error::Result;
use crate::transact;
use async_recursion::async_recursion as boxed;

/// Events removed in one transaction: it must not hold up writers for long.
const EVENTS_PER_TRANSACTION_MAX: usize = 1_000;

impl Operations<'_> {
    /// Removes the events that are older than `kept_s` seconds, and says how many there were.
    #[boxed]
    pub async fn events_expire(&self, kept_s: i64) -> Result<u64> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let before = self.now().saturating_sub(kept_s);
        let mut removed = 0;
        loop {
            let batch = transact!(self.store, |session| {
                session
                    .event_delete_before(before, EVENTS_PER_TRANSACTION_MAX)
                    .await
            })?;
            removed += batch;
            if batch < EVENTS_PER_TRANSACTION_MAX as u64 {
                return Ok(removed);
            }
        }
    }
}
