//! Catalogs: the level above databases.

use super::NothingQuery;
use crate::rest::asked::Asked;
use crate::rest::extract::Query;
use crate::rest::problem::Problem;
use crate::rest::view::catalog::{CatalogListView, CatalogView};
use axum::Json;

/// List the catalogs
#[utoipa::path(get, path = "/catalogs", tag = "catalogs", operation_id = "catalog_list",
    responses((status = 200, description = "The catalogs", body = CatalogListView)))]
pub(in crate::rest) async fn list(
    asked: Asked,
    Query(NothingQuery {}): Query<NothingQuery>,
) -> Result<Json<CatalogListView>, Problem> {
    let catalogs = asked.catalog().catalog_list().await?;
    let catalogs = catalogs.into_iter().map(CatalogView::from).collect();
    Ok(Json(CatalogListView { catalogs }))
}
