//! Events as rows: the log of what changed, numbered without gaps in the order of the commits. Writing them is in
//! `event_write.rs`.
//!
//! The counter's row stays locked from the first append of a transaction to its end. So an append is the last thing a
//! transaction does, and whoever has seen event n has seen the effects of all events up to n.

use crate::error::Result;
use crate::model::{Event, EventBody, EventKind, Name, NewEvent};
use crate::store::form::event::{EventForm, body_measured};
use crate::store::sql::failure::Failure;
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;
use crate::store::sql::statement::Statement;
use std::ops::Range;

/// Most events that one SELECT fetches with their bodies.
const EVENTS_PER_STATEMENT_MAX: usize = 100;
/// Events that the first SELECT of a listing fetches: they tell how large the others may be.
const EVENTS_FIRST: usize = 8;
/// Stored bytes of bodies, mostly compressed, that one SELECT fetches where the next events are like those before.
const STORED_BYTES_PER_STATEMENT: usize = 1024 * 1024;
/// Bytes of bodies, not compressed, after which a listing stops.
const BYTES_PER_LIST_MAX: usize = 2 * 1024 * 1024;

/// Most events that share a row.
pub(super) const EVENTS_PER_ROW_MAX: i64 = 256;

/// Which events are asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EventFilter {
    /// Those with a greater number.
    pub after: i64,
    /// Those up to this number, itself included.
    pub up_to: Option<i64>,
    /// Those of this catalog.
    pub catalog: Option<Name>,
    /// Those of this database.
    pub database: Option<Name>,
    /// Those of these tables; empty is all.
    pub tables: Vec<Name>,
    /// Not those of these kinds.
    pub skip: Vec<EventKind>,
}

/// What an event touched, without its objects: all that a cache wants to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventHead {
    /// Its number.
    pub id: i64,
    /// What happened; `None` is a kind of a newer version of skep.
    pub kind: Option<EventKind>,
    /// The catalog.
    pub catalog: Name,
    /// The database, where there is one.
    pub database: Option<Name>,
    /// The table, where there is one.
    pub table: Option<Name>,
}

/// Rows that a count of the latest events looks at.
const EVENT_ROWS_COUNTED_MAX: usize = 1_000;
/// What stands behind the kind of a row that holds several events, before their number. A version that does not know
/// such rows takes the whole for a kind it does not know, and leaves them out.
pub(super) const SEVERAL: char = '*';

/// A row: one event, or several of one kind and table, whose numbers end with the row's.
struct EventRow<'r> {
    last_id: i64,
    count: i64,
    kind: Option<EventKind>,
    catalog: &'r str,
    database: Option<&'r str>,
    table: Option<&'r str>,
    at: i64,
    body: &'r [u8],
}

impl<'r> EventRow<'r> {
    fn new(row: &'r Row) -> Result<Self, Failure> {
        let mut cells = row.cells();
        let last_id = cells.integer()?;
        let (kind, count) = kind_of(cells.text()?)?;
        Ok(Self {
            last_id,
            count,
            kind: EventKind::parse(kind),
            catalog: cells.text()?,
            database: cells.text_or_null()?,
            table: cells.text_or_null()?,
            at: cells.integer()?,
            body: cells.bytes()?,
        })
    }

    /// The numbers of its events.
    fn ids(&self) -> Range<i64> {
        self.last_id + 1 - self.count..self.last_id + 1
    }

    fn head(&self, id: i64) -> EventHead {
        EventHead {
            id,
            kind: self.kind,
            catalog: Name::new(self.catalog),
            database: self.database.map(Name::new),
            table: self.table.map(Name::new),
        }
    }
}

/// The kind and the number of a row's events.
fn kind_of(text: &str) -> Result<(&str, i64), Failure> {
    match text.split_once(SEVERAL) {
        Some((kind, count)) => Ok((kind, count.parse().map_err(Failure::fault)?)),
        None => Ok((text, 1)),
    }
}

impl<'a> Statement<'a> {
    fn event_filter(self, filter: &'a EventFilter, tables: &[&'a str], skip: &[&'a str]) -> Self {
        let mut statement = self.bind(filter.after);
        if let Some(up_to) = filter.up_to {
            // A row that ends behind may begin before; the reader of the rows looks at each event.
            let last = up_to.saturating_add(EVENTS_PER_ROW_MAX - 1);
            statement = statement.text(" AND id <= ?").bind(last);
        }
        if let Some(catalog) = &filter.catalog {
            statement = statement
                .text(" AND catalog_name = ?")
                .bind(catalog.as_str());
        }
        if let Some(database) = &filter.database {
            statement = statement
                .text(" AND database_name = ?")
                .bind(database.as_str());
        }
        if !tables.is_empty() {
            statement = statement.text(" AND table_name IN ").list(tables);
        }
        if !skip.is_empty() {
            statement = statement.text(" AND kind NOT IN ").list(skip);
        }
        if filter.skip.contains(&EventKind::AlterPartition) {
            statement = statement.text(" AND kind NOT LIKE 'ALTER_PARTITION*%'");
        }
        statement
    }
}

