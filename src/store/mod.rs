//! The store: the only SQL of skep, written once for SQLite, PostgreSQL and MySQL/MariaDB.
//!
//! It stores and finds; what the system *means* (who may do what, which event follows a change, where data lies) is
//! the catalog's, one floor up. Only `sql` names a driver.
//!
//! - Reads: `store.session().await?.table_get(&at).await?`. Each statement sees everything that was committed before.
//! - Writes: `transact!(store, |session| { … })`, see [`transact!`](crate::transact).
//! - "Not there" is `None`; an error of that name is made one floor up.
//! - Rules of the schema: `migrations/README.md`.

mod answer;
mod discovery;
mod form;
mod freshness;
mod hive;
mod replica;
mod search;
mod sql;
mod watch;

pub use discovery::run::DiscoveryChanges;
pub use discovery::skip::{SKIP_SEEN_EVERY_S, path_stored as skip_path_stored};
pub use discovery::table::{DiscoveryTableUpdate, DueTable};
pub use form::snapshot::SnapshotBody;
pub use freshness::table::FreshnessUpdate;
pub use hive::event::{EventFilter, EventHead};
pub use hive::holder::{Held, Holder, Holding, Owner};
pub use hive::job::JOB_LEASE;
pub use hive::moving::{Sources, TableOutlook};
pub use hive::partition::PartitionFound;
pub use hive::partition_page::{PARTITION_PAGE_BYTES, PARTITIONS_NAMED_MAX, PartitionPage};
pub use hive::pending_delete::{NewPendingDelete, PendingDelete};
pub use hive::pending_delete_taken::Taken;
pub use hive::statistics::TABLE_LEVEL;
pub use hive::table::TableSummary;
pub use search::find::Searched;
pub use search::outline::TableOutline;
pub use search::place::SearchPlace;
pub use search::words::{SEARCH_WORD_BYTES_MAX, SearchWord, SearchWordKind, TableWords};
pub use sql::dialect::Dialect;
pub use sql::examine::{Examination, Neighbour, Schema};
pub use sql::limits::{
    ENGINE_BYTES_MAX, LEASE_NAME_BYTES_MAX, OBJECT_NAME_BYTES_MAX, PARTITION_NAME_BYTES_MAX,
    SKIP_PATH_BYTES_MAX, STATISTICS_COLUMN_BYTES_MAX,
};
pub use sql::session::Session;
pub use sql::settings::StoreSettings;
pub use sql::statement::without_nul;
pub use sql::transact::{Run, Transaction};
pub use watch::alert::AlertBacklog;
pub use watch::source::SourceRow;

use crate::clock::Clock;
use crate::error::Result;
use futures::future::BoxFuture;
use sql::failure::Failure;
use sql::link::{Role, Target};
use sql::pool::{Lease, Pool};
use sql::sqlite_anchor::SqliteAnchor;
use std::path::PathBuf;
use std::sync::Arc;

/// The database of the catalog. Cloning is cheap; all clones share the connections.
#[derive(Debug, Clone)]
pub struct Store {
    inner: Arc<Inner>,
    /// Stands for the database's time where it is fixed.
    clock: Clock,
}

#[derive(Debug)]
struct Inner {
    settings: StoreSettings,
    dialect: Dialect,
    /// Of SQLite alone.
    anchor: Option<Arc<SqliteAnchor>>,
    readers: Arc<Pool>,
    /// The same as the readers except for SQLite, which has one writer.
    writers: Arc<Pool>,
    ids: sql::ids::Ids,
    room: sql::room::Room,
    descriptors: hive::descriptor_cache::Descriptors,
    known_ways: hive::known_ways::KnownWays,
}

impl Store {
    /// Fails with `Invalid` where the address of a database cannot be one. Nothing is connected.
    pub fn check(settings: &StoreSettings) -> Result<()> {
        Target::new(settings).map(drop)
    }

