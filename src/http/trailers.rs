//! What follows the body of an answer.

use axum::body::{Body, Bytes, HttpBody};
use axum::http::HeaderMap;
use hyper::body::{Frame, SizeHint};
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

/// The same body; what follows it is told once, when it is sent: nothing where the client left before.
pub fn trailers_tell(inner: Body, told: impl FnOnce(Option<&HeaderMap>) + Send + 'static) -> Body {
    Body::new(Watched {
        inner,
        told: Some(Box::new(told)),
    })
}

type Told = Box<dyn FnOnce(Option<&HeaderMap>) + Send>;

struct Watched {
    inner: Body,
    told: Option<Told>,
}

impl Watched {
    fn tell(&mut self, trailers: Option<&HeaderMap>) {
        if let Some(told) = self.told.take() {
            told(trailers);
        }
    }
}

impl fmt::Debug for Watched {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Watched").finish_non_exhaustive()
    }
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
            && let Some(trailers) = frame.trailers_ref()
        {
            self.tell(Some(trailers));
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
        self.tell(None);
    }
}
