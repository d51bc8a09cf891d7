//! Sources as rows: the settings of those that were added, and where the watch over each stands.

use crate::error::Result;
use crate::model::SourceState;
use crate::store::sql::failure::Failure;
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;

const COLUMNS: &str =
    "SELECT name, settings, snapshot_id, schedule, due_at, next_at, last_run_at, last_ok_at,
        failures, last_error, alarmed_at, lost
 FROM skep_sources ";

/// A source as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceRow {
    /// Its name.
    pub name: String,
    /// Its settings as text; `None` where the configuration has them.
    pub settings: Option<String>,
    /// The latest snapshot.
    pub snapshot_id: Option<i64>,
    /// Where the watch stands.
    pub state: SourceState,
}

fn row_of(row: &Row) -> Result<SourceRow, Failure> {
    let mut cells = row.cells();
    Ok(SourceRow {
        name: cells.string()?,
        settings: cells.string_or_null()?,
        snapshot_id: cells.integer_or_null()?,
        state: SourceState {
            schedule: cells.string()?,
            due_at: cells.time()?,
            next_at: cells.time()?,
            last_run_at: cells.integer_or_null()?,
            last_ok_at: cells.integer_or_null()?,
            failures: cells.integer()?,
            last_error: cells.string_or_null()?,
            alarmed_at: cells.integer_or_null()?,
            lost: cells.string_or_null()?,
        },
    })
}

impl Session {
    /// Every source that has a row, by name.
    pub async fn source_list(&mut self) -> Result<Vec<SourceRow>> {
        let statement = self.statement(COLUMNS).text("ORDER BY name");
        let rows = self.rows(&statement).await?;
        Ok(rows.iter().map(row_of).collect::<Result<_, Failure>>()?)
    }

    /// One source.
    pub async fn source_get(&mut self, name: &str) -> Result<Option<SourceRow>> {
        let statement = self.statement(COLUMNS).text("WHERE name = ?").bind(name);
        let row = self.row(&statement).await?;
        Ok(row.as_ref().map(row_of).transpose()?)
    }

    /// One source, held until the transaction ends.
    pub async fn source_get_locked(&mut self, name: &str) -> Result<Option<SourceRow>> {
        let statement = self
            .statement(COLUMNS)
            .text("WHERE name = ?")
            .bind(name)
            .row_lock();
        let row = self.row(&statement).await?;
        Ok(row.as_ref().map(row_of).transpose()?)
    }

    /// Makes the row of a source where there is none; says whether it made one.
    pub async fn source_insert(&mut self, source: &SourceRow) -> Result<bool> {
        if self.source_get(&source.name).await?.is_some() {
            return Ok(false);
        }
        let state = &source.state;
        let statement = self
            .statement(
                "INSERT INTO skep_sources (name, settings, schedule, due_at, next_at, failures)
                 VALUES (?, ?, ?, ?, ?, 0)",
            )
            .bind(source.name.as_str())
            .bind(source.settings.as_deref())
            .bind(state.schedule.as_str())
            .bind(state.due_at)
            .bind(state.next_at)
            .upsert(&["name"], &[]);
        self.execute(&statement).await?;
        // Of two that insert at once one meets the other's row.
        let made = self.source_get(&source.name).await?;
        Ok(made.is_some_and(|made| made.settings == source.settings))
    }

    /// Writes down where the watch over a source stands.
    pub async fn source_update(
        &mut self,
        name: &str,
        state: &SourceState,
        snapshot_id: Option<i64>,
    ) -> Result<()> {
        let statement = self
            .statement(
                "UPDATE skep_sources
                 SET schedule = ?, due_at = ?, next_at = ?, last_run_at = ?, last_ok_at = ?,
                     failures = ?, last_error = ?, alarmed_at = ?, lost = ?, snapshot_id = ?
                 WHERE name = ?",
            )
            .bind(state.schedule.as_str())
            .bind(state.due_at)
            .bind(state.next_at)
            .bind(state.last_run_at)
            .bind(state.last_ok_at)
            .bind(state.failures)
            .bind(state.last_error.as_deref())
            .bind(state.alarmed_at)
            .bind(state.lost.as_deref())
            .bind(snapshot_id)
            .bind(name);
        self.execute(&statement).await?;
        Ok(())
    }

    /// Removes a source's row; false where it has none.
    pub async fn source_delete(&mut self, name: &str) -> Result<bool> {
        let statement = self
            .statement("DELETE FROM skep_sources WHERE name = ?")
            .bind(name);
        Ok(self.execute(&statement).await? > 0)
    }
}
