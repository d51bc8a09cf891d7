//! What a run found, written in one transaction by whoever holds the lease: the snapshot where it is another one, the
//! changes, what is to be told of them, and the source's schedule. A kill leaves all of it or nothing.

use super::reach::Reach;
use super::sight::Sight;
use super::status::WatchReport;
use super::told_within::tell_within;
use super::{Watch, next_moment};
use crate::catalog::service::{LEASE_S, Lease};
use crate::clock::DatabaseTime;
use crate::diff::compare::{Comparison, carried, diff_first};
use crate::diff::follow::followed;
use crate::diff::namesake::Namesakes;
use crate::error::{Error, Result};
use crate::model::{
    SchemaChange, Snapshot, SnapshotInfo, SourceDialect, SourceState, SourceTable, SourceTableKind,
};
use crate::schedule::Schedule;
use crate::source::{Scope, SourceError, SourceSettings};
use crate::store::SnapshotBody;
use crate::transact;
use std::time::Duration;

/// A snapshot beside the one before it.
pub(super) struct Compared {
    /// The snapshot before.
    before: Option<SnapshotInfo>,
    /// What changed since then.
    comparison: Comparison,
    /// Which change each of them follows from.
    followed: Vec<Option<usize>>,
    namesakes: Namesakes,
    sight: Sight,
    dialect: SourceDialect,
    /// What is kept from now on, with its size; `None` where that is what was kept before.
    kept: Option<(SnapshotBody, u64, u64)>,
    tables: u64,
    columns: u64,
}

impl Compared {
    /// Compares, off the threads that serve: it may take a second.
    pub(super) async fn new(
        before: Option<(SnapshotInfo, SnapshotBody)>,
        after: Snapshot,
        settings: &SourceSettings,
    ) -> Result<Self> {
        let refused = |failure: SourceError| Error::Invalid(failure.to_string());
        let (scope, views) = (settings.scope().map_err(refused)?, settings.views);
        let work = move || compare(before, after, &scope, views);
        let compared = tokio::task::spawn_blocking(work).await;
        compared.map_err(|source| Error::Internal {
            what: "comparing two snapshots".into(),
            source: source.into(),
        })?
    }
}

fn compare(
    before: Option<(SnapshotInfo, SnapshotBody)>,
    after: Snapshot,
    scope: &Scope,
    views: bool,
) -> Result<Compared> {
    let (before, old) = match before {
        Some((info, body)) => (Some(info), Some(scoped(body.snapshot()?, scope, views)?)),
        None => (None, None),
    };
    let comparison = diff_first(old.as_ref(), &after);
    let followed = match &old {
        Some(old) => followed(old, &after, &comparison.changes),
        None => Vec::new(),
    };
    let tables_before = old.as_ref().map_or(0, |old| old.tables().len());
    let namesakes = Namesakes::of(&comparison.changes, &after);
    let sight = Sight::of(&comparison, tables_before);
    let (tables, columns) = sizes(&after);
    let dialect = after.dialect();
    let kept = match &old {
        // What the source is silent of is kept as it was.
        Some(old) if !comparison.unread.is_empty() => {
            carried(old, &after).map_err(|failure| Error::NotAllowed(failure.to_string()))?
        }
        _ => after,
    };
    drop(old);
    let body = SnapshotBody::new(&kept)?;
    let is_new = before
        .as_ref()
        .is_none_or(|info| info.digest != body.digest);
    let (kept_tables, kept_columns) = sizes(&kept);
    Ok(Compared {
        before,
        comparison,
        followed,
        namesakes,
        sight,
        dialect,
        kept: is_new.then_some((body, kept_tables, kept_columns)),
        tables,
        columns,
    })
}

/// A snapshot without what is out of scope by now: that it is not read any more says nothing about it.
fn scoped(snapshot: Snapshot, scope: &Scope, views: bool) -> Result<Snapshot> {
    let covers = |table: &SourceTable| {
        scope.covers(&table.at) && (views || table.kind == SourceTableKind::Table)
    };
    if snapshot.tables().iter().all(covers) {
        return Ok(snapshot);
    }
    let covered = snapshot.tables().iter().filter(|table| covers(table));
    let tables = covered.cloned().collect();
    let kept = Snapshot::new(snapshot.dialect(), tables, snapshot.coverage().clone());
    kept.map_err(|source| Error::Internal {
        what: "leaving out what is out of scope".into(),
        source: source.into(),
    })
}

