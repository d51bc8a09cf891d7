//! Replicas as rows: who serves this database, and when each gave its last sign of life, by the database's time.

use crate::error::Result;
use crate::model::{Replica, ReplicaIdentity};
use crate::store::sql::failure::Failure;
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;

/// Rows that are read at most: many more processes than one database has connections for.
const REPLICAS_MAX: usize = 1_000;

fn replica_of(row: &Row) -> Result<Replica, Failure> {
    let mut cells = row.cells();
    let identity = ReplicaIdentity {
        id: cells.string()?,
        host: cells.string()?,
        process_id: u32::try_from(cells.integer()?).map_err(Failure::fault)?,
        version: cells.string()?,
        http_address: cells.string()?,
        thrift_address: cells.string()?,
        beats_every_s: cells.integer()?,
    };
    let mut replica = Replica {
        identity,
        started_at: cells.time()?,
        beat_at: cells.time()?,
        idle_s: 0,
    };
    replica.idle_s = cells.time()?.since_s(replica.beat_at);
    Ok(replica)
}

impl Session {
    /// Notes a sign of life of a process that has served for so many seconds. Its row is made where it has none: at its
    /// first sign, and where others took it for gone.
    pub async fn replica_beat(&mut self, own: &ReplicaIdentity, served_s: i64) -> Result<()> {
        let statement = self
            .statement("UPDATE skep_replicas SET beat_at = ")
            .now()
            .text(" WHERE id = ?")
            .bind(own.id.as_str());
        if self.execute(&statement).await? > 0 {
            return Ok(());
        }
        let statement = self
            .statement(
                "INSERT INTO skep_replicas (id, host, process_id, version, http_address, thrift_address,
                    beats_every_s, started_at, beat_at)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ",
            )
            .bind(own.id.as_str())
            .bind(own.host.as_str())
            .bind(i64::from(own.process_id))
            .bind(own.version.as_str())
            .bind(own.http_address.as_str())
            .bind(own.thrift_address.as_str())
            .bind(own.beats_every_s)
            .now()
            .text(" - ?, ")
            .bind(served_s)
            .now()
            .text(")")
            .upsert(&["id"], &["beat_at"]);
        self.execute(&statement).await?;
        Ok(())
    }

    /// The replicas that have a row, the oldest first.
    pub async fn replica_list(&mut self) -> Result<Vec<Replica>> {
        let statement = self
            .statement(
                "SELECT id, host, process_id, version, http_address, thrift_address, beats_every_s,
                    started_at, beat_at, ",
            )
            .now()
            .text(" FROM skep_replicas ORDER BY started_at, id LIMIT ?")
            .bind(REPLICAS_MAX);
        let rows = self.rows(&statement).await?;
        Ok(rows
            .iter()
            .map(replica_of)
            .collect::<Result<_, Failure>>()?)
    }

    /// Removes the row of a process that ends; false where there is none.
    pub async fn replica_delete(&mut self, id: &str) -> Result<bool> {
        let statement = self
            .statement("DELETE FROM skep_replicas WHERE id = ?")
            .bind(id);
        Ok(self.execute(&statement).await? > 0)
    }

    /// Removes the rows of those that gave no sign of life for more than so many seconds, and gives their number.
    pub async fn replica_forget(&mut self, seconds: i64) -> Result<u64> {
        let statement = self
            .statement("DELETE FROM skep_replicas WHERE beat_at < ")
            .now()
            .text(" - ?")
            .bind(seconds);
        Ok(self.execute(&statement).await?)
    }
}
