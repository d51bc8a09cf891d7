//! Keeps the words that tables are found by in step with the tables.

use super::{Report, Task};
use crate::error::Error;
use crate::search::Search as Engine;
use std::sync::Arc;

/// The task; see the module.
#[derive(Debug)]
pub struct Search {
    /// Whose words.
    pub search: Arc<Engine>,
}

impl Task for Search {
    fn name(&self) -> &'static str {
        "search"
    }

    async fn activate(&self) -> Result<Report, Error> {
        let followed = self.search.for_system().search_follow().await?;
        Ok(Report {
            done: followed.tables,
            failed: 0,
        })
    }
}
