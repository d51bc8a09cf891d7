//! Leases: a name that one holder has for a while, over all replicas. The time is the database's, so replicas whose
//! clocks differ agree on who holds what; a holder that died has lost its lease when the time is up, and not before.

use crate::error::Result;
use crate::store::sql::failure::Failure;
use crate::store::sql::limits::{LEASE_NAME_BYTES_MAX, check_length};
use crate::store::sql::session::Session;

impl Session {
    /// Takes a lease for `seconds` where it is free, its time is up, or `holder` has it already; says whether.
    pub async fn lease_take(&mut self, name: &str, holder: &str, seconds: i64) -> Result<bool> {
        check_length("lease's name", name, LEASE_NAME_BYTES_MAX)?;
        if self.lease_claim(name, holder, seconds).await? {
            return Ok(true);
        }
        // The row is missing, or another one holds it: a row that is made here is nobody's and over.
        let statement = self
            .statement("INSERT INTO skep_leases (name, holder, expires_at) VALUES (?, '', 0)")
            .bind(name)
            .upsert(&["name"], &[]);
        self.execute(&statement).await?;
        self.lease_claim(name, holder, seconds).await
    }

    async fn lease_claim(&mut self, name: &str, holder: &str, seconds: i64) -> Result<bool> {
        let statement = self
            .statement("UPDATE skep_leases SET holder = ?, expires_at = ")
            .bind(holder)
            .now()
            .text(" + ? WHERE name = ? AND (holder = ? OR expires_at <= ")
            .bind(seconds)
            .bind(name)
            .bind(holder)
            .now()
            .text(")");
        Ok(self.execute(&statement).await? > 0)
    }

    /// Keeps a lease for `seconds` from now; false where another one has it by now. Inside a transaction the row stays
    /// locked to its end: what the transaction writes is written by the holder.
    pub async fn lease_extend(&mut self, name: &str, holder: &str, seconds: i64) -> Result<bool> {
        let statement = self
            .statement("UPDATE skep_leases SET expires_at = ")
            .now()
            .text(" + ? WHERE name = ? AND holder = ?")
            .bind(seconds)
            .bind(name)
            .bind(holder);
        Ok(self.execute(&statement).await? > 0)
    }

    /// Gives a lease back; false where `holder` does not have it (any more).
    pub async fn lease_release(&mut self, name: &str, holder: &str) -> Result<bool> {
        let statement = self
            .statement("DELETE FROM skep_leases WHERE name = ? AND holder = ?")
            .bind(name)
            .bind(holder);
        Ok(self.execute(&statement).await? > 0)
    }

    /// What follows `prefix` in the names of the leases that somebody has at the moment, up to `limit` of them.
    pub(in crate::store) async fn lease_live(
        &mut self,
        prefix: &str,
        limit: usize,
    ) -> Result<Vec<String>, Failure> {
        // Names are compared by their bytes, and none has a character beyond `~`.
        let end = format!("{prefix}~");
        let statement = self
            .statement(
                "SELECT name FROM skep_leases WHERE name >= ? AND name < ? AND expires_at > ",
            )
            .bind(prefix)
            .bind(end.as_str())
            .now()
            .text(" ORDER BY name LIMIT ?")
            .bind(limit);
        let rows = self.rows(&statement).await?;
        let names = rows.iter().map(|row| {
            let name = row.cells().string()?;
            Ok(name.strip_prefix(prefix).unwrap_or_default().to_owned())
        });
        names.collect()
    }

    /// Removes the leases that ended more than `seconds` ago: their names may never be used again.
    pub async fn lease_forget(&mut self, seconds: i64) -> Result<u64> {
        let statement = self
            .statement("DELETE FROM skep_leases WHERE expires_at < ")
            .now()
            .text(" - ?")
            .bind(seconds);
        Ok(self.execute(&statement).await?)
    }
}
