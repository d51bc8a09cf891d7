//! The tables that state what data they expect: a row each, kept in step by every write of a table, so that the due ones are
//! found without a look at all tables.

use crate::clock::DatabaseTime;
use crate::error::Result;
use crate::model::{
    EXPECTED_CLOCK, EXPECTED_SINCE, FreshnessState, GapKind, ListingPause, Name, Table, TableRef,
    is_expectation_property,
};
use crate::store::discovery::table::table_ref_of;
use crate::store::form::packing::{from_json, to_json};
use crate::store::sql::failure::Failure;
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;
use std::collections::BTreeMap;

const COLUMNS: &str =
    "SELECT f.table_id, f.properties, f.due_at, f.since, f.judged_until, f.newest,
        f.checked_at, f.last_error, f.listing_pauses, ";

/// What follows the columns: the names of the table, and where they stand.
const JOIN: &str = ", c.name, b.name, t.name
 FROM skep_freshness_tables f
 JOIN skep_tables t ON t.id = f.table_id
 JOIN skep_databases b ON b.id = t.database_id
 JOIN skep_catalogs c ON c.id = b.catalog_id ";

/// What a look leaves in the row of its table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FreshnessUpdate {
    /// When it is looked at next, in seconds since the epoch.
    pub due_at: i64,
    /// The end of the last stretch that was judged; `None` leaves it as it is.
    pub judged_until: Option<i64>,
    /// The end of the newest stretch with data; `None` leaves it as it is.
    pub newest: Option<i64>,
    /// Why the look came to nothing.
    pub error: Option<String>,
    /// Stretches whose directories were listed in vain; `None` leaves them as they are.
    pub listing_pauses: Option<BTreeMap<i64, ListingPause>>,
}

/// The stored form of pauses: how often in a row, and until when, by the beginning of the stretch.
type PausesForm = BTreeMap<i64, (i64, i64)>;

fn pauses_text(pauses: &BTreeMap<i64, ListingPause>) -> Result<String, Failure> {
    let form: PausesForm = pauses
        .iter()
        .map(|(from, pause)| (*from, (pause.failures, pause.until)))
        .collect();
    to_json(&form)
}

fn pauses_of(text: Option<&str>) -> Result<BTreeMap<i64, ListingPause>, Failure> {
    let form: PausesForm = text.map_or_else(|| Ok(PausesForm::new()), from_json)?;
    let pauses = form.into_iter();
    Ok(pauses
        .map(|(from, (failures, until))| (from, ListingPause { failures, until }))
        .collect())
}

/// The properties that a row stands for; `None` where nothing is expected.
fn properties_of(table: &Table) -> Result<Option<String>, Failure> {
    let properties: BTreeMap<&str, &str> = table
        .parameters
        .iter()
        .filter(|(key, _)| is_expectation_property(key) || EXPECTED_CLOCK.contains(&key.as_str()))
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    if !properties.keys().any(|key| is_expectation_property(key)) {
        return Ok(None);
    }
    to_json(&properties).map(Some)
}

/// What decides from when on a table is judged.
const SINCE: &[&str] = &[EXPECTED_SINCE];
/// What cuts time into the stretches that are judged.
const CLOCK: &[&str] = &EXPECTED_CLOCK;

/// What stored properties say under some names.
fn said_of(properties: &str, names: &[&str]) -> Vec<Option<String>> {
    let read: BTreeMap<String, String> = serde_json::from_str(properties).unwrap_or_default();
    names.iter().map(|name| read.get(*name).cloned()).collect()
}

fn state_of(row: &Row) -> Result<(FreshnessState, TableRef), Failure> {
    let mut cells = row.cells();
    let state = FreshnessState {
        table_id: cells.integer()?,
        properties: cells.string()?,
        due_at: DatabaseTime::from_database(cells.integer()?),
        since: DatabaseTime::from_database(cells.integer()?),
        judged_until: cells.integer_or_null()?,
        newest: cells.integer_or_null()?,
        checked_at: cells.integer_or_null()?,
        error: cells.string_or_null()?,
        listing_pauses: pauses_of(cells.string_or_null()?.as_deref())?,
        now: DatabaseTime::from_database(cells.integer()?),
    };
    Ok((state, table_ref_of(&mut cells)?))
}

