//! The tables that look for new partitions: a row each, kept in step by every write of a table, so that the due ones
//! are found without a look at all tables. The row holds what the schedule needs; what a table wants stands in its
//! properties alone.

use crate::error::Result;
use crate::model::{
    DiscoveryState, DiscoveryTable, Freshness, Location, Name, Table, TableRef,
    is_discovery_property,
};
use crate::store::form::packing::to_json;
use crate::store::sql::failure::Failure;
use crate::store::sql::row::{Cells, Row};
use crate::store::sql::session::Session;
use crate::store::sql::statement::Statement;
use std::collections::BTreeMap;

const COLUMNS: &str = "SELECT d.table_id, d.window_at, d.sweep_at, d.paused_at, d.failures,
        d.last_run_at, d.last_error, d.requests_day, d.requests, d.newest_object_at,
        d.newest_registered_at, d.lag_s,
        CASE WHEN EXISTS (SELECT 1 FROM skep_discovery_troubles u
            WHERE u.table_id = d.table_id AND u.how_ended IS NULL) THEN 1 ELSE 0 END,
        CASE WHEN d.roots_of = d.properties THEN 1 ELSE 0 END, ";

/// What a run leaves in the row of its table.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DiscoveryTableUpdate {
    /// Seconds until the next look at the window; `None` leaves the time as it is.
    pub window_in_s: Option<i64>,
    /// Seconds until the next sweep; `None` leaves the time as it is.
    pub sweep_in_s: Option<i64>,
    /// Runs that failed since the last one that did not.
    pub failures: i64,
    /// Why the run failed.
    pub error: Option<String>,
    /// LIST requests to add to today's.
    pub requests: u64,
    /// What was learnt of the table's freshness; `None` leaves it as it is.
    pub freshness: Option<Freshness>,
}

/// A table that is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DueTable {
    /// The table.
    pub at: TableRef,
    /// The storage and the bucket that its runs ask, such as `s3/lake`; empty where nothing is known of them.
    pub bucket: String,
}

/// The properties, and the place, that a row stands for: a change makes the table due at once. `None` where nothing
/// asks for discovery or retention.
fn properties_of(table: &Table) -> Result<Option<String>, Failure> {
    let mut properties: BTreeMap<&str, &str> = table
        .parameters
        .iter()
        .filter(|(key, _)| is_discovery_property(key))
        .map(|(key, value)| (key.as_str(), value.as_str()))
        .collect();
    if properties.is_empty() {
        return Ok(None);
    }
    let location = table.location.as_ref().map(Location::as_str);
    properties.insert("location", location.unwrap_or_default());
    to_json(&properties).map(Some)
}

fn state_of(row: &Row) -> Result<(DiscoveryState, TableRef), Failure> {
    let mut cells = row.cells();
    let table_id = cells.integer()?;
    let window_at = cells.integer()?;
    let sweep_at = cells.integer()?;
    let paused_at = cells.integer_or_null()?;
    let failures = cells.integer()?;
    let last_run_at = cells.integer_or_null()?;
    let last_error = cells.string_or_null()?;
    let requests_day = cells.integer()?;
    let requests = cells.integer()?;
    let (object_at, registered_at, lag_s) = (
        cells.integer_or_null()?,
        cells.integer_or_null()?,
        cells.integer_or_null()?,
    );
    let has_troubles = cells.integer()? != 0;
    let roots_kept = cells.integer()? != 0;
    let now = cells.integer()?;
    let today = now - now % SECONDS_PER_DAY;
    let freshness = match (object_at, registered_at) {
        (Some(object_at), Some(registered_at)) => Some(Freshness {
            object_at,
            registered_at,
            lag_s,
        }),
        _ => None,
    };
    let state = DiscoveryState {
        table_id,
        window_at,
        sweep_at,
        paused_at,
        failures,
        last_run_at,
        last_error,
        requests_today: if requests_day == today {
            u64::try_from(requests).map_err(Failure::fault)?
        } else {
            0
        },
        freshness,
        has_troubles,
        roots_kept,
        now,
    };
    Ok((state, table_ref_of(&mut cells)?))
}

/// The names of a table, as [`JOIN`] gives them.
pub(in crate::store) fn table_ref_of(cells: &mut Cells<'_>) -> Result<TableRef, Failure> {
    Ok(TableRef {
        catalog: Name::new(cells.text()?),
        database: Name::new(cells.text()?),
        table: Name::new(cells.text()?),
    })
}

const SECONDS_PER_DAY: i64 = 24 * 3600;

