//! Discovery: where tables stand, what they ask for, their runs and what was left out.

use super::{CatalogQuery, settings_refused};
use crate::catalog::ParameterChanges;
use crate::model::{DISCOVERY_PROPERTY_PREFIX, Name, Table, TableRef};
use crate::rest::asked::Asked;
use crate::rest::extract::{Body, Query, Segments, table_at};
use crate::rest::paging::{page_of, page_size};
use crate::rest::problem::Problem;
use crate::rest::view::discovery::{
    DiscoveryListView, DiscoveryView, PatchDiscovery, PutDiscovery,
};
use crate::rest::view::explanation::ExplanationView;
use crate::rest::view::run::{RunListView, RunView, SkippedListView, SkippedView};
use axum::Json;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct ListQuery {
    /// Only tables of this catalog; by default those of all
    catalog: Option<String>,
    /// Only tables after this number: `next` of the page before
    #[serde(default)]
    after: i64,
    /// Tables of a page: 1 to 1000, by default 100
    limit: Option<usize>,
}

/// List the tables that opted in, with where each stands
#[utoipa::path(get, path = "/discovery", tag = "discovery", operation_id = "discovery_list",
    params(ListQuery),
    responses((status = 200, description = "A page of tables", body = DiscoveryListView)))]
pub(in crate::rest) async fn list(
    asked: Asked,
    Query(query): Query<ListQuery>,
) -> Result<Json<DiscoveryListView>, Problem> {
    let size = page_size(query.limit)?;
    let catalog = query.catalog.as_deref().map(Name::new);
    let (page, next) = asked
        .discovery()
        .discovery_statuses(catalog.as_ref(), query.after, size)
        .await?;
    let tables = page.into_iter().map(DiscoveryView::from).collect();
    Ok(Json(DiscoveryListView { tables, next }))
}

/// Show where a table's discovery stands
#[utoipa::path(get, path = "/databases/{database}/tables/{table}/discovery", tag = "discovery",
    operation_id = "discovery_get",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"), CatalogQuery),
    responses((status = 200, description = "Where it stands", body = DiscoveryView)))]
pub(in crate::rest) async fn get(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<CatalogQuery>,
) -> Result<Json<DiscoveryView>, Problem> {
    let at = table_at(query.catalog.as_deref(), &place);
    Ok(Json(asked.discovery().discovery_status(&at).await?.into()))
}

/// Set what a table asks of discovery
///
/// It sets the table's properties `skep.discovery…`, as any engine can; those that are not given are removed. What
/// makes no sense is refused and changes nothing. Hive's own properties stay as they are.
#[utoipa::path(put, path = "/databases/{database}/tables/{table}/discovery", tag = "discovery",
    operation_id = "discovery_put",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"), CatalogQuery),
    request_body = PutDiscovery,
    responses((status = 200, description = "Where it stands", body = DiscoveryView)))]
pub(in crate::rest) async fn put(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<CatalogQuery>,
    Body(wanted): Body<PutDiscovery>,
) -> Result<Json<DiscoveryView>, Problem> {
    let at = table_at(query.catalog.as_deref(), &place);
    let table = asked.catalog().table_get(&at).await?;
    let changes = replacing(&table, wanted);
    set(&asked, &table.at, &changes).await
}

/// Change what a table asks of discovery
///
/// What is not given stays as it is, also where it is switched off: so it is switched on again as it was.
#[utoipa::path(patch, path = "/databases/{database}/tables/{table}/discovery", tag = "discovery",
    operation_id = "discovery_patch",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"), CatalogQuery),
    request_body = PatchDiscovery,
    responses((status = 200, description = "Where it stands", body = DiscoveryView)))]
pub(in crate::rest) async fn patch(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<CatalogQuery>,
    Body(wanted): Body<PatchDiscovery>,
) -> Result<Json<DiscoveryView>, Problem> {
    let at = table_at(query.catalog.as_deref(), &place);
    let settings = wanted.settings.into_iter();
    let mut changes: ParameterChanges = ParameterChanges(
        settings
            .map(|(name, value)| (property(&name), value))
            .collect(),
    );
    if let Some(on) = wanted.on {
        switch(&mut changes, on);
    }
    set(&asked, &at, &changes).await
}

/// Forget all that a table asks of discovery
///
/// Its properties `skep.discovery…` go; Hive's own stay as they are. Partitions stay.
#[utoipa::path(delete, path = "/databases/{database}/tables/{table}/discovery", tag = "discovery",
    operation_id = "discovery_delete",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"), CatalogQuery),
    responses((status = 204, description = "It is forgotten")))]
