//! What waits to be told and what was: seen, put off, muted.

use super::NothingQuery;
use crate::model::{AlertFilter, AlertState, Mute};
use crate::rest::asked::Asked;
use crate::rest::extract::{Body, Query, Segments, moment_of, severity_of};
use crate::rest::paging::{page_of, page_size};
use crate::rest::problem::Problem;
use crate::rest::view::alert::{
    AlertListView, AlertView, MuteListView, MuteView, NewMute, SnoozeAlert,
};
use axum::Json;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct ListQuery {
    /// Only alerts of this channel
    channel: Option<String>,
    /// Only alerts about this source
    source: Option<String>,
    /// Only alerts that stand so: `pending`, `sent`, `muted`, `acknowledged`, `given_up`, `over`
    state: Option<String>,
    /// Only alerts at least as grave: `breaking`, `risky`, `alarm`, `additive`
    severity: Option<String>,
    /// Only alerts before this number: `next` of the page before
    before: Option<i64>,
    /// Alerts of a page: 1 to 1000, by default 100
    limit: Option<usize>,
}

/// List what waits to be told and what was, the newest first
#[utoipa::path(get, path = "/alerts", tag = "alerts", operation_id = "alert_list",
    params(ListQuery),
    responses((status = 200, description = "A page of alerts", body = AlertListView)))]
pub(in crate::rest) async fn list(
    asked: Asked,
    Query(query): Query<ListQuery>,
) -> Result<Json<AlertListView>, Problem> {
    let size = page_size(query.limit)?;
    let filter = AlertFilter {
        state: query.state.as_deref().map(state_of).transpose()?,
        severity: severity_of(query.severity.as_deref())?,
        channel: query.channel,
        subject: query.source,
        before: query.before,
        limit: size + 1,
        ..AlertFilter::default()
    };
    let found = asked.watch().alert_list(&filter).await?;
    let (alerts, next) = page_of(found, size, |alert| alert.id);
    let alerts = alerts.into_iter().map(AlertView::from).collect();
    Ok(Json(AlertListView { alerts, next }))
}

fn state_of(text: &str) -> Result<AlertState, Problem> {
    AlertState::parse(text).ok_or_else(|| {
        let known = AlertState::ALL.map(AlertState::as_str).join(", ");
        Problem::field(
            "state",
            format!("state is '{text}' and must be one of {known}"),
        )
    })
}

/// Say that an alert was seen: it is not sent any more, on no channel
#[utoipa::path(post, path = "/alerts/{alert}/acknowledge", tag = "alerts",
    operation_id = "alert_acknowledge",
    params(("alert" = i64, Path, description = "The alert's number")),
    responses((status = 200, description = "The alert as it is now", body = AlertView)))]
pub(in crate::rest) async fn acknowledge(
    asked: Asked,
    Segments(alert): Segments<i64>,
    Query(NothingQuery {}): Query<NothingQuery>,
) -> Result<Json<AlertView>, Problem> {
    Ok(Json(asked.watch().alert_acknowledge(alert).await?.into()))
}

/// Put an alert off; one that was sent is sent again then
#[utoipa::path(post, path = "/alerts/{alert}/snooze", tag = "alerts", operation_id = "alert_snooze",
    params(("alert" = i64, Path, description = "The alert's number")),
    request_body = SnoozeAlert,
    responses((status = 200, description = "The alert as it is now", body = AlertView)))]
pub(in crate::rest) async fn snooze(
    asked: Asked,
    Segments(alert): Segments<i64>,
    Query(NothingQuery {}): Query<NothingQuery>,
    Body(wanted): Body<SnoozeAlert>,
) -> Result<Json<AlertView>, Problem> {
    let until = moment_of("until", &wanted.until)?;
    Ok(Json(asked.watch().alert_snooze(alert, until).await?.into()))
}

/// List what need not be told
#[utoipa::path(get, path = "/mutes", tag = "alerts", operation_id = "mute_list",
    responses((status = 200, description = "The mutes that hold", body = MuteListView)))]
pub(in crate::rest) async fn mutes(
    asked: Asked,
    Query(NothingQuery {}): Query<NothingQuery>,
) -> Result<Json<MuteListView>, Problem> {
    let found = asked.watch().mute_list().await?;
    let mutes = found.into_iter().map(MuteView::from).collect();
    Ok(Json(MuteListView { mutes }))
}

/// Say beforehand what need not be told
#[utoipa::path(post, path = "/mutes", tag = "alerts", operation_id = "mute_add",
    request_body = NewMute,
    responses((status = 201, description = "The new mute", body = MuteView)))]
pub(in crate::rest) async fn mute(
    asked: Asked,
    Query(NothingQuery {}): Query<NothingQuery>,
    Body(new): Body<NewMute>,
) -> Result<(StatusCode, Json<MuteView>), Problem> {
    let until = new.until.as_deref();
    let mute = Mute {
        id: 0,
        until: until.map(|text| moment_of("until", text)).transpose()?,
        pattern: new.pattern,
        why: new.why,
        at: 0,
    };
    let added = asked.watch().mute_add(&mute).await?;
    Ok((StatusCode::CREATED, Json(added.into())))
}

/// Tell it again
#[utoipa::path(delete, path = "/mutes/{mute}", tag = "alerts", operation_id = "mute_remove",
    params(("mute" = i64, Path, description = "The mute's number")),
    responses((status = 204, description = "It is gone")))]
pub(in crate::rest) async fn unmute(
    asked: Asked,
    Segments(mute): Segments<i64>,
    Query(NothingQuery {}): Query<NothingQuery>,
) -> Result<StatusCode, Problem> {
    asked.watch().mute_remove(mute).await?;
    Ok(StatusCode::NO_CONTENT)
}
