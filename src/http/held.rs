//! The body of an answer on its way to the client. It goes out piece by piece, and what it holds of the server's memory is
//! given back when the last one is written.

use super::streams::Turn;
use crate::budget::Reservation;
use axum::body::{Body, Bytes, HttpBody};
use hyper::body::{Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// What the connection gets at once, bytes.
const PIECE_BYTES: usize = 32 * 1024;

/// A body that holds a reservation.
#[derive(Debug)]
pub struct Held {
    inner: Body,
    waiting: Bytes,
    /// Whose turn it is, where the answer is one of several on its connection.
    turn: Option<Arc<Turn>>,
    reservation: Arc<Reservation>,
}

/// Bytes that the connection has and has not written yet.
struct Piece {
    bytes: Bytes,
    _reservation: Arc<Reservation>,
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

impl Held {
    /// The body of a request's answer.
    pub fn body(inner: Body, reservation: Arc<Reservation>) -> Body {
        Body::new(Self {
            inner,
            waiting: Bytes::new(),
            turn: Turn::of_this_stream(),
            reservation,
        })
    }
}

impl HttpBody for Held {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if let Some(turn) = &self.turn {
            turn.of_server();
        }
        if self.waiting.is_empty() {
            match Pin::new(&mut self.inner).poll_frame(context) {
                Poll::Ready(Some(Ok(frame))) => match frame.into_data() {
                    Ok(data) => self.waiting = data,
                    Err(other) => return Poll::Ready(Some(Ok(other))),
                },
                other => return other,
            }
        }
        if let Some(turn) = &self.turn {
            turn.of_client();
        }
        let length = self.waiting.len().min(PIECE_BYTES);
        let piece = Piece {
            bytes: self.waiting.split_to(length),
            _reservation: Arc::clone(&self.reservation),
        };
        Poll::Ready(Some(Ok(Frame::data(Bytes::from_owner(piece)))))
    }

    fn is_end_stream(&self) -> bool {
        self.waiting.is_empty() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let waiting = self.waiting.len() as u64;
        let inner = self.inner.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(inner.lower() + waiting);
        if let Some(upper) = inner.upper() {
            hint.set_upper(upper + waiting);
        }
        hint
    }
}

#[cfg(test)]
mod tests {
    use super::{Held, PIECE_BYTES};
    use crate::budget::{Budget, BudgetLimits};
    use axum::body::{Body, HttpBody};
    use futures::StreamExt;
    use std::sync::Arc;
    use std::time::Duration;

    #[tokio::test]
    async fn an_answer_is_held_until_its_last_piece_is_written() {
        let budget = Budget::new(BudgetLimits {
            total_bytes: 1 << 20,
            client_bytes: 1 << 20,
            wait: Duration::ZERO,
        });
        let reservation = Arc::new(budget.account([127, 0, 0, 1].into()).reservation());
        let bytes = vec![7; 2 * PIECE_BYTES + 1];
        reservation.try_grow(bytes.len()).unwrap();
        let body = Held::body(Body::from(bytes.clone()), reservation);
        assert_eq!(body.size_hint().exact(), Some(bytes.len() as u64));
        let mut pieces = body.into_data_stream();
        let mut taken = Vec::new();
        for _ in 0..3 {
            taken.push(pieces.next().await.unwrap().unwrap());
        }
        assert!(pieces.next().await.is_none());
        assert_eq!(taken.concat(), bytes);
        drop(pieces);
        let last = taken.pop();
        drop(taken);
        assert!(budget.bytes_held() >= bytes.len());
        drop(last);
        assert_eq!(budget.bytes_held(), 0);
    }
}
