//! Events as rows: the log of what changed, numbered without gaps in the order of the commits.
//!
//! The counter's row stays locked from the first append of a transaction to its end. So an append is the last thing a
//! transaction does, and whoever has seen event n has seen the effects of all events up to n.

use crate::error::Result;
use crate::model::{Event, EventKind, Name, NewEvent, StorageDescriptor};
use crate::store::form::event::{EventForm, body_bytes, body_form, body_of, descriptors_of};
use crate::store::sql::failure::Failure;
use crate::store::sql::limits::{OBJECT_NAME_BYTES_MAX, check_length};
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;
use crate::store::sql::statement::{Statement, rows_in_next_statement};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Most events that one SELECT fetches with their bodies.
const EVENTS_PER_STATEMENT_MAX: usize = 100;
/// Stored bytes of bodies, mostly compressed, after which a listing stops.
const BYTES_PER_LIST_MAX: usize = 4 * 1024 * 1024;

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

fn head_of(row: &Row) -> Result<(EventHead, i64, &[u8]), Failure> {
    let mut cells = row.cells();
    let head = EventHead {
        id: cells.integer()?,
        kind: EventKind::parse(cells.text()?),
        catalog: Name::new(cells.text()?),
        database: cells.text_or_null()?.map(Name::new),
        table: cells.text_or_null()?.map(Name::new),
    };
    Ok((head, cells.integer()?, cells.bytes()?))
}

impl<'a> Statement<'a> {
    fn event_filter(self, filter: &'a EventFilter, tables: &[&'a str], skip: &[&'a str]) -> Self {
        let mut statement = self.bind(filter.after);
        if let Some(up_to) = filter.up_to {
            statement = statement.text(" AND id <= ?").bind(up_to);
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
        statement
    }
}

impl Session {
    /// Appends events of one moment (`at`, seconds since the epoch) and gives their numbers. The last thing that a
    /// transaction does.
    pub async fn event_append(&mut self, at: i64, events: &[NewEvent]) -> Result<Range<i64>> {
        let mut bodies = Vec::with_capacity(events.len());
        for event in events {
            for name in [
                Some(&event.catalog),
                event.database.as_ref(),
                event.table.as_ref(),
            ] {
                check_length("name", name.map_or("", Name::as_str), OBJECT_NAME_BYTES_MAX)?;
            }
            let ids = self.descriptor_ids(&descriptors_of(&event.body)).await?;
            bodies.push(body_bytes(&body_form(&event.body, &ids)?)?);
        }
        let count = i64::try_from(events.len()).map_err(Failure::fault)?;
        let ids = self.sequence_advance("event", count).await?;
        let rows: Vec<_> = ids.clone().zip(events.iter().zip(&bodies)).collect();
        let mut rest = rows.as_slice();
        while !rest.is_empty() {
            let count =
                rows_in_next_statement(self.dialect(), 7, rest, |(_, (_, body))| body.len());
            let (chunk, later) = rest.split_at(count);
            let rows = chunk.iter().map(|(id, (event, body))| {
                [
                    (*id).into(),
                    at.into(),
                    event.kind.as_str().into(),
                    event.catalog.as_str().into(),
                    event.database.as_ref().map(Name::as_str).into(),
                    event.table.as_ref().map(Name::as_str).into(),
                    body.as_slice().into(),
                ]
            });
            let statement = self
                .statement(
                    "INSERT INTO skep_events
                        (id, occurred_at, kind, catalog_name, database_name, table_name, body)
                     VALUES ",
                )
                .rows(rows);
            self.execute(&statement).await?;
            rest = later;
        }
        Ok(ids)
    }

    /// The number of the last committed event, 0 for none. One tiny query: the barrier of every cached read.
    pub async fn event_last_id(&mut self) -> Result<i64> {
        let statement =
            self.statement("SELECT next_value FROM skep_sequences WHERE name = 'event'");
        let row = self.row(&statement).await?;
        Ok(row.map_or(Ok(1), |row| row.cells().integer())? - 1)
    }