/// How many tables and columns there are.
fn sizes(snapshot: &Snapshot) -> (u64, u64) {
    let columns: usize = snapshot
        .tables()
        .iter()
        .map(|table| table.columns.len())
        .sum();
    (snapshot.tables().len() as u64, columns as u64)
}

impl Watch {
    /// Writes what a run found.
    pub(super) async fn run_record(
        &self,
        name: &str,
        schedule: &Schedule,
        compared: Compared,
        lease: &Lease,
    ) -> Result<WatchReport> {
        let now = self.now().await?;
        let mut found = Vec::with_capacity(compared.comparison.changes.len());
        if !compared.comparison.changes.is_empty() {
            let changes = &compared.comparison.changes;
            let namesakes = compared.namesakes.clone();
            let mut reach = Reach::new(self, name, compared.dialect, changes, namesakes).await?;
            for change in changes {
                found.push(reach.change(change, now.seconds()).await?);
            }
        }
        tell_within(&mut found, &compared.followed);
        let before_id = compared.before.as_ref().map(|info| info.id);
        let changes = transact!(self.store, |session| {
            // What follows is written by the holder of the lease, or not at all.
            if !session
                .lease_extend(&lease.name, &lease.holder, LEASE_S)
                .await?
            {
                return Ok(None);
            }
            let row = session.source_get_locked(name).await?;
            let Some(row) = row.filter(|row| row.snapshot_id == before_id) else {
                return Ok(None);
            };
            let mut snapshot_id = row.snapshot_id;
            if let Some((body, tables, columns)) = &compared.kept {
                let info = SnapshotInfo {
                    id: 0,
                    source: name.to_owned(),
                    at: now.seconds(),
                    digest: body.digest.clone(),
                    tables: *tables,
                    columns: *columns,
                    bytes: body.bytes(),
                };
                snapshot_id = Some(session.snapshot_insert(&info, body).await?);
            }
            let mut changes = found.clone();
            for change in &mut changes {
                change.from_snapshot = before_id.unwrap_or_default();
                change.to_snapshot = snapshot_id.unwrap_or_default();
            }
            session.schema_change_insert(&mut changes).await?;
            if row.state.alarmed_at.is_some() {
                self.alarm_clear(session, name, &row.state, now).await?;
            }
            let sight = &compared.sight;
            self.sight_tell(session, name, &row.state, sight, now)
                .await?;
            self.alerts_write(session, name, &changes, now).await?;
            let state = SourceState {
                lost: sight.lost.clone(),
                ..state_after(&row.state, schedule, now)
            };
            session.source_update(name, &state, snapshot_id).await?;
            Ok(Some(changes))
        })?;
        let changes = changes.ok_or_else(|| {
            Error::Conflict(format!(
                "the source {name} was removed or read by another process meanwhile"
            ))
        })?;
        Ok(report(name, &compared, changes))
    }
}

/// The state after a run that went through.
fn state_after(before: &SourceState, schedule: &Schedule, now: DatabaseTime) -> SourceState {
    let next = next_moment(schedule, now);
    SourceState {
        schedule: before.schedule.clone(),
        due_at: next,
        next_at: next,
        last_run_at: Some(now.seconds()),
        last_ok_at: Some(now.seconds()),
        failures: 0,
        last_error: None,
        alarmed_at: None,
        lost: None,
    }
}

fn report(name: &str, compared: &Compared, changes: Vec<SchemaChange>) -> WatchReport {
    let baseline = compared.before.is_none();
    let unread = compared.comparison.unread.len() as u64;
    let (tables, columns) = (compared.tables, compared.columns);
    let count = changes.len();
    if baseline || count > 0 || unread > 0 {
        tracing::info!(
            source = name,
            baseline,
            changes = count,
            unread,
            tables,
            columns,
            "a source was read"
        );
    } else {
        tracing::debug!(source = name, tables, columns, "a source did not change");
    }
    WatchReport {
        source: name.to_owned(),
        baseline,
        changes,
        unread,
        lost: compared.sight.lost.clone(),
        tables,
        columns,
        read: Duration::ZERO,
        elapsed: Duration::ZERO,
    }
}
