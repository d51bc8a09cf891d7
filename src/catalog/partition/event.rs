//! The events of partitions.

use crate::model::{EventBody, EventKind, NewEvent, Partition, Table};

/// Partitions that were added or dropped together.
pub(crate) fn partitions_event(
    kind: EventKind,
    table: &Table,
    partitions: Vec<Partition>,
) -> NewEvent {
    let body = EventBody::Partitions {
        table: Box::new(table.clone()),
        partitions,
    };
    event(kind, table, body)
}

/// A partition that was changed.
pub(crate) fn change_event(table: &Table, before: Partition, after: Partition) -> NewEvent {
    let body = EventBody::PartitionChange {
        table: Box::new(table.clone()),
        before: Box::new(before),
        after: Box::new(after),
    };
    event(EventKind::AlterPartition, table, body)
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
