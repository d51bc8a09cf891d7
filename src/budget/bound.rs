//! One bound of the budget: units that are free, taken, or owed. What is owed is given back before anything new is taken.
//!
//! Who waits is served in the order of coming: units that are given back go to the first one, who gathers them until they are
//! enough, and nobody takes of them meanwhile, neither one that waits behind it nor one that takes what is free. So a large
//! request is not starved by small ones that fit each time; they wait behind it, as long as it may wait at most.

use super::Exhausted;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Units that were taken; they go back when it is dropped.
pub(super) type Permit = OwnedSemaphorePermit;

#[derive(Debug)]
pub(super) struct Bound {
    free: Arc<Semaphore>,
    units: usize,
    owed: AtomicUsize,
    setting: &'static str,
}

impl Bound {
    /// So many units, by this setting.
    pub(super) fn new(units: usize, setting: &'static str) -> Self {
        Self {
            free: Arc::new(Semaphore::new(units)),
            units,
            owed: AtomicUsize::new(0),
            setting,
        }
    }

    /// Takes units that are free.
    pub(super) fn take_now(&self, units: u32) -> Result<Permit, Exhausted> {
        let whole = self.with_owed(units);
        let taken = Arc::clone(&self.free).try_acquire_many_owned(whole);
        taken
            .map(|permit| only(permit, units))
            .map_err(|_| self.busy())
    }

    /// Takes units, and waits until they are free, and what is owed beside them.
    pub(super) async fn take(&self, units: u32, wait: Duration) -> Result<Permit, Exhausted> {
        let whole = self.with_owed(units);
        let taken = Arc::clone(&self.free).acquire_many_owned(whole);
        match tokio::time::timeout(wait, taken).await {
            Ok(Ok(permit)) => Ok(only(permit, units)),
            // The semaphore is never closed.
            Ok(Err(_)) | Err(_) => Err(self.busy()),
        }
    }

    /// Notes units that are held though they were not free.
    pub(super) fn owe(&self, units: usize) {
        self.owed.fetch_add(units, Ordering::SeqCst);
    }

    /// Gives those back.
    pub(super) fn repay(&self, units: usize) {
        self.owed.fetch_sub(units, Ordering::SeqCst);
    }

    /// Units that are held, those that are owed included.
    pub(super) fn held(&self) -> usize {
        let owed = self.owed.load(Ordering::SeqCst);
        self.units - self.free.available_permits() + owed
    }

    fn with_owed(&self, units: u32) -> u32 {
        let owed = self.owed.load(Ordering::SeqCst);
        units.saturating_add(u32::try_from(owed).unwrap_or(u32::MAX))
    }

    fn busy(&self) -> Exhausted {
        Exhausted::Busy {
            setting: self.setting,
        }
    }
}

/// So many units of those that were taken; the others, which stood for what is owed, go back.
fn only(mut permit: Permit, units: u32) -> Permit {
    let others = permit.num_permits() - units as usize;
    drop(permit.split(others));
    permit
}
