//! Forgets notification events that are older than anybody reads them. Hive does the same by
//! `metastore.event.db.listener.timetolive`.

use super::{Report, Task};
use crate::catalog::Catalog;
use crate::error::Error;
use std::sync::Arc;

/// The task; see the module.
#[derive(Debug)]
pub struct EventRetention {
    /// Whose events.
    pub catalog: Arc<Catalog>,
    /// Seconds that an event is kept.
    pub kept_s: i64,
}

impl Task for EventRetention {
    fn name(&self) -> &'static str {
        "event_retention"
    }

    async fn activate(&self) -> Result<Report, Error> {
        let done = self.catalog.for_system().events_expire(self.kept_s).await?;
        Ok(Report { done, failed: 0 })
    }
}
