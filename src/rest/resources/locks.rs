//! Locks: who keeps whom waiting, and a way out where a holder is gone for good.

use super::NothingQuery;
use crate::catalog::LockFilter;
use crate::model::Name;
use crate::rest::asked::Asked;
use crate::rest::extract::{Query, Segments};
use crate::rest::paging::{page_of, page_size};
use crate::rest::problem::Problem;
use crate::rest::view::lock::{ExplainedLockView, LockListView, LockView};
use axum::Json;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct ListQuery {
    /// Only locks in this catalog
    catalog: Option<String>,
    /// Only locks in this database
    database: Option<String>,
    /// Only locks of this table
    table: Option<String>,
    /// Only locks after this number: `next` of the page before
    #[serde(default)]
    after: i64,
    /// Locks of a page: 1 to 1000, by default 100
    limit: Option<usize>,
}

/// List the locks that are held or waited for
#[utoipa::path(get, path = "/locks", tag = "locks", operation_id = "lock_list",
    params(ListQuery),
    responses((status = 200, description = "A page of locks", body = LockListView)))]
pub(in crate::rest) async fn list(
    asked: Asked,
    Query(query): Query<ListQuery>,
) -> Result<Json<LockListView>, Problem> {
    let size = page_size(query.limit)?;
    let name = |text: Option<String>| text.map(|text| Name::new(&text));
    let filter = LockFilter {
        catalog: name(query.catalog),
        database: name(query.database),
        table: name(query.table),
        partition: None,
        transaction_id: None,
    };
    let found = asked.catalog().lock_list(&filter).await?;
    let wanted = found.into_iter().filter(|one| one.lock.id > query.after);
    let views = wanted.take(size + 1).map(LockView::from).collect();
    let (locks, next) = page_of(views, size, |one: &LockView| one.id);
    Ok(Json(LockListView { locks, next }))
}

/// Show a lock, and why it waits
#[utoipa::path(get, path = "/locks/{lock}", tag = "locks", operation_id = "lock_explain",
    params(("lock" = i64, Path, description = "The lock's number")),
    responses((status = 200, description = "The lock, and whom it waits for", body = ExplainedLockView)))]
pub(in crate::rest) async fn explain(
    asked: Asked,
    Segments(lock): Segments<i64>,
    Query(NothingQuery {}): Query<NothingQuery>,
) -> Result<Json<ExplainedLockView>, Problem> {
    Ok(Json(asked.catalog().lock_explain(lock).await?.into()))
}

/// Release a lock
///
/// For a holder that is gone for good and whose signs of life go on, such as a proxy's; others run out by themselves. An engine
/// that still works under it is no longer protected.
#[utoipa::path(delete, path = "/locks/{lock}", tag = "locks", operation_id = "lock_release",
    params(("lock" = i64, Path, description = "The lock's number")),
    responses((status = 204, description = "It is gone")))]
pub(in crate::rest) async fn release(
    asked: Asked,
    Segments(lock): Segments<i64>,
    Query(NothingQuery {}): Query<NothingQuery>,
) -> Result<StatusCode, Problem> {
    asked.catalog().lock_release(lock).await?;
    tracing::info!(lock, "a lock was released by an operator");
    Ok(StatusCode::NO_CONTENT)
}
