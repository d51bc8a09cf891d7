//! A conversation with the database: what every noun of the store is asked through.
//!
//! A session from [`Store::session`] reads, each statement on its own; one inside [`transact!`](crate::transact)
//! writes. The nouns (`table_get`, `partition_insert`…) are `impl Session` blocks in the files of their names.
//!
//! What reaches a driver gives a boxed future: a box is nothing beside a round trip, and without it the compiler would
//! carry the drivers' types, three of each, through every operation up to the front ends.

use crate::back_off::BackOff;
use crate::clock::DatabaseTime;
use crate::error::Result;
use crate::store::Store;
use crate::store::hive::descriptor_cache::MadeDescriptors;
use crate::store::hive::known_ways::KnownWays;
use crate::store::sql::dialect::Dialect;
use crate::store::sql::failure::{Failure, FailureKind};
use crate::store::sql::pool::Lease;
use crate::store::sql::row::{FoundRows, Row};
use crate::store::sql::statement::Statement;
use crate::telemetry::{StatementKind, statement_ran};
use futures::future::BoxFuture;
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};

/// How much longer than the database the client waits: the database's own limit should speak first.
const GRACE: Duration = Duration::from_secs(2);
/// How often a statement is tried again for which the server had no room, and the pauses in between.
const CROWDED_MAX: u32 = 8;
const CROWDED_PAUSES: BackOff = BackOff::new(Duration::from_millis(10), Duration::from_millis(500));

/// Gives a round trip its time, and counts it: all that is sent passes here.
async fn round_trip<T>(
    kind: StatementKind,
    limit: Duration,
    run: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    let began = Instant::now();
    let result = timeout(limit, run).await;
    let result = result.unwrap_or_else(|_| Err(Failure::silence()));
    statement_ran(kind, result.is_ok(), began.elapsed());
    result
}

/// A connection, either for single reads or inside a transaction.
#[derive(Debug)]
pub struct Session {
    pub(in crate::store) store: Store,
    lease: Lease,
    pub(in crate::store) in_transaction: bool,
    /// Descriptors that this transaction stored or read: known to others once it is committed.
    pub(in crate::store) made_descriptors: MadeDescriptors,
    /// Partitions that the next page of them asks for at most: fewer where those of the page before were large.
    pub(in crate::store) partitions_fitting: usize,
    /// Whether an error left the transaction unable to go on with anything but a roll-back.
    pub(in crate::store) failure: Option<FailureKind>,
}

impl Session {
    /// A session of single reads.
    pub(in crate::store) fn reading(store: Store, lease: Lease) -> Self {
        Self {
            store,
            lease,
            in_transaction: false,
            made_descriptors: MadeDescriptors::default(),
            partitions_fitting: usize::MAX,
            failure: None,
        }
    }

