//! The rows that follow a table: what it asks of discovery, and what data it expects. Every write of a table brings them in step.

use crate::model::Table;
use crate::store::sql::failure::Failure;
use crate::store::sql::session::Session;

impl Session {
    /// Brings the rows of a new table, which nobody else can know yet, into being.
    pub(in crate::store) async fn followers_insert(
        &mut self,
        id: i64,
        table: &Table,
    ) -> Result<(), Failure> {
        self.discovery_table_follow(id, table, None).await?;
        self.freshness_table_follow(id, table, None).await
    }

    /// Brings the rows of a table in step with its properties.
    pub(in crate::store) async fn followers_keep(&mut self, table: &Table) -> Result<(), Failure> {
        let shown = table.at.shown();
        // One look first: most tables have no such rows, and an Iceberg commit must not pay for a write.
        let statement = self
            .statement(
                "SELECT d.properties, CASE WHEN d.roots_of = d.properties THEN 1 ELSE 0 END, f.properties,
                    CASE WHEN EXISTS (SELECT 1 FROM skep_freshness_gaps g
                        WHERE g.table_id = t.id AND g.table_shown <> ?) THEN 1 ELSE 0 END
                 FROM skep_tables t
                 LEFT JOIN skep_discovery_tables d ON d.table_id = t.id
                 LEFT JOIN skep_freshness_tables f ON f.table_id = t.id
                 WHERE t.id = ?",
            )
            .bind(shown.as_str())
            .bind(table.id);
        let found = self.row(&statement).await?;
        let (discovery, freshness, is_renamed) = match &found {
            Some(row) => {
                let mut cells = row.cells();
                let properties = cells.text_or_null()?;
                let roots_kept = cells.integer()? != 0;
                let discovery = properties.map(|stored| (stored, roots_kept));
                (discovery, cells.text_or_null()?, cells.integer()? != 0)
            }
            None => (None, None, false),
        };
        self.discovery_table_follow(table.id, table, discovery)
            .await?;
        if is_renamed {
            self.freshness_gaps_rename(table.id, &shown).await?;
        }
        self.freshness_table_follow(table.id, table, freshness)
            .await
    }

    /// Removes the rows of a table that is about to be removed, where it has some.
    pub(in crate::store) async fn followers_forget(&mut self, id: i64) -> Result<(), Failure> {
        let statement = self
            .statement(
                "SELECT CASE WHEN EXISTS (SELECT 1 FROM skep_discovery_tables WHERE table_id = ?) THEN 1 ELSE 0 END,
                        CASE WHEN EXISTS (SELECT 1 FROM skep_freshness_tables WHERE table_id = ?) THEN 1 ELSE 0 END",
            )
            .bind(id)
            .bind(id);
        let found = self.row(&statement).await?;
        let (discovery, freshness) = match &found {
            Some(row) => {
                let mut cells = row.cells();
                (cells.integer()? != 0, cells.integer()? != 0)
            }
            None => (false, false),
        };
        if discovery {
            self.discovery_table_delete(id).await?;
        }
        if freshness {
            self.freshness_table_delete(id).await?;
        }
        Ok(())
    }
}
