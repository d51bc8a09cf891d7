//! Which sources are due, over all replicas, and which are late: what the background task asks again and again.

use super::Operations;
use super::Watch;
use super::run::LATE_S;
use super::status::WatchReport;
use crate::catalog::{Action, Resource};
use crate::clock::DatabaseTime;
use crate::error::{Error, Result};
use crate::model::WatchCause;
use crate::store::SourceRow;
use crate::transact;
use async_recursion::async_recursion as boxed;

impl Operations<'_> {
    /// The sources whose time has come, the longest due first. Sources of the configuration that were never seen, and
    /// schedules that have changed, are taken up on the way.
    #[boxed]
    pub async fn watch_due(&self) -> Result<Vec<String>> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let now = self.now().await?;
        let mut session = self.store.session().await?;
        let mut rows = session.source_list().await?;
        drop(session);
        for (name, settings) in &self.setup.sources {
            if !settings.paused && !rows.iter().any(|row| row.name == *name) {
                rows.push(self.source_row(name, settings).await?);
            }
        }
        let mut due = Vec::new();
        for row in rows {
            let Some(next_at) = self.source_next(&row).await? else {
                continue;
            };
            if next_at <= now {
                due.push((next_at, row.name));
            }
        }
        due.sort();
        Ok(due.into_iter().map(|(_, name)| name).collect())
    }
}

impl Watch {
    /// When a source is to be read next; `None` for one that rests or is not known any more.
    async fn source_next(&self, row: &SourceRow) -> Result<Option<DatabaseTime>> {
        let known = match self.source_known(&row.name, Some(row)) {
            Ok(known) => known.filter(|known| !known.settings.paused),
            // One row that cannot be read must not stop the others.
            Err(failure) => {
                tracing::error!(source = row.name, %failure, "a source is left out");
                None
            }
        };
        let Some(known) = known else {
            return Ok(None);
        };
        // A schedule prints as it was written; reading thousands of them every few seconds would not be free.
        let written = format!("{} {}", known.settings.schedule, known.settings.time_zone);
        if written == row.state.schedule {
            return Ok(Some(row.state.next_at));
        }
        match self.source_row(&row.name, &known.settings).await {
            Ok(row) => Ok(Some(row.state.next_at)),
            // Stored by a version that knew other schedules. That it is late will be told.
            Err(Error::Invalid(why)) => {
                tracing::error!(source = row.name, why, "a source is left out");
                Ok(None)
            }
            Err(failure) => Err(failure),
        }
    }
}

impl Operations<'_> {
    /// Reads a source that is due. `None` where another replica is at it or has just been, or it is gone.
    #[boxed]
    pub async fn watch_run_due(&self, name: &str) -> Result<Option<WatchReport>> {
        match self.watch_run(name, WatchCause::Schedule).await {
            Ok(report) => Ok(Some(report)),
            Err(Error::Conflict(_) | Error::NotFound(_)) => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Tells people of sources whose run is more than an hour late, whatever the reason: once, until it works again.
    /// Gives their number.
    #[boxed]
    pub async fn watch_late_tell(&self) -> Result<u64> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let now = self.now().await?;
        let mut session = self.store.session().await?;
        let rows = session.source_list().await?;
        drop(session);
        let mut told = 0;
        for row in rows.iter().filter(|row| is_late(row, now)) {
            let known = self.source_known(&row.name, Some(row)).ok().flatten();
            if known.is_none_or(|known| known.settings.paused) {
                continue;
            }
            told += transact!(self.store, |session| {
                let found = session.source_get_locked(&row.name).await?;
                let Some(found) = found.filter(|found| is_late(found, now)) else {
                    return Ok(0);
                };
                let mut state = found.state;
                state.alarmed_at = Some(now.seconds());
                self.alarm_write(session, &row.name, &state, now).await?;
                session
                    .source_update(&row.name, &state, found.snapshot_id)
                    .await?;
                Ok(1)
            })?;
        }
        Ok(told)
    }
}

fn is_late(row: &SourceRow, now: DatabaseTime) -> bool {
    row.state.alarmed_at.is_none() && now.since_s(row.state.due_at) > LATE_S
}
