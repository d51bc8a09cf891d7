//! Data of dropped tables and partitions that could not be deleted yet. The drop itself is done; a task tries again.

use super::failure::Failure;
use super::session::Session;
use crate::error::Result;

/// A location that is still to be deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PendingDelete {
    /// Its number.
    pub id: i64,
    /// What is to be deleted, with everything under it.
    pub location: String,
    /// Why: the drop that left it.
    pub reason: String,
    /// How often it was tried in vain.
    pub attempts: i64,
    /// When it was noted, in seconds since the epoch.
    pub created_at: i64,
    /// When to try next, in seconds since the epoch.
    pub next_at: i64,
}

impl Session {
    /// Notes a location that is to be deleted, first tried at `next_at` (seconds since the epoch), and gives its number.
    pub async fn pending_delete_insert(
        &mut self,
        location: &str,
        reason: &str,
        created_at: i64,
        next_at: i64,
    ) -> Result<i64> {
        let id = self.ids_take(1).await?.start;
        let statement = self
            .statement(
                "INSERT INTO skep_pending_deletes (id, location, reason, attempts, created_at, next_at)
                 VALUES (?, ?, ?, 0, ?, ?)",
            )
            .bind(id)
            .bind(location)
            .bind(reason)
            .bind(created_at)
            .bind(next_at);
        self.execute(&statement).await?;
        Ok(id)
    }

    /// Up to `limit` locations whose time has come, the longest due first.
    pub async fn pending_delete_due(
        &mut self,
        now: i64,
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
            .bind(i64::try_from(limit).unwrap_or(i64::MAX));
        let rows = self.rows(&statement).await?;
        let due = rows.iter().map(|row| {
            let mut cells = row.cells();
            Ok(PendingDelete {
                id: cells.integer()?,
                location: cells.string()?,
                reason: cells.string()?,
                attempts: cells.integer()?,
                created_at: cells.integer()?,
                next_at: cells.integer()?,
            })
        });
        Ok(due.collect::<Result<_, Failure>>()?)
    }

    /// Notes a try in vain and when to try next. Gives false where somebody else has tried meanwhile or is done:
    /// `attempts` are those that the caller knows of, so two replicas do not both take a location.
    pub async fn pending_delete_postpone(
        &mut self,
        id: i64,
        attempts: i64,
        next_at: i64,
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
        let statement = self
            .statement("DELETE FROM skep_pending_deletes WHERE id = ?")
            .bind(id);
        self.execute(&statement).await?;
        Ok(())
    }
}
