//! How long a call may take, known to whatever works for it: an operation whose work goes on in the background answers
//! by itself before its front end would cut it off, and can say so. Knows nothing of the rest of the system.

use std::time::Duration;
use tokio::time::Instant;

/// What is left to an operation to answer, of the whole time of its call: a tenth, but not more than this.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(2);

tokio::task_local! {
    /// When an operation must have answered.
    static ANSWER_AT: Instant;
}

/// Runs a call that ends within `limit`; nothing where it did not.
pub async fn within<T>(limit: Duration, call: impl Future<Output = T>) -> Option<T> {
    let patience = limit.saturating_sub((limit / 10).min(ANSWER_TIME_MAX));
    let answer_at = Instant::now() + patience;
    let call = ANSWER_AT.scope(answer_at, call);
    tokio::time::timeout(limit, call).await.ok()
}

/// How long the work of the call at hand may still wait for something; nothing where nobody waits for an answer.
pub fn patience() -> Option<Duration> {
    let left = |answer_at: &Instant| answer_at.saturating_duration_since(Instant::now());
    ANSWER_AT.try_with(left).ok()
}

/// Waits for work as long as the call at hand may; nothing where that was not long enough.
pub async fn wait<T>(work: impl Future<Output = T>) -> Option<T> {
    match patience() {
        Some(patience) => tokio::time::timeout(patience, work).await.ok(),
        None => Some(work.await),
    }
}

#[cfg(test)]
mod tests {
    use super::{patience, wait, within};
    use std::future::pending;
    use std::time::Duration;

    #[tokio::test(start_paused = true)]
    async fn an_operation_has_time_to_answer_before_its_call_ends() {
        let limit = Duration::from_secs(10);
        let answer = within(limit, async { wait(pending::<()>()).await.is_none() });
        assert_eq!(answer.await, Some(true));
        assert_eq!(within(limit, pending::<()>()).await, None);
        assert_eq!(patience(), None, "nobody waits");
    }
}
