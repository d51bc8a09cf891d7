//! Holds requests back until a test has done what is to happen meanwhile.

use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::{Notify, Semaphore};

/// Where the first request of a kind waits, on a key that contains a text; later ones pass.
pub(crate) struct Gate {
    operation: &'static str,
    key_contains: String,
    taken: AtomicBool,
    arrived: Notify,
    closed: Semaphore,
}

impl Gate {
    pub(super) fn new(operation: &'static str, key_contains: &str) -> Self {
        Self {
            operation,
            key_contains: key_contains.to_owned(),
            taken: AtomicBool::new(false),
            arrived: Notify::new(),
            closed: Semaphore::new(0),
        }
    }

    pub(super) fn holds(&self, operation: &str, key: &str) -> bool {
        self.operation == operation && key.contains(&self.key_contains)
    }

    /// Waits until the request stands at the gate.
    pub(crate) async fn arrived(&self) {
        self.arrived.notified().await;
    }

    /// Lets the request go on.
    pub(crate) fn open(&self) {
        self.closed.close();
    }

    pub(super) async fn pass(&self) {
        if !self.taken.swap(true, Ordering::SeqCst) {
            self.arrived.notify_one();
            // Closing ends the wait; there is nothing to acquire.
            drop(self.closed.acquire().await);
        }
    }
}

/// Where every request waits until the test lets them go on.
pub(crate) struct Hanging {
    arrived: Semaphore,
    closed: Semaphore,
}

impl Hanging {
    pub(super) fn new() -> Self {
        Self {
            arrived: Semaphore::new(0),
            closed: Semaphore::new(0),
        }
    }

    /// Waits until so many requests, beyond those that were waited for before, have come.
    pub(crate) async fn arrived(&self, requests: u32) {
        self.arrived.acquire_many(requests).await.unwrap().forget();
    }

    /// Lets all go on.
    pub(crate) fn end(&self) {
        self.closed.close();
    }

    pub(super) async fn pass(&self) {
        self.arrived.add_permits(1);
        drop(self.closed.acquire().await);
    }
}
