//! A run: the lease that keeps others away, the reading, and what is noted where it fails. What it found is written by
//! `record`.

use super::Operations;
use super::record::Compared;
use super::settings::source_schedule;
use super::source::{Known, lease_name, source_busy, source_error, source_missing};
use super::status::WatchReport;
use super::{Watch, next_moment};
use crate::back_off::BackOff;
use crate::catalog::service::{LEASE_S, Lease};
use crate::catalog::{Action, Resource};
use crate::error::{Error, Result};
use crate::model::{Snapshot, SourceState, WatchCause};
use crate::source::{Source, SourceKind, SourceSettings};
use crate::store::{SourceRow, without_nul};
use crate::transact;
use async_recursion::async_recursion as boxed;
use std::time::Instant;

/// The pauses after failures.
const BACK_OFF: BackOff = BackOff::of_seconds(60, 30 * 60);
/// Failures in a row after which people are told.
const FAILURES_TOLD: i64 = 3;
/// Seconds that a run may be late before people are told.
pub(super) const LATE_S: i64 = 3600;

impl Operations<'_> {
    /// Reads a source now and keeps what changed. Fails with `NotFound`, with `Conflict` where another run is at it,
    /// with `Unavailable` where the source does not answer (noted in its state), with `NotAllowed` where it refuses.
    #[boxed]
    pub async fn watch_run(&self, name: &str, cause: WatchCause) -> Result<WatchReport> {
        self.authorize(Action::Operate, Resource::Source(name))
            .await?;
        let started = Instant::now();
        let mut session = self.store.session().await?;
        let row = session.source_get(name).await?;
        drop(session);
        let known = self.source_known(name, row.as_ref())?;
        let known = known.ok_or_else(|| source_missing(name))?;
        let lease = Lease::new(lease_name(name));
        // A run's state is large, and the callers' futures should not be.
        let run = Box::pin(self.watch_run_held(name, &known, cause, &lease));
        let report = self.catalog.lease_hold(&lease, run).await?;
        let mut report = report.ok_or_else(|| source_busy(name))?;
        report.elapsed = started.elapsed();
        Ok(report)
    }
}

impl Watch {
    async fn watch_run_held(
        &self,
        name: &str,
        known: &Known,
        cause: WatchCause,
        lease: &Lease,
    ) -> Result<WatchReport> {
        let settings = &known.settings;
        let row = self.source_row(name, settings).await?;
        let is_early = settings.paused || row.state.next_at > self.now().await?;
        if cause == WatchCause::Schedule && is_early {
            return Err(Error::Conflict(format!(
                "another process has just read the source {name}"
            )));
        }
        let began = Instant::now();
        let outcome = match self.source_read(name, known).await {
            Ok(snapshot) => {
                let read = began.elapsed();
                let recorded = self.watch_record(&row, settings, snapshot, lease).await;
                recorded.map(|report| WatchReport { read, ..report })
            }
            Err(failure) => Err(failure),
        };
        if let Err(failure) = &outcome {
            self.watch_failed(&row, settings, failure, lease).await?;
        }
        outcome
    }

    async fn source_read(&self, name: &str, known: &Known) -> Result<Snapshot> {
        let (origin, settings) = (known.origin, &known.settings);
        if settings.kind == SourceKind::Catalog {
            return self.own_snapshot(name, settings).await;
        }
        let read = async { self.source_open(origin, settings)?.snapshot().await };
        read.await
            .map_err(|failure| source_error(name, origin, failure))
    }

    /// The row of a source, which is made where there is none yet, with the schedule that its settings name now.
    pub(super) async fn source_row(
        &self,
        name: &str,
        settings: &SourceSettings,
    ) -> Result<SourceRow> {
        let schedule = source_schedule(settings).map_err(Error::Invalid)?;
        let text = schedule.to_string();
        let now = self.now().await?;
        transact!(self.store, |session| {
            let Some(mut row) = session.source_get_locked(name).await? else {
                let row = SourceRow {
                    name: name.to_owned(),
                    settings: None,
                    snapshot_id: None,
                    // The first look is the baseline, and every day without one is a day without changes.
                    state: SourceState {
                        schedule: text.clone(),
                        due_at: now,
                        next_at: now,
                        ..SourceState::default()
                    },
                };
                session.source_insert(&row).await?;
                return Ok(row);
            };
            if row.state.schedule != text {
                row.state.schedule.clone_from(&text);
                // What is overdue stays so.
                if row.state.due_at > now {
                    row.state.due_at = next_moment(&schedule, now);
                    row.state.next_at = row.state.due_at;
                }
                session
                    .source_update(name, &row.state, row.snapshot_id)
                    .await?;
            }
            Ok(row)
        })
    }

    /// Notes that a run failed, when to try again, and tells people where it is time to.
    async fn watch_failed(
        &self,
        row: &SourceRow,
        settings: &SourceSettings,
        failure: &Error,
        lease: &Lease,
    ) -> Result<()> {
        let now = self.now().await?;
        let text = without_nul(&failure.to_string());
        tracing::warn!(source = row.name, error = text, "a source cannot be read");
        transact!(self.store, |session| {
            let held = session
                .lease_extend(&lease.name, &lease.holder, LEASE_S)
                .await?;
            let found = session.source_get_locked(&row.name).await?;
            let Some(found) = found.filter(|_| held) else {
                return Ok(());
            };
            let mut state = found.state;
            state.failures += 1;
            state.last_run_at = Some(now.seconds());
            state.next_at = now.plus_s(BACK_OFF.pause_s(state.failures - 1));
            state.last_error = Some(text.clone());
            let is_late = now.since_s(state.due_at) > LATE_S && !settings.paused;
            if state.alarmed_at.is_none() && (state.failures >= FAILURES_TOLD || is_late) {
                state.alarmed_at = Some(now.seconds());
                self.alarm_write(session, &row.name, &state, now).await?;
            }
            session
                .source_update(&row.name, &state, found.snapshot_id)
                .await
        })
    }

    /// Compares what was read with what is kept, and writes the difference down.
    async fn watch_record(
        &self,
        row: &SourceRow,
        settings: &SourceSettings,
        snapshot: Snapshot,
        lease: &Lease,
    ) -> Result<WatchReport> {
        let before = match row.snapshot_id {
            Some(id) => {
                let mut session = self.store.session().await?;
                let info = session.snapshot_get(id).await?;
                let info = info.ok_or_else(|| {
                    Error::internal(format!("the snapshot {id} of the source is missing"))
                })?;
                let body = session.snapshot_body(&info).await?;
                Some((info, body))
            }
            None => None,
        };
        let compared = Compared::new(before, snapshot, settings).await?;
        let schedule = source_schedule(settings).map_err(Error::Invalid)?;
        self.run_record(&row.name, &schedule, compared, lease).await
    }
}
