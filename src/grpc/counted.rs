//! The messages of a request, each whole before a library sees it: the length that stands before it is only a claim, and a library that
//! trusts it would take the memory at once. What has arrived is taken from the budget of bytes in flight, and what is compressed
//! is inflated here, for the same reason.

use super::MESSAGE_BYTES_MAX;
use super::failure::{Failure, of_library};
use crate::budget::{Budget, Reservation};
use crate::front::Cut;
use crate::http::{InflateError, inflate, is_grpc};
use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use bytes::{Buf, BufMut, BytesMut};
use futures::{Stream, StreamExt, stream};
use std::sync::Arc;
use std::time::Duration;
use tonic::{Code, Status};

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

/// What bounds messages on their way in.
#[derive(Debug, Clone, Copy)]
pub(super) struct MessageBounds {
    /// Bytes of one at most.
    pub(super) bytes_max: usize,
    /// How long one may take from its first byte to its last.
    pub(super) patience: Duration,
}

/// Has the messages of a request counted, on their way to the service.
pub(super) async fn counted(
    State(bounds): State<MessageBounds>,
    request: Request,
    next: Next,
) -> Response {
    if !is_grpc(request.headers()) {
        let text = "this path takes messages of gRPC: send Content-Type: application/grpc\n";
        return (StatusCode::UNSUPPORTED_MEDIA_TYPE, text).into_response();
    }
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
            compressed,
            bounds,
            reservation,
        };
        Body::from_stream(messages.pieces())
    });
    // What goes on is plain.
    request.headers_mut().remove(ENCODING);
    let response = next.run(request).await;
    // What a message could not be read by is told before any answer.
    match Status::from_header_map(response.headers()) {
        Some(status) if status.code() == Code::Internal => {
            let status = of_library(status);
            status.into_http::<tonic::body::Body>().into_response()
        }
        _ => response,
    }
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
    compressed: bool,
    bounds: MessageBounds,
    reservation: Arc<Reservation>,
}

impl Messages {
    /// The same messages, plain, each as one piece.
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
        // Between messages a client may be quiet for as long as it likes.
        if !self.gather(1).await? {
            return Ok(None);
        }
        let patience = self.bounds.patience;
        let message = tokio::time::timeout(patience, self.message()).await;
        message
            .unwrap_or_else(|_| Err(Cut::Late(patience).into()))
            .map(Some)
    }

    /// The message that has begun, or as much of it as there is: whoever reads it tells of that.
    async fn message(&mut self) -> Result<Bytes, Failure> {
        if !self.gather(HEAD_BYTES).await? {
            return Ok(self.waiting.split().freeze());
        }
        let (flag, length) = (self.waiting[0], (&self.waiting[1..]).get_u32());
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        if length > self.bounds.bytes_max {
            return Err(Failure::too_long(self.bounds.bytes_max));
        }
        let whole = HEAD_BYTES + length;
        if !self.gather(whole).await? {
            return Ok(self.waiting.split().freeze());
        }
        let message = self.waiting.split_to(whole).freeze();
        if flag == 1 && self.compressed {
            return self.inflated(&message[HEAD_BYTES..]).await;
        }
        Ok(message)
    }

    /// Waits until so many bytes are there; says whether they are. What comes is counted as what it may be read to.
    async fn gather(&mut self, bytes: usize) -> Result<bool, Failure> {
        while self.waiting.len() < bytes {
            let Some(piece) = self.pieces.next().await else {
                return Ok(false);
            };
            let piece = piece.map_err(|failure| {
                Failure::field("body", format!("the request broke off: {failure}"))
            })?;
            let cost = piece.len() * MESSAGE_FACTOR;
            self.reservation.grow(cost).await?;
            self.waiting.extend_from_slice(&piece);
        }
        Ok(true)
    }

    /// A compressed message as a plain one.
    async fn inflated(&mut self, message: &[u8]) -> Result<Bytes, Failure> {
        let plain = inflate(message, self.bounds.bytes_max, &self.reservation)
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
