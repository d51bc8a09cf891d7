//! Deletes dropped data that could not be deleted at once. What is to go was written down in the
//! transaction that dropped it, so that no crash and no unreachable store leaves it behind.

use super::{Report, Task};
use crate::catalog::Catalog;
use crate::error::Error;
use std::sync::Arc;

/// The task; see the module.
#[derive(Debug)]
pub struct LakeCleanup {
    /// Whose dropped data.
    pub catalog: Arc<Catalog>,
}

impl Task for LakeCleanup {
    fn name(&self) -> &'static str {
        "lake_cleanup"
    }

    async fn activate(&self) -> Result<Report, Error> {
        let (tried, failed) = self.catalog.for_system().pending_deletes_retry().await?;
        Ok(Report {
            done: (tried - failed) as u64,
            failed: failed as u64,
        })
    }
}
