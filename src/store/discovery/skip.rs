//! Directories that discovery met and did not register, with the reason. A bounded number a table: they are shown to
//! people, and a layout that matches nothing must not fill the database.

use crate::error::Result;
use crate::model::{DiscoverySkip, SkipKind};
use crate::store::sql::failure::Failure;
use crate::store::sql::limits::SKIP_PATH_BYTES_MAX;
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;
use crate::store::sql::statement::{LIST_LENGTH_MAX, rows_in_next_statement};
use std::collections::HashMap;

const COLUMNS: &str = "SELECT path, kind, reason, first_seen_at, last_seen_at
 FROM skep_discovery_skips ";
/// Skipped directories that are kept of a table.
const SKIPS_PER_TABLE_MAX: i64 = 1_000;
/// Seconds after which a known directory is written down as seen again: a look every few seconds must not write as often.
pub const SKIP_SEEN_EVERY_S: i64 = 600;

fn skip_of(row: &Row) -> Result<DiscoverySkip, Failure> {
    let mut cells = row.cells();
    Ok(DiscoverySkip {
        path: cells.string()?,
        kind: SkipKind::parse(cells.text()?),
        reason: cells.string()?,
        first_seen_at: cells.integer()?,
        last_seen_at: cells.integer()?,
    })
}

/// A path as it is stored: cut, at a character, where it is longer than a key may be.
pub fn path_stored(path: &str) -> &str {
    let mut end = path.len().min(SKIP_PATH_BYTES_MAX);
    while !path.is_char_boundary(end) {
        end -= 1;
    }
    &path[..end]
}

impl Session {
    /// Writes down skipped directories as seen now; those known already keep the time when they were first seen.
    /// Beyond the limit of a table, new ones are left out.
    pub async fn discovery_skip_put(
        &mut self,
        table_id: i64,
        skips: &[DiscoverySkip],
    ) -> Result<()> {
        let statement = self
            .statement("SELECT COUNT(*) FROM skep_discovery_skips WHERE table_id = ?")
            .bind(table_id);
        let row = self.row(&statement).await?;
        let count = row.map_or(Ok(0), |row| row.cells().integer())?;
        let left = usize::try_from(SKIPS_PER_TABLE_MAX - count).unwrap_or(0);
        let known = self.discovery_skips_known(table_id, skips).await?;
        let (mut rows, mut new) = (Vec::with_capacity(skips.len()), 0);
        for skip in skips {
            let path = path_stored(&skip.path);
            if let Some(known) = known.iter().find(|known| known.path == path) {
                let is_same = known.kind == skip.kind && known.reason == skip.reason;
                let is_recent = skip.last_seen_at < known.last_seen_at + SKIP_SEEN_EVERY_S;
                if is_same && is_recent {
                    continue;
                }
            } else {
                new += 1;
                if new > left {
                    continue;
                }
            }
            rows.push((path, skip));
        }
        rows.sort_unstable_by_key(|(path, _)| *path);
        rows.dedup_by_key(|(path, _)| *path);
        let mut rest = rows.as_slice();
        while !rest.is_empty() {
            let count = rows_in_next_statement(self.dialect(), 6, rest, |(path, skip)| {
                path.len() + skip.reason.len()
            });
            let (chunk, later) = rest.split_at(count);
            let values = chunk.iter().map(|(path, skip)| {
                [
                    table_id.into(),
                    (*path).into(),
                    skip.kind.as_str().into(),
                    skip.reason.as_str().into(),
                    skip.first_seen_at.into(),
                    skip.last_seen_at.into(),
                ]
            });
            let statement = self
                .statement(
                    "INSERT INTO skep_discovery_skips
                        (table_id, path, kind, reason, first_seen_at, last_seen_at)
                     VALUES ",
                )
                .rows(values)
                .upsert(&["table_id", "path"], &["kind", "reason", "last_seen_at"]);
            self.execute(&statement).await?;
            rest = later;
        }
        Ok(())
    }

    async fn discovery_skips_known(
        &mut self,
        table_id: i64,
        skips: &[DiscoverySkip],
    ) -> Result<Vec<DiscoverySkip>, Failure> {
        let paths: Vec<&str> = skips.iter().map(|skip| path_stored(&skip.path)).collect();
        let mut known = Vec::new();
        for chunk in paths.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement(COLUMNS)
                .text("WHERE table_id = ? AND path IN ")
                .bind(table_id)
                .list(chunk);
            for row in &self.rows(&statement).await? {
                known.push(skip_of(row)?);
            }
        }
        Ok(known)
    }

    /// How many directories of each of the tables are skipped for each kind of reason, with the first of them.
    pub async fn discovery_skip_counts(
        &mut self,
        table_ids: &[i64],
    ) -> Result<HashMap<(i64, SkipKind), (u64, String)>> {
        let mut counts = HashMap::new();
        for chunk in table_ids.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement(
                    "SELECT table_id, kind, COUNT(*), MIN(path) FROM skep_discovery_skips
                     WHERE table_id IN ",
                )
                .list(chunk)
                .text(" GROUP BY table_id, kind");
            for row in &self.rows(&statement).await? {
                let mut cells = row.cells();
                let key = (cells.integer()?, SkipKind::parse(cells.text()?));
                let count = u64::try_from(cells.integer()?).map_err(Failure::fault)?;
                counts.insert(key, (count, cells.string()?));
            }
        }
        Ok(counts)
    }

    /// The skipped directories of a table after a path, in byte order.
    pub async fn discovery_skip_page(
        &mut self,
        table_id: i64,
        after: &str,
        limit: usize,
    ) -> Result<Vec<DiscoverySkip>> {
        let statement = self
            .statement(COLUMNS)
            .text("WHERE table_id = ? AND path > ? ORDER BY path LIMIT ?")
            .bind(table_id)
            .bind(after)
            .bind(limit);
        let rows = self.rows(&statement).await?;
        Ok(rows.iter().map(skip_of).collect::<Result<_, Failure>>()?)
    }

    /// The skipped directory with this path.
    pub async fn discovery_skip_get(
        &mut self,
        table_id: i64,
        path: &str,
    ) -> Result<Option<DiscoverySkip>> {
        let statement = self
            .statement(COLUMNS)
            .text("WHERE table_id = ? AND path = ?")
            .bind(table_id)
            .bind(path_stored(path));
        let row = self.row(&statement).await?;
        Ok(row.as_ref().map(skip_of).transpose()?)
    }

    /// Forgets the skipped directories with these paths: they are partitions now.
    pub async fn discovery_skip_delete(&mut self, table_id: i64, paths: &[&str]) -> Result<u64> {
        let paths: Vec<&str> = paths.iter().map(|path| path_stored(path)).collect();
        let mut deleted = 0;
        for chunk in paths.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement("DELETE FROM skep_discovery_skips WHERE table_id = ? AND path IN ")
                .bind(table_id)
                .list(chunk);
            deleted += self.execute(&statement).await?;
        }
        Ok(deleted)
    }

    /// Forgets the skipped directories of a table that a whole sweep did not meet any more.
    pub async fn discovery_skip_expire(&mut self, table_id: i64, before: i64) -> Result<u64> {
        let statement = self
            .statement("DELETE FROM skep_discovery_skips WHERE table_id = ? AND last_seen_at < ?")
            .bind(table_id)
            .bind(before);
        Ok(self.execute(&statement).await?)
    }
}
