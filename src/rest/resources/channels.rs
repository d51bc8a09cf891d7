//! The channels on which people are told. They stand in the configuration alone.

use super::NothingQuery;
use crate::rest::asked::Asked;
use crate::rest::extract::{Query, Segments};
use crate::rest::problem::Problem;
use crate::rest::view::alert::{ChannelListView, ChannelView};
use axum::Json;
use axum::http::StatusCode;

/// List the channels, and how sending goes
#[utoipa::path(get, path = "/channels", tag = "alerts", operation_id = "channel_list",
    responses((status = 200, description = "The channels", body = ChannelListView)))]
pub(in crate::rest) async fn list(
    asked: Asked,
    Query(NothingQuery {}): Query<NothingQuery>,
) -> Result<Json<ChannelListView>, Problem> {
    let found = asked.watch().channel_list().await?;
    let channels = found.into_iter().map(ChannelView::from).collect();
    Ok(Json(ChannelListView { channels }))
}

/// Send a test message on a channel
#[utoipa::path(post, path = "/channels/{channel}/test", tag = "alerts", operation_id = "channel_test",
    params(("channel" = String, Path, description = "The channel")),
    responses((status = 204, description = "The channel took it")))]
pub(in crate::rest) async fn test(
    asked: Asked,
    Segments(channel): Segments<String>,
    Query(NothingQuery {}): Query<NothingQuery>,
) -> Result<StatusCode, Problem> {
    asked.watch().channel_test(&channel).await?;
    Ok(StatusCode::NO_CONTENT)
}
