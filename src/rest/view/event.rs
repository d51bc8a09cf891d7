//! Notification events.

use super::moment;
use crate::model::EventDigest;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Something that changed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Event)]
pub struct EventView {
    /// Its number: without gaps, in the order of the commits
    pub id: i64,
    /// When it happened
    #[schema(format = DateTime)]
    pub at: Option<String>,
    /// What happened, under Hive's name
    #[schema(example = "ADD_PARTITION")]
    pub kind: String,
    /// The catalog
    pub catalog: String,
    /// The database, where there is one
    pub database: Option<String>,
    /// The table, where there is one
    pub table: Option<String>,
    /// The new name of a table that was renamed
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub renamed_to: Option<String>,
    /// The names of the partitions it is about
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partitions: Vec<String>,
    /// The files that a writer told of
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<String>,
}

/// A page of events.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = EventList)]
pub struct EventListView {
    /// The events, in order
    pub events: Vec<EventView>,
    /// What to pass as `after` to go on: the number of the last event that was looked at
    pub next: i64,
    /// The number of the last event there is
    pub last: i64,
}

/// An event as a stream of server-sent events has it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = EventMessage)]
pub struct EventMessageView {
    /// The event's number
    pub id: String,
    /// The event in JSON, as in a page of events; absent where only the number is told
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub data: Option<String>,
}

impl From<EventDigest> for EventView {
    fn from(event: EventDigest) -> Self {
        Self {
            id: event.id,
            at: moment(event.at),
            kind: event.kind.as_str().to_owned(),
            catalog: event.catalog.to_string(),
            database: event.database.map(|name| name.to_string()),
            table: event.table.map(|name| name.to_string()),
            renamed_to: event.renamed_to,
            partitions: event.partitions,
            files: event.files,
        }
    }
}
