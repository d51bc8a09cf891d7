//! Removes locks whose owners stopped telling that they live: a client that crashed would otherwise
//! keep a table locked for ever. Waiting clients step over dead locks by themselves; this clears
//! what nobody waits for.

use super::{Report, Task};
use crate::catalog::Catalog;
use crate::error::Error;
use std::sync::Arc;

/// The task; see the module.
#[derive(Debug)]
pub struct LockReaper {
    /// Whose locks.
    pub catalog: Arc<Catalog>,
}

impl Task for LockReaper {
    fn name(&self) -> &'static str {
        "lock_reaper"
    }

    async fn activate(&self) -> Result<Report, Error> {
        let done = self.catalog.for_system().locks_expire().await? as u64;
        Ok(Report { done, failed: 0 })
    }
}
