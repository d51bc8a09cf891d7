//! An event as followers want to know it: what changed, by name, without the objects.

use super::{Event, EventBody, EventKind, Name};

/// What an event tells of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventDigest {
    /// Its number: without gaps, in the order of the commits.
    pub id: i64,
    /// When it happened, in seconds since the epoch.
    pub at: i64,
    /// What happened.
    pub kind: EventKind,
    /// The catalog.
    pub catalog: Name,
    /// The database, where there is one.
    pub database: Option<Name>,
    /// The table, where there is one.
    pub table: Option<Name>,
    /// The new name of a table that was renamed: `sales.orders`.
    pub renamed_to: Option<String>,
    /// The names of the partitions it is about.
    pub partitions: Vec<String>,
    /// The files that a writer told of.
    pub files: Vec<String>,
}

impl From<Event> for EventDigest {
    fn from(stored: Event) -> Self {
        let event = stored.event;
        let mut digest = Self {
            id: stored.id,
            at: stored.at,
            kind: event.kind,
            catalog: event.catalog,
            database: event.database,
            table: event.table,
            renamed_to: None,
            partitions: Vec::new(),
            files: Vec::new(),
        };
        match event.body {
            EventBody::Database(_)
            | EventBody::DatabaseChange { .. }
            | EventBody::Table(_)
            | EventBody::Function(_) => {}
            EventBody::TableChange { before, after, .. } => {
                if before.at != after.at {
                    digest.renamed_to = Some(format!("{}.{}", after.at.database, after.at.table));
                }
            }
            EventBody::Partitions { partitions, .. } => {
                digest.partitions = partitions.into_iter().map(|one| one.name).collect();
            }
            EventBody::PartitionChange { after, .. } => digest.partitions.push(after.name),
            EventBody::Insert {
                partition, files, ..
            } => {
                digest.partitions.extend(partition.map(|one| one.name));
                digest.files = files;
            }
            EventBody::Statistics { partition, .. } => digest.partitions.extend(partition),
        }
        digest
    }
}

impl EventDigest {
    /// Bytes that it holds in memory, about.
    pub fn bytes(&self) -> usize {
        let texts = self.partitions.iter().chain(&self.files);
        size_of::<Self>()
            + texts
                .map(|text| size_of::<String>() + text.len())
                .sum::<usize>()
    }
}
