//! A run: the lease that keeps others away, the day's budget, the scan, and what is left in the history and the schedule.
//! What it would do is shown by `dry_run`.

use super::Discovery;
use super::Operations;
use super::progress::RunProgress;
use super::record::{Record, is_unmoved};
use super::scan::{Sink, Tally};
use super::scope::DiscoveryScope;
use super::site::Site;
use crate::back_off::BackOff;
use crate::catalog::service::Lease;
use crate::catalog::{Action, Resource};
use crate::error::{Entity, Error, Result};
use crate::model::{
    DiscoveryMode, DiscoveryState, Freshness, RunCause, RunCounts, RunOutcome, Table, TableRef,
};
use crate::store::{DiscoveryTableUpdate, SKIP_SEEN_EVERY_S};
use crate::telemetry::{causes, fault_due};
use crate::transact;
use async_recursion::async_recursion as boxed;
use std::collections::HashSet;
use std::sync::Arc;

/// Skipped directories that one page reads.
const SKIPS_PER_PAGE: usize = 1_000;
/// Seconds between two tries of a table whose runs fail, at most.
const BACK_OFF_S_MAX: i64 = 3600;
/// Seconds until retention looks again where no sweeps are wanted.
const SWEEP_OFF_S: i64 = 24 * 3600;
/// Seconds until a look that nobody asked for: a change of the properties makes the table due again.
const NEVER_S: i64 = 10 * 365 * 24 * 3600;

/// What a run did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscoveryReport {
    /// Its number in the history; `None` where it changed nothing and nobody asked for it.
    pub run_id: Option<i64>,
    /// How it ended: never `Running` or `Abandoned`.
    pub outcome: RunOutcome,
    /// What it counted.
    pub counts: RunCounts,
    /// New partitions that it registered although their files do not fit the table.
    pub misfits: u64,
    /// Why it stopped early, was braked or failed.
    pub error: Option<String>,
    /// What was learnt of the table's freshness, if something was registered.
    pub freshness: Option<Freshness>,
}

impl Operations<'_> {
    /// Looks for partitions and registers them; in the mode `sync`, a sweep also drops what is gone.
    ///
    /// Fails with `NotFound` of the table, with `Invalid` where the table has not opted in or says something that makes
    /// no sense, with `Conflict` where another run of this scope is under way. What goes wrong later (a bucket that is
    /// gone) is no error of this call but the report's outcome; it stands in the history too.
    #[boxed]
    pub async fn discovery_run(
        &self,
        at: &TableRef,
        scope: DiscoveryScope,
        cause: RunCause,
    ) -> Result<DiscoveryReport> {
        self.discovery_run_watched(at, scope, cause, &Arc::default())
            .await
    }

    /// As [`Self::discovery_run`], and tells how far it is.
    #[boxed]
    pub async fn discovery_run_watched(
        &self,
        at: &TableRef,
        scope: DiscoveryScope,
        cause: RunCause,
        progress: &Arc<RunProgress>,
    ) -> Result<DiscoveryReport> {
        self.authorize(Action::Operate, Resource::Table(at)).await?;
        let table = self.catalog.table_read(at).await?;
        let table_id = table.id;
        let site = match self.discovery_site(table.clone()) {
            Ok(site) => site,
            Err(failure) => {
                self.settings_fault_note(&table, scope, &failure).await?;
                return Err(failure);
            }
        };
        let site = site.ok_or_else(|| not_opted_in(at))?;
        let lease = Lease::new(format!("discovery/{table_id}/{}", scope.as_str()));
        // A run's state is large, and the callers' futures should not be.
        let run = Box::pin(self.run_held(&site, scope, cause, &lease, progress));
        let report = self.catalog.lease_hold(&lease, run).await?;
        report.ok_or_else(|| {
            Error::Conflict(format!(
                "another run looks at {}.{} at the moment",
                at.database, at.table
            ))
        })
    }
}

