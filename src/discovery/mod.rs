//! Discovery: partitions that appear by themselves. A run lists the places of a table, compares what it found with what
//! is registered, and applies the difference in batches, each one transaction with its events.
//!
//! - `site` binds a table to its settings; `known` says what need not be looked into; `judge` decides of one directory;
//!   `footer` reads what files say of themselves; `record` writes; `scan` drives all of that over the roots; `run` puts a
//!   lease, a budget and a history around it.
//! - `sync` and `retention` drop, inside their rails; `undo` takes a run back; `event` follows the object store's
//!   messages; `dry_run`, `explain`, `history` and `schedule` answer questions; `propose` says what table a place would be;
//!   `trouble` notes what people are to be told; `running` is any of it that somebody waits for.
//!
//! It stands above the catalog: what it registers, moves and drops goes through `catalog::service`, with rows of its own
//! in the same transactions. A crash at any point leaves whole batches: the next run finds the rest. Nothing here deletes data but a retention
//! that the table asks to purge.

mod dry_run;
mod event;
mod explain;
mod explain_places;
mod footer;
mod history;
mod judge;
mod known;
mod operations;
mod plan;
mod progress;
mod proposal;
mod propose;
mod record;
mod retention;
mod run;
mod running;
mod scan;
mod schedule;
mod scope;
mod settings;
mod site;
mod sites;
mod sync;
mod trouble;
mod twins;
mod twins_settle;
mod undo;
mod unfinished;

pub use event::EventsReport;
pub use explain::{PartitionExplanation, PartitionPlace, PlaceState, RegisteredPartition};
pub use history::{DiscoveryStatus, LIST_PRICE_USD_PER_1000, RootStatus};
pub use operations::Operations;
pub use plan::{DiscoveryPlan, PLAN_LIST_LENGTH_MAX, PlannedMove, PlannedPartition};
pub use progress::RunProgress;
pub use proposal::{FileKind, Proposal, ProposedFile};
pub use propose::ProposalWanted;
pub use run::DiscoveryReport;
pub use running::{Running, Step, run_asked_for};
pub use scope::DiscoveryScope;

use crate::catalog::Catalog;
use crate::clock::Clock;
use crate::lake::Lake;
use crate::store::Store;
use std::sync::Arc;

/// Discovery over the tables of one catalog. It holds no state of its own: any number of replicas may run it.
#[derive(Debug)]
pub struct Discovery {
    catalog: Arc<Catalog>,
    store: Store,
    lake: Arc<Lake>,
    clock: Clock,
}

impl Discovery {
    /// Discovery for the tables of a catalog.
    pub fn new(catalog: Arc<Catalog>) -> Self {
        Self {
            store: catalog.store().clone(),
            lake: Arc::clone(catalog.lake()),
            clock: catalog.clock().clone(),
            catalog,
        }
    }

    /// The present time in seconds since the epoch.
    fn now(&self) -> i64 {
        self.clock.seconds()
    }
}

/// The parameter of a partition that says which run registered or moved it.
pub const RUN_PARAMETER: &str = "skep.discovery.run";
/// The parameter of a partition that names the root it lies in, where its table has several.
pub const ROOT_PARAMETER: &str = "skep.discovery.root";
/// The parameter of a partition whose files do not fit its table, and how.
pub const SCHEMA_PARAMETER: &str = "skep.discovery.schema-warning";
