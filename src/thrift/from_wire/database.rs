//! Databases.

use super::name;
use super::{parameters, text};
use crate::catalog::DatabaseSpec;
use crate::error::Result;
use crate::model::{DatabaseRef, PrincipalType};
use hms::{Protocol, types};

/// The place and the definition of a database.
pub(in crate::thrift) fn database(
    wire: &types::Database<'_>,
) -> Result<(DatabaseRef, DatabaseSpec)> {
    let at = name::database_in(wire.catalog_name, wire.name, "database.name")?;
    Ok((at, spec(wire)))
}

/// The definition alone: an alter ignores the name inside.
pub(in crate::thrift) fn spec(wire: &types::Database<'_>) -> DatabaseSpec {
    DatabaseSpec {
        description: text(wire.description),
        location: text(wire.location_uri),
        managed_location: text(wire.managed_location_uri),
        parameters: parameters(wire.parameters.as_deref()),
        owner: text(wire.owner_name),
        owner_type: wire.owner_type.map(|kind| PrincipalType(kind.0)),
        unknown_fields: unknown_fields(wire),
    }
}

/// The fields the domain does not interpret, as a database of their own; empty where there are none.
fn unknown_fields(wire: &types::Database<'_>) -> Vec<u8> {
    let kept = types::Database {
        r#type: wire.r#type,
        connector_name: wire.connector_name,
        remote_dbname: wire.remote_dbname,
        ..Default::default()
    };
    if kept == types::Database::default() {
        return Vec::new();
    }
    let mut bytes = Vec::new();
    Protocol::Binary.encode(&kept, &mut bytes);
    bytes
}
