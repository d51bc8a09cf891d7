//! The resources of the REST interface, one file each. A handler says its path and its answers to the `OpenAPI`
//! document, turns what was sent into the catalog's words, calls the catalog, and gives its answer as a view.

pub(super) mod alerts;
pub(super) mod calendar;
pub(super) mod catalogs;
pub(super) mod changes;
pub(super) mod channels;
pub(super) mod databases;
pub(super) mod discovery;
pub(super) mod discovery_run;
pub(super) mod event_stream;
pub(super) mod events;
pub(super) mod freshness;
pub(super) mod functions;
pub(super) mod jobs;
pub(super) mod kits;
pub(super) mod lint;
pub(super) mod locks;
pub(super) mod partition_batches;
pub(super) mod partition_changes;
pub(super) mod partition_lines;
pub(super) mod partitions;
pub(super) mod previews;
pub(super) mod replicas;
pub(super) mod search;
pub(super) mod sources;
pub(super) mod statistics;
pub(super) mod table_rename;
pub(super) mod tables;

use super::problem::Problem;
use crate::error::Error;
use serde::Deserialize;
use utoipa::IntoParams;

/// The query of operations that know nothing but the catalog to ask.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct CatalogQuery {
    /// The catalog, `hive` by default
    catalog: Option<String>,
}

/// What is told where settings are refused: by the name of the one that makes no sense, where it is one of those that begin with
/// `prefix`, else by what `other` names.
fn settings_refused(error: Error, prefix: &str, other: &str) -> Problem {
    let Error::Property(fault) = error else {
        return error.into();
    };
    let name = fault.property.strip_prefix(prefix);
    let field = name.map_or(other.to_owned(), |name| format!("settings.{name}"));
    Problem::field(field, fault.to_string())
}

/// The query of operations that know nothing to ask.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::rest) struct NothingQuery {}
