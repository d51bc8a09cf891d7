//! Appending events. Reading them is in `event.rs`.

use crate::error::Result;
use crate::model::{EventBody, EventKind, Name, NewEvent, Partition, Table};
use crate::store::form::event::{
    body_bytes, body_form, changes_form, descriptors_of, descriptors_of_changes,
};
use crate::store::hive::event::{EVENTS_PER_ROW_MAX, SEVERAL};
use crate::store::sql::failure::Failure;
use crate::store::sql::limits::{OBJECT_NAME_BYTES_MAX, check_length};
use crate::store::sql::session::Session;
use crate::store::sql::statement::rows_in_next_statement;
use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// Bytes of the partitions that share a row, about.
const BYTES_PER_ROW_MAX: usize = 1024 * 1024;

/// A row that is about to be written.
struct NewRow<'e> {
    last_id: i64,
    count: i64,
    kind: Cow<'static, str>,
    event: &'e NewEvent,
    body: Vec<u8>,
}

impl Session {
    /// Appends events of one moment (`at`, seconds since the epoch) and gives their numbers. The last thing that a
    /// transaction does. Changes of partitions that follow each other and share their table share a row too: their table
    /// is packed once, however many they are.
    pub async fn event_append(&mut self, at: i64, events: &[NewEvent]) -> Result<Range<i64>> {
        let mut rows = Vec::new();
        let mut rest = events;
        while let Some(first) = rest.first() {
            let (group, later) = rest.split_at(events_of_one_row(rest));
            for name in [
                Some(&first.catalog),
                first.database.as_ref(),
                first.table.as_ref(),
            ] {
                check_length("name", name.map_or("", Name::as_str), OBJECT_NAME_BYTES_MAX)?;
            }
            rows.push(self.event_row(first, group).await?);
            rest = later;
        }
        let count = i64::try_from(events.len()).map_err(Failure::fault)?;
        let ids = self.sequence_advance("event", count).await?;
        let mut last_id = ids.start - 1;
        for row in &mut rows {
            last_id += row.count;
            row.last_id = last_id;
        }
        let mut rest = rows.as_slice();
        while !rest.is_empty() {
            let count = rows_in_next_statement(self.dialect(), 7, rest, |row| row.body.len());
            let (chunk, later) = rest.split_at(count);
            self.event_rows_insert(at, chunk).await?;
            rest = later;
        }
        Ok(ids)
    }

    /// The row of events that [`events_of_one_row`] put together, still without its number.
    async fn event_row<'e>(
        &mut self,
        first: &'e NewEvent,
        group: &'e [NewEvent],
    ) -> Result<NewRow<'e>, Failure> {
        let kind = first.kind.as_str();
        let (kind, body) = match &first.body {
            EventBody::PartitionChange { table, .. } if group.len() > 1 => {
                let descriptors = descriptors_of_changes(table, group);
                let ids = self.descriptor_ids(&descriptors).await?;
                let body = body_bytes(&changes_form(table, group, &ids)?)?;
                (format!("{kind}{SEVERAL}{}", group.len()).into(), body)
            }
            body => {
                let ids = self.descriptor_ids(&descriptors_of(body)).await?;
                (kind.into(), body_bytes(&body_form(body, &ids)?)?)
            }
        };
        Ok(NewRow {
            last_id: 0,
            count: i64::try_from(group.len()).map_err(Failure::fault)?,
            kind,
            event: first,
            body,
        })
    }

    async fn event_rows_insert(&mut self, at: i64, rows: &[NewRow<'_>]) -> Result<(), Failure> {
        let rows = rows.iter().map(|row| {
            [
                row.last_id.into(),
                at.into(),
                row.kind.as_ref().into(),
                row.event.catalog.as_str().into(),
                row.event.database.as_ref().map(Name::as_str).into(),
                row.event.table.as_ref().map(Name::as_str).into(),
                row.body.as_slice().into(),
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
        Ok(())
    }
}

/// How many of the next events share a row: changes of partitions that share their table, within bounds.
fn events_of_one_row(events: &[NewEvent]) -> usize {
    let mut shared: Option<&Arc<Table>> = None;
    let mut bytes = 0;
    let most = usize::try_from(EVENTS_PER_ROW_MAX).unwrap_or(1);
    let alike = events.iter().take(most).take_while(|event| {
        let EventBody::PartitionChange {
            table,
            before,
            after,
        } = &event.body
        else {
            return false;
        };
        bytes += bytes_of(before) + bytes_of(after);
        let first = *shared.get_or_insert(table);
        Arc::ptr_eq(first, table)
            && event.kind == EventKind::AlterPartition
            && bytes <= BYTES_PER_ROW_MAX
    });
    alike.count().max(1)
}

/// About as many bytes as a partition's form takes.
fn bytes_of(partition: &Partition) -> usize {
    let parameters = partition.parameters.iter();
    let parameters: usize = parameters.map(|(key, value)| key.len() + value.len()).sum();
    let location = partition
        .location
        .as_ref()
        .map_or(0, |place| place.as_str().len());
    parameters + location + 2 * partition.name.len() + 2 * partition.unknown_fields.len()
}
