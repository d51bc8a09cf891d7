//! Every page, in one list.

use super::Shared;
use super::failure::{Failure, told};
use super::resources::{
    acknowledge, alerts, api, asset, calendar, changes, connect, data, database, discovery,
    discovery_act, events, explain, find, freshness, jobs, locks, month, mute, partition,
    partitions, server, snooze, sources, table, table_discovery,
};
use crate::http::{Gate, compression, gate};
use crate::model::ACKNOWLEDGE_PATH;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Router, middleware};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Pages that are made at once; others wait for their turn, within the time of a request. People look at few, and what they look at
/// must leave the database and the processors to the engines.
const PAGES_CONCURRENT_MAX: usize = 4;

/// Bytes of a form that is sent.
const FORM_BYTES_MAX: usize = 16 * 1024;

/// Makes a page when it is its turn.
async fn one_of_few(
    State(places): State<Arc<Semaphore>>,
    request: Request,
    next: Next,
) -> Response {
    // It is never closed.
    let _place = places.acquire().await;
    next.run(request).await
}

/// All pages, and the files that they load.
pub fn router(shared: Arc<Shared>) -> Router {
    let frame = Gate {
        shared: Arc::clone(&shared.port),
        patience: |_| None,
        cut: |cut| Failure::from(cut).into_response(),
    };
    let places = Arc::new(Semaphore::new(PAGES_CONCURRENT_MAX));
    let table_path = "/databases/{database}/tables/{table}";
    Router::new()
        .route("/", get(data::show))
        .route("/find", get(find::show))
        .route("/connect", get(connect::show))
        .route("/databases/{database}", get(database::show))
        .route(table_path, get(table::show))
        .route(&format!("{table_path}/partitions"), get(partitions::show))
        .route(
            &format!("{table_path}/partitions/{{partition}}"),
            get(partition::show),
        )
        .route(
            &format!("{table_path}/discovery"),
            get(table_discovery::show),
        )
        .route(
            &format!("{table_path}/discovery/sweep"),
            post(discovery_act::sweep),
        )
        .route(
            &format!("{table_path}/discovery/resume"),
            post(discovery_act::resume),
        )
        .route(
            &format!("{table_path}/discovery/runs/{{run}}/undo"),
            post(discovery_act::undo),
        )
        .route(
            &format!("{table_path}/discovery/explain"),
            get(explain::show),
        )
        .route(&format!("{table_path}/calendar"), get(calendar::show))
        .route(
            &format!("{table_path}/calendar/{{month}}"),
            get(month::show),
        )
        .route("/discovery", get(discovery::show))
        .route("/freshness", get(freshness::show))
        .route("/changes", get(changes::show))
        .route(
            ACKNOWLEDGE_PATH,
            get(acknowledge::ask).post(acknowledge::acknowledge),
        )
        .route("/alerts", get(alerts::show))
        .route("/snooze", get(snooze::ask).post(snooze::snooze))
        .route("/mute", get(mute::ask).post(mute::mute))
        .route("/mutes/{mute}/remove", post(mute::remove))
        .route("/sources", get(sources::show))
        .route("/jobs", get(jobs::show))
        .route("/locks", get(locks::show))
        .route("/locks/{lock}/release", post(locks::release))
        .route("/events", get(events::show))
        .route("/server", get(server::show))
        .route("/api", get(api::show))
        .route("/api/open", get(api::open))
        .route("/assets/{name}", get(asset::show))
        .method_not_allowed_fallback(async || Failure::NoSuchMethod)
        .layer(DefaultBodyLimit::max(FORM_BYTES_MAX))
        .layer(middleware::from_fn_with_state(places, one_of_few))
        .layer(middleware::from_fn_with_state(frame, gate))
        .layer(compression())
        .layer(middleware::from_fn(told))
        .with_state(shared)
}
