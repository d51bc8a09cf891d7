//! Databases.

use super::{parameters, seconds};
use crate::model::{Database, Location};
use hms::{Protocol, types};

/// A database. An owner never comes without its type: Trino and Presto fail on that.
pub(in crate::thrift) fn database(database: &Database) -> types::Database<'_> {
    let unknown: types::Database<'_> = if database.unknown_fields.is_empty() {
        types::Database::default()
    } else {
        Protocol::Binary
            .decode(&database.unknown_fields)
            .unwrap_or_default()
    };
    types::Database {
        name: Some(database.at.database.as_str()),
        description: database.description.as_deref(),
        location_uri: Some(database.location.as_str()),
        parameters: parameters(&database.parameters),
        owner_name: database.owner.as_deref(),
        owner_type: database.owner_type.map(|kind| types::PrincipalType(kind.0)),
        catalog_name: Some(database.at.catalog.as_str()),
        create_time: Some(seconds(database.created_at)),
        managed_location_uri: database.managed_location.as_ref().map(Location::as_str),
        ..unknown
    }
}
