//! How one request is run.

use crate::budget::{Exhausted, Reservation};
use crate::deadline;
use crate::error::Error;
use futures::FutureExt;
use std::future::Future;
use std::panic::AssertUnwindSafe;
use std::time::{Duration, Instant};
use tracing::{Instrument, Span};

/// What a request holds while it runs, however small it is, bytes.
pub const REQUEST_BYTES: usize = 8 * 1024;

/// Why a request was cut off.
#[derive(Debug, Clone, Copy)]
pub enum Cut {
    /// There is no memory for it.
    Refused(Exhausted),
    /// It did not end before its deadline.
    Late(Duration),
    /// It ended in a panic.
    Panicked,
}

impl Cut {
    /// The error that tells of it; `what` names the request.
    pub fn into_error(self, what: &str) -> Error {
        match self {
            Self::Refused(exhausted) => exhausted.into(),
            Self::Late(limit) => Error::Unavailable {
                what: format!("{what} did not finish within {} s; it", limit.as_secs()),
                source: "deadline passed".into(),
            },
            Self::Panicked => Error::internal(format!("{what} ended in a panic")),
        }
    }
}

/// What a front end says of a request before it runs.
#[derive(Debug)]
pub struct Frame<'a> {
    /// What log lines of the request stand in.
    pub span: Span,
    /// How long it may take, the wait for memory not counted.
    pub limit: Duration,
    /// What it holds of the budget. The front end keeps it until the answer is sent.
    pub reservation: &'a Reservation,
    /// What it takes of it before it runs, beside [`REQUEST_BYTES`].
    pub bytes: usize,
}

impl Frame<'_> {
    /// Runs the work. `cut` makes an answer of what prevented one; `record` counts the answer, whichever it is.
    pub async fn run<T>(
        self,
        work: impl Future<Output = T>,
        cut: impl FnOnce(Cut) -> T,
        record: impl FnOnce(&T, Duration),
    ) -> T {
        let started = Instant::now();
        let span = self.span.clone();
        let answer = match self.ended(work).instrument(span.clone()).await {
            Ok(answer) => answer,
            Err(reason) => span.in_scope(|| cut(reason)),
        };
        record(&answer, started.elapsed());
        answer
    }

    /// A panic, a passed deadline or a lack of memory ends this request alone.
    async fn ended<T>(self, work: impl Future<Output = T>) -> Result<T, Cut> {
        let cost = self.bytes.saturating_add(REQUEST_BYTES);
        self.reservation.grow(cost).await.map_err(Cut::Refused)?;
        let guarded = AssertUnwindSafe(work).catch_unwind();
        match deadline::within(self.limit, guarded).await {
            Some(Ok(answer)) => Ok(answer),
            Some(Err(_)) => Err(Cut::Panicked),
            None => Err(Cut::Late(self.limit)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Cut, Frame, REQUEST_BYTES};
    use crate::budget::{Budget, BudgetLimits, Reservation};
    use std::time::Duration;

    fn reservation() -> Reservation {
        let budget = Budget::new(BudgetLimits {
            total_bytes: 2 * REQUEST_BYTES,
            client_bytes: 2 * REQUEST_BYTES,
            wait: Duration::from_secs(1),
        });
        budget.account([127, 0, 0, 1].into()).reservation()
    }

    async fn run(bytes: usize, work: impl Future<Output = String>) -> String {
        let frame = Frame {
            span: tracing::Span::none(),
            limit: Duration::from_secs(7),
            reservation: &reservation(),
            bytes,
        };
        let mut counted = None;
        let answer = frame
            .run(
                work,
                |cut: Cut| cut.into_error("it").to_string(),
                |answer, _| counted = Some(answer.clone()),
            )
            .await;
        assert_eq!(counted.as_ref(), Some(&answer), "every answer is counted");
        answer
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_cut_off_is_told_in_words() {
        assert_eq!(run(0, async { "done".to_owned() }).await, "done");
        let late = run(0, std::future::pending()).await;
        assert!(late.contains("it did not finish within 7 s"), "{late}");
        let panicked = run(0, async { panic!("on purpose") }).await;
        assert!(panicked.contains("it ended in a panic"), "{panicked}");
        let refused = run(REQUEST_BYTES + 1, async { "done".to_owned() }).await;
        assert!(refused.contains("bytes_in_flight"), "{refused}");
    }
}