impl Session {
    /// Brings the row of a table in step with its properties, of which it has `stored` ones. A change makes the table due.
    pub(in crate::store) async fn freshness_table_follow(
        &mut self,
        table_id: i64,
        table: &Table,
        stored: Option<&str>,
    ) -> Result<(), Failure> {
        let Some(wanted) = properties_of(table)? else {
            return match stored {
                Some(_) => self.freshness_table_delete(table_id).await,
                None => Ok(()),
            };
        };
        if stored == Some(wanted.as_str()) {
            return Ok(());
        }
        let statement = self
            .statement(
                "INSERT INTO skep_freshness_tables (table_id, properties, due_at, judged_until, listing_pauses, since)
                 VALUES (?, ?, 0, NULL, NULL, ",
            )
            .bind(table_id)
            .bind(wanted.as_str())
            .now()
            .text(")");
        // What was judged stays so, but where somebody says since when it is to be judged.
        let is_anew = stored.is_none_or(|stored| said_of(stored, SINCE) != said_of(&wanted, SINCE));
        if stored.is_some_and(|stored| said_of(stored, CLOCK) != said_of(&wanted, CLOCK)) {
            self.freshness_clock_changed(table_id).await?;
        }
        let statement = if is_anew {
            statement.upsert(
                &["table_id"],
                &["properties", "due_at", "listing_pauses", "judged_until"],
            )
        } else {
            statement.upsert(&["table_id"], &["properties", "due_at", "listing_pauses"])
        };
        self.execute(&statement).await?;
        Ok(())
    }

    /// Time is cut otherwise from now on: what lacks is judged anew by the new stretches, from the first of it on.
    async fn freshness_clock_changed(&mut self, table_id: i64) -> Result<(), Failure> {
        let faulty = GapKind::Faulty.as_str();
        let statement = self
            .statement(
                "UPDATE skep_freshness_tables SET judged_until =
                    (SELECT MIN(from_at) FROM skep_freshness_gaps
                        WHERE table_id = ? AND how_ended IS NULL AND kind <> ?)
                 WHERE table_id = ? AND EXISTS
                    (SELECT 1 FROM skep_freshness_gaps
                        WHERE table_id = ? AND how_ended IS NULL AND kind <> ?)",
            )
            .bind(table_id)
            .bind(faulty)
            .bind(table_id)
            .bind(table_id)
            .bind(faulty);
        self.execute(&statement).await?;
        self.freshness_lacks_end(table_id, "what the table expects has changed")
            .await
    }

    /// Removes the row of a table that expects nothing any more; its gaps are over.
    pub(in crate::store) async fn freshness_table_delete(
        &mut self,
        table_id: i64,
    ) -> Result<(), Failure> {
        self.freshness_gaps_end(table_id, "the table expects no data any more")
            .await?;
        let statement = self
            .statement("DELETE FROM skep_freshness_tables WHERE table_id = ?")
            .bind(table_id);
        self.execute(&statement).await?;
        Ok(())
    }

    /// Removes the row of a table that expects nothing any more, where a version wrote the table that did not know of it.
    pub async fn freshness_table_forget(&mut self, table_id: i64) -> Result<()> {
        Ok(self.freshness_table_delete(table_id).await?)
    }

    /// Where the look at a table's data stands; `None` where it expects nothing.
    pub async fn freshness_table_get(&mut self, table_id: i64) -> Result<Option<FreshnessState>> {
        let statement = self
            .statement(COLUMNS)
            .now()
            .text(JOIN)
            .text("WHERE f.table_id = ?")
            .bind(table_id);
        let row = self.row(&statement).await?;
        let state = row.as_ref().map(state_of).transpose()?;
        Ok(state.map(|(state, _)| state))
    }

    /// How many tables have a look behind them that came to nothing.
    pub async fn freshness_faulty_count(&mut self) -> Result<u64> {
        let statement = self
            .statement("SELECT COUNT(*) FROM skep_freshness_tables WHERE last_error IS NOT NULL");
        let row = self.row(&statement).await?;
        let count = row.map_or(Ok(0), |row| row.cells().integer())?;
        Ok(u64::try_from(count).map_err(Failure::fault)?)
    }

    /// Tables whose moment has come, the longest due first.
    pub async fn freshness_tables_due(
        &mut self,
        limit: usize,
    ) -> Result<Vec<(FreshnessState, TableRef)>> {
        let statement = self
            .statement(COLUMNS)
            .now()
            .text(JOIN)
            .text("WHERE f.due_at <= ")
            .now_once()
            .text(" ORDER BY f.due_at, f.table_id LIMIT ?")
            .bind(limit);
        let rows = self.rows(&statement).await?;
        Ok(rows.iter().map(state_of).collect::<Result<_, Failure>>()?)
    }

    /// The tables that expect something, by number, the next `limit` after one; perhaps only those of a catalog, and only those of
    /// which data lacks or nothing can be told.
    pub async fn freshness_table_page(
        &mut self,
        catalog: Option<&Name>,
        after: i64,
        limit: usize,
        lacking: bool,
    ) -> Result<Vec<(FreshnessState, TableRef)>> {
        let statement = self
            .statement(COLUMNS)
            .now()
            .text(JOIN)
            .text("WHERE f.table_id > ?")
            .bind(after);
        let statement = match catalog {
            Some(catalog) => statement.text(" AND c.name = ?").bind(catalog.as_str()),
            None => statement,
        };
        let statement = if lacking {
            statement.text(
                " AND (f.last_error IS NOT NULL OR EXISTS
                    (SELECT 1 FROM skep_freshness_gaps g WHERE g.table_id = f.table_id AND g.how_ended IS NULL))",
            )
        } else {
            statement
        };
        let statement = statement.text(" ORDER BY f.table_id LIMIT ?").bind(limit);
        let rows = self.rows(&statement).await?;
        Ok(rows.iter().map(state_of).collect::<Result<_, Failure>>()?)
    }

