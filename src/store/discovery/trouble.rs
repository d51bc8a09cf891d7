//! What is wrong with tables' discovery, as rows: runs open and end them, the watch tells them and forgets what is over.

use crate::clock::DatabaseTime;
use crate::error::Result;
use crate::model::{Trouble, TroubleEnd, TroubleKind};
use crate::store::sql::failure::Failure;
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;

const COLUMNS: &str = "SELECT table_id, kind, table_shown, what, began_at, told_at, how_ended
 FROM skep_discovery_troubles ";

fn trouble_of(row: &Row) -> Result<Trouble, Failure> {
    let mut cells = row.cells();
    let table_id = cells.integer()?;
    let kind = TroubleKind::parse(cells.text()?).ok_or_else(|| Failure::fault("unknown kind"))?;
    let (table, text, began_at) = (cells.string()?, cells.string()?, cells.integer()?);
    let told_at = cells.integer_or_null()?;
    let end = cells.string_or_null()?.map(|word| {
        TroubleEnd::parse(&word).ok_or_else(|| Failure::fault("unknown end of a trouble"))
    });
    Ok(Trouble {
        table_id,
        kind,
        table,
        text,
        began_at,
        told_at,
        end: end.transpose()?,
    })
}

impl Session {
    /// Notes a trouble of a table, which is called so. One that lasts stays as it is, and one whose end was not told yet
    /// goes on. True where it is news.
    pub async fn discovery_trouble_open(
        &mut self,
        (table_id, table): (i64, &str),
        kind: TroubleKind,
        text: &str,
    ) -> Result<bool> {
        let statement = self
            .statement(COLUMNS)
            .text("WHERE table_id = ? AND kind = ?")
            .bind(table_id)
            .bind(kind.as_str())
            .row_lock();
        let row = self.row(&statement).await?;
        match row.as_ref().map(trouble_of).transpose()? {
            Some(Trouble { end: None, .. }) => return Ok(false),
            Some(_) => {
                let statement = self
                    .statement(
                        "UPDATE skep_discovery_troubles SET how_ended = NULL
                         WHERE table_id = ? AND kind = ?",
                    )
                    .bind(table_id)
                    .bind(kind.as_str());
                self.execute(&statement).await?;
                return Ok(true);
            }
            None => {}
        }
        let statement = self
            .statement(
                "INSERT INTO skep_discovery_troubles (table_id, kind, table_shown, what, began_at)
                 VALUES (?, ?, ?, ?, ",
            )
            .bind(table_id)
            .bind(kind.as_str())
            .bind(table)
            .bind(text)
            .now()
            .text(")")
            // Of two that see it at once, one tells it.
            .upsert(&["table_id", "kind"], &[]);
        Ok(self.execute(&statement).await? > 0)
    }

    /// Ends a trouble of a table: a run went well. True where there was one.
    pub async fn discovery_trouble_end(
        &mut self,
        table_id: i64,
        kind: TroubleKind,
    ) -> Result<bool> {
        let statement = self
            .statement(
                "UPDATE skep_discovery_troubles SET how_ended = ?
                 WHERE table_id = ? AND kind = ? AND how_ended IS NULL",
            )
            .bind(TroubleEnd::Well.as_str())
            .bind(table_id)
            .bind(kind.as_str());
        Ok(self.execute(&statement).await? > 0)
    }

    /// Ends all troubles of a table that takes no part in discovery any more.
    pub(in crate::store) async fn discovery_troubles_gone(
        &mut self,
        table_id: i64,
    ) -> Result<(), Failure> {
        let statement = self
            .statement(
                "UPDATE skep_discovery_troubles SET how_ended = ?
                 WHERE table_id = ? AND how_ended IS NULL",
            )
            .bind(TroubleEnd::Gone.as_str())
            .bind(table_id);
        self.execute(&statement).await?;
        Ok(())
    }

    /// Troubles that began at a time or later, seconds since the epoch, and last; the first `limit` of them.
    pub async fn discovery_troubles_since(
        &mut self,
        since: i64,
        limit: usize,
    ) -> Result<Vec<Trouble>> {
        let statement = self
            .statement(COLUMNS)
            .text("WHERE began_at >= ? AND how_ended IS NULL ORDER BY began_at, table_id, kind")
            .bind(since)
            .text(" LIMIT ?")
            .bind(limit);
        let rows = self.rows(&statement).await?;
        let troubles = rows.iter().map(trouble_of).collect::<Result<_, _>>();
        Ok(troubles?)
    }

    /// Troubles, or ends of troubles, that are still to be told, held until the transaction ends; the next `limit` after
    /// one, by table and kind.
    pub async fn discovery_troubles_untold(
        &mut self,
        (after, kind): (i64, &str),
        limit: usize,
    ) -> Result<Vec<Trouble>> {
        let statement = self
            .statement(COLUMNS)
            .text(
                "WHERE (table_id > ? OR (table_id = ? AND kind > ?))
                 AND (told_at IS NULL OR how_ended IS NOT NULL)
                 ORDER BY table_id, kind LIMIT ?",
            )
            .bind(after)
            .bind(after)
            .bind(kind)
            .bind(limit)
            .row_lock();
        let rows = self.rows(&statement).await?;
        Ok(rows
            .iter()
            .map(trouble_of)
            .collect::<Result<_, Failure>>()?)
    }

    /// Says of a trouble that people are told.
    pub async fn discovery_trouble_told(
        &mut self,
        trouble: &Trouble,
        now: DatabaseTime,
    ) -> Result<()> {
        let statement = self
            .statement(
                "UPDATE skep_discovery_troubles SET told_at = ? WHERE table_id = ? AND kind = ?",
            )
            .bind(now)
            .bind(trouble.table_id)
            .bind(trouble.kind.as_str());
        self.execute(&statement).await?;
        Ok(())
    }

    /// Forgets a trouble whose end was told, or need not be.
    pub async fn discovery_trouble_forget(&mut self, trouble: &Trouble) -> Result<()> {
        let statement = self
            .statement("DELETE FROM skep_discovery_troubles WHERE table_id = ? AND kind = ?")
            .bind(trouble.table_id)
            .bind(trouble.kind.as_str());
        self.execute(&statement).await?;
        Ok(())
    }
}