/// What follows the columns: the names of the table, and where they stand.
pub(in crate::store) const JOIN: &str = ", c.name, b.name, t.name
 FROM skep_discovery_tables d
 JOIN skep_tables t ON t.id = d.table_id
 JOIN skep_databases b ON b.id = t.database_id
 JOIN skep_catalogs c ON c.id = b.catalog_id ";

/// The due tables, each with the bucket of its first root.
const DUE: &str = "SELECT r.bucket, c.name, b.name, t.name
 FROM skep_discovery_tables d
 JOIN skep_tables t ON t.id = d.table_id
 JOIN skep_databases b ON b.id = t.database_id
 JOIN skep_catalogs c ON c.id = b.catalog_id
 LEFT JOIN skep_discovery_roots r ON r.table_id = d.table_id AND r.position = 0 ";

impl<'a> Statement<'a> {
    fn without_buckets(self, buckets: &[&'a str]) -> Self {
        if buckets.is_empty() {
            return self;
        }
        self.text(" AND COALESCE(r.bucket, '') NOT IN ")
            .list(buckets)
    }

    /// The second at which the database's day began, in UTC.
    fn today(self) -> Self {
        self.text("(").now().text(" - ").now().text(" % 86400)")
    }
}

impl Session {
    /// Brings the rows of a table in step with its properties, of which it has `stored` ones, and whether its roots' rows are in
    /// step with those. A change makes the table due and ends a pause.
    pub(in crate::store) async fn discovery_table_follow(
        &mut self,
        table_id: i64,
        table: &Table,
        stored: Option<(&str, bool)>,
    ) -> Result<(), Failure> {
        match (stored, properties_of(table)?) {
            (Some((stored, roots_kept)), Some(wanted)) if stored == wanted => {
                if roots_kept {
                    return Ok(());
                }
                self.discovery_roots_put(table_id, table).await
            }
            (_, Some(wanted)) => self.discovery_table_put(table_id, table, &wanted).await,
            (Some(_), None) => self.discovery_table_delete(table_id).await,
            (None, None) => Ok(()),
        }
    }

    async fn discovery_table_put(
        &mut self,
        table_id: i64,
        table: &Table,
        properties: &str,
    ) -> Result<(), Failure> {
        let statement = self
            .statement(
                "INSERT INTO skep_discovery_tables
                    (table_id, properties, window_at, sweep_at, paused_at, failures,
                     requests_day, requests)
                 VALUES (?, ?, 0, 0, NULL, 0, 0, 0)",
            )
            .bind(table_id)
            .bind(properties)
            .upsert(
                &["table_id"],
                &[
                    "properties",
                    "window_at",
                    "sweep_at",
                    "paused_at",
                    "failures",
                ],
            );
        self.execute(&statement).await?;
        self.discovery_roots_put(table_id, table).await
    }

    /// Removes the rows of a table that opted out, or is about to be removed. Its history stays until it is old: it says where
    /// the partitions came from that are dropped now.
    pub(in crate::store) async fn discovery_table_delete(
        &mut self,
        table_id: i64,
    ) -> Result<(), Failure> {
        let statement = self
            .statement("DELETE FROM skep_discovery_skips WHERE table_id = ?")
            .bind(table_id);
        self.execute(&statement).await?;
        self.discovery_roots_delete(table_id).await?;
        self.discovery_troubles_gone(table_id).await?;
        let statement = self
            .statement("DELETE FROM skep_discovery_tables WHERE table_id = ?")
            .bind(table_id);
        self.execute(&statement).await?;
        Ok(())
    }

    /// The schedule of a table; `None` where it has not opted in.
    pub async fn discovery_table_get(&mut self, table_id: i64) -> Result<Option<DiscoveryState>> {
        let statement = self
            .statement(COLUMNS)
            .now()
            .text(JOIN)
            .text("WHERE d.table_id = ?")
            .bind(table_id);
        let row = self.row(&statement).await?;
        let state = row.as_ref().map(state_of).transpose()?;
        Ok(state.map(|(state, _)| state))
    }

    /// The tables that are due for a look at their window, the longest due first, without those that lie in one of the
    /// buckets.
    pub async fn discovery_window_due(
        &mut self,
        limit: usize,
        buckets_left_out: &[&str],
    ) -> Result<Vec<DueTable>> {
        self.due_by("d.window_at", limit, buckets_left_out).await
    }

    /// The same for those that are due for a sweep.
    pub async fn discovery_sweep_due(
        &mut self,
        limit: usize,
        buckets_left_out: &[&str],
    ) -> Result<Vec<DueTable>> {
        self.due_by("d.sweep_at", limit, buckets_left_out).await
    }