    /// Puts a table's next look off until a time, for who is about to look by the row as it was `seen`: nobody else begins one
    /// before. False where it has changed since: another replica looks, or the table expects something else now.
    pub async fn freshness_table_claim(
        &mut self,
        seen: &FreshnessState,
        until: DatabaseTime,
    ) -> Result<bool> {
        let statement = self
            .statement("UPDATE skep_freshness_tables SET due_at = ? WHERE table_id = ? AND due_at = ? AND properties = ?")
            .bind(until)
            .bind(seen.table_id)
            .bind(seen.due_at)
            .bind(seen.properties.as_str());
        Ok(self.execute(&statement).await? > 0)
    }

    /// Writes down what a look leaves that began with the row as it was `seen`; false where it has changed since: another
    /// replica has looked, or the table expects something else now.
    pub async fn freshness_table_update(
        &mut self,
        seen: &FreshnessState,
        update: &FreshnessUpdate,
    ) -> Result<bool> {
        let pauses = update.listing_pauses.as_ref().map(pauses_text);
        let pauses = pauses.transpose()?;
        let statement = self
            .statement(
                "UPDATE skep_freshness_tables SET due_at = ?, judged_until = COALESCE(?, judged_until),
                    newest = COALESCE(?, newest), listing_pauses = COALESCE(?, listing_pauses),
                    last_error = ?, checked_at = ",
            )
            .bind(update.due_at)
            .bind(update.judged_until)
            .bind(update.newest)
            .bind(pauses.as_deref())
            .bind(update.error.as_deref())
            .now()
            .text(" WHERE table_id = ? AND due_at = ? AND properties = ?")
            .bind(seen.table_id)
            .bind(seen.due_at)
            .bind(seen.properties.as_str());
        Ok(self.execute(&statement).await? > 0)
    }
}
