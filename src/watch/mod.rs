//! The watch over the schemas of sources: what changed since the last look, whom it reaches, and who is told.
//!
//! - `settings` is what was configured; `source` which sources there are; `schedule` which of them are due.
//! - `run` puts a lease and a time limit around a look; `own` looks at the catalog's own tables; `record` writes what
//!   was found in one transaction, with what is to be told of it; `reach` says what a change means to whom, `views` which
//!   views name it, and `told_within` which changes are told within others.
//! - `history` answers for the past and thins it; `apply` adds columns to the tables that lack them.
//! - `outbox` tells people: what is to be told, to whom, and what they say to it.
//!
//! A crash at any point leaves whole runs: what was not written is found by the next one.

mod apply;
mod history;
mod of_table;
mod operations;
mod outbox;
mod own;
mod reach;
mod record;
mod run;
mod schedule;
mod settings;
mod sight;
mod source;
mod source_test;
mod status;
mod told_within;
mod views;

pub use operations::Operations;
pub use outbox::{AlertPreview, DeliveryReport, PreviewWish, ToldChange};
pub use settings::{
    OwnerRule, SOURCES_MAX, TargetRule, WatchSettings, WatchSetup, WatchSetupError,
};
pub use status::{SourceStatus, SourceTest, WatchReport};

use crate::catalog::Catalog;
use crate::clock::DatabaseTime;
use crate::error::Result;
use crate::schedule::Schedule;
use crate::store::Store;
use std::sync::Arc;

/// The watch over the sources of one configuration, and the channels that it tells. It holds no state of its own: any
/// number of replicas may run it.
#[derive(Debug)]
pub struct Watch {
    catalog: Arc<Catalog>,
    store: Store,
    setup: WatchSetup,
}

impl Watch {
    /// The watch beside a catalog: its tables are what changes of sources reach.
    pub fn new(catalog: Arc<Catalog>, setup: WatchSetup) -> Self {
        Self {
            store: catalog.store().clone(),
            catalog,
            setup,
        }
    }

    /// The database's time: all replicas keep the same schedules.
    async fn now(&self) -> Result<DatabaseTime> {
        self.store.session().await?.now().await
    }
}

/// The next moment of a schedule; one that never comes lies beyond all others.
fn next_moment(schedule: &Schedule, now: DatabaseTime) -> DatabaseTime {
    DatabaseTime::from_database(schedule.next_or_never(now.seconds()))
}
