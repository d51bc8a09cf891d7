//! The notification log: what changed, for readers that follow, and the events that writers announce themselves.

use crate::catalog::{Action, Operations, Resource};
use crate::error::{Entity, Error, Result};
use crate::hive::partition_name;
use crate::model::{Event, EventBody, EventKind, NewEvent, Partition, Table, TableRef};
use crate::store::Session;
use crate::transact;
use async_recursion::async_recursion as boxed;
use std::sync::Arc;

pub use crate::store::EventFilter;

/// What a writer announces: files that it wrote past the catalog, or that others should look again.
#[derive(Debug, Clone)]
pub struct Announcement {
    /// [`EventKind::Insert`] or [`EventKind::Reload`].
    pub kind: EventKind,
    /// The values of the partition; none for the table itself.
    pub partition: Vec<String>,
    /// Whether the files replaced what was there.
    pub replace: bool,
    /// The files.
    pub files: Vec<String>,
}

impl Operations<'_> {
    /// The number of the last event, 0 for none.
    #[boxed]
    pub async fn event_last_id(&self) -> Result<i64> {
        self.authorize(Action::See, Resource::Server).await?;
        self.store.session().await?.event_last_id().await
    }

    /// The next `limit` events that a filter lets through, in order.
    #[boxed]
    pub async fn event_list(&self, filter: &EventFilter, limit: usize) -> Result<Vec<Event>> {
        self.authorize(Action::See, Resource::Server).await?;
        self.store.session().await?.event_list(filter, limit).await
    }

    /// How many events a filter lets through.
    #[boxed]
    pub async fn event_count(&self, filter: &EventFilter) -> Result<i64> {
        self.authorize(Action::See, Resource::Server).await?;
        self.store.session().await?.event_count(filter).await
    }

    /// How many events happened within the last so many seconds, and whether that is all: of a busy catalog only the latest
    /// are counted.
    #[boxed]
    pub async fn event_count_lately(&self, seconds: i64) -> Result<(i64, bool)> {
        self.authorize(Action::See, Resource::Server).await?;
        let since = self.now().saturating_sub(seconds);
        self.store.session().await?.event_count_since(since).await
    }

    /// Appends events that a writer announces about a table, and gives their numbers. Fails with `NotFound` of the table
    /// or a partition.
    #[boxed]
    pub async fn event_announce(
        &self,
        at: &TableRef,
        announced: &[Announcement],
    ) -> Result<Vec<i64>> {
        self.authorize(Action::Write, Resource::Table(at)).await?;
        let now = self.now();
        transact!(self.store, |session| {
            let table = session
                .table_get(at)
                .await?
                .ok_or_else(|| Error::NotFound(Entity::Table(at.clone())))?;
            let table = Arc::new(table);
            let mut events = Vec::with_capacity(announced.len());
            for one in announced {
                let partition = partition_of(session, &table, &one.partition).await?;
                events.push(NewEvent {
                    kind: one.kind,
                    catalog: at.catalog.clone(),
                    database: Some(at.database.clone()),
                    table: Some(at.table.clone()),
                    body: EventBody::Insert {
                        table: Arc::clone(&table),
                        partition: partition.map(Box::new),
                        replace: one.replace,
                        files: one.files.clone(),
                    },
                });
            }
            Ok(session.event_append(now, &events).await?.collect())
        })
    }
}

async fn partition_of(
    session: &mut Session,
    table: &Table,
    values: &[String],
) -> Result<Option<Partition>> {
    if values.is_empty() {
        return Ok(None);
    }
    let keys: Vec<&str> = table
        .partition_keys
        .iter()
        .map(|key| key.name.as_str())
        .collect();
    let name = partition_name::make_name(&keys, values)
        .map_err(|failure| Error::Invalid(failure.to_string()))?;
    match session.partition_get(table.id, &name).await? {
        Some(partition) => Ok(Some(partition)),
        None => Err(Error::NotFound(Entity::Partition(
            table.at.clone(),
            format!("[{}]", values.join(", ")),
        ))),
    }
}
