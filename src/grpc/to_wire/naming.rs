//! Names that follow no pattern, and kits, as messages.

use super::column;
use crate::catalog::{CatalogSettings, LintPlace, Offender};
use crate::kit::Kit;
use skep_wire::v1;

/// The patterns in force.
pub(in crate::grpc) fn naming_rules(settings: &CatalogSettings) -> v1::NamingRules {
    v1::NamingRules {
        policy: settings.naming_policy.to_string(),
        databases: settings.naming.database_patterns(),
        tables: settings.naming.table_patterns(),
    }
}

/// A place of the walk over all names.
pub(in crate::grpc) fn lint_place(place: &LintPlace) -> v1::LintPlace {
    v1::LintPlace {
        database: place.database.to_string(),
        table: place.table.as_ref().map(ToString::to_string),
    }
}

/// A name that follows no pattern.
pub(in crate::grpc) fn offender(offender: Offender) -> v1::Offender {
    v1::Offender {
        place: Some(lint_place(&offender.at)),
        at_byte: offender.breach.at as u64,
        reason: offender.breach.reason,
        pattern: offender.breach.pattern,
    }
}

/// A ready table.
pub(in crate::grpc) fn kit(kit: &Kit) -> v1::Kit {
    v1::Kit {
        name: kit.name.to_owned(),
        title: kit.title.to_owned(),
        layout: kit.layout.to_owned(),
        columns: kit.columns().iter().map(column).collect(),
        partition_keys: kit.partition_keys().iter().map(column).collect(),
    }
}
