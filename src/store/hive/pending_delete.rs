//! Data of dropped tables and partitions that could not be deleted yet. The drop itself is done; a task tries again.

use crate::clock::DatabaseTime;
use crate::error::{Error, Result};
use crate::model::Location;
use crate::store::sql::failure::Failure;
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;
use crate::store::sql::statement::LIST_LENGTH_MAX;
use std::ops::Range;

/// Locations that one statement notes: short ones, and each a row of six values.
const ROWS_PER_INSERT_MAX: usize = 500;

/// A location that is still to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingDelete {
    /// Its number.
    pub id: i64,
    /// What is to be deleted, with everything under it.
    pub location: Location,
    /// Why: the drop that left it.
    pub reason: String,
    /// How often it was tried in vain.
    pub attempts: i64,
    /// When it was noted, in seconds since the epoch.
    pub created_at: i64,
    /// When to try next, in seconds since the epoch.
    pub next_at: DatabaseTime,
}

impl Session {
    /// Notes a location that is to be deleted, first tried at `next_at`, and gives its number.
    pub async fn pending_delete_insert(
        &mut self,
        location: &Location,
        reason: &str,
        created_at: i64,
        next_at: DatabaseTime,
    ) -> Result<i64> {
        let ids = self
            .pending_delete_insert_list(&[location], reason, created_at, next_at)
            .await?;
        ids.into_iter()
            .next()
            .ok_or_else(|| Error::internal("one location has one number"))
    }

    /// The same for many locations, in a few statements.
    pub async fn pending_delete_insert_list(
        &mut self,
        locations: &[&Location],
        reason: &str,
        created_at: i64,
        next_at: DatabaseTime,
    ) -> Result<Vec<i64>> {
        let mut ids = Vec::with_capacity(locations.len());
        for chunk in locations.chunks(ROWS_PER_INSERT_MAX) {
            let taken = self.ids_take(chunk.len()).await?;
            ids.extend(taken.clone());
            let rows = taken.zip(chunk).map(|(id, location)| {
                [
                    id.into(),
                    location.as_str().into(),
                    reason.into(),
                    0_i64.into(),
                    created_at.into(),
                    next_at.into(),
                ]
            });
            let statement = self
                .statement(
                    "INSERT INTO skep_pending_deletes (id, location, reason, attempts, created_at, next_at)
                     VALUES ",
                )
                .rows(rows);
            self.execute(&statement).await?;
        }
        Ok(ids)
    }

    /// The next `limit` locations with numbers above `after`, due or not.
    pub async fn pending_delete_page(
        &mut self,
        after: i64,
        limit: usize,
    ) -> Result<Vec<PendingDelete>> {
        let statement = self
            .statement(
                "SELECT id, location, reason, attempts, created_at, next_at
                 FROM skep_pending_deletes
                 WHERE id > ?
                 ORDER BY id
                 LIMIT ?",
            )
            .bind(after)
            .bind(limit);
        pending_deletes(&self.rows(&statement).await?)
    }

    /// Those of these numbers that are still noted.
    pub async fn pending_delete_list(&mut self, ids: &[i64]) -> Result<Vec<PendingDelete>> {
        let mut found = Vec::with_capacity(ids.len());
        for chunk in ids.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement(
                    "SELECT id, location, reason, attempts, created_at, next_at
                     FROM skep_pending_deletes
                     WHERE id IN ",
                )
                .list(chunk);
            found.extend(pending_deletes(&self.rows(&statement).await?)?);
        }
        Ok(found)
    }

    /// How many are noted with numbers in these ranges.
    pub async fn pending_delete_left(&mut self, ranges: &[Range<i64>]) -> Result<u64> {
        let mut left = 0;
        for range in ranges {
            let statement = self
                .statement("SELECT COUNT(*) FROM skep_pending_deletes WHERE id >= ? AND id < ?")
                .bind(range.start)
                .bind(range.end);
            if let Some(row) = self.row(&statement).await? {
                left += u64::try_from(row.cells().integer()?).map_err(Failure::fault)?;
            }
        }
        Ok(left)
    }

    /// Up to `limit` locations whose time has come, the longest due first.
    pub async fn pending_delete_due(
        &mut self,
        now: DatabaseTime,
        limit: usize,
    ) -> Result<Vec<PendingDelete>> {
        let statement = self
            .statement(
                "SELECT id, location, reason, attempts, created_at, next_at
                 FROM skep_pending_deletes
                 WHERE next_at <= ?
                 ORDER BY next_at, id
                 LIMIT ?",
            )
            .bind(now)
            .bind(limit);
        pending_deletes(&self.rows(&statement).await?)
    }

    /// Notes a try in vain and when to try next. Gives false where somebody else has tried meanwhile or is done:
    /// `attempts` are those that the caller knows of, so two replicas do not both take a location.
    pub async fn pending_delete_postpone(
        &mut self,
        id: i64,
        attempts: i64,
        next_at: DatabaseTime,
    ) -> Result<bool> {
        let statement = self
            .statement(
                "UPDATE skep_pending_deletes
                 SET attempts = attempts + 1, next_at = ?
                 WHERE id = ? AND attempts = ?",
            )
            .bind(next_at)
            .bind(id)
            .bind(attempts);
        Ok(self.execute(&statement).await? > 0)
    }

    /// The location is gone.
    pub async fn pending_delete_done(&mut self, id: i64) -> Result<()> {
        self.pending_delete_done_list(&[id]).await
    }

    /// These locations are gone, or are to be left alone.
    pub async fn pending_delete_done_list(&mut self, ids: &[i64]) -> Result<()> {
        for chunk in ids.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement("DELETE FROM skep_pending_deletes WHERE id IN ")
                .list(chunk);
            self.execute(&statement).await?;
        }
        Ok(())
    }
}

/// Reads rows of the six columns, in the order of the struct.
fn pending_deletes(rows: &[Row]) -> Result<Vec<PendingDelete>> {
    let found = rows.iter().map(|row| {
        let mut cells = row.cells();
        Ok(PendingDelete {
            id: cells.integer()?,
            location: Location::from_stored(cells.string()?),
            reason: cells.string()?,
            attempts: cells.integer()?,
            created_at: cells.integer()?,
            next_at: cells.time()?,
        })
    });
    Ok(found.collect::<Result<_, Failure>>()?)
}
