//! Every path there is, in one list.

use super::plain::{Api, routes};
use super::resources::{
    alerts, calendar, catalogs, changes, channels, databases, discovery, discovery_run,
    event_stream, events, freshness, functions, jobs, kits, lint, locks, partition_batches,
    partition_changes, partition_lines, partitions, previews, replicas, search, sources,
    statistics, table_rename, tables,
};
use super::{API_ROOT, Shared, conditional, health, openapi, problem};
use crate::http::{Gate, compression, gate};
use axum::Router;
use axum::http::{HeaderMap, Uri, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::{Arc, LazyLock};

/// What the interface says of itself; it is the same in every process.
static DOCUMENT: LazyLock<String> =
    LazyLock::new(|| openapi::text(openapi::head().nest(API_ROOT, api().told())));

/// The `OpenAPI` document of the interface, as JSON. It is made when somebody asks for the first time.
pub fn document() -> &'static str {
    DOCUMENT.as_str()
}

/// The REST interface. The paths stand at the handlers, from where they also reach the `OpenAPI` document; handlers of
/// one path stand on one line.
fn api() -> Api {
    of_catalog().merge(of_services())
}

/// Hive's nouns, and what is done with them.
fn of_catalog() -> Api {
    Api::new()
        .routes(routes!(catalogs::list))
        .routes(routes!(databases::list, databases::create))
        .routes(routes!(
            databases::get,
            databases::change,
            databases::delete
        ))
        .routes(routes!(tables::list, tables::create))
        .routes(routes!(tables::get, tables::change, tables::delete))
        .routes(routes!(kits::list))
        .routes(routes!(calendar::get))
        .routes(routes!(partitions::list, partitions::add))
        .routes(routes!(table_rename::rename))
        .routes(routes!(
            partitions::get,
            partition_changes::change,
            partitions::delete
        ))
        .routes(routes!(partition_batches::get))
        .routes(routes!(partition_batches::delete))
        .routes(routes!(partition_lines::add))
        .routes(routes!(partition_changes::touch))
        .routes(routes!(partition_changes::rename))
        .routes(routes!(
            statistics::table_get,
            statistics::table_put,
            statistics::table_delete
        ))
        .routes(routes!(
            statistics::partition_get,
            statistics::partition_put,
            statistics::partition_delete
        ))
        .routes(routes!(events::list))
        .routes(routes!(event_stream::follow))
        .routes(routes!(functions::list, functions::create))
        .routes(routes!(functions::get, functions::delete))
        .routes(routes!(locks::list))
        .routes(routes!(locks::explain, locks::release))
        .routes(routes!(jobs::list))
        .routes(routes!(jobs::get))
        .routes(routes!(replicas::list))
}

/// What stands on the catalog: discovery, naming, the watch over sources and its alerts.
fn of_services() -> Api {
    Api::new()
        .routes(routes!(discovery::list))
        .routes(routes!(
            discovery::get,
            discovery::put,
            discovery::patch,
            discovery::delete
        ))
        .routes(routes!(discovery_run::start))
        .routes(routes!(discovery_run::propose))
        .routes(routes!(discovery::runs))
        .routes(routes!(discovery::undo))
        .routes(routes!(discovery::resume))
        .routes(routes!(discovery::skipped))
        .routes(routes!(discovery::explain))
        .routes(routes!(freshness::list))
        .routes(routes!(freshness::get, freshness::patch, freshness::delete))
        .routes(routes!(freshness::check))
        .routes(routes!(lint::list))
        .routes(routes!(search::list))
        .routes(routes!(sources::list, sources::add))
        .routes(routes!(sources::get, sources::remove))
        .routes(routes!(sources::test))
        .routes(routes!(sources::run))
        .routes(routes!(sources::snapshots))
        .routes(routes!(sources::diff))
        .routes(routes!(changes::list))
        .routes(routes!(changes::apply))
        .routes(routes!(changes::acknowledge))
        .routes(routes!(alerts::list))
        .routes(routes!(previews::list))
        .routes(routes!(alerts::acknowledge))
        .routes(routes!(alerts::snooze))
        .routes(routes!(alerts::mutes, alerts::mute))
        .routes(routes!(alerts::unmute))
        .routes(routes!(channels::list))
        .routes(routes!(channels::test))
}

/// All that REST and the machines that watch this server are answered, and what any other path is: a browser gets the page that
/// `for_people` makes.
pub fn router(shared: Arc<Shared>, for_people: fn(&Uri) -> Response) -> Router {
    let frame = Gate {
        shared: Arc::clone(&shared.port),
        patience: |_| None,
        cut: |cut| problem::Problem::from(cut.into_error("the request")).into_response(),
    };
    let api = Router::new().nest(API_ROOT, api().router);
    api.route(
        &format!("{API_ROOT}/openapi.json"),
        get(|| async { ([(header::CONTENT_TYPE, "application/json")], document()) }),
    )
    .route("/healthz", get(health::healthz))
    .route("/readyz", get(health::readyz))
    .route("/metrics", get(health::metrics))
    .fallback(async move |uri: Uri, headers: HeaderMap| {
        if wants_page(&headers) {
            for_people(&uri)
        } else {
            problem::unknown_path(&uri).into_response()
        }
    })
    .method_not_allowed_fallback(problem::unknown_method)
    .layer(middleware::from_fn_with_state(frame, gate))
    // Outside of the gate: what waits to be compressed is counted as waiting to be sent.
    .layer(compression())
    .layer(middleware::map_response(conditional::tag_coded))
    .with_state(shared)
}

/// Whether a browser asks: what it takes first is a page.
fn wants_page(headers: &HeaderMap) -> bool {
    let accepted = headers.get(header::ACCEPT);
    let accepted = accepted.and_then(|accepted| accepted.to_str().ok());
    accepted.is_some_and(|accepted| accepted.starts_with("text/html"))
}
