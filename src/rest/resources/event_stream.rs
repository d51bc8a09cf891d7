//! Events as they are committed, as browsers follow them (server-sent events).

use super::events::filter_of;
use crate::budget::{Account, Reservation};
use crate::catalog::EventWatch;
use crate::error::Error;
use crate::model::EventDigest;
use crate::rest::asked::Asked;
use crate::rest::extract::Query;
use crate::rest::problem::Problem;
use crate::rest::view::event::{EventMessageView, EventView};
use axum::body::{Body, Bytes};
use axum::extract::Extension;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use serde::Deserialize;
use std::convert::Infallible;
use std::fmt::Write as _;
use std::time::Duration;
use utoipa::IntoParams;

/// How often a follower hears that nothing came, so that it sees when its connection is dead.
const QUIET_MAX: Duration = Duration::from_secs(15);
/// Bytes in memory for each byte of an event: itself, its JSON, and the text that grows.
const TEXT_FACTOR: usize = 4;
/// In which header a browser says after which event it lost its connection.
const LAST: &str = "last-event-id";

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct StreamQuery {
    /// Only events of this catalog
    catalog: Option<String>,
    /// Only events of this database
    database: Option<String>,
    /// Only events of this table; needs a database
    table: Option<String>,
    /// Only events after this number; by default those that come from now on
    after: Option<i64>,
}

/// Follow what changes
///
/// Server-sent events: `id` is the event's number and `data` its JSON. A browser goes on where it was by itself
/// (`Last-Event-ID`). First, and every 15 seconds where nothing else comes, an `id` alone says where the log is.
#[utoipa::path(get, path = "/events/stream", tag = "events", operation_id = "event_stream",
    params(StreamQuery,
        ("Last-Event-ID" = Option<String>, Header, pattern = "^[0-9]{0,19}$",
            description = "Only events after this number, in place of `after`; an empty one says nothing")),
    responses((status = 200, description = "Events as they come", body = EventMessageView, content_type = "text/event-stream")))]
pub(in crate::rest) async fn follow(
    asked: Asked,
    Query(query): Query<StreamQuery>,
    Extension(account): Extension<Account>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let last = match headers.get(LAST) {
        None => query.after,
        Some(value) if value.is_empty() => query.after,
        Some(value) => {
            let why = "Last-Event-ID is the number of an event";
            Some(number_of(value).ok_or_else(|| Problem::field(LAST, why))?)
        }
    };
    let filter = filter_of(query.catalog, query.database, query.table)?;
    let watch = asked.catalog().event_watch(filter, last).await;
    let watch = watch.map_err(|failure| match failure {
        Error::Argument { why, .. } if last != query.after => Error::argument(LAST, why),
        other => other,
    })?;
    let begin = stream::iter([Ok::<_, Infallible>(position(&watch))]);
    let events = stream::unfold(
        Some((asked, watch, account.reservation())),
        async |following| {
            let (asked, mut watch, held) = following?;
            let text = next(&asked, &mut watch, &held).await?;
            Some((Ok::<_, Infallible>(text), Some((asked, watch, held))))
        },
    );
    let headers = [
        (header::CONTENT_TYPE, "text/event-stream"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    Ok((headers, Body::from_stream(begin.chain(events))).into_response())
}

/// Digits alone: a sign, which Rust reads as well, is in no number that was given.
fn number_of(value: &HeaderValue) -> Option<i64> {
    let text = value.to_str().ok()?;
    text.bytes()
        .all(|byte| byte.is_ascii_digit())
        .then(|| text.parse().ok())?
}

/// What comes next; `None` where a client has to ask again, of this server or of another one.
async fn next(asked: &Asked, watch: &mut EventWatch, held: &Reservation) -> Option<Bytes> {
    let came = tokio::select! {
        came = tokio::time::timeout(QUIET_MAX, watch.next()) => came,
        () = asked.shared.port.ending.cancelled() => return None,
    };
    // What was given before is taken.
    held.shrink_to(0);
    let Ok(came) = came else {
        return Some(position(watch));
    };
    let came = came.ok()?;
    let bytes = came.iter().map(|event| event.bytes()).sum::<usize>() * TEXT_FACTOR;
    held.grow(bytes).await.ok()?;
    let mut text = String::new();
    for event in came {
        event_write(&event, &mut text);
    }
    Some(text.into())
}

/// Where the follower is: a browser keeps it, and hands on nothing.
fn position(watch: &EventWatch) -> Bytes {
    format!("id: {}\n\n", watch.position()).into()
}

fn event_write(event: &EventDigest, text: &mut String) {
    let view = EventView::from(event.clone());
    // A view of texts, numbers and lists always has a JSON form, of one line.
    let data = serde_json::to_string(&view).unwrap_or_default();
    // Writing to a String cannot fail.
    let _ = write!(text, "id: {}\ndata: {data}\n\n", view.id);
}
