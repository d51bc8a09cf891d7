//! The events of partitions.

use crate::model::{EventBody, EventKind, NewEvent, Partition, Table};
use std::sync::Arc;

/// Partitions that were added or dropped together.
pub(crate) fn partitions_event(
    kind: EventKind,
    table: &Table,
    partitions: Vec<Partition>,
) -> NewEvent {
    let body = EventBody::Partitions {
        table: Arc::new(table.clone()),
        partitions,
    };
    event(kind, table, body)
}

/// Partitions that were changed, each before and after: an event each, which share their table.
pub(crate) fn change_events(
    table: &Table,
    changes: impl IntoIterator<Item = (Partition, Partition)>,
) -> Vec<NewEvent> {
    let shared = Arc::new(table.clone());
    let events = changes.into_iter().map(|(before, after)| {
        let body = EventBody::PartitionChange {
            table: Arc::clone(&shared),
            before: Box::new(before),
            after: Box::new(after),
        };
        event(EventKind::AlterPartition, table, body)
    });
    events.collect()
}

fn event(kind: EventKind, table: &Table, body: EventBody) -> NewEvent {
    NewEvent {
        kind,
        catalog: table.at.catalog.clone(),
        database: Some(table.at.database.clone()),
        table: Some(table.at.table.clone()),
        body,
    }
}