impl Session {
    /// The number of the last committed event, 0 for none. One tiny query: the barrier of every cached read.
    pub async fn event_last_id(&mut self) -> Result<i64> {
        let statement =
            self.statement("SELECT next_value FROM skep_sequences WHERE name = 'event'");
        let row = self.row(&statement).await?;
        Ok(row.map_or(Ok(1), |row| row.cells().integer())? - 1)
    }

    /// The number of the oldest event that is kept, 0 for none.
    pub async fn event_first_id(&mut self) -> Result<i64> {
        let statement = self.statement("SELECT id, kind FROM skep_events ORDER BY id LIMIT 1");
        let Some(row) = self.row(&statement).await? else {
            return Ok(0);
        };
        let mut cells = row.cells();
        let id = cells.integer()?;
        let (_, count) = kind_of(cells.text()?)?;
        Ok(id + 1 - count)
    }

    /// The next events that a filter lets through, in order: `limit` of them, or fewer when they are large, but at
    /// least one where there is one. A reader goes on after the last one it got until it gets none.
    pub async fn event_list(&mut self, filter: &EventFilter, limit: usize) -> Result<Vec<Event>> {
        let mut next = filter.clone();
        let mut events = Vec::new();
        let (mut bytes, mut rows_max) = (0, EVENTS_FIRST);
        while events.len() < limit && bytes < BYTES_PER_LIST_MAX {
            let most = (limit - events.len()).min(rows_max);
            let rows = self.event_rows(&next, most).await?;
            let (found, is_cut) = self
                .events_of(&rows, &next, BYTES_PER_LIST_MAX - bytes)
                .await?;
            for (body_bytes, event) in found {
                if events.len() == limit || bytes >= BYTES_PER_LIST_MAX {
                    return Ok(events);
                }
                // Events of one row have as much to say, for each tells of the table.
                bytes += body_bytes;
                events.push(event);
            }
            if is_cut {
                break;
            }
            rows_max = rows_per_statement(&rows)?;
            if rows.len() < most {
                break;
            }
            if let Some(last) = rows.last() {
                next.after = EventRow::new(last)?.last_id;
            }
        }
        Ok(events)
    }

    async fn event_rows(
        &mut self,
        filter: &EventFilter,
        limit: usize,
    ) -> Result<Vec<Row>, Failure> {
        let tables: Vec<&str> = filter.tables.iter().map(Name::as_str).collect();
        let skip: Vec<&str> = filter.skip.iter().map(|kind| kind.as_str()).collect();
        let statement = self
            .statement(
                "SELECT id, kind, catalog_name, database_name, table_name, occurred_at, body
                 FROM skep_events
                 WHERE id > ?",
            )
            .event_filter(filter, &tables, &skip)
            .text(" ORDER BY id LIMIT ?")
            .bind(limit);
        self.rows(&statement).await
    }

    /// The events of rows that a filter lets through, each with the bytes of its row; not of all rows where they have more
    /// than so many bytes in all.
    async fn events_of(
        &mut self,
        rows: &[Row],
        filter: &EventFilter,
        bytes_max: usize,
    ) -> Result<(Vec<(usize, Event)>, bool), Failure> {
        let mut forms: Vec<(EventRow<'_>, EventForm<'static>, usize)> =
            Vec::with_capacity(rows.len());
        let (mut bytes, mut is_cut) = (0, false);
        for row in rows {
            if bytes >= bytes_max {
                is_cut = true;
                break;
            }
            let row = EventRow::new(row)?;
            if row.kind.is_none() {
                tracing::warn!(
                    id = row.last_id,
                    "an event of a newer version of skep is left out"
                );
                continue;
            }
            let (form, body_bytes) = body_measured(row.body)?;
            bytes += body_bytes;
            forms.push((row, form, body_bytes));
        }
        let mut ids = Vec::new();
        for (_, form, _) in &forms {
            form.descriptor_ids(&mut ids);
        }
        let descriptors = self.descriptor_list(&ids).await?;
        let mut events = Vec::with_capacity(forms.len());
        for (row, form, body_bytes) in forms {
            let bodies = form.into_bodies(&descriptors)?;
            for (id, body) in row.ids().zip(bodies) {
                if filter.has_room_for(id) {
                    events.push((body_bytes, event_of(row.head(id), row.at, body)?));
                }
            }
        }
        Ok((events, is_cut))
    }

    /// What the next `limit` events after a number touched, in order.
    pub async fn event_heads(&mut self, after: i64, limit: usize) -> Result<Vec<EventHead>> {
        let statement = self
            .statement(
                "SELECT id, kind, catalog_name, database_name, table_name, occurred_at, NULL
                 FROM skep_events
                 WHERE id > ?
                 ORDER BY id
                 LIMIT ?",
            )
            .bind(after)
            .bind(limit);
        let mut heads = Vec::new();
        for row in &self.rows(&statement).await? {
            let row = EventRow::new(row)?;
            let ids = row.ids().filter(|id| *id > after);
            heads.extend(ids.map(|id| row.head(id)));
        }
        heads.truncate(limit);
        Ok(heads)
    }

