//! What the system means: one method an operation, whatever front end asks, each for a caller (`operations`) who may do it
//! (`access`).
//!
//! Every write appends its notification event in its own transaction: both commit or neither does. The catalog knows
//! no wire format and no SQL; it speaks to the store and to the lake, and decides by the rules of `hive`, `filter` and `naming`.

mod access;
mod answer;
mod bootstrap;
mod catalogs;
mod cleanup;
mod config_value;
mod database;
mod event;
mod event_retention;
mod event_tail;
mod function;
mod holders;
mod job;
mod lease;
mod location;
mod lock;
mod name_policy;
mod object_fault;
mod operations;
mod parameter_changes;
mod partition;
mod places;
mod precondition;
mod replica;
pub(crate) mod service;
mod settings;
mod statistics;
mod table;
mod tag;

pub use access::{Action, AllowAll, Authorizer, Resource};
pub use answer::{ANSWER_KEPT_S, ANSWERS_PER_CALLER_MAX};
pub use database::{DatabaseChange, DatabaseSpec, database_name_allowed};
pub use event::{Announcement, EventFilter};
pub use event_tail::{EventWatch, event_after_check};
pub use job::{JobDetail, JobFigures};
pub use lock::{ExplainedLock, ListedLock, LockFilter, LockSpec};
pub use name_policy::{LintPlace, Offender};
pub use object_fault::ObjectFault;
pub use operations::Operations;
pub use parameter_changes::ParameterChanges;
pub use partition::{
    AddOptions, AddedEach, AddedPartition, CalendarDay, DropOptions, DropSelection, DroppedEach,
    NamedDraft, PARTITION_PAGE_BYTES, PartitionAlterOptions, PartitionAt, PartitionCalendar,
    PartitionChange, PartitionCursor, PartitionDraft, PartitionKey, PartitionNeighbours,
    PartitionSelection, PartitionSpec, PartitionSpecFault, PartitionsOf, PartitionsPage,
    ValuesRequest, partition_name_meant, partition_names_distinct, partition_names_meant,
    partition_values_check,
};
pub use places::{PlaceRuleFault, PlaceRules};
pub use precondition::{Precondition, Unconditional};
pub use replica::REPLICA_KEPT_S;
pub use settings::CatalogSettings;
pub use statistics::{
    ColumnStatisticsSpec, StatisticsUpdate, statistics_columns_check, statistics_described,
    statistics_engine, statistics_values_fault, statistics_wanted,
};
pub use table::{
    AlterOptions, Expected, StorageSpec, TABLE_COMMENT, TableChange, TableSpec, TableSpecFault,
};
pub use tag::Tagged;

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::lake::Lake;
use crate::store::Store;
use std::sync::Arc;
use std::time::Duration;

/// The catalog of one process: the engine below the operations, which are asked for by
/// [`for_caller`](Catalog::for_caller). It holds no state of its own but hints that each use checks: the database is the only
/// truth, so that any number of replicas may serve it.
///
/// Cloning is cheap; all clones are one catalog.
#[derive(Debug, Clone)]
pub struct Catalog {
    store: Store,
    lake: Arc<Lake>,
    clock: Clock,
    settings: Arc<CatalogSettings>,
    key_hints: Arc<partition::KeyHints>,
    jobs: Arc<job::RunningJobs>,
    event_tail: Arc<event_tail::EventTail>,
    authorizer: Arc<dyn Authorizer>,
}

impl Catalog {
    /// A catalog over a migrated store.
    pub fn new(store: Store, lake: Lake, clock: Clock, settings: CatalogSettings) -> Self {
        Self {
            store: store.with_clock(&clock),
            lake: Arc::new(lake),
            clock,
            settings: Arc::new(settings),
            key_hints: Arc::default(),
            jobs: Arc::default(),
            event_tail: Arc::default(),
            authorizer: Arc::new(AllowAll),
        }
    }

    /// The same catalog, where somebody else decides who may do what.
    #[must_use]
    pub fn with_authorizer(self, authorizer: Arc<dyn Authorizer>) -> Self {
        Self { authorizer, ..self }
    }

    /// The settings that clients may ask for.
    pub fn settings(&self) -> &CatalogSettings {
        &self.settings
    }

    /// Reaches the database within a time; fails with `Unavailable` where it does not answer.
    pub async fn ping(&self, limit: Duration) -> Result<()> {
        let answered = tokio::time::timeout(limit, self.store.ping()).await;
        answered.unwrap_or_else(|_| {
            Err(Error::Unavailable {
                what: "the database did not answer in time and".to_owned(),
                source: "deadline passed".into(),
            })
        })
    }

    /// The process's time in seconds since the epoch, for what is only shown. What replicas compare takes the
    /// database's: `session.now()`.
    pub fn now(&self) -> i64 {
        self.clock.seconds()
    }
}
