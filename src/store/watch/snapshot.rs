//! Snapshots of sources: a row each, and their bodies by digest.

use crate::error::Result;
use crate::model::SnapshotInfo;
use crate::store::form::snapshot::SnapshotBody;
use crate::store::sql::failure::Failure;
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;
use crate::store::sql::statement::LIST_LENGTH_MAX;

const COLUMNS: &str = "SELECT id, source, at, digest, table_count, column_count, byte_count
 FROM skep_snapshots ";

fn info_of(row: &Row) -> Result<SnapshotInfo, Failure> {
    let mut cells = row.cells();
    let (id, source, at) = (cells.integer()?, cells.string()?, cells.integer()?);
    let digest = cells.string()?;
    let mut count = || u64::try_from(cells.integer()?).map_err(Failure::fault);
    Ok(SnapshotInfo {
        id,
        source,
        at,
        digest,
        tables: count()?,
        columns: count()?,
        bytes: count()?,
    })
}

impl Session {
    /// Stores a snapshot and gives its number. A body that the source had before is not stored again.
    pub async fn snapshot_insert(
        &mut self,
        info: &SnapshotInfo,
        body: &SnapshotBody,
    ) -> Result<i64> {
        let id = self.sequence_advance("snapshot", 1).await?.start;
        for (position, piece) in (0_i64..).zip(&body.pieces) {
            let statement = self
                .statement(
                    "INSERT INTO skep_snapshot_pieces (source, digest, position, body)
                     VALUES (?, ?, ?, ?)",
                )
                .bind(info.source.as_str())
                .bind(body.digest.as_str())
                .bind(position)
                .bind(piece.as_slice())
                .upsert(&["source", "digest", "position"], &[]);
            self.execute(&statement).await?;
        }
        let statement = self
            .statement(
                "INSERT INTO skep_snapshots
                    (id, source, at, digest, table_count, column_count, byte_count)
                 VALUES (?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(id)
            .bind(info.source.as_str())
            .bind(info.at)
            .bind(body.digest.as_str())
            .bind(info.tables)
            .bind(info.columns)
            .bind(body.bytes());
        self.execute(&statement).await?;
        Ok(id)
    }

    /// The snapshot of this number, without its body.
    pub async fn snapshot_get(&mut self, id: i64) -> Result<Option<SnapshotInfo>> {
        let statement = self.statement(COLUMNS).text("WHERE id = ?").bind(id);
        let row = self.row(&statement).await?;
        Ok(row.as_ref().map(info_of).transpose()?)
    }

    /// The snapshots of a source that were read at a time or before, the latest first.
    pub async fn snapshot_page(
        &mut self,
        source: &str,
        at: i64,
        limit: usize,
    ) -> Result<Vec<SnapshotInfo>> {
        let statement = self
            .statement(COLUMNS)
            .text("WHERE source = ? AND at <= ? ORDER BY id DESC LIMIT ?")
            .bind(source)
            .bind(at)
            .bind(limit);
        let rows = self.rows(&statement).await?;
        Ok(rows.iter().map(info_of).collect::<Result<_, Failure>>()?)
    }

    /// The body of a snapshot.
    pub async fn snapshot_body(&mut self, info: &SnapshotInfo) -> Result<SnapshotBody> {
        let mut pieces = Vec::new();
        loop {
            let statement = self
                .statement(
                    "SELECT body FROM skep_snapshot_pieces
                     WHERE source = ? AND digest = ? AND position = ?",
                )
                .bind(info.source.as_str())
                .bind(info.digest.as_str())
                .bind(pieces.len());
            let Some(row) = self.row(&statement).await? else {
                break;
            };
            pieces.push(row.cells().bytes()?.to_vec());
        }
        Ok(SnapshotBody {
            digest: info.digest.clone(),
            pieces,
        })
    }

    /// Removes snapshots of a source, and the bodies that none of its others has. The source's row must be locked.
    pub async fn snapshot_delete(&mut self, source: &str, ids: &[i64]) -> Result<()> {
        for chunk in ids.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement("DELETE FROM skep_snapshots WHERE source = ? AND id IN ")
                .bind(source)
                .list(chunk);
            self.execute(&statement).await?;
        }
        let statement = self
            .statement(
                "DELETE FROM skep_snapshot_pieces
                 WHERE source = ? AND digest NOT IN
                    (SELECT digest FROM skep_snapshots WHERE source = ?)",
            )
            .bind(source)
            .bind(source);
        self.execute(&statement).await?;
        Ok(())
    }

    /// Removes everything that was seen of a source.
    pub async fn snapshot_delete_all(&mut self, source: &str) -> Result<()> {
        for text in [
            "DELETE FROM skep_snapshot_pieces WHERE source = ?",
            "DELETE FROM skep_snapshots WHERE source = ?",
        ] {
            let statement = self.statement(text).bind(source);
            self.execute(&statement).await?;
        }
        Ok(())
    }
}
