//! Catalogs: the level above databases.

use super::NothingQuery;
use crate::rest::Shared;
use crate::rest::extract::Query;
use crate::rest::problem::Problem;
use crate::rest::view::catalog::{CatalogListView, CatalogView};
use axum::Json;
use axum::extract::State;
use std::sync::Arc;

/// List the catalogs
#[utoipa::path(get, path = "/catalogs", tag = "catalogs", operation_id = "catalog_list",
    responses((status = 200, description = "The catalogs", body = CatalogListView)))]
pub(in crate::rest) async fn list(
    State(shared): State<Arc<Shared>>,
    Query(NothingQuery {}): Query<NothingQuery>,
) -> Result<Json<CatalogListView>, Problem> {
    let catalogs = shared.catalog.catalog_list().await?;
    let catalogs = catalogs.into_iter().map(CatalogView::from).collect();
    Ok(Json(CatalogListView { catalogs }))
}
