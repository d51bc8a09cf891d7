//! What front ends do with an error of the core, whatever its form is then: the words for people, and the log.

use crate::error::{Entity, Error};
use crate::model::DEFAULT_CATALOG;
use crate::telemetry::{causes, fault_due};

/// The words of an error for people. Hive's clients expect misses in words that tell people little, so these get better ones.
pub fn words(error: &Error) -> String {
    match error {
        Error::NotFound(Entity::Partition(at, values)) => {
            format!(
                "Partition {values} of {}.{} does not exist",
                at.database, at.table
            )
        }
        Error::NotFound(Entity::Own { .. } | Entity::Worded(_)) => error.to_string(),
        Error::NotFound(entity) => {
            // Names are told without their catalog, of which most servers have one: who named another one may have misspelt it.
            let catalog = entity
                .catalog()
                .filter(|name| name.as_str() != DEFAULT_CATALOG);
            let catalog =
                catalog.map_or_else(String::new, |name| format!(" in the catalog {name}"));
            let verb = match entity {
                Entity::Statistics { .. } => "do",
                _ => "does",
            };
            format!("{entity} {verb} not exist{catalog}")
        }
        other => other.to_string(),
    }
}

/// Logs a failed request. The server's own faults are told with their causes: nobody else sees them.
pub fn failure_log(error: &Error) {
    if let Error::Unavailable { .. } | Error::Internal { .. } = error {
        let error = causes(error);
        if let Some(repeated) = fault_due(&error) {
            tracing::warn!(error, repeated, "a request failed");
        } else {
            tracing::debug!(error, "a request failed");
        }
    } else {
        tracing::debug!(
            error = error as &dyn std::error::Error,
            "a request was refused"
        );
    }
}