impl Discovery {
    async fn run_held(
        &self,
        site: &Site,
        scope: DiscoveryScope,
        cause: RunCause,
        lease: &Lease,
        progress: &Arc<RunProgress>,
    ) -> Result<DiscoveryReport> {
        let table_id = site.table.id;
        let state = self.discovery_state(site).await?;
        if !state.roots_kept {
            self.discovery_roots_keep(&site.table.at).await?;
        }
        if cause != RunCause::Manual && !is_due(scope, &state) {
            return Err(Error::Conflict(format!(
                "another process has just looked at {}.{}",
                site.table.at.database, site.table.at.table
            )));
        }
        if cause == RunCause::Window && is_sweep_first(site, &state) {
            return Err(Error::Conflict(format!(
                "a sweep of {}.{} comes first",
                site.table.at.database, site.table.at.table
            )));
        }
        if cause == RunCause::Manual && state.paused_at.is_some() {
            self.schedules_resume(&site.table.at).await?;
        }
        self.runs_abandon(table_id, &causes_of(scope, cause))
            .await?;
        let mut record = Record::new(table_id, cause, state.now, Some(lease.clone()));
        let mut tally = tally_for(site, scope, progress);
        let ran = self
            .run_scan(site, scope, &state, &mut record, &mut tally)
            .await;
        let is_overtaken = ran.is_err() && self.is_overtaken(site).await?;
        let counts = record.run.counts;
        record.run.counts = RunCounts {
            added: counts.added,
            moved: counts.moved,
            dropped: counts.dropped,
            ..tally.counts
        };
        let (outcome, error) = match ran {
            Ok(Some(braked)) => (RunOutcome::Braked, Some(braked)),
            Ok(None) => match tally.stopped.take() {
                Some(why) => (RunOutcome::Incomplete, Some(why)),
                None => (RunOutcome::Done, None),
            },
            Err(failure) if is_overtaken => (RunOutcome::Incomplete, Some(causes(&failure))),
            Err(failure) => (RunOutcome::Failed, Some(causes(&failure))),
        };
        let is_noted =
            record.has_begun() || cause == RunCause::Manual || outcome != RunOutcome::Done;
        if is_noted {
            self.record_end(&mut record, outcome, error.clone()).await?;
        }
        let report = DiscoveryReport {
            run_id: is_noted.then_some(record.run.id),
            outcome,
            counts: record.run.counts,
            misfits: tally.fits.misfits,
            error,
            freshness: tally.freshness,
        };
        let mut update = schedule_after(site, scope, &state, &report);
        if is_overtaken {
            // The change has made the table due, and the next run goes by it.
            (update.window_in_s, update.sweep_in_s) = (None, None);
        }
        self.discovery_note(&site.table, &update).await?;
        self.run_troubles_note(&site.table, scope, &state, &report)
            .await?;
        self.fits_note(&site.table, &state, &tally.fits).await?;
        log(&site.table.at, scope, &report);
        Ok(report)
    }

    /// Whether the table of a run that failed is another one by now than the run went by: that is no failure of the
    /// table's, after which it would have to wait.
    async fn is_overtaken(&self, site: &Site) -> Result<bool> {
        match self.catalog.table_read(&site.table.at).await {
            Ok(now) => Ok(!is_unmoved(&site.table, &now)),
            Err(Error::NotFound(_)) => Ok(true),
            Err(failure) => Err(failure),
        }
    }

    /// The scan, then what only a whole sweep may do. Gives why nothing was dropped, where the brake says so.
    async fn run_scan(
        &self,
        site: &Site,
        scope: DiscoveryScope,
        state: &DiscoveryState,
        record: &mut Record,
        tally: &mut Tally,
    ) -> Result<Option<String>> {
        let mut braked = None;
        let began_at = self.now();
        // Without sweeps of its own, a table is still due for what retention does.
        let is_wanted = scope == DiscoveryScope::Window
            || record.run.cause == RunCause::Manual
            || site.settings.sweep_interval_s.is_some();
        let is_scanned = site.settings.on && is_wanted;
        if is_scanned {
            let left = requests_left(site, state);
            self.site_scan(site, scope, left, &mut Sink::Record(record), tally)
                .await?;
            braked = self
                .site_sync(site, &mut Sink::Record(record), tally)
                .await?;
        }
        if scope == DiscoveryScope::Sweep {
            self.site_retain(site, record).await?;
            if tally.stopped.is_none() {
                if is_scanned {
                    self.skips_forget(site, record, began_at).await?;
                } else {
                    self.skips_expire(site, began_at).await?;
                }
            }
        }
        Ok(braked)
    }

