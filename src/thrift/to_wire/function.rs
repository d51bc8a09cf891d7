//! Functions.

use super::seconds;
use crate::model::Function;
use hms::types;

/// A function. The resources are never absent: clients walk them without looking.
pub(in crate::thrift) fn function(function: &Function) -> types::Function<'_> {
    types::Function {
        function_name: Some(function.at.name.as_str()),
        db_name: Some(function.at.database.as_str()),
        class_name: function.class_name.as_deref(),
        owner_name: function.owner.as_deref(),
        owner_type: function.owner_type.map(|kind| types::PrincipalType(kind.0)),
        create_time: Some(seconds(function.created_at)),
        function_type: function.function_type.map(types::FunctionType),
        resource_uris: Some(
            function
                .resources
                .iter()
                .map(|resource| types::ResourceUri {
                    resource_type: resource.resource_type.map(types::ResourceType),
                    uri: resource.uri.as_deref(),
                })
                .collect(),
        ),
        cat_name: Some(function.at.catalog.as_str()),
    }
}
