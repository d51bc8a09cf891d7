//! What became of a call whose answer has begun: its status follows the last message, and HTTP's own says 200 whatever it is.

use crate::http;
use crate::telemetry::GrpcMetrics;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use hyper::body::{Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use tonic::Status;

/// Has the status counted that follows an answer. One that stands before it is that of the port's gate to count.
pub(super) async fn outcome(
    State(shared): State<Arc<http::Shared>>,
    request: Request,
    next: Next,
) -> Response {
    let route = request.uri().path().to_owned();
    let response = next.run(request).await;
    if Status::from_header_map(response.headers()).is_some() {
        return response;
    }
    response.map(|inner| {
        Body::new(Watched {
            inner,
            route,
            metrics: shared.metrics.grpc().clone(),
            is_told: false,
        })
    })
}

/// The messages of an answer, with an eye on what follows them.
struct Watched {
    inner: Body,
    route: String,
    metrics: GrpcMetrics,
    is_told: bool,
}

impl HttpBody for Watched {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.inner).poll_frame(context);
        if let Poll::Ready(Some(Ok(frame))) = &polled
            && let Some(status) = frame.trailers_ref().and_then(Status::from_header_map)
        {
            self.is_told = true;
            let code = i64::from(i32::from(status.code()));
            self.metrics.ended(&self.route, code);
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        if !self.is_told {
            self.metrics.given_up(&self.route);
        }
    }
}