    /// How many events a filter lets through.
    pub async fn event_count(&mut self, filter: &EventFilter) -> Result<i64> {
        if filter.up_to.is_some_and(|up_to| up_to <= filter.after) {
            return Ok(0);
        }
        let tables: Vec<&str> = filter.tables.iter().map(Name::as_str).collect();
        let skip: Vec<&str> = filter.skip.iter().map(|kind| kind.as_str()).collect();
        let statement = self
            .statement("SELECT kind, COUNT(*) FROM skep_events WHERE id > ?")
            .event_filter(filter, &tables, &skip)
            .text(" GROUP BY kind");
        let mut count = 0;
        for row in &self.rows(&statement).await? {
            let mut cells = row.cells();
            let (_, events) = kind_of(cells.text()?)?;
            count += events * cells.integer()?;
        }
        Ok(count - self.events_beside(filter, &tables, &skip).await?)
    }

    /// How many events of the rows that a filter finds lie before or behind what it asks for: in the first row, and in
    /// those that end behind the last number.
    async fn events_beside(
        &mut self,
        filter: &EventFilter,
        tables: &[&str],
        skip: &[&str],
    ) -> Result<i64, Failure> {
        let mut beside = 0;
        for (end, is_start) in [(Some(filter.after), true), (filter.up_to, false)] {
            let Some(end) = end else { continue };
            let behind = EventFilter {
                after: end,
                ..filter.clone()
            };
            let statement = self
                .statement("SELECT id, kind FROM skep_events WHERE id > ?")
                .event_filter(&behind, tables, skip)
                .text(" ORDER BY id LIMIT ?")
                .bind(if is_start { 1 } else { EVENTS_PER_ROW_MAX });
            for row in &self.rows(&statement).await? {
                let mut cells = row.cells();
                let last_id = cells.integer()?;
                let (_, count) = kind_of(cells.text()?)?;
                beside += if is_start {
                    (end - (last_id - count)).max(0)
                } else {
                    (last_id - end).min(count)
                };
            }
        }
        Ok(beside)
    }

    /// How many events happened at or after `at` (seconds since the epoch), and whether that is all: only the last rows are
    /// looked at, because times have no index.
    pub async fn event_count_since(&mut self, at: i64) -> Result<(i64, bool)> {
        let statement = self
            .statement("SELECT id, kind, occurred_at FROM skep_events ORDER BY id DESC LIMIT ?")
            .bind(EVENT_ROWS_COUNTED_MAX);
        let rows = self.rows(&statement).await?;
        let mut count = 0;
        for row in &rows {
            let mut cells = row.cells();
            cells.integer()?;
            let (_, events) = kind_of(cells.text()?)?;
            if cells.integer()? < at {
                return Ok((count, true));
            }
            count += events;
        }
        Ok((count, rows.len() < EVENT_ROWS_COUNTED_MAX))
    }

    /// Removes up to `limit` of the oldest events if they happened before `at` (seconds since the epoch), and gives
    /// their number. The log is cut at its beginning only, so it never gets a hole.
    pub async fn event_delete_before(&mut self, at: i64, limit: usize) -> Result<u64> {
        let statement = self
            .statement("SELECT id, kind, occurred_at FROM skep_events ORDER BY id LIMIT ?")
            .bind(limit);
        let mut last = None;
        let mut removed = 0;
        for row in &self.rows(&statement).await? {
            let mut cells = row.cells();
            let id = cells.integer()?;
            let (_, count) = kind_of(cells.text()?)?;
            if cells.integer()? >= at {
                break;
            }
            last = Some(id);
            removed += count.unsigned_abs();
        }
        let Some(last) = last else {
            return Ok(0);
        };
        let statement = self
            .statement("DELETE FROM skep_events WHERE id <= ?")
            .bind(last);
        self.execute(&statement).await?;
        Ok(removed)
    }
}

impl EventFilter {
    /// Whether a number lies in what is asked for.
    fn has_room_for(&self, id: i64) -> bool {
        id > self.after && self.up_to.is_none_or(|up_to| id <= up_to)
    }
}

fn event_of(head: EventHead, at: i64, body: EventBody) -> Result<Event, Failure> {
    let kind = head
        .kind
        .ok_or_else(|| Failure::fault("an event without a kind"))?;
    Ok(Event {
        id: head.id,
        at,
        event: NewEvent {
            kind,
            catalog: head.catalog,
            database: head.database,
            table: head.table,
            body,
        },
    })
}

/// How many rows like these one statement fetches.
fn rows_per_statement(rows: &[Row]) -> Result<usize, Failure> {
    let mut stored = 0;
    for row in rows {
        stored += EventRow::new(row)?.body.len();
    }
    let each = (stored / rows.len().max(1)).max(1);
    Ok((STORED_BYTES_PER_STATEMENT / each).clamp(1, EVENTS_PER_STATEMENT_MAX))
}
