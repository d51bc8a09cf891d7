//! Who serves this catalog.

use super::NothingQuery;
use crate::rest::asked::Asked;
use crate::rest::extract::Query;
use crate::rest::problem::Problem;
use crate::rest::view::replica::{ReplicaListView, ReplicaView};
use axum::Json;

/// List the processes that serve this catalog
///
/// Those that live, the oldest first, then those that stopped without saying so within the last hour.
#[utoipa::path(get, path = "/replicas", tag = "replicas", operation_id = "replica_list",
    responses((status = 200, description = "The processes", body = ReplicaListView)))]
pub(in crate::rest) async fn list(
    asked: Asked,
    Query(NothingQuery {}): Query<NothingQuery>,
) -> Result<Json<ReplicaListView>, Problem> {
    let own = &asked.shared.replica;
    let found = asked.catalog().replica_list().await?.into_iter();
    let replicas = found.map(|one| ReplicaView::of(one, own)).collect();
    Ok(Json(ReplicaListView { replicas }))
}