    /// Those whose moment in this column has come.
    async fn due_by(
        &mut self,
        moment: &'static str,
        limit: usize,
        buckets_left_out: &[&str],
    ) -> Result<Vec<DueTable>> {
        let statement = self
            .statement(DUE)
            .text("WHERE d.paused_at IS NULL AND ")
            .text(moment)
            .text(" <= ")
            .now_once()
            .without_buckets(buckets_left_out)
            .text(" ORDER BY ")
            .text(moment)
            .text(", d.table_id LIMIT ?")
            .bind(limit);
        due_of(&self.rows(&statement).await?)
    }

    /// The tables that opted in with their schedules, by number, the next `limit` after one; perhaps only those of a catalog.
    pub async fn discovery_table_page(
        &mut self,
        catalog: Option<&Name>,
        after: i64,
        limit: usize,
    ) -> Result<Vec<DiscoveryTable>> {
        let statement = self
            .statement(COLUMNS)
            .now()
            .text(JOIN)
            .text("WHERE d.table_id > ?")
            .bind(after);
        let statement = match catalog {
            Some(catalog) => statement.text(" AND c.name = ?").bind(catalog.as_str()),
            None => statement,
        };
        let statement = statement.text(" ORDER BY d.table_id LIMIT ?").bind(limit);
        let rows = self.rows(&statement).await?;
        let found = rows.iter().map(|row| {
            let (state, at) = state_of(row)?;
            Ok(DiscoveryTable { at, state })
        });
        Ok(found.collect::<Result<_, Failure>>()?)
    }

    /// Writes down what a run leaves that went by the table as it was `seen`. Where it has changed since, that has made it
    /// due, and the times stay; nothing happens where it has opted out.
    pub async fn discovery_table_update(
        &mut self,
        seen: &Table,
        update: &DiscoveryTableUpdate,
    ) -> Result<()> {
        let properties = properties_of(seen)?.unwrap_or_default();
        let mut statement = self
            .statement(
                "UPDATE skep_discovery_tables SET failures = ?, last_error = ?, last_run_at = ",
            )
            .bind(update.failures)
            .bind(update.error.as_deref())
            .now()
            // MySQL assigns from left to right: the sum must be made before the day is.
            .text(", requests = CASE WHEN requests_day = ")
            .today()
            .text(" THEN requests ELSE 0 END + ?, requests_day = ")
            .bind(update.requests)
            .today();
        if let Some(seconds) = update.window_in_s {
            statement = statement
                .text(", window_at = CASE WHEN properties = ? THEN ")
                .bind(properties.as_str())
                .now()
                .text(" + ? ELSE window_at END")
                .bind(seconds);
        }
        if let Some(seconds) = update.sweep_in_s {
            statement = statement
                .text(", sweep_at = CASE WHEN properties = ? THEN ")
                .bind(properties.as_str())
                .now()
                .text(" + ? ELSE sweep_at END")
                .bind(seconds);
        }
        if let Some(fresh) = &update.freshness {
            statement = statement
                .text(", newest_object_at = ?, newest_registered_at = ?, lag_s = ?")
                .bind(fresh.object_at)
                .bind(fresh.registered_at)
                .bind(fresh.lag_s);
        }
        let statement = statement.text(" WHERE table_id = ?").bind(seen.id);
        self.execute(&statement).await?;
        Ok(())
    }

    /// Makes a table due for a sweep in `seconds`, or earlier where it is anyhow.
    pub async fn discovery_sweep_soon(&mut self, table_id: i64, seconds: i64) -> Result<()> {
        let statement = self
            .statement("UPDATE skep_discovery_tables SET sweep_at = ")
            .now()
            .text(" + ? WHERE table_id = ? AND sweep_at > ")
            .bind(seconds)
            .bind(table_id)
            .now()
            .text(" + ?")
            .bind(seconds);
        self.execute(&statement).await?;
        Ok(())
    }

    /// Stops the schedules of a table from now on, or lets them go on.
    pub async fn discovery_pause(&mut self, table_id: i64, paused: bool) -> Result<()> {
        let statement = self.statement("UPDATE skep_discovery_tables SET paused_at = ");
        let statement = if paused {
            statement.now()
        } else {
            statement.text("NULL, window_at = 0, sweep_at = 0")
        };
        let statement = statement.text(" WHERE table_id = ?").bind(table_id);
        self.execute(&statement).await?;
        Ok(())
    }
}

fn due_of(rows: &[Row]) -> Result<Vec<DueTable>> {
    let due = rows.iter().map(|row| {
        let mut cells = row.cells();
        Ok(DueTable {
            bucket: cells.string_or_null()?.unwrap_or_default(),
            at: table_ref_of(&mut cells)?,
        })
    });
    Ok(due.collect::<Result<_, Failure>>()?)
}