    /// Forgets the skipped directories that a whole sweep did not meet any more, but for those that another run met
    /// meanwhile.
    async fn skips_forget(&self, site: &Site, record: &Record, began_at: i64) -> Result<()> {
        let table_id = site.table.id;
        let mut after = String::new();
        loop {
            let mut session = self.store.session().await?;
            let page = session
                .discovery_skip_page(table_id, &after, SKIPS_PER_PAGE)
                .await?;
            drop(session);
            let gone = page
                .iter()
                .filter(|skip| skip.last_seen_at < began_at && !record.has_told(&skip.path))
                .map(|skip| skip.path.as_str());
            let gone: Vec<&str> = gone.collect();
            if !gone.is_empty() {
                transact!(self.store, |session| {
                    session.discovery_skip_delete(table_id, &gone).await
                })?;
            }
            let is_last = page.len() < SKIPS_PER_PAGE;
            match page.into_iter().next_back() {
                Some(last) if !is_last => after = last.path,
                _ => return Ok(()),
            }
        }
    }

    /// Forgets the skipped directories that nobody has met for a while: without sweeps nothing else says that they are gone.
    async fn skips_expire(&self, site: &Site, began_at: i64) -> Result<()> {
        transact!(self.store, |session| {
            session
                .discovery_skip_expire(site.table.id, began_at - SKIP_SEEN_EVERY_S)
                .await
        })?;
        Ok(())
    }

    pub(super) async fn discovery_state(&self, site: &Site) -> Result<DiscoveryState> {
        let mut session = self.store.session().await?;
        let state = session.discovery_table_get(site.table.id).await?;
        state.ok_or_else(|| not_opted_in(&site.table.at))
    }

    pub(super) async fn discovery_note(
        &self,
        table: &Table,
        update: &DiscoveryTableUpdate,
    ) -> Result<()> {
        transact!(self.store, |session| {
            session.discovery_table_update(table, update).await
        })
    }

    /// Ends the lines of runs that died: whoever holds their lease knows that nobody is at them.
    pub(super) async fn runs_abandon(&self, table_id: i64, causes: &[RunCause]) -> Result<()> {
        transact!(self.store, |session| {
            for cause in causes {
                session.discovery_run_abandon(table_id, *cause).await?;
            }
            Ok(())
        })
    }

    /// Settings that make no sense are told once an hour, not every second.
    async fn settings_fault_note(
        &self,
        table: &Table,
        scope: DiscoveryScope,
        failure: &Error,
    ) -> Result<()> {
        let update = DiscoveryTableUpdate {
            window_in_s: Some(BACK_OFF_S_MAX),
            sweep_in_s: Some(BACK_OFF_S_MAX),
            failures: 1,
            error: Some(failure.to_string()),
            ..DiscoveryTableUpdate::default()
        };
        self.discovery_note(table, &update).await?;
        self.settings_trouble_note(table, scope, failure).await
    }
}

/// What else runs under the lease that a run holds.
fn causes_of(scope: DiscoveryScope, cause: RunCause) -> Vec<RunCause> {
    let mut causes = match scope {
        DiscoveryScope::Window => vec![RunCause::Window],
        // An undo needs this lease too. Messages need none: one that is alive sets its line right when it ends.
        DiscoveryScope::Sweep => vec![RunCause::Sweep, RunCause::Undo, RunCause::Event],
    };
    if cause == RunCause::Manual {
        causes.push(cause);
    }
    causes
}

pub(super) fn not_opted_in(at: &TableRef) -> Error {
    Error::Invalid(format!(
        "{}.{} does not take part in discovery: set its property skep.discovery=on",
        at.database, at.table
    ))
}

/// Whether the first look at a table is left to the sweep: without a time in the layout, a look at the window would ask
/// for each directory by itself.
fn is_sweep_first(site: &Site, state: &DiscoveryState) -> bool {
    let is_new = state.last_run_at.is_none();
    is_new && !site.has_time() && site.settings.on && site.settings.sweep_interval_s.is_some()
}

