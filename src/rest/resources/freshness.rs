//! Freshness: what tables expect of their data, what lacks of it, and a look at once.

use super::{CatalogQuery, settings_refused};
use crate::catalog::ParameterChanges;
use crate::model::{EXPECTATION_PROPERTY_PREFIX, Name};
use crate::rest::asked::Asked;
use crate::rest::extract::{Body, Query, Segments, table_at};
use crate::rest::paging::page_size;
use crate::rest::problem::Problem;
use crate::rest::view::freshness::{FreshnessListView, PatchFreshness, TableFreshnessView};
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
    /// Only tables of which data lacks, or of which the last look could tell nothing
    #[serde(default)]
    lacking: bool,
}

/// List the tables that expect data, with where each stands
#[utoipa::path(get, path = "/freshness", tag = "freshness", operation_id = "freshness_list",
    params(ListQuery),
    responses((status = 200, description = "A page of tables", body = FreshnessListView)))]
pub(in crate::rest) async fn list(
    asked: Asked,
    Query(query): Query<ListQuery>,
) -> Result<Json<FreshnessListView>, Problem> {
    let size = page_size(query.limit)?;
    let catalog = query.catalog.as_deref().map(Name::new);
    let (page, next) = asked
        .freshness()
        .freshness_statuses(catalog.as_ref(), query.after, size, query.lacking)
        .await?;
    let tables = page.into_iter().map(TableFreshnessView::from).collect();
    Ok(Json(FreshnessListView { tables, next }))
}

/// Show what a table expects of its data, and what lacks of it
#[utoipa::path(get, path = "/databases/{database}/tables/{table}/freshness", tag = "freshness",
    operation_id = "freshness_get",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"), CatalogQuery),
    responses((status = 200, description = "Where it stands", body = TableFreshnessView)))]
pub(in crate::rest) async fn get(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<CatalogQuery>,
) -> Result<Json<TableFreshnessView>, Problem> {
    let at = table_at(query.catalog.as_deref(), &place);
    Ok(Json(asked.freshness().freshness_status(&at).await?.into()))
}

/// Change what a table expects of its data
///
/// It sets the table's properties `skep.expect.…`, as any engine can. What makes no sense is refused and changes nothing.
#[utoipa::path(patch, path = "/databases/{database}/tables/{table}/freshness", tag = "freshness",
    operation_id = "freshness_patch",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"), CatalogQuery),
    request_body = PatchFreshness,
    responses((status = 200, description = "Where it stands", body = TableFreshnessView)))]
pub(in crate::rest) async fn patch(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<CatalogQuery>,
    Body(wanted): Body<PatchFreshness>,
) -> Result<Json<TableFreshnessView>, Problem> {
    let at = table_at(query.catalog.as_deref(), &place);
    let settings = wanted.settings.into_iter();
    let settings =
        settings.map(|(name, value)| (format!("{EXPECTATION_PROPERTY_PREFIX}{name}"), value));
    let changes = ParameterChanges(settings.collect());
    let set = asked.freshness().freshness_set(&at, &changes).await;
    let refused = |error| settings_refused(error, EXPECTATION_PROPERTY_PREFIX, "settings");
    let status = set.map_err(refused)?;
    Ok(Json(status.into()))
}

/// Forget all that a table expects of its data
///
/// Its properties `skep.expect.…` go, and what lacks is over.
#[utoipa::path(delete, path = "/databases/{database}/tables/{table}/freshness", tag = "freshness",
    operation_id = "freshness_delete",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"), CatalogQuery),
    responses((status = 204, description = "It is forgotten")))]
pub(in crate::rest) async fn delete(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<CatalogQuery>,
) -> Result<StatusCode, Problem> {
    let at = table_at(query.catalog.as_deref(), &place);
    asked.freshness().freshness_reset(&at).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Look now whether the data of a table came, whenever it is due
#[utoipa::path(post, path = "/databases/{database}/tables/{table}/freshness/check", tag = "freshness",
    operation_id = "freshness_check",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"), CatalogQuery),
    responses((status = 200, description = "Where it stands", body = TableFreshnessView)))]
pub(in crate::rest) async fn check(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<CatalogQuery>,
) -> Result<Json<TableFreshnessView>, Problem> {
    let at = table_at(query.catalog.as_deref(), &place);
    Ok(Json(asked.freshness().freshness_check(&at).await?.into()))
}
