//! Errors, as RFC 9457 has them, with members of our own.

use crate::error::Entity;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Why a request failed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemView {
    /// The kind of problem, the same for every occurrence: `urn:skep:problem:` and a slug such as `not-found`
    #[serde(rename = "type")]
    #[schema(example = "urn:skep:problem:not-found")]
    pub kind: String,
    /// The kind in words
    pub title: String,
    /// The status of the response
    pub status: u16,
    /// This occurrence in words
    pub detail: String,
    /// Whether the same request may succeed when it is sent again
    pub retryable: bool,
    /// The thing it is about
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<SubjectView>,
    /// The field of the body (`partitions[3].values`) or the query parameter at fault
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

impl ProblemView {
    /// The slug of the kind, such as `not-found`.
    pub fn slug(&self) -> &str {
        self.kind.rsplit(':').next().unwrap_or_default()
    }
}

/// The thing a problem is about.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[schema(as = Subject)]
pub struct SubjectView {
    /// What it is: `catalog`, `database`, `table`, `partition`, `source`, `alert`, …
    pub kind: String,
    /// The catalog it stands in
    #[serde(skip_serializing_if = "Option::is_none")]
    pub catalog: Option<String>,
    /// The database it stands in
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// The table it stands in
    #[serde(skip_serializing_if = "Option::is_none")]
    pub table: Option<String>,
    /// Its own name
    pub name: String,
}

impl SubjectView {
    /// What an error speaks of, where it is a thing with a name.
    pub fn of(entity: &Entity) -> Option<Self> {
        let (kind, name) = match entity {
            Entity::Catalog(name) => ("catalog", name.to_string()),
            Entity::Database(at) => ("database", at.database.to_string()),
            Entity::Table(at) => ("table", at.table.to_string()),
            Entity::Partition(_, name) => ("partition", name.clone()),
            Entity::Function(at) => ("function", at.name.to_string()),
            Entity::Lock(id) => ("lock", id.to_string()),
            Entity::Transaction(id) => ("transaction", id.to_string()),
            Entity::Statistics { column, .. } => ("statistics", column.to_string()),
            Entity::Own { kind, name } => (*kind, name.clone()),
            Entity::Worded(_) => return None,
        };
        let mut view = Self {
            kind: kind.to_owned(),
            name,
            ..Self::default()
        };
        match entity {
            Entity::Catalog(_)
            | Entity::Lock(_)
            | Entity::Transaction(_)
            | Entity::Own { .. }
            | Entity::Worded(_) => {}
            Entity::Database(at) => view.catalog = Some(at.catalog.to_string()),
            Entity::Table(at) => {
                view.catalog = Some(at.catalog.to_string());
                view.database = Some(at.database.to_string());
            }
            Entity::Function(at) => {
                view.catalog = Some(at.catalog.to_string());
                view.database = Some(at.database.to_string());
            }
            Entity::Partition(at, _) | Entity::Statistics { of: at, .. } => {
                view.catalog = Some(at.catalog.to_string());
                view.database = Some(at.database.to_string());
                view.table = Some(at.table.to_string());
            }
        }
        Some(view)
    }
}
