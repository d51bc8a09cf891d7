//! The requests that one connection of HTTP/2 has open at once. Its client reads all answers from one socket, so what it does
//! not take of one of them shows in no write that waits: each stream is looked after by itself.

use hyper::rt::Executor;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// How often within its time a stream is looked at.
const LOOKS: u32 = 4;

tokio::task_local! {
    static TURN: Arc<Turn>;
}

/// Who has to do something next for an answer to go on: the server, or since a moment the client, who has to take a piece of it.
#[derive(Debug, Default)]
pub(super) struct Turn(Mutex<Option<Instant>>);

impl Turn {
    /// That of the stream that this runs for; connections of HTTP/1.1 have none.
    pub(super) fn of_this_stream() -> Option<Arc<Self>> {
        TURN.try_with(Arc::clone).ok()
    }

    /// A piece of the answer is ready to be taken.
    pub(super) fn of_client(&self) {
        self.set(Some(Instant::now()));
    }

    /// All that there was is taken.
    pub(super) fn of_server(&self) {
        self.set(None);
    }

    fn set(&self, since: Option<Instant>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = since;
    }

    /// Ends when the client has taken nothing for so long.
    async fn overdue(&self, patience: Duration) {
        let mut looks = interval((patience / LOOKS).max(Duration::from_millis(1)));
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            looks.tick().await;
            let since = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
            if since.is_some_and(|since| since.elapsed() >= patience) {
                return;
            }
        }
    }
}

/// Runs the streams of one connection, and knows how many there are.
#[derive(Debug, Clone)]
pub(super) struct Streams {
    /// How long a client may take nothing of an answer.
    patience: Duration,
    open: watch::Sender<usize>,
}

/// Counts a stream while it is there.
struct Open(watch::Sender<usize>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.send_modify(|open| *open -= 1);
    }
}

impl Streams {
    pub(super) fn new(patience: Duration) -> Self {
        let open = watch::Sender::new(0);
        Self { patience, open }
    }

    /// Ends when no stream has been open for so long.
    pub(super) async fn idle(&self, patience: Duration) {
        let mut open = self.open.subscribe();
        loop {
            // The sender lives as long as this.
            let _ = open.wait_for(|open| *open == 0).await;
            if tokio::time::timeout(patience, open.changed())
                .await
                .is_err()
            {
                return;
            }
        }
    }
}

impl<F: Future<Output = ()> + Send + 'static> Executor<F> for Streams {
    fn execute(&self, stream: F) {
        self.open.send_modify(|open| *open += 1);
        let (counted, patience) = (Open(self.open.clone()), self.patience);
        let turn = Arc::new(Turn::default());
        tokio::spawn(async move {
            tokio::select! {
                () = TURN.scope(Arc::clone(&turn), stream) => {}
                // What is dropped is reset, and its memory is free again.
                () = turn.overdue(patience) => {
                    tracing::debug!(?patience, "a client takes nothing of an answer: it is given up");
                }
            }
            drop(counted);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::{Executor, Streams, Turn};
    use std::time::Duration;
    use tokio::sync::oneshot;

    const PATIENCE: Duration = Duration::from_secs(50);

    #[tokio::test(start_paused = true)]
    async fn a_stream_ends_that_its_client_takes_nothing_of() {
        let streams = Streams::new(PATIENCE);
        let (told, ended) = oneshot::channel::<()>();
        streams.execute(async move {
            let turn = Turn::of_this_stream().unwrap();
            // The server's own time has no bound here.
            tokio::time::sleep(10 * PATIENCE).await;
            turn.of_client();
            std::future::pending::<()>().await;
            drop(told);
        });
        let began = tokio::time::Instant::now();
        ended.await.unwrap_err();
        assert!(began.elapsed() >= 11 * PATIENCE);
        streams.idle(PATIENCE).await;
        assert!(Turn::of_this_stream().is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_is_idle_when_its_last_stream_ended_long_ago() {
        let streams = Streams::new(PATIENCE);
        let began = tokio::time::Instant::now();
        streams.execute(tokio::time::sleep(3 * PATIENCE));
        streams.idle(PATIENCE).await;
        assert!(began.elapsed() >= 4 * PATIENCE);
    }
}
