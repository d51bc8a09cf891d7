//! When tasks run: at the start, by a timer, until the server ends. A run that fails or panics is
//! logged and counted, and the timer goes on; runs of one task never overlap in a process.

use super::Task;
use crate::telemetry::{Metrics, causes, fault_due};
use futures::FutureExt;
use futures::future::BoxFuture;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Starts tasks and lets them end.
#[derive(Debug)]
pub struct Runner {
    metrics: Arc<Metrics>,
    shutdown: CancellationToken,
    running: TaskTracker,
}

impl Runner {
    /// A runner whose tasks end with `shutdown`.
    pub fn new(metrics: Arc<Metrics>, shutdown: CancellationToken) -> Self {
        Self {
            metrics,
            shutdown,
            running: TaskTracker::new(),
        }
    }

    /// Runs a task every `interval_s` seconds. The first run comes within one interval, at a
    /// moment of its own in each replica, so that replicas started together do not run together.
    pub fn spawn(&self, task: impl Task, interval_s: u64) {
        let interval = Duration::from_secs(interval_s.max(1));
        self.spawn_after(fraction_of(interval), task, interval);
    }

    /// The same of a task whose first run comes at once.
    pub fn spawn_now(&self, task: impl Task, interval_s: u64) {
        self.spawn_after(Duration::ZERO, task, Duration::from_secs(interval_s.max(1)));
    }

    fn spawn_after(&self, first: Duration, task: impl Task, interval: Duration) {
        let shutdown = self.shutdown.clone();
        let metrics = self.metrics.task(task.name());
        let mut pause = first;
        // Boxed, so that the runtime's own code is compiled once, not once a task.
        let runs: BoxFuture<'static, ()> = Box::pin(async move {
            let mut went_through = true;
            loop {
                tokio::select! {
                    () = shutdown.cancelled() => return,
                    () = tokio::time::sleep(pause) => {}
                }
                pause = interval;
                let failed_before = !went_through;
                went_through = run(&task).await;
                if went_through && failed_before {
                    let task_name = task.name();
                    tracing::info!(task_name, "a background task goes through again");
                }
                metrics.ran(went_through);
            }
        });
        self.running.spawn(runs);
    }

    /// Waits until the runs in flight have ended.
    pub async fn ended(&self) {
        self.running.close();
        self.running.wait().await;
    }
}

/// One run; whether it went through.
async fn run(task: &impl Task) -> bool {
    let task_name = task.name();
    match AssertUnwindSafe(task.activate()).catch_unwind().await {
        Ok(Ok(report)) if report.failed > 0 => {
            let (done, failed) = (report.done, report.failed);
            tracing::warn!(task_name, done, failed, "a background task is not through");
            true
        }
        Ok(Ok(report)) => {
            tracing::debug!(task_name, done = report.done, "a background task has run");
            true
        }
        Ok(Err(error)) => {
            let error = causes(&error);
            if let Some(repeated) = fault_due(&error) {
                tracing::warn!(task_name, error, repeated, "a background task failed");
            } else {
                tracing::debug!(task_name, error, "a background task failed");
            }
            false
        }
        Err(_) => {
            tracing::error!(task_name, "a background task panicked");
            false
        }
    }
}

/// A part of the interval that nobody can foretell.
fn fraction_of(interval: Duration) -> Duration {
    let chance = fastrand::u64(..1_000);
    let millis = u64::try_from(interval.as_millis()).unwrap_or(u64::MAX);
    Duration::from_millis(millis / 1_000 * chance + chance)
}

#[cfg(test)]
mod tests {
    use super::Runner;
    use crate::error::Error;
    use crate::tasks::{Report, Task};
    use crate::telemetry::Metrics;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};
    use tokio_util::sync::CancellationToken;

    struct Unruly {
        runs: Arc<AtomicU64>,
        enough: CancellationToken,
    }

    impl Task for Unruly {
        fn name(&self) -> &'static str {
            "unruly"
        }

        async fn activate(&self) -> Result<Report, Error> {
            match self.runs.fetch_add(1, Ordering::SeqCst) {
                0 => panic!("on purpose"),
                1 => Err(Error::internal("on purpose")),
                _ => {
                    self.enough.cancel();
                    Ok(Report::default())
                }
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_goes_on_after_a_panic_and_a_failure_and_ends_with_the_server() {
        let metrics = Arc::new(Metrics::new([]));
        let (shutdown, enough) = (CancellationToken::new(), CancellationToken::new());
        let runner = Runner::new(Arc::clone(&metrics), shutdown.clone());
        let runs = Arc::new(AtomicU64::new(0));
        let task = Unruly {
            runs: Arc::clone(&runs),
            enough: enough.clone(),
        };
        runner.spawn(task, 60);
        enough.cancelled().await;
        shutdown.cancel();
        runner.ended().await;
        assert_eq!(runs.load(Ordering::SeqCst), 3);
        let text = metrics.to_text();
        assert!(
            text.contains("skep_task_runs_total{task=\"unruly\",outcome=\"error\"} 2"),
            "{text}"
        );
        assert!(
            text.contains("skep_task_runs_total{task=\"unruly\",outcome=\"ok\"} 1"),
            "{text}"
        );
    }
}