    /// The number of the oldest event that is kept, 0 for none.
    pub async fn event_first_id(&mut self) -> Result<i64> {
        let statement = self.statement("SELECT id FROM skep_events ORDER BY id LIMIT 1");
        let row = self.row(&statement).await?;
        Ok(row.map_or(Ok(0), |row| row.cells().integer())?)
    }

    /// The next events that a filter lets through, in order: `limit` of them, or fewer when they are large, but at
    /// least one where there is one. A reader goes on after the last one it got until it gets none.
    pub async fn event_list(&mut self, filter: &EventFilter, limit: usize) -> Result<Vec<Event>> {
        let mut next = filter.clone();
        let mut events = Vec::new();
        let mut bytes = 0;
        while events.len() < limit && bytes < BYTES_PER_LIST_MAX {
            let most = (limit - events.len()).min(EVENTS_PER_STATEMENT_MAX);
            let rows = self.event_rows(&next, most).await?;
            for row in &rows {
                let (head, _, body) = head_of(row)?;
                next.after = head.id;
                bytes += body.len();
            }
            events.append(&mut self.events_of(&rows).await?);
            if rows.len() < most {
                break;
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

    async fn events_of(&mut self, rows: &[Row]) -> Result<Vec<Event>, Failure> {
        let mut forms: Vec<(EventHead, i64, EventForm<'static>)> = Vec::with_capacity(rows.len());
        for row in rows {
            let (head, at, body) = head_of(row)?;
            if head.kind.is_none() {
                tracing::warn!(
                    id = head.id,
                    "an event of a newer version of skep is left out"
                );
                continue;
            }
            forms.push((head, at, body_of(body)?));
        }
        let mut ids = Vec::new();
        for (_, _, form) in &forms {
            form.descriptor_ids(&mut ids);
        }
        let descriptors = self.descriptor_list(&ids).await?;
        forms
            .into_iter()
            .map(|(head, at, form)| event_of(head, at, form, &descriptors))
            .collect()
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
        let rows = self.rows(&statement).await?;
        let heads = rows.iter().map(|row| head_of(row).map(|(head, _, _)| head));
        Ok(heads.collect::<Result<_, Failure>>()?)
    }

    /// How many events a filter lets through.
    pub async fn event_count(&mut self, filter: &EventFilter) -> Result<i64> {
        let tables: Vec<&str> = filter.tables.iter().map(Name::as_str).collect();
        let skip: Vec<&str> = filter.skip.iter().map(|kind| kind.as_str()).collect();
        let statement = self
            .statement("SELECT COUNT(*) FROM skep_events WHERE id > ?")
            .event_filter(filter, &tables, &skip);
        let row = self.row(&statement).await?;
        Ok(row.map_or(Ok(0), |row| row.cells().integer())?)
    }

    /// Removes up to `limit` of the oldest events if they happened before `at` (seconds since the epoch), and gives
    /// their number. The log is cut at its beginning only, so it never gets a hole.
    pub async fn event_delete_before(&mut self, at: i64, limit: usize) -> Result<u64> {
        let statement = self
            .statement("SELECT id, occurred_at FROM skep_events ORDER BY id LIMIT ?")
            .bind(limit);
        let mut last = None;
        for row in &self.rows(&statement).await? {
            let mut cells = row.cells();
            let id = cells.integer()?;
            if cells.integer()? >= at {
                break;
            }
            last = Some(id);
        }
        let Some(last) = last else {
            return Ok(0);
        };
        let statement = self
            .statement("DELETE FROM skep_events WHERE id <= ?")
            .bind(last);
        Ok(self.execute(&statement).await?)
    }
}

fn event_of(
    head: EventHead,
    at: i64,
    form: EventForm<'static>,
    descriptors: &HashMap<i64, Arc<StorageDescriptor>>,
) -> Result<Event, Failure> {
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
            body: form.into_body(descriptors)?,
        },
    })
}
