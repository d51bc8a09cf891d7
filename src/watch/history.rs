//! What is known of the past of sources: their snapshots, their changes, two snapshots compared; and what of that is not
//! kept for ever.

use super::Operations;
use super::Watch;
use super::reach::Reach;
use crate::catalog::{Action, Resource};
use crate::diff::compare::diff;
use crate::diff::namesake::Namesakes;
use crate::error::{Entity, Error, Result};
use crate::model::{ChangeFilter, SchemaChange, SnapshotAt, SnapshotInfo};
use crate::store::SnapshotBody;
use crate::transact;
use async_recursion::async_recursion as boxed;
use jiff::Timestamp;
use jiff::tz::TimeZone;

/// Changes and snapshots of one page at most.
const PAGE_LENGTH_MAX: usize = 10_000;
/// Rows removed in one transaction.
const ROWS_PER_TRANSACTION_MAX: usize = 500;

impl Operations<'_> {
    /// The changes that a filter lets through, the newest first; 10,000 at most.
    #[boxed]
    pub async fn schema_change_list(&self, filter: &ChangeFilter) -> Result<Vec<SchemaChange>> {
        self.authorize(Action::See, Resource::Server).await?;
        let filter = ChangeFilter {
            limit: filter.limit.min(PAGE_LENGTH_MAX),
            ..filter.clone()
        };
        let mut session = self.store.session().await?;
        session.schema_change_list(&filter).await
    }

    /// The kept snapshots of a source, the latest first, or `NotFound`.
    #[boxed]
    pub async fn snapshot_list(&self, source: &str, limit: usize) -> Result<Vec<SnapshotInfo>> {
        self.authorize(Action::See, Resource::Source(source))
            .await?;
        self.source_seen(source).await?;
        let mut session = self.store.session().await?;
        let limit = limit.min(PAGE_LENGTH_MAX);
        session.snapshot_page(source, i64::MAX, limit).await
    }

    /// Compares two kept snapshots of a source; nothing is kept of it. `NotFound` of the source or a snapshot.
    #[boxed]
    pub async fn schema_diff(
        &self,
        source: &str,
        from: SnapshotAt,
        to: SnapshotAt,
    ) -> Result<Vec<SchemaChange>> {
        self.authorize(Action::See, Resource::Source(source))
            .await?;
        self.source_seen(source).await?;
        let (from_info, from) = self.snapshot_read(source, from).await?;
        let (to_info, to) = self.snapshot_read(source, to).await?;
        if from_info.digest == to_info.digest {
            return Ok(Vec::new());
        }
        let compared = tokio::task::spawn_blocking(move || {
            let (from, to) = (from.snapshot()?, to.snapshot()?);
            let changes = diff(&from, &to).changes;
            let namesakes = Namesakes::of(&changes, &to);
            Ok::<_, Error>((to.dialect(), changes, namesakes))
        });
        let compared = compared.await.map_err(|source| Error::Internal {
            what: "comparing two snapshots".into(),
            source: source.into(),
        })?;
        let (dialect, changes, namesakes) = compared?;
        let mut reach = Reach::new(self, source, dialect, &changes, namesakes).await?;
        let mut found = Vec::with_capacity(changes.len());
        for change in &changes {
            let mut change = reach.change(change, to_info.at).await?;
            (change.from_snapshot, change.to_snapshot) = (from_info.id, to_info.id);
            found.push(change);
        }
        Ok(found)
    }
}

impl Watch {
    async fn snapshot_read(
        &self,
        source: &str,
        at: SnapshotAt,
    ) -> Result<(SnapshotInfo, SnapshotBody)> {
        let mut session = self.store.session().await?;
        let found = match at {
            SnapshotAt::Id(id) => {
                let found = session.snapshot_get(id).await?;
                found.filter(|info| info.source == source)
            }
            SnapshotAt::At(seconds) => session.snapshot_page(source, seconds, 1).await?.pop(),
            SnapshotAt::Latest => session.snapshot_page(source, i64::MAX, 1).await?.pop(),
        };
        let info = found.ok_or_else(|| {
            let which = match at {
                SnapshotAt::Id(id) => format!("no snapshot {id}"),
                SnapshotAt::At(seconds) => format!("no snapshot as old as {}", shown(seconds)),
                SnapshotAt::Latest => "no snapshot yet".to_owned(),
            };
            Error::NotFound(Entity::Worded(format!("the source {source} has {which}")))
        })?;
        let body = session.snapshot_body(&info).await?;
        Ok((info, body))
    }
}

