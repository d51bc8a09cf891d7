//! Changes of sources that were found, and adding what the catalog's tables lack.

use super::NothingQuery;
use crate::model::ChangeFilter;
use crate::rest::asked::Asked;
use crate::rest::extract::{Query, Segments, moment_of, severity_of};
use crate::rest::paging::{page_of, page_size};
use crate::rest::problem::Problem;
use crate::rest::view::alert::{AlertListView, AlertView};
use crate::rest::view::change::{AppliedColumnView, AppliedView, ChangeListView};
use axum::Json;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct ListQuery {
    /// Only changes of this source
    source: Option<String>,
    /// Only changes whose object begins so: `shop.orders`
    object: Option<String>,
    /// Only changes found at this moment of RFC 3339, or on this day in UTC, or later
    since: Option<String>,
    /// Only changes found before this moment or day
    until: Option<String>,
    /// Only changes at least as grave: `breaking`, `risky`, `additive`
    severity: Option<String>,
    /// Only changes before this number: `next` of the page before
    before: Option<i64>,
    /// Changes of a page: 1 to 1000, by default 100
    limit: Option<usize>,
}

/// List the changes of sources, the newest first
#[utoipa::path(get, path = "/schema-changes", tag = "sources", operation_id = "schema_change_list",
    params(ListQuery),
    responses((status = 200, description = "A page of changes", body = ChangeListView)))]
pub(in crate::rest) async fn list(
    asked: Asked,
    Query(query): Query<ListQuery>,
) -> Result<Json<ChangeListView>, Problem> {
    let size = page_size(query.limit)?;
    let moment = |field, text: Option<&str>| text.map(|text| moment_of(field, text)).transpose();
    let filter = ChangeFilter {
        since: moment("since", query.since.as_deref())?,
        until: moment("until", query.until.as_deref())?,
        severity: severity_of(query.severity.as_deref())?,
        source: query.source,
        object_prefix: query.object,
        before: query.before,
        limit: size + 1,
    };
    let found = asked.watch().schema_change_list(&filter).await?;
    let (changes, next) = page_of(found, size, |change| change.id);
    let changes = changes.into_iter().map(Into::into).collect();
    Ok(Json(ChangeListView { changes, next }))
}

/// Add to the catalog's tables the columns that a change says they lack
///
/// It adds and does nothing else. Sent again, it adds what is still missing.
#[utoipa::path(post, path = "/schema-changes/{change}/apply", tag = "sources",
    operation_id = "schema_change_apply",
    params(("change" = i64, Path, description = "The change's number")),
    responses((status = 200, description = "The columns that the tables have now", body = AppliedView)))]
pub(in crate::rest) async fn apply(
    asked: Asked,
    Segments(change): Segments<i64>,
    Query(NothingQuery {}): Query<NothingQuery>,
) -> Result<Json<AppliedView>, Problem> {
    let applied = asked.watch().schema_change_apply(change).await?;
    let columns = applied.into_iter().map(AppliedColumnView::from).collect();
    Ok(Json(AppliedView { columns }))
}

/// Say that a change was seen: it is told no more, on no channel
///
/// Gives what the channels were told of it, or were to be.
#[utoipa::path(post, path = "/schema-changes/{change}/acknowledge", tag = "sources",
    operation_id = "schema_change_acknowledge",
    params(("change" = i64, Path, description = "The change's number")),
    responses((status = 200, description = "The alerts as they are now", body = AlertListView)))]
pub(in crate::rest) async fn acknowledge(
    asked: Asked,
    Segments(change): Segments<i64>,
    Query(NothingQuery {}): Query<NothingQuery>,
) -> Result<Json<AlertListView>, Problem> {
    let found = asked.watch().schema_change_acknowledge(change).await?;
    let alerts = found.into_iter().map(AlertView::from).collect();
    Ok(Json(AlertListView { alerts, next: None }))
}
