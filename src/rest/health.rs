//! What operators and their machines ask: whether the process lives, whether it can serve, and its counters.

use super::Shared;
use super::problem::Problem;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use std::sync::Arc;

/// The type of the metrics' text; Prometheus reads it since version 2.5.
const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The process runs and answers; it says nothing of the database, so that an orchestrator does
/// not restart skep because its database is away.
pub(super) async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether calls can be served: the database answers in time, and the process is not about to end.
pub(super) async fn readyz(State(shared): State<Arc<Shared>>) -> Response {
    if shared.port.leaving.is_cancelled() {
        return Problem::unavailable("this server is about to end").into_response();
    }
    let limit = shared.port.limits.ready_timeout;
    match shared.catalog.ping(limit).await {
        Ok(()) => "ready\n".into_response(),
        Err(failure) => Problem::from(failure).into_response(),
    }
}

pub(super) async fn metrics(State(shared): State<Arc<Shared>>) -> Response {
    shared
        .port
        .metrics
        .bytes_in_flight(shared.port.budget.bytes_held());
    (
        [(header::CONTENT_TYPE, METRICS_TYPE)],
        shared.port.metrics.to_text(),
    )
        .into_response()
}
