//! The one wrapper around every request: span, metric, deadline, panic guard, and the refusal of changes that a page of
//! another origin asks for.

use super::Shared;
use super::problem::{Kind, Problem};
use crate::deadline;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, Method, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use futures::FutureExt;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tracing::Instrument;

/// The label of a request that no path matches: what clients make up must not become labels.
const NO_ROUTE: &str = "none";

/// Runs one request.
pub(super) async fn gate(
    State(shared): State<Arc<Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = match request.extensions().get::<MatchedPath>() {
        Some(path) => path.as_str().to_owned(),
        None => NO_ROUTE.to_owned(),
    };
    let span = tracing::debug_span!("http", %method, path = request.uri().path());
    let response = guarded(shared.request_timeout, request, next)
        .instrument(span)
        .await;
    shared.metrics.http_request(
        method_label(&method),
        route,
        response.status().as_u16(),
        started.elapsed(),
    );
    response
}

/// The answer of the handler within the deadline; a panic ends this request alone.
async fn guarded(limit: Duration, request: Request, next: Next) -> Response {
    if let Some(problem) = cross_origin(request.method(), request.headers()) {
        return problem.into_response();
    }
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
    match deadline::within(limit, answer).await {
        Some(Ok(response)) => response,
        Some(Err(_)) => {
            tracing::error!("a request ended in a panic");
            Problem::new(Kind::Internal, "the request ended in a panic").into_response()
        }
        None => {
            tracing::warn!(
                limit_s = limit.as_secs(),
                "a request did not finish in time"
            );
            let text = format!("the request did not finish within {} s", limit.as_secs());
            Problem::unavailable(text).into_response()
        }
    }
}

/// Refuses a change that a browser sends for a page of another origin. Browsers name the page's origin with every
/// change; other clients name none, and pages cannot leave it out.
fn cross_origin(method: &Method, headers: &HeaderMap) -> Option<Problem> {
    if method.is_safe() {
        return None;
    }
    let origin = headers.get(header::ORIGIN)?;
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    let own = origin
        .to_str()
        .ok()
        .and_then(|text| text.split_once("://"))
        .is_some_and(|(_, authority)| {
            host.is_some_and(|host| host.eq_ignore_ascii_case(authority))
        });
    (!own).then(|| {
        let origin = String::from_utf8_lossy(origin.as_bytes());
        let text = format!("the page's origin {origin} is not this server");
        Problem::new(Kind::CrossOrigin, text)
    })
}

/// The method as a label; what a client makes up is one of a kind.
fn method_label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::cross_origin;
    use axum::http::{HeaderMap, HeaderValue, Method, header};

    #[test]
    fn only_changes_of_foreign_pages_are_refused() {
        for (method, origin, refused) in [
            (Method::POST, None, false),
            (Method::POST, Some("http://127.0.0.1:9084"), false),
            (Method::POST, Some("http://127.0.0.1:9085"), true),
            (Method::DELETE, Some("https://evil.example"), true),
            (Method::POST, Some("null"), true),
            (Method::POST, Some("\u{ff}"), true),
            (Method::GET, Some("https://evil.example"), false),
        ] {
            let mut headers = HeaderMap::new();
            headers.insert(header::HOST, HeaderValue::from_static("127.0.0.1:9084"));
            if let Some(origin) = origin {
                let value = HeaderValue::from_bytes(origin.as_bytes()).unwrap();
                headers.insert(header::ORIGIN, value);
            }
            let problem = cross_origin(&method, &headers);
            assert_eq!(problem.is_some(), refused, "{method} {origin:?}");
        }
    }
}