pub(in crate::rest) async fn delete(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<CatalogQuery>,
) -> Result<StatusCode, Problem> {
    let at = table_at(query.catalog.as_deref(), &place);
    asked.discovery().discovery_reset(&at).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The property that a setting stands for.
pub(super) fn property(name: &str) -> String {
    format!("{DISCOVERY_PROPERTY_PREFIX}.{name}")
}

fn switch(changes: &mut ParameterChanges, on: bool) {
    let key = DISCOVERY_PROPERTY_PREFIX.to_owned();
    changes
        .0
        .insert(key, Some(if on { "on" } else { "off" }.to_owned()));
}

async fn set(
    asked: &Asked,
    at: &TableRef,
    changes: &ParameterChanges,
) -> Result<Json<DiscoveryView>, Problem> {
    let set = asked.discovery().discovery_set(at, changes).await;
    let status = set.map_err(|error| settings_refused(error, &property(""), "on"))?;
    Ok(Json(status.into()))
}

/// What becomes of the table's properties: those of discovery are replaced as a whole.
fn replacing(table: &Table, wanted: PutDiscovery) -> ParameterChanges {
    let present = table.parameters.keys();
    let old = present.filter(|key| key.starts_with(DISCOVERY_PROPERTY_PREFIX));
    let mut changes: ParameterChanges =
        ParameterChanges(old.map(|key| (key.clone(), None)).collect());
    for (name, value) in wanted.settings {
        changes.0.insert(property(&name), Some(value));
    }
    switch(&mut changes, wanted.on);
    changes
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct RunsQuery {
    /// The catalog, `hive` by default
    catalog: Option<String>,
    /// Only runs before this number: `next` of the page before
    before: Option<i64>,
    /// Runs of a page: 1 to 1000, by default 100
    limit: Option<usize>,
}

/// List the runs of a table that changed something, failed or were asked for
#[utoipa::path(get, path = "/databases/{database}/tables/{table}/discovery/runs", tag = "discovery",
    operation_id = "discovery_runs",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"), RunsQuery),
    responses((status = 200, description = "A page of runs", body = RunListView)))]
pub(in crate::rest) async fn runs(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<RunsQuery>,
) -> Result<Json<RunListView>, Problem> {
    let size = page_size(query.limit)?;
    let at = table_at(query.catalog.as_deref(), &place);
    let found = asked
        .discovery()
        .discovery_runs(&at, query.before, size + 1)
        .await?;
    let views = found.into_iter().map(RunView::from).collect();
    let (runs, next) = page_of(views, size, |run: &RunView| run.id);
    Ok(Json(RunListView { runs, next }))
}

/// Undo a run, as far as nobody has changed since what it did; the table's schedule stands still from then on
#[utoipa::path(post, path = "/databases/{database}/tables/{table}/discovery/runs/{run}/undo", tag = "discovery",
    operation_id = "discovery_undo",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"),
        ("run" = i64, Path, description = "The run's number"), CatalogQuery),
    responses((status = 200, description = "The run that undid it", body = RunView)))]
pub(in crate::rest) async fn undo(
    asked: Asked,
    Segments((database, table, run)): Segments<(String, String, i64)>,
    Query(query): Query<CatalogQuery>,
) -> Result<Json<RunView>, Problem> {
    let at = table_at(query.catalog.as_deref(), &(database, table));
    let undone = asked.discovery().discovery_undo(&at, run).await?;
    let metrics = asked.shared.port.metrics.discovery();
    metrics.ran(undone.cause, undone.outcome, &undone.counts);
    Ok(Json(undone.into()))
}

/// Let a table's schedule go on after an undo
#[utoipa::path(post, path = "/databases/{database}/tables/{table}/discovery/resume", tag = "discovery",
    operation_id = "discovery_resume",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"), CatalogQuery),
    responses((status = 200, description = "Where it stands", body = DiscoveryView)))]
pub(in crate::rest) async fn resume(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<CatalogQuery>,
) -> Result<Json<DiscoveryView>, Problem> {
    let at = table_at(query.catalog.as_deref(), &place);
    asked.discovery().discovery_resume(&at).await?;
    Ok(Json(asked.discovery().discovery_status(&at).await?.into()))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct SkippedQuery {
    /// The catalog, `hive` by default
    catalog: Option<String>,
    /// Only paths after this one: `next` of the page before
    #[serde(default)]
    after: String,
    /// Directories of a page: 1 to 1000, by default 100
    limit: Option<usize>,
}

/// List the directories of a table that discovery met and left out, with the reasons
#[utoipa::path(get, path = "/databases/{database}/tables/{table}/discovery/skipped", tag = "discovery",
    operation_id = "discovery_skipped",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"), SkippedQuery),
    responses((status = 200, description = "A page of directories", body = SkippedListView)))]
pub(in crate::rest) async fn skipped(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<SkippedQuery>,
) -> Result<Json<SkippedListView>, Problem> {
    let size = page_size(query.limit)?;
    let at = table_at(query.catalog.as_deref(), &place);
    let found = asked
        .discovery()
        .discovery_skips(&at, &query.after, size + 1)
        .await?;
    let views = found.into_iter().map(SkippedView::from).collect();
    let (skipped, next) = page_of(views, size, |one: &SkippedView| one.path.clone());
    Ok(Json(SkippedListView { skipped, next }))
}

/// Say why a partition is there, or is not: it looks at each of its places
#[utoipa::path(get, path = "/databases/{database}/tables/{table}/partitions/{partition}/explain",
    tag = "discovery", operation_id = "partition_explain",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"),
        ("partition" = String, Path,
            description = "The partition's name, percent-encoded as one segment: dt=2026-11-22%2Fhour=10"),
        CatalogQuery),
    responses((status = 200, description = "What is known of it", body = ExplanationView)))]
pub(in crate::rest) async fn explain(
    asked: Asked,
    Segments((database, table, partition)): Segments<(String, String, String)>,
    Query(query): Query<CatalogQuery>,
) -> Result<Json<ExplanationView>, Problem> {
    let at = table_at(query.catalog.as_deref(), &(database, table));
    let explanation = asked.discovery().discovery_explain(&at, &partition).await?;
    Ok(Json(explanation.into()))
}
