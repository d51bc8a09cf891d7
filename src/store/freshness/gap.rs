//! The times of which data lacks, as rows: looks open, stretch and end them, the watch tells them and forgets what is over.

use crate::clock::DatabaseTime;
use crate::error::Result;
use crate::model::{FreshnessGap, GapKind, TroubleEnd};
use crate::store::sql::failure::Failure;
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;
use crate::store::sql::statement::LIST_LENGTH_MAX;

const COLUMNS: &str =
    "SELECT table_id, kind, from_at, to_at, table_shown, what, began_at, told_at, how_ended
 FROM skep_freshness_gaps ";

/// That it cannot be told is a row among the others, so that it is told as they are, and no lack of a time.
const FAULTY: &str = GapKind::Faulty.as_str();

fn gap_of(row: &Row) -> Result<FreshnessGap, Failure> {
    let mut cells = row.cells();
    let table_id = cells.integer()?;
    let kind = GapKind::parse(cells.text()?).ok_or_else(|| Failure::fault("unknown kind"))?;
    let (from, to) = (cells.integer()?, cells.integer()?);
    let (table, text, began_at) = (cells.string()?, cells.string()?, cells.integer()?);
    let told_at = cells.integer_or_null()?;
    let end = cells
        .string_or_null()?
        .map(|word| TroubleEnd::parse(&word).ok_or_else(|| Failure::fault("unknown end of a gap")));
    Ok(FreshnessGap {
        table_id,
        kind,
        from,
        to,
        table,
        text,
        began_at,
        told_at,
        end: end.transpose()?,
    })
}

fn gaps_of(rows: &[Row]) -> Result<Vec<FreshnessGap>> {
    Ok(rows.iter().map(gap_of).collect::<Result<_, Failure>>()?)
}

impl Session {
    /// The gaps of a table that last, in the order of their times.
    pub async fn freshness_gaps(&mut self, table_id: i64) -> Result<Vec<FreshnessGap>> {
        let statement = self
            .statement(COLUMNS)
            .text("WHERE table_id = ? AND how_ended IS NULL AND kind <> ? ORDER BY from_at, kind")
            .bind(table_id)
            .bind(FAULTY);
        gaps_of(&self.rows(&statement).await?)
    }

    /// The gaps of some tables that last, by table and time; the first `limit` of each table.
    pub async fn freshness_gaps_of(
        &mut self,
        table_ids: &[i64],
        limit: usize,
    ) -> Result<Vec<FreshnessGap>> {
        let mut gaps = Vec::new();
        for chunk in table_ids.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement(
                    "SELECT table_id, kind, from_at, to_at, table_shown, what, began_at, told_at, how_ended
                     FROM (SELECT g.*, ROW_NUMBER() OVER (PARTITION BY table_id ORDER BY from_at, kind) AS place
                         FROM skep_freshness_gaps g WHERE how_ended IS NULL AND kind <> ? AND table_id IN ",
                )
                .bind(FAULTY)
                .list(chunk)
                .text(") n WHERE place <= ? ORDER BY table_id, from_at, kind")
                .bind(limit);
            gaps.append(&mut gaps_of(&self.rows(&statement).await?)?);
        }
        Ok(gaps)
    }

    /// How many gaps of each kind last.
    pub async fn freshness_gap_counts(&mut self) -> Result<Vec<(GapKind, u64)>> {
        let statement = self
            .statement(
                "SELECT kind, COUNT(*) FROM skep_freshness_gaps
                 WHERE how_ended IS NULL AND kind <> ? GROUP BY kind",
            )
            .bind(FAULTY);
        let rows = self.rows(&statement).await?;
        let counts = rows.iter().map(|row| {
            let mut cells = row.cells();
            let kind =
                GapKind::parse(cells.text()?).ok_or_else(|| Failure::fault("unknown kind"))?;
            let count = u64::try_from(cells.integer()?).map_err(Failure::fault)?;
            Ok((kind, count))
        });
        Ok(counts.collect::<Result<_, Failure>>()?)
    }

    /// Notes a gap that begins. Where one of the same beginning ended and nobody was told of that yet, it goes on.
    pub async fn freshness_gap_open(&mut self, gap: &FreshnessGap) -> Result<()> {
        let statement = self
            .statement(
                "INSERT INTO skep_freshness_gaps
                    (table_id, kind, from_at, to_at, table_shown, what, began_at, how_ended)
                 VALUES (?, ?, ?, ?, ?, ?, ?, NULL)",
            )
            .bind(gap.table_id)
            .bind(gap.kind.as_str())
            .bind(gap.from)
            .bind(gap.to)
            .bind(gap.table.as_str())
            .bind(gap.text.as_str())
            .bind(gap.began_at)
            .upsert(
                &["table_id", "kind", "from_at"],
                &["to_at", "table_shown", "what", "how_ended"],
            );
        self.execute(&statement).await?;
        Ok(())
    }