    /// Opens a transaction. A connection that died while it was idle is replaced.
    pub(in crate::store) fn begin(
        store: Store,
        lease: Lease,
    ) -> BoxFuture<'static, Result<Self, Failure>> {
        let session = Self {
            store,
            lease,
            in_transaction: true,
            made_descriptors: MadeDescriptors::default(),
            partitions_fitting: usize::MAX,
            failure: None,
        };
        Box::pin(session.begun())
    }

    async fn begun(mut self) -> Result<Self, Failure> {
        self.lease.clean = false;
        let begun = self.begin_once().await;
        match begun {
            Err(failure) if self.lease.may_have_died(&failure) => {
                self.lease.renew().await?;
                self.lease.clean = false;
                self.begin_once().await?;
            }
            Err(failure) => return Err(failure),
            Ok(()) => {}
        }
        Ok(self)
    }

    async fn begin_once(&mut self) -> Result<(), Failure> {
        let limit = self.limit();
        let begun = async { self.lease.link()?.begin().await };
        round_trip(StatementKind::Transaction, limit, begun).await
    }

    /// Commits. The connection is free again only if that worked.
    pub(in crate::store) fn commit(mut self) -> BoxFuture<'static, Result<(), Failure>> {
        Box::pin(async move {
            if let Err(failure) = self.end("COMMIT").await {
                self.store.room().note_failure(&failure);
                return Err(failure);
            }
            // After it: files that still have their names are those that were written to.
            self.store.files_are_held().map_err(Failure::fault)?;
            self.store.descriptors().keep(&self.made_descriptors);
            Ok(())
        })
    }

    /// Rolls back. The connection is free again only if that worked; if not, closing it rolls back too.
    pub(in crate::store) fn roll_back(mut self) -> BoxFuture<'static, Result<(), Failure>> {
        Box::pin(async move { self.end("ROLLBACK").await })
    }

    async fn end(&mut self, word: &'static str) -> Result<(), Failure> {
        let limit = self.limit();
        let ended = async { self.lease.link()?.raw(word).await };
        round_trip(StatementKind::Transaction, limit, ended).await?;
        self.lease.clean = true;
        Ok(())
    }

    pub(in crate::store) fn dialect(&self) -> Dialect {
        self.store.dialect()
    }

    pub(in crate::store) fn known_ways(&self) -> &KnownWays {
        self.store.known_ways()
    }

    /// Starts a statement in this database's dialect.
    pub(in crate::store) fn statement<'a>(&self, text: &'static str) -> Statement<'a> {
        Statement::new(self.dialect(), text).at(self.store.clock.database_time())
    }

    /// The database's time: what replicas agree on, whatever their own clocks say.
    pub async fn now(&mut self) -> Result<DatabaseTime> {
        if let Some(fixed) = self.store.clock.database_time() {
            return Ok(fixed);
        }
        let statement = self.statement("SELECT ").now();
        let row = self.row(&statement).await?;
        let row = row.ok_or_else(|| Failure::fault("the database told no time"))?;
        Ok(row.cells().time()?)
    }

    /// Runs a query.
    pub(in crate::store) async fn rows(
        &mut self,
        statement: &Statement<'_>,
    ) -> Result<Vec<Row>, Failure> {
        Ok(self.rows_within(statement, usize::MAX).await?.rows)
    }

    /// Runs a query and reads its rows until they hold `most` bytes, at least one.
    pub(in crate::store) fn rows_within<'s>(
        &'s mut self,
        statement: &'s Statement<'_>,
        most: usize,
    ) -> BoxFuture<'s, Result<FoundRows, Failure>> {
        Box::pin(self.rows_unboxed(statement, most))
    }

    /// Runs a query that gives at most one row.
    pub(in crate::store) async fn row(
        &mut self,
        statement: &Statement<'_>,
    ) -> Result<Option<Row>, Failure> {
        Ok(self.rows(statement).await?.into_iter().next())
    }

    /// Runs a statement that changes rows, and gives the number of rows it met.
    pub(in crate::store) fn execute<'s>(
        &'s mut self,
        statement: &'s Statement<'_>,
    ) -> BoxFuture<'s, Result<u64, Failure>> {
        Box::pin(self.execute_unboxed(statement))
    }

    async fn rows_unboxed(
        &mut self,
        statement: &Statement<'_>,
        most: usize,
    ) -> Result<FoundRows, Failure> {
        statement.check().map_err(Failure::fault)?;
        let first = self.rows_once(statement, most).await;
        match first {
            Err(failure) if self.may_try_again(&failure) => {
                tracing::info!("a database connection was lost; reading again on a new one");
                self.lease.renew().await?;
                self.rows_once(statement, most).await
            }
            other => other,
        }
    }

    async fn execute_unboxed(&mut self, statement: &Statement<'_>) -> Result<u64, Failure> {
        statement.check().map_err(Failure::fault)?;
        let mut crowded = 0;
        loop {
            let limit = self.limit();
            self.lease.clean = false;
            let run = async { self.lease.link()?.execute(statement).await };
            let result = round_trip(StatementKind::Write, limit, run).await;
            if !self.found_room(&result, &mut crowded).await {
                return self.settle(result);
            }
        }
    }

    async fn rows_once(
        &mut self,
        statement: &Statement<'_>,
        most: usize,
    ) -> Result<FoundRows, Failure> {
        let mut crowded = 0;
        loop {
            let limit = self.limit();
            // Until the statement is through, a cancelled caller must not leave the connection to others.
            self.lease.clean = false;
            let run = async { self.lease.link()?.rows(statement, most).await };
            let result = round_trip(StatementKind::Read, limit, run).await;
            if !self.found_room(&result, &mut crowded).await {
                return self.settle(result);
            }
        }
    }

    /// Whether a statement that was not run, since the server is full of prepared ones, may be tried again: what idle
    /// connections keep is given up for it, and others are given a moment to become idle.
    async fn found_room<T>(&self, result: &Result<T, Failure>, crowded: &mut u32) -> bool {
        let is_crowded = matches!(result, Err(failure) if failure.kind == FailureKind::Crowded);
        if !is_crowded || *crowded == CROWDED_MAX {
            return false;
        }
        self.lease.close_idle().await;
        sleep(CROWDED_PAUSES.pause_by_chance((*crowded).into())).await;
        *crowded += 1;
        true
    }

    fn settle<T>(&mut self, result: Result<T, Failure>) -> Result<T, Failure> {
        let usable = result
            .as_ref()
            .map_or_else(Failure::leaves_connection_usable, |_| true);
        if let Err(failure) = &result {
            self.failure = Some(failure.kind);
            self.store.room().note_failure(failure);
        }
        self.lease.clean = usable && !self.in_transaction;
        result
    }

    /// Only a single read may be repeated by itself: a transaction is re-run as a whole.
    fn may_try_again(&self, failure: &Failure) -> bool {
        !self.in_transaction && self.lease.may_have_died(failure)
    }

    fn limit(&self) -> Duration {
        self.store.settings().statement_timeout + GRACE
    }
}