/// Whether a scheduled run of this scope is due: the lease may have come free just because it has taken place.
fn is_due(scope: DiscoveryScope, state: &DiscoveryState) -> bool {
    let due_at = match scope {
        DiscoveryScope::Window => state.window_at,
        DiscoveryScope::Sweep => state.sweep_at,
    };
    state.paused_at.is_none() && due_at <= state.now
}

pub(super) fn tally_for(site: &Site, scope: DiscoveryScope, progress: &Arc<RunProgress>) -> Tally {
    let may_drop = scope == DiscoveryScope::Sweep && site.settings.mode == DiscoveryMode::Sync;
    Tally {
        seen: may_drop.then(HashSet::new),
        progress: Arc::clone(progress),
        ..Tally::default()
    }
}

fn requests_left(site: &Site, state: &DiscoveryState) -> u64 {
    let most = site.settings.requests_per_day_max;
    most.saturating_sub(state.requests_today)
}

/// When the next run of this scope is due.
fn schedule_after(
    site: &Site,
    scope: DiscoveryScope,
    state: &DiscoveryState,
    report: &DiscoveryReport,
) -> DiscoveryTableUpdate {
    let failures = match report.outcome {
        RunOutcome::Failed => state.failures + 1,
        _ => 0,
    };
    let in_s = |interval_s: i64| {
        BackOff::of_seconds(interval_s, BACK_OFF_S_MAX.max(interval_s)).pause_s(failures)
    };
    let settings = &site.settings;
    let window_in_s = if settings.on {
        in_s(site.interval_s())
    } else {
        NEVER_S
    };
    let sweep_in_s = match settings.sweep_interval_s {
        _ if settings.retention.is_none() && !settings.on => NEVER_S,
        Some(interval_s) if report.outcome == RunOutcome::Failed => in_s(interval_s.min(60)),
        Some(interval_s) => interval_s,
        None => SWEEP_OFF_S,
    };
    let is_sweep = scope == DiscoveryScope::Sweep;
    DiscoveryTableUpdate {
        window_in_s: (!is_sweep).then_some(window_in_s),
        sweep_in_s: is_sweep.then_some(sweep_in_s),
        failures,
        error: report.error.clone(),
        requests: report.counts.requests,
        freshness: freshness_merged(state.freshness, report.freshness, is_sweep),
    }
}

/// Freshness only goes forward. What a sweep finds may be years old, and its wait says nothing.
pub(super) fn freshness_merged(
    known: Option<Freshness>,
    learnt: Option<Freshness>,
    by_sweep: bool,
) -> Option<Freshness> {
    let mut learnt = learnt?;
    if by_sweep {
        learnt.lag_s = known.and_then(|known| known.lag_s);
    }
    if let Some(known) = known {
        learnt.object_at = learnt.object_at.max(known.object_at);
    }
    Some(learnt)
}

fn log(at: &TableRef, scope: DiscoveryScope, report: &DiscoveryReport) {
    let (database, table, scope) = (at.database.as_str(), at.table.as_str(), scope.as_str());
    let RunCounts {
        requests,
        added,
        moved,
        dropped,
        skipped,
        ..
    } = report.counts;
    match (&report.error, report.run_id) {
        (Some(error), _) => {
            // A table whose store is away is looked at again and again.
            if let Some(repeated) = fault_due(&format!("{database}.{table}: {error}")) {
                tracing::warn!(
                    database,
                    table,
                    scope,
                    requests,
                    added,
                    moved,
                    dropped,
                    skipped,
                    error,
                    repeated,
                    "a discovery run did not do all it had to"
                );
            }
        }
        (None, Some(run)) if added + moved + dropped > 0 => tracing::info!(
            database,
            table,
            scope,
            run,
            requests,
            added,
            moved,
            dropped,
            skipped,
            "a discovery run changed partitions"
        ),
        (None, _) => tracing::debug!(
            database,
            table,
            scope,
            requests,
            skipped,
            "a discovery run found nothing new"
        ),
    }
}

/// The miss of a run.
pub(super) fn run_missing(id: i64) -> Error {
    Error::NotFound(Entity::own("run", &id))
}
