//! Looks at the tables whose time has come. Windows and sweeps are two tasks, so that a sweep of an hour does not keep
//! new partitions waiting. A lease keeps replicas apart; a table that fails is left to its own, longer schedule.
//!
//! The runs are a standing set that is filled up as places become free, and no bucket gets all of them (`shares`): what
//! hangs holds up itself alone. One activation goes on for as long as anything is due or under way.

use super::shares::Shares;
use super::{Report, Task};
use crate::discovery::{self, DiscoveryReport, DiscoveryScope};
use crate::error::Error;
use crate::model::{RunCause, RunOutcome, TableRef};
use crate::store::DueTable;
use crate::telemetry::{Metrics, causes, fault_due};
use futures::stream::{FuturesUnordered, StreamExt};
use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// Due tables that are asked for at once.
const TABLES_PER_LOOK_MAX: usize = 200;
/// How long nothing new is looked for while all that is known to be due waits for its bucket.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// The task; see the module.
#[derive(Debug)]
pub struct Discovery {
    finder: Arc<discovery::Discovery>,
    metrics: Arc<Metrics>,
    scope: DiscoveryScope,
    shutdown: CancellationToken,
    shares: Mutex<Shares>,
}

impl Discovery {
    /// The task over the tables of `finder`, with so many runs at the same time. It begins no run after `shutdown`.
    pub fn new(
        finder: Arc<discovery::Discovery>,
        metrics: Arc<Metrics>,
        scope: DiscoveryScope,
        tables_concurrent_max: usize,
        shutdown: CancellationToken,
    ) -> Self {
        Self {
            finder,
            metrics,
            scope,
            shutdown,
            shares: Mutex::new(Shares::new(tables_concurrent_max)),
        }
    }

    /// A panic under the lock leaves whole numbers behind.
    fn shares(&self) -> MutexGuard<'_, Shares> {
        self.shares.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is due and may begin, apart from what has begun.
    async fn look(&self) -> Result<Vec<DueTable>, Error> {
        let (full, begun) = {
            let shares = self.shares();
            (shares.full(), shares.begun())
        };
        let full: Vec<&str> = full.iter().map(String::as_str).collect();
        let limit = TABLES_PER_LOOK_MAX + begun;
        let mut due = self
            .finder
            .for_system()
            .discovery_due(self.scope, limit, &full)
            .await?;
        let shares = self.shares();
        due.retain(|table| !shares.has_begun(&table.at));
        Ok(due)
    }

    /// Takes the first of what is due that may begin.
    fn next(&self, due: &mut VecDeque<DueTable>) -> Option<DueTable> {
        let mut shares = self.shares();
        let at = due.iter().position(|table| shares.may_begin(table))?;
        let table = due.remove(at)?;
        shares.begin(&table);
        Some(table)
    }

    /// Runs a table; whether it ran here, or why it cannot be looked at.
    async fn run(&self, table: DueTable) -> Result<bool, Error> {
        // Also where the run panics.
        let mut place = Place {
            task: self,
            table: &table,
            failed: None,
        };
        let ran = self
            .finder
            .for_system()
            .discovery_run_due(&table.at, self.scope)
            .await;
        let report = ran.inspect_err(|error| {
            let name = format!("{}.{}", table.at.database, table.at.table);
            let error = causes(error);
            if let Some(repeated) = fault_due(&format!("{name}: {error}")) {
                tracing::warn!(table = name, error, repeated, "a table cannot be looked at");
            }
        })?;
        if let Some(report) = &report {
            place.failed = Some(report.outcome == RunOutcome::Failed);
            self.count(report);
        }
        Ok(report.is_some())
    }

    fn count(&self, report: &DiscoveryReport) {
        let cause = match self.scope {
            DiscoveryScope::Window => RunCause::Window,
            DiscoveryScope::Sweep => RunCause::Sweep,
        };
        let metrics = self.metrics.discovery();
        metrics.ran(cause, report.outcome, &report.counts);
        metrics.misfit(report.misfits);
        let lag_s = report.freshness.and_then(|freshness| freshness.lag_s);
        if let (DiscoveryScope::Window, Some(lag_s)) = (self.scope, lag_s) {
            metrics.waited(lag_s);
        }
    }
}

/// The place of a run among those under way; it is given back when this is dropped.
struct Place<'t> {
    task: &'t Discovery,
    table: &'t DueTable,
    failed: Option<bool>,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.task.shares().end(self.table, self.failed);
    }
}

impl Task for Discovery {
    fn name(&self) -> &'static str {
        match self.scope {
            DiscoveryScope::Window => "discovery_window",
            DiscoveryScope::Sweep => "discovery_sweep",
        }
    }

    async fn activate(&self) -> Result<Report, Error> {
        let mut report = Report::default();
        let mut running = FuturesUnordered::new();
        let mut due = VecDeque::from(self.look().await?);
        let (mut looked_at, mut is_more) = (Instant::now(), due.len() >= TABLES_PER_LOOK_MAX);
        let mut failure = None;
        loop {
            let is_going_on = failure.is_none() && !self.shutdown.is_cancelled();
            while is_going_on && let Some(table) = self.next(&mut due) {
                running.push(self.run(table));
            }
            let may_look = is_going_on && self.shares().has_room();
            if may_look && (looked_at.elapsed() >= LOOK_EVERY || (is_more && due.is_empty())) {
                looked_at = Instant::now();
                match self.look().await {
                    Ok(found) => {
                        is_more = found.len() >= TABLES_PER_LOOK_MAX;
                        due = joined(found, due);
                    }
                    // What is under way is not to be cut off.
                    Err(error) => failure = Some(error),
                }
                continue;
            }
            if running.is_empty() {
                return failure.map_or(Ok(report), Err);
            }
            tokio::select! {
                ended = running.next() => match ended {
                    Some(Ok(ran)) => report.done += u64::from(ran),
                    Some(Err(_)) => report.failed += 1,
                    None => {}
                },
                () = tokio::time::sleep_until(looked_at + LOOK_EVERY), if may_look => {}
                () = self.shutdown.cancelled(), if is_going_on => {}
            }
        }
    }
}

/// What was found, and behind it what waits for its bucket since an earlier look.
fn joined(found: Vec<DueTable>, waiting: VecDeque<DueTable>) -> VecDeque<DueTable> {
    let known: HashSet<TableRef> = found.iter().map(|table| table.at.clone()).collect();
    let waiting = waiting
        .into_iter()
        .filter(|table| !known.contains(&table.at))
        .take(TABLES_PER_LOOK_MAX);
    found.into_iter().chain(waiting).collect()
}
