//! Databases.

use super::moment;
use crate::catalog::{DatabaseChange, DatabaseSpec, ParameterChanges};
use crate::model::{Database, Location, Parameters};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A database.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Database)]
pub struct DatabaseView {
    /// The catalog it stands in
    pub catalog: String,
    /// Its name
    pub name: String,
    /// What it is for
    pub description: Option<String>,
    /// Where its tables go
    pub location: String,
    /// Where its managed tables go instead
    pub managed_location: Option<String>,
    /// The owner
    pub owner: Option<String>,
    /// When it was made
    #[schema(format = DateTime)]
    pub created_at: Option<String>,
    /// Properties
    pub parameters: BTreeMap<String, String>,
}

/// A page of databases.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = DatabaseList)]
pub struct DatabaseListView {
    /// The databases, by name
    pub databases: Vec<DatabaseView>,
    /// What to pass as `after` for the next page; absent on the last one
    pub next: Option<String>,
}

/// A new database.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewDatabase {
    /// Its name: printable ASCII; letters, digits and underscores suit every engine
    #[schema(example = "shop", min_length = 1, pattern = r"^[ -\[\]-_a-~]+$")]
    pub name: String,
    /// What it is for
    pub description: Option<String>,
    /// Where its tables go; by default a directory of the warehouse
    pub location: Option<String>,
    /// Where its managed tables go instead
    pub managed_location: Option<String>,
    /// The owner; by default the server's own user
    pub owner: Option<String>,
    /// Properties
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
}

/// Changes of a database. What is absent stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeDatabase {
    /// What it is for
    pub description: Option<String>,
    /// The new owner
    pub owner: Option<String>,
    /// Properties: a text sets one, null removes it, all others stay
    #[serde(default)]
    pub parameters: BTreeMap<String, Option<String>>,
}

impl From<Database> for DatabaseView {
    fn from(database: Database) -> Self {
        Self {
            catalog: database.at.catalog.to_string(),
            name: database.at.database.to_string(),
            description: database.description,
            location: database.location.to_string(),
            managed_location: database.managed_location.as_ref().map(Location::to_string),
            owner: database.owner,
            created_at: moment(database.created_at),
            parameters: database.parameters,
        }
    }
}

impl From<NewDatabase> for DatabaseSpec {
    fn from(new: NewDatabase) -> Self {
        let parameters: Parameters = new.parameters;
        Self {
            description: new.description,
            location: new.location,
            managed_location: new.managed_location,
            parameters,
            owner: new.owner,
            owner_type: None,
            unknown_fields: Vec::new(),
        }
    }
}

impl From<ChangeDatabase> for DatabaseChange {
    fn from(change: ChangeDatabase) -> Self {
        Self {
            description: change.description,
            owner: change.owner,
            parameters: ParameterChanges(change.parameters),
        }
    }
}