impl Operations<'_> {
    /// Removes what is too old: changes, what was told of them, mutes that ended, and snapshots but one a month and the
    /// latest. Gives the number of rows.
    #[boxed]
    pub async fn watch_history_expire(&self) -> Result<u64> {
        self.authorize(Action::Operate, Resource::Server).await?;
        let before = self.now().await?.plus_s(-self.setup.changes_kept_s);
        let before = before.seconds();
        let mut removed = 0;
        loop {
            let batch = transact!(self.store, |session| {
                let changes = session
                    .schema_change_expire(before, ROWS_PER_TRANSACTION_MAX)
                    .await?;
                let alerts = session
                    .alert_expire(before, ROWS_PER_TRANSACTION_MAX)
                    .await?;
                Ok(changes + alerts + session.mute_expire(before).await?)
            })?;
            removed += batch;
            if batch < ROWS_PER_TRANSACTION_MAX as u64 {
                break;
            }
        }
        let mut session = self.store.session().await?;
        let sources = session.source_list().await?;
        drop(session);
        for row in sources {
            removed += self.snapshots_thin(&row.name).await?;
        }
        Ok(removed)
    }
}

impl Watch {
    async fn snapshots_thin(&self, source: &str) -> Result<u64> {
        let before = self.now().await?.plus_s(-self.setup.snapshots_kept_s);
        let before = before.seconds();
        transact!(self.store, |session| {
            // Held, so that no run stores a body that is just being removed.
            let Some(row) = session.source_get_locked(source).await? else {
                return Ok(0);
            };
            let old = session
                .snapshot_page(source, before, PAGE_LENGTH_MAX)
                .await?;
            let thinned = too_many(&old, row.snapshot_id);
            if !thinned.is_empty() {
                session.snapshot_delete(source, &thinned).await?;
            }
            Ok(thinned.len() as u64)
        })
    }
}

/// Which of old snapshots, the latest first, go: all but the latest of each month and the one that is in force.
fn too_many(old: &[SnapshotInfo], in_force: Option<i64>) -> Vec<i64> {
    let mut thinned = Vec::new();
    let mut kept_month = None;
    for info in old {
        let month = month(info.at);
        if kept_month == Some(month) && Some(info.id) != in_force {
            thinned.push(info.id);
        }
        kept_month = Some(month);
    }
    thinned
}

fn month(seconds: i64) -> (i16, i8) {
    let at = Timestamp::from_second(seconds).unwrap_or_default();
    let date = at.to_zoned_datetime(TimeZone::UTC);
    (date.year(), date.month())
}

fn shown(seconds: i64) -> String {
    let at = Timestamp::from_second(seconds);
    at.map_or_else(|_| seconds.to_string(), |at| at.to_string())
}

/// The miss of a change.
pub(super) fn change_missing(id: i64) -> Error {
    Error::NotFound(Entity::own("change", &id))
}

#[cfg(test)]
mod tests {
    use super::too_many;
    use crate::model::SnapshotInfo;

    #[test]
    fn of_old_snapshots_one_a_month_stays() {
        let day = 24 * 3600;
        let info = |id: i64, day_number: i64| SnapshotInfo {
            id,
            source: "shop".to_owned(),
            at: day_number * day,
            digest: String::new(),
            tables: 0,
            columns: 0,
            bytes: 0,
        };
        // 1970-03-05, 1970-03-01, 1970-02-28, 1970-02-01, 1970-01-01.
        let old = [
            info(5, 63),
            info(4, 59),
            info(3, 58),
            info(2, 31),
            info(1, 0),
        ];
        assert_eq!(too_many(&old, None), [4, 2]);
        assert_eq!(too_many(&old, Some(4)), [2]);
        assert!(too_many(&[], Some(4)).is_empty());
    }
}