    /// Connects once and asks for a sign of life. Nothing is written, and a SQLite file that is missing is not made:
    /// `Unavailable` tells of it.
    pub fn probe(settings: StoreSettings) -> BoxFuture<'static, Result<()>> {
        Box::pin(async move {
            let target = Target::fitting(&settings).await?.untouched()?;
            let mut link = target.connect(Role::Read).await?;
            let answer = link.raw("SELECT 1").await;
            link.close().await;
            Ok(answer?)
        })
    }

    /// Connects once and looks at the database as its operator would, and tries a transaction that leaves nothing. The schema stays
    /// as it is, and a SQLite file that is missing is not made: `Unavailable` tells of it.
    pub fn examine(settings: StoreSettings) -> BoxFuture<'static, Result<Examination>> {
        Box::pin(async move { sql::examine::examine(&settings).await })
    }

    /// Connects, and brings the schema up to this version of skep. Any number of processes may do so at once.
    pub fn open(settings: StoreSettings) -> BoxFuture<'static, Result<Self>> {
        Box::pin(async move {
            let dialect = Target::new(&settings)?.dialect();
            sql::migrate::migrate(&settings).await?;
            let target = Target::fitting(&settings).await?;
            let anchor = SqliteAnchor::open(&target).await?;
            let most = usize::try_from(settings.connections_max.max(1)).unwrap_or(1);
            let readers = Pool::new(target.clone(), Role::Read, most, &settings);
            let writers = match dialect {
                Dialect::Sqlite => Pool::new(target, Role::Write, 1, &settings),
                Dialect::Postgres | Dialect::MySql => Arc::clone(&readers),
            };
            Ok(Self {
                clock: Clock::System,
                inner: Arc::new(Inner {
                    settings,
                    dialect,
                    anchor,
                    readers,
                    writers,
                    ids: sql::ids::Ids::default(),
                    room: sql::room::Room::default(),
                    descriptors: hive::descriptor_cache::Descriptors::default(),
                    known_ways: hive::known_ways::KnownWays::default(),
                }),
            })
        })
    }

    /// The same store, whose time is that of a fixed clock instead of the database's: for tests. Any other clock
    /// changes nothing.
    #[must_use]
    pub fn with_clock(self, clock: &Clock) -> Self {
        Self {
            clock: clock.clone(),
            ..self
        }
    }

    /// A session of single reads, each seeing everything that was committed before it.
    pub fn session(&self) -> BoxFuture<'_, Result<Session>> {
        Box::pin(async {
            let lease = self.lease(&self.inner.readers).await?;
            Ok(Session::reading(self.clone(), lease))
        })
    }

    /// Asks the database for a sign of life and, once a write has found its disk full, whether there is room again.
    pub async fn ping(&self) -> Result<()> {
        let mut session = self.session().await?;
        let statement = session.statement("SELECT 1");
        session.rows(&statement).await?;
        drop(session);
        Ok(sql::room::room_check(self).await?)
    }

    /// The file of the database that settings name, of SQLite alone. Fails where they make no sense.
    pub fn sqlite_path(settings: &StoreSettings) -> Result<Option<PathBuf>> {
        Ok(Target::new(settings)?.path())
    }

    /// Closes the idle connections and lets nobody in any more.
    pub async fn close(&self) {
        self.inner.readers.close().await;
        self.inner.writers.close().await;
        if let Some(anchor) = &self.inner.anchor {
            anchor.close().await;
        }
    }

    /// Which database this is.
    pub fn dialect(&self) -> Dialect {
        self.inner.dialect
    }

    fn settings(&self) -> &StoreSettings {
        &self.inner.settings
    }

    fn descriptors(&self) -> &hive::descriptor_cache::Descriptors {
        &self.inner.descriptors
    }

    pub(in crate::store) fn known_ways(&self) -> &hive::known_ways::KnownWays {
        &self.inner.known_ways
    }

    fn room(&self) -> &sql::room::Room {
        &self.inner.room
    }

    fn ids(&self) -> &sql::ids::Ids {
        &self.inner.ids
    }

    /// Fails with `Unavailable` where a file of SQLite was moved, deleted or replaced under this process.
    fn files_are_held(&self) -> Result<()> {
        self.inner
            .anchor
            .as_ref()
            .map_or(Ok(()), SqliteAnchor::is_held)
    }

    async fn begin(&self) -> Result<Session, Failure> {
        let lease = self.lease(&self.inner.writers).await?;
        Session::begin(self.clone(), lease).await
    }

    /// A connection to the files that this process has held from its beginning.
    async fn lease(&self, pool: &Arc<Pool>) -> Result<Lease, Failure> {
        self.files_are_held().map_err(Failure::fault)?;
        let mut lease = pool.acquire().await?;
        // One that was made while a part was away has another one than all others: it is closed.
        let held = self.files_are_held();
        lease.clean = held.is_ok();
        held.map_err(Failure::fault)?;
        Ok(lease)
    }
}
