//! What is left of a request that was answered before it was read. A client that sends all first would lose its answer were
//! the connection closed at once, so some of it is taken and thrown away.

use axum::body::{Body, Bytes, HttpBody};
use futures::StreamExt;
use hyper::body::{Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

/// What is taken of it, bytes: who sends more finds the connection closed.
const BYTES_MAX: usize = 1024 * 1024;
/// How long that may take.
const PATIENCE: Duration = Duration::from_secs(2);

/// The body of a request; when it is dropped before its end, the rest is taken.
#[derive(Debug)]
pub(super) struct Unread(Body);

impl Unread {
    /// A body as handlers get it.
    pub(super) fn body(
        body: impl HttpBody<Data = Bytes, Error = hyper::Error> + Send + 'static,
    ) -> Body {
        Body::new(Self(Body::new(body)))
    }
}

impl HttpBody for Unread {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        let polled = Pin::new(&mut self.0).poll_frame(context);
        if let Poll::Ready(None | Some(Err(_))) = &polled {
            self.0 = Body::empty();
        }
        polled
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.0.size_hint()
    }
}

impl Drop for Unread {
    fn drop(&mut self) {
        if self.0.is_end_stream() {
            return;
        }
        // A runtime that ends has no more connections either.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let rest = std::mem::take(&mut self.0).into_data_stream();
            runtime.spawn(tokio::time::timeout(PATIENCE, drain(rest)));
        }
    }
}

async fn drain(mut rest: axum::body::BodyDataStream) {
    let mut left = BYTES_MAX;
    while let Some(Ok(piece)) = rest.next().await {
        left = left.saturating_sub(piece.len());
        if left == 0 {
            return;
        }
    }
}
