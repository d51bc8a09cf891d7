//! Mutes as rows: what need not be told, and until when.

use crate::clock::DatabaseTime;
use crate::error::Result;
use crate::model::Mute;
use crate::store::sql::failure::Failure;
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;

fn mute_of(row: &Row) -> Result<Mute, Failure> {
    let mut cells = row.cells();
    Ok(Mute {
        id: cells.integer()?,
        pattern: cells.string()?,
        until: cells.integer_or_null()?,
        why: cells.string()?,
        at: cells.integer()?,
    })
}

impl Session {
    /// Stores a mute and gives its number.
    pub async fn mute_insert(&mut self, mute: &Mute) -> Result<i64> {
        let id = self.sequence_advance("mute", 1).await?.start;
        let statement = self
            .statement(
                "INSERT INTO skep_alert_mutes (id, pattern, until_at, why, at) VALUES (?, ?, ?, ?, ?)",
            )
            .bind(id)
            .bind(mute.pattern.as_str())
            .bind(mute.until)
            .bind(mute.why.as_str())
            .bind(mute.at);
        self.execute(&statement).await?;
        Ok(id)
    }

    /// The mutes that hold at a time, by number.
    pub async fn mute_list(&mut self, now: DatabaseTime) -> Result<Vec<Mute>> {
        let statement = self
            .statement(
                "SELECT id, pattern, until_at, why, at FROM skep_alert_mutes
                 WHERE until_at IS NULL OR until_at > ?
                 ORDER BY id",
            )
            .bind(now);
        let rows = self.rows(&statement).await?;
        Ok(rows.iter().map(mute_of).collect::<Result<_, Failure>>()?)
    }

    /// Removes a mute; false where there is none.
    pub async fn mute_delete(&mut self, id: i64) -> Result<bool> {
        let statement = self
            .statement("DELETE FROM skep_alert_mutes WHERE id = ?")
            .bind(id);
        Ok(self.execute(&statement).await? > 0)
    }

    /// Removes the mutes that ended before a time, and gives their number.
    pub async fn mute_expire(&mut self, before: i64) -> Result<u64> {
        let statement = self
            .statement("DELETE FROM skep_alert_mutes WHERE until_at < ?")
            .bind(before);
        Ok(self.execute(&statement).await?)
    }
}
