//! The messages of a request, each taken from the budget of bytes in flight before it is read: its length stands before it, and
//! a library that trusts that length would take the memory at once. What is compressed is inflated here, for the same reason.

use super::MESSAGE_BYTES_MAX;
use super::failure::Failure;
use crate::budget::{Budget, Reservation};
use crate::http::{InflateError, inflate};
use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::{Buf, BufMut, BytesMut};
use futures::{Stream, StreamExt, stream};
use std::sync::Arc;
use tonic::Status;

/// Bytes before each message: whether it is compressed, and its length.
const HEAD_BYTES: usize = 5;
/// Bytes in memory for each byte of a message: the shortest partition is two bytes, and 170 when it is read.
const MESSAGE_FACTOR: usize = 96;
/// How the messages of a request are compressed.
const ENCODING: &str = "grpc-encoding";

/// Bytes of one message at most: what a client may hold has to have room for it.
pub(super) fn message_bytes_max(budget: &Budget) -> usize {
    MESSAGE_BYTES_MAX.min(budget.client_bytes() / (MESSAGE_FACTOR + 2))
}

/// Has the messages of a request counted, on their way to the service; `limit` is the bytes of one at most.
pub(super) async fn counted(State(limit): State<usize>, request: Request, next: Next) -> Response {
    let Some(reservation) = request.extensions().get::<Arc<Reservation>>().cloned() else {
        let missing = crate::error::Error::internal("a request without a frame");
        return failed(missing.into());
    };
    let compressed = match is_gzip(request.headers()) {
        Ok(compressed) => compressed,
        Err(failure) => return failed(failure),
    };
    let mut request = request.map(|body| {
        let messages = Messages {
            pieces: body.into_data_stream(),
            waiting: BytesMut::new(),
            left: 0,
            compressed,
            limit,
            reservation,
        };
        Body::from_stream(messages.pieces())
    });
    // What goes on is plain.
    request.headers_mut().remove(ENCODING);
    next.run(request).await
}

fn failed(failure: Failure) -> Response {
    let status = Status::from(failure);
    status.into_http::<tonic::body::Body>().into_response()
}

fn is_gzip(headers: &HeaderMap) -> Result<bool, Failure> {
    match headers.get(ENCODING).map(HeaderValue::as_bytes) {
        None | Some(b"identity") => Ok(false),
        Some(b"gzip") => Ok(true),
        Some(_) => {
            let why = "messages may be compressed by gzip, and by nothing else".to_owned();
            Err(crate::error::Error::Unsupported(why).into())
        }
    }
}

/// Messages on their way in.
struct Messages {
    pieces: BodyDataStream,
    /// What has arrived and not gone on.
    waiting: BytesMut,
    /// Bytes of the message at hand that have not gone on.
    left: usize,
    compressed: bool,
    /// Bytes of one message at most.
    limit: usize,
    reservation: Arc<Reservation>,
}

impl Messages {
    /// The same bytes, plain, none of which is given before it is counted.
    fn pieces(self) -> impl Stream<Item = Result<Bytes, Status>> + Send {
        stream::unfold(Some(self), async |messages| {
            let mut messages = messages?;
            match messages.next().await {
                Ok(Some(piece)) => Some((Ok(piece), Some(messages))),
                Ok(None) => None,
                Err(failure) => Some((Err(failure.into()), None)),
            }
        })
    }

    async fn next(&mut self) -> Result<Option<Bytes>, Failure> {
        if self.left == 0 {
            if !self.gather(HEAD_BYTES).await? {
                // A head that is cut off is told of by whoever reads the rest.
                return Ok((!self.waiting.is_empty()).then(|| self.waiting.split().freeze()));
            }
            let (flag, length) = (self.waiting[0], (&self.waiting[1..]).get_u32());
            let length = usize::try_from(length).unwrap_or(usize::MAX);
            if length > self.limit {
                return Err(Failure::too_long(self.limit));
            }
            if flag == 1 && self.compressed {
                return self.inflated(length).await.map(Some);
            }
            self.reservation.grow(length * MESSAGE_FACTOR).await?;
            self.left = HEAD_BYTES + length;
        }
        if self.waiting.is_empty() && !self.gather(1).await? {
            return Ok(None);
        }
        let length = self.waiting.len().min(self.left);
        self.left -= length;
        Ok(Some(self.waiting.split_to(length).freeze()))
    }

    /// Waits until so many bytes are there; says whether they are.
    async fn gather(&mut self, bytes: usize) -> Result<bool, Failure> {
        while self.waiting.len() < bytes {
            let Some(piece) = self.pieces.next().await else {
                return Ok(false);
            };
            let piece = piece.map_err(|failure| {
                Failure::field("body", format!("the request broke off: {failure}"))
            })?;
            self.waiting.extend_from_slice(&piece);
        }
        Ok(true)
    }

    /// The compressed message that waits, as a plain one.
    async fn inflated(&mut self, length: usize) -> Result<Bytes, Failure> {
        self.reservation.grow(length).await?;
        if !self.gather(HEAD_BYTES + length).await? {
            return Ok(self.waiting.split().freeze());
        }
        self.waiting.advance(HEAD_BYTES);
        let message = self.waiting.split_to(length);
        let plain = inflate(&message, self.limit, &self.reservation)
            .await
            .map_err(|failure| match failure {
                InflateError::TooLong(limit) => Failure::too_long(limit),
                InflateError::Refused(exhausted) => exhausted.into(),
                InflateError::Broken(_) => Failure::field("body", failure.to_string()),
            })?;
        self.reservation.grow(plain.len() * MESSAGE_FACTOR).await?;
        let mut whole = BytesMut::with_capacity(HEAD_BYTES + plain.len());
        whole.put_u8(0);
        whole.put_u32(u32::try_from(plain.len()).unwrap_or(u32::MAX));
        whole.extend_from_slice(&plain);
        Ok(whole.freeze())
    }
}
