//! What channels would be told, without telling it.

use crate::alert::Form;
use crate::rest::asked::Asked;
use crate::rest::extract::{Query, moment_of};
use crate::rest::problem::Problem;
use crate::rest::view::preview::{AlertPreviewListView, AlertPreviewView};
use crate::watch::PreviewWish;
use axum::Json;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct PreviewQuery {
    /// Changes found, and troubles begun, at that moment or later: RFC 3339, or a day in UTC
    since: String,
    /// Only what this channel would get
    channel: Option<String>,
    /// The form of the messages: `slack`, `teams`, `webhook`, `pagerduty`, `email`, `log` or `text`; by default each channel's
    format: Option<String>,
}

/// Show what channels would be told of the changes, and of the troubles of discovery, since a moment; nothing is sent
#[utoipa::path(get, path = "/alerts/preview", tag = "alerts", operation_id = "alerts_preview",
    params(PreviewQuery),
    responses((status = 200, description = "What would be sent", body = AlertPreviewListView)))]
pub(in crate::rest) async fn list(
    asked: Asked,
    Query(query): Query<PreviewQuery>,
) -> Result<Json<AlertPreviewListView>, Problem> {
    let form = query.format.as_deref().map(Form::parse).transpose();
    let wish = PreviewWish {
        since: moment_of("since", &query.since)?,
        channel: query.channel,
        form: form.map_err(|why| Problem::field("format", why))?,
    };
    let found = asked.watch().alerts_preview(&wish).await?;
    let previews = found.into_iter().map(AlertPreviewView::from).collect();
    Ok(Json(AlertPreviewListView { previews }))
}