    /// Writes down how far a gap reaches now, what it says, and how it ended where it did.
    pub async fn freshness_gap_update(&mut self, gap: &FreshnessGap) -> Result<()> {
        let statement = self
            .statement(
                "UPDATE skep_freshness_gaps SET to_at = ?, table_shown = ?, what = ?, how_ended = ?
                 WHERE table_id = ? AND kind = ? AND from_at = ?",
            )
            .bind(gap.to)
            .bind(gap.table.as_str())
            .bind(gap.text.as_str())
            .bind(gap.end.map(TroubleEnd::as_str))
            .bind(gap.table_id)
            .bind(gap.kind.as_str())
            .bind(gap.from);
        self.execute(&statement).await?;
        Ok(())
    }

    /// Ends what a table has of [`GapKind::Faulty`], with what is told.
    pub async fn freshness_fault_end(&mut self, table_id: i64, over: &str) -> Result<()> {
        let statement = self
            .statement(
                "UPDATE skep_freshness_gaps SET how_ended = ?, what = ?
                 WHERE table_id = ? AND kind = ? AND how_ended IS NULL",
            )
            .bind(TroubleEnd::Well.as_str())
            .bind(over)
            .bind(table_id)
            .bind(FAULTY);
        self.execute(&statement).await?;
        Ok(())
    }

    /// Ends all that lacks of a table, with why; what cannot be told of it still cannot.
    pub(in crate::store) async fn freshness_lacks_end(
        &mut self,
        table_id: i64,
        why: &str,
    ) -> Result<(), Failure> {
        let statement = self
            .statement(
                "UPDATE skep_freshness_gaps SET how_ended = ?, what = ?
                 WHERE table_id = ? AND how_ended IS NULL AND kind <> ?",
            )
            .bind(TroubleEnd::Gone.as_str())
            .bind(why)
            .bind(table_id)
            .bind(FAULTY);
        self.execute(&statement).await?;
        Ok(())
    }

    /// Calls a table otherwise wherever its gaps are told.
    pub(in crate::store) async fn freshness_gaps_rename(
        &mut self,
        table_id: i64,
        shown: &str,
    ) -> Result<(), Failure> {
        // The text first: MariaDB takes the columns one after the other, with what they have by then.
        let statement = self
            .statement(
                "UPDATE skep_freshness_gaps SET what = REPLACE(what, table_shown, ?), table_shown = ?
                 WHERE table_id = ?",
            )
            .bind(shown)
            .bind(shown)
            .bind(table_id);
        self.execute(&statement).await?;
        Ok(())
    }

    /// Ends all gaps of a table, with why.
    pub(in crate::store) async fn freshness_gaps_end(
        &mut self,
        table_id: i64,
        why: &str,
    ) -> Result<(), Failure> {
        let statement = self
            .statement(
                "UPDATE skep_freshness_gaps SET how_ended = ?, what = ?
                 WHERE table_id = ? AND how_ended IS NULL",
            )
            .bind(TroubleEnd::Gone.as_str())
            .bind(why)
            .bind(table_id);
        self.execute(&statement).await?;
        Ok(())
    }

    /// Gaps that were noticed at a time or later, seconds since the epoch, and last; the first `limit` of them.
    pub async fn freshness_gaps_since(
        &mut self,
        since: i64,
        limit: usize,
    ) -> Result<Vec<FreshnessGap>> {
        let statement = self
            .statement(COLUMNS)
            .text("WHERE began_at >= ? AND how_ended IS NULL ORDER BY began_at, table_id, from_at, kind")
            .bind(since)
            .text(" LIMIT ?")
            .bind(limit);
        gaps_of(&self.rows(&statement).await?)
    }

    /// Gaps, or ends of gaps, that are still to be told, held until the transaction ends; the first `limit`.
    pub async fn freshness_gaps_untold(&mut self, limit: usize) -> Result<Vec<FreshnessGap>> {
        let statement = self
            .statement(COLUMNS)
            .text(
                "WHERE told_at IS NULL OR how_ended IS NOT NULL
                 ORDER BY table_id, from_at, kind LIMIT ?",
            )
            .bind(limit)
            .row_lock();
        gaps_of(&self.rows(&statement).await?)
    }

    /// Says of a gap that people are told.
    pub async fn freshness_gap_told(
        &mut self,
        gap: &FreshnessGap,
        now: DatabaseTime,
    ) -> Result<()> {
        let statement = self
            .statement(
                "UPDATE skep_freshness_gaps SET told_at = ?
                 WHERE table_id = ? AND kind = ? AND from_at = ?",
            )
            .bind(now)
            .bind(gap.table_id)
            .bind(gap.kind.as_str())
            .bind(gap.from);
        self.execute(&statement).await?;
        Ok(())
    }

    /// Forgets a gap whose end was told, or need not be.
    pub async fn freshness_gap_forget(&mut self, gap: &FreshnessGap) -> Result<()> {
        let statement = self
            .statement(
                "DELETE FROM skep_freshness_gaps WHERE table_id = ? AND kind = ? AND from_at = ?",
            )
            .bind(gap.table_id)
            .bind(gap.kind.as_str())
            .bind(gap.from);
        self.execute(&statement).await?;
        Ok(())
    }
}
