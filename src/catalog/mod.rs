//! What the system means: one method an operation, whatever front end asks.
//!
//! Every write appends its notification event in its own transaction: both commit or neither does. The catalog knows
//! no wire format and no SQL; it speaks to the store and to the lake, and decides by the rules of `hive`, `filter` and `naming`.

mod alert;
mod back_off;
mod bootstrap;
mod catalogs;
mod change;
mod cleanup;
mod config_value;
mod database;
mod discovery;
mod event;
mod function;
mod lease;
mod location;
mod lock;
mod naming;
mod partition;
mod relocation;
mod retention;
mod settings;
mod statistics;
mod table;
mod watch;

pub use alert::DeliveryReport;
pub use change::ParameterChanges;
pub use database::{DatabaseChange, DatabaseSpec};
pub use discovery::{
    DiscoveryPlan, DiscoveryReport, DiscoveryScope, DiscoveryStatus, EventsReport,
    LIST_PRICE_USD_PER_1000, PLAN_LIST_LENGTH_MAX, PartitionExplanation, PartitionPlace,
    PlaceState, PlannedMove, PlannedPartition, ROOT_PARAMETER, RUN_PARAMETER, RegisteredPartition,
    RunProgress, SCHEMA_PARAMETER,
};
pub use event::{Announcement, EventFilter};
pub use lock::{ListedLock, LockFilter, LockSpec};
pub use naming::{LintPlace, Offender};
pub use partition::{
    AddOptions, DropOptions, DropSelection, PartitionAlterOptions, PartitionAt, PartitionCursor,
    PartitionDraft, PartitionKey, PartitionSelection, PartitionsOf, ValuesRequest,
};
pub use settings::CatalogSettings;
pub use statistics::StatisticsUpdate;
pub use table::{AlterOptions, Expected, TableChange};
pub use watch::{
    OwnerRule, SOURCES_MAX, SourceStatus, TargetRule, WatchReport, WatchSettings, WatchSetup,
    WatchSetupError,
};

use crate::clock::Clock;
use crate::lake::Lake;
use crate::store::Store;

/// The catalog of one process. It holds no state of its own but hints that each use checks: the database is the only
/// truth, so that any number of replicas may serve it.
#[derive(Debug)]
pub struct Catalog {
    store: Store,
    lake: Lake,
    clock: Clock,
    settings: CatalogSettings,
    key_hints: partition::KeyHints,
    watch: WatchSetup,
}

impl Catalog {
    /// A catalog over a migrated store.
    pub fn new(store: Store, lake: Lake, clock: Clock, settings: CatalogSettings) -> Self {
        Self {
            store,
            lake,
            clock,
            settings,
            key_hints: partition::KeyHints::default(),
            watch: WatchSetup::default(),
        }
    }

    /// The same catalog, with sources to watch and channels to tell.
    #[must_use]
    pub fn with_watch(self, watch: WatchSetup) -> Self {
        Self { watch, ..self }
    }

    /// The settings that clients may ask for.
    pub fn settings(&self) -> &CatalogSettings {
        &self.settings
    }

    /// Reaches the database; fails with `Unavailable` where it does not answer.
    pub async fn ping(&self) -> crate::error::Result<()> {
        self.store.ping().await
    }

    /// The present time in seconds since the epoch, as every time in the catalog is kept.
    fn now(&self) -> i64 {
        self.clock.seconds()
    }
}
