//! What became of a call whose answer has begun: its status follows the last message, and HTTP's own says 200 whatever it is.

use crate::http;
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;
use tonic::Status;

/// Has the status counted that follows an answer. One that stands before it is that of the port's gate to count.
pub(super) async fn outcome(
    State(shared): State<Arc<http::Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let route = request.uri().path().to_owned();
    let response = next.run(request).await;
    // Without HTTP's 200 it is no answer of gRPC.
    if response.status() != StatusCode::OK || Status::from_header_map(response.headers()).is_some()
    {
        return response;
    }
    let metrics = shared.metrics.grpc().clone();
    response.map(|body| {
        http::trailers_tell(body, move |trailers| {
            match trailers.and_then(Status::from_header_map) {
                Some(status) => metrics.ended(&route, i64::from(i32::from(status.code()))),
                None => metrics.given_up(&route),
            }
        })
    })
}
