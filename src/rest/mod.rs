//! The HTTP port: health, metrics and the start page. It asks the catalog as every front end does
//! and knows neither Thrift nor SQL.

mod page;
mod problem;

use crate::catalog::Catalog;
use crate::telemetry::Metrics;
use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use problem::Problem;
use std::future::IntoFuture;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

/// The type of the metrics' text; Prometheus reads it since version 2.5.
const METRICS_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// What all requests of a server share.
#[derive(Debug)]
pub struct Shared {
    /// The operations.
    pub catalog: Arc<Catalog>,
    /// The counters.
    pub metrics: Arc<Metrics>,
    /// How long the readiness check waits for the database.
    pub ready_timeout: Duration,
    /// What the start page tells.
    pub facts: Facts,
}

/// What the start page tells of the server, ready to be shown: no secrets.
#[derive(Clone, Debug)]
pub struct Facts {
    /// The Thrift port.
    pub thrift_port: u16,
    /// The database's URL without its password.
    pub database: String,
    /// The warehouse's location.
    pub warehouse: String,
}

/// Serves a listener until `shutdown`, then lets the requests in flight finish.
pub async fn serve(listener: TcpListener, shared: Arc<Shared>, shutdown: CancellationToken) {
    let served = axum::serve(listener, router(shared))
        .with_graceful_shutdown(shutdown.cancelled_owned())
        .into_future();
    if let Err(failure) = served.await {
        tracing::error!(%failure, "the HTTP listener ended");
    }
}

/// Every path there is.
fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(start_page))
        .route("/healthz", get(healthz))
        .route("/readyz", get(readyz))
        .route("/metrics", get(metrics))
        .fallback(unknown_path)
        .method_not_allowed_fallback(unknown_method)
        .with_state(shared)
}

/// The process runs and answers; it says nothing of the database, so that an orchestrator does
/// not restart skep because its database is away.
async fn healthz() -> &'static str {
    "ok\n"
}

/// Whether calls can be served: the database answers in time.
async fn readyz(State(shared): State<Arc<Shared>>) -> Response {
    match tokio::time::timeout(shared.ready_timeout, shared.catalog.ping()).await {
        Ok(Ok(())) => "ready\n".into_response(),
        Ok(Err(failure)) => {
            tracing::warn!(error = &failure as &dyn std::error::Error, "not ready");
            Problem::unavailable(failure.to_string()).into_response()
        }
        Err(_) => {
            tracing::warn!("not ready: the database does not answer in time");
            let why = "the database did not answer in time".to_owned();
            Problem::unavailable(why).into_response()
        }
    }
}

async fn metrics(State(shared): State<Arc<Shared>>) -> Response {
    (
        [(header::CONTENT_TYPE, METRICS_TYPE)],
        shared.metrics.to_text(),
    )
        .into_response()
}

async fn start_page(State(shared): State<Arc<Shared>>, headers: HeaderMap) -> Html<String> {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    Html(page::render(&shared.facts, host.unwrap_or("127.0.0.1")))
}

async fn unknown_path(uri: Uri) -> Problem {
    Problem {
        status: StatusCode::NOT_FOUND,
        title: "no such path",
        detail: format!("{} is not served; see /", uri.path()),
    }
}

async fn unknown_method(uri: Uri) -> Problem {
    Problem {
        status: StatusCode::METHOD_NOT_ALLOWED,
        title: "no such method",
        detail: format!("{} answers GET alone", uri.path()),
    }
}
