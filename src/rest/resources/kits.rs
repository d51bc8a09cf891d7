//! Kits: ready tables for the logs that AWS services write. A new table names one.

use super::NothingQuery;
use crate::kit;
use crate::rest::extract::Query;
use crate::rest::view::kit::{KitListView, KitView};
use axum::Json;

/// List the kits
#[utoipa::path(get, path = "/kits", tag = "tables", operation_id = "kit_list",
    responses((status = 200, description = "The kits", body = KitListView)))]
pub(in crate::rest) async fn list(
    Query(NothingQuery {}): Query<NothingQuery>,
) -> Json<KitListView> {
    let kits = kit::all().iter().map(|kit| KitView::from(*kit)).collect();
    Json(KitListView { kits })
}
