//! Functions.

use super::name;
use super::text;
use crate::error::Result;
use crate::model::{Function, FunctionResource, PrincipalType};
use hms::types;

/// A function as a client defines it. Its id and time are the server's to fill in.
pub(in crate::thrift) fn function(wire: &types::Function<'_>) -> Result<Function> {
    Ok(Function {
        id: 0,
        at: name::function(wire, wire.function_name)?,
        class_name: text(wire.class_name),
        owner: text(wire.owner_name),
        owner_type: wire.owner_type.map(|kind| PrincipalType(kind.0)),
        created_at: 0,
        function_type: wire.function_type.map(|kind| kind.0),
        resources: wire
            .resource_uris
            .iter()
            .flatten()
            .map(|resource| FunctionResource {
                resource_type: resource.resource_type.map(|kind| kind.0),
                uri: text(resource.uri),
            })
            .collect(),
    })
}
