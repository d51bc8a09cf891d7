//! Transactions that are run again when a concurrent one won.

use crate::back_off::BackOff;
use crate::error::{Error, Result};
use crate::store::Store;
use crate::store::sql::failure::FailureKind;
use crate::store::sql::ids;
use crate::store::sql::session::Session;
use futures::future::BoxFuture;
use std::time::{Duration, Instant};

/// The pauses before another run.
const PAUSES: BackOff = BackOff::new(Duration::from_millis(4), Duration::from_millis(200));

/// Runs a block in a transaction: begin, run, commit; on an error roll back; on a conflict with a concurrent
/// transaction run the whole block again, a bounded number of times.
///
/// ```text
/// let table = transact!(store, |session| {
///     let id = session.table_insert(&table).await?;
///     session.event_append(now, &[event]).await?;   // always last: it holds the counter of all events
///     Ok(id)
/// })?;
/// ```
///
/// The block is an async block: `?` and `return` leave the block, not the function. It may run more than once, so it
/// borrows what it needs and does nothing outside the database. The value is a [`Result`].
#[macro_export]
macro_rules! transact {
    ($store:expr, |$session:ident| $body:block) => {{
        let mut transaction = $crate::store::Transaction::new(&$store);
        loop {
            let mut session = match transaction.begin().await {
                Ok(session) => session,
                Err(error) => break Err(error),
            };
            let outcome: $crate::error::Result<_> = {
                let $session = &mut session;
                let run: $crate::store::Run<'_, _> = Box::pin(async { $body });
                run.await
            };
            if let Some(result) = transaction.finish(session, outcome).await {
                break result;
            }
        }
    }};
}

/// One run of a [`transact!`](crate::transact) block. Boxed, for the block's own type would be part of its operation's.
pub type Run<'a, T> = BoxFuture<'a, Result<T>>;

/// The runs of one [`transact!`](crate::transact) block.
#[derive(Debug)]
pub struct Transaction {
    store: Store,
    runs: u32,
    started: Instant,
}

impl Transaction {
    /// No run yet.
    pub fn new(store: &Store) -> Self {
        Self {
            store: store.clone(),
            runs: 0,
            started: Instant::now(),
        }
    }

    /// Opens the transaction of the next run.
    pub fn begin(&mut self) -> BoxFuture<'_, Result<Session>> {
        Box::pin(async {
            ids::ids_keep_ready(&self.store).await?;
            loop {
                self.runs += 1;
                match self.store.begin().await {
                    Ok(session) => return Ok(session),
                    // SQLite, when another process writes.
                    Err(failure)
                        if failure.kind == FailureKind::Conflict && self.may_run_again() =>
                    {
                        self.pause().await;
                    }
                    Err(failure) => return Err(failure.into()),
                }
            }
        })
    }

    /// Ends a run. `None`: it lost against another transaction and is to be run again.
    pub async fn finish<T>(&mut self, session: Session, outcome: Result<T>) -> Option<Result<T>> {
        match outcome {
            Ok(value) => {
                let done = self.commit(session).await?;
                Some(done.map(|()| value))
            }
            Err(error) => self.undo(session, error).await.map(Err),
        }
    }

    fn commit(&mut self, session: Session) -> BoxFuture<'_, Option<Result<()>>> {
        Box::pin(async {
            // PostgreSQL would answer COMMIT with a silent roll-back after a failed statement.
            if let Some(kind) = session.failure {
                drop(session);
                let ignored =
                    Error::internal("a failed statement inside a transaction was ignored");
                return self.again_after(Some(kind), ignored).await.map(Err);
            }
            match session.commit().await {
                Ok(()) => Some(Ok(())),
                // Whether a commit that got no answer took place is not known: never repeated here.
                Err(failure) if failure.kind != FailureKind::Conflict => Some(Err(failure.into())),
                Err(failure) => self.again(failure.into()).await.map(Err),
            }
        })
    }

    fn undo(&mut self, session: Session, error: Error) -> BoxFuture<'_, Option<Error>> {
        Box::pin(async {
            let kind = session.failure;
            // A failed roll-back closes the connection, which rolls back too.
            if let Err(failure) = session.roll_back().await {
                tracing::debug!(?failure, "rolling back failed; the connection is closed");
            }
            self.again_after(kind, error).await
        })
    }

    /// Gives the error, or nothing where the run may be tried again: a lost connection before the commit has changed
    /// nothing, so the block may run again on another one.
    async fn again_after(&mut self, kind: Option<FailureKind>, error: Error) -> Option<Error> {
        let of_statement =
            kind.is_some_and(|kind| kind.is_of_connection() || kind == FailureKind::Conflict);
        let may_pass = of_statement || matches!(error, Error::Conflict(_));
        if may_pass {
            return self.again(error).await;
        }
        Some(error)
    }

    async fn again(&mut self, error: Error) -> Option<Error> {
        if !self.may_run_again() {
            return Some(error);
        }
        tracing::debug!(
            runs = self.runs,
            "a transaction lost against another one and is run again"
        );
        self.pause().await;
        None
    }

    fn may_run_again(&self) -> bool {
        let settings = self.store.settings();
        self.runs < settings.transaction_attempts_max
            && self.started.elapsed() < settings.statement_timeout
    }

    /// Waits a random time that doubles with each run, so that the losers do not meet again.
    async fn pause(&self) {
        let doublings = i64::from(self.runs) - 1;
        tokio::time::sleep(PAUSES.pause_by_chance(doublings)).await;
    }
}
