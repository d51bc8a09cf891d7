//! Who is deleting at a place: as long as a request of theirs may be carried out, nobody else deletes or uses it.

use crate::error::Result;
use crate::store::sql::session::Session;
use crate::store::sql::statement::LIST_LENGTH_MAX;

/// Whether a deletion was to be had.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// Whoever asked has it.
    Mine,
    /// Somebody else is at it, or may still be obeyed.
    ByOthers,
    /// It is done.
    Gone,
}

impl Session {
    /// Takes a deletion for so many seconds from now, in which the one of that name alone deletes there.
    pub async fn pending_delete_take(
        &mut self,
        id: i64,
        holder: &str,
        seconds: i64,
    ) -> Result<Taken> {
        let statement = self
            .statement("UPDATE skep_pending_deletes SET busy_by = ?, busy_until = ")
            .bind(holder)
            .now()
            .text(" + ? WHERE id = ? AND (busy_by = ? OR busy_until <= ")
            .bind(seconds)
            .bind(id)
            .bind(holder)
            .now()
            .text(")");
        if self.execute(&statement).await? > 0 {
            return Ok(Taken::Mine);
        }
        Ok(if self.pending_delete_is(id).await? {
            Taken::ByOthers
        } else {
            Taken::Gone
        })
    }

    /// Gives a deletion back that was taken and not done.
    pub async fn pending_delete_give_back(&mut self, id: i64, holder: &str) -> Result<()> {
        let statement = self
            .statement(
                "UPDATE skep_pending_deletes SET busy_until = 0 WHERE id = ? AND busy_by = ?",
            )
            .bind(id)
            .bind(holder);
        self.execute(&statement).await?;
        Ok(())
    }

    /// Whether somebody is deleting there, or was and may still be obeyed.
    pub async fn pending_delete_is_taken(&mut self, id: i64) -> Result<bool> {
        let statement = self
            .statement("SELECT id FROM skep_pending_deletes WHERE id = ? AND busy_until > ")
            .bind(id)
            .now();
        Ok(self.row(&statement).await?.is_some())
    }

    /// Those of these that nobody is at are done by another one.
    pub async fn pending_delete_covered(&mut self, ids: &[i64]) -> Result<()> {
        for chunk in ids.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement("DELETE FROM skep_pending_deletes WHERE busy_until <= ")
                .now()
                .text(" AND id IN ")
                .list(chunk);
            self.execute(&statement).await?;
        }
        Ok(())
    }
}
