//! What people do to a table's discovery: a sweep now, a run taken back, a schedule that goes on. Each asks once, on the page of the
//! table's discovery, and leads back there. Ways back are relative, since a proxy may have cut a part of the path.

use super::table_at;
use crate::page::asked::Asked;
use crate::page::extract::Path;
use crate::page::failure::Failure;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

fn back(way: &'static str) -> Response {
    (StatusCode::SEE_OTHER, [(header::LOCATION, way)]).into_response()
}

/// Makes the table due for a sweep.
pub(in crate::page) async fn sweep(
    asked: Asked,
    Path(place): Path<(String, String)>,
) -> Result<Response, Failure> {
    let at = table_at(&place);
    asked.discovery().discovery_sweep_now(&at).await?;
    tracing::info!(table = at.shown(), "a sweep was asked for on the page");
    Ok(back("../discovery"))
}

/// Lets the table's schedule go on.
pub(in crate::page) async fn resume(
    asked: Asked,
    Path(place): Path<(String, String)>,
) -> Result<Response, Failure> {
    let at = table_at(&place);
    asked.discovery().discovery_resume(&at).await?;
    tracing::info!(
        table = at.shown(),
        "a schedule goes on, as was asked for on the page"
    );
    Ok(back("../discovery"))
}

/// Takes a run back.
pub(in crate::page) async fn undo(
    asked: Asked,
    Path((database, table, run)): Path<(String, String, i64)>,
) -> Result<Response, Failure> {
    let at = table_at(&(database, table));
    asked.discovery().discovery_undo(&at, run).await?;
    tracing::info!(table = at.shown(), run, "a run was undone on the page");
    Ok(back("../../../discovery"))
}
