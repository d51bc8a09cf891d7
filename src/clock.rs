//! The only source of wall-clock time: everything that stamps or expires takes a [`Clock`], so a
//! test decides what time it is. Knows nothing of the rest of the system.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// Where the time comes from. Cheap to clone; clones of a fixed clock share one time.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A time that stands still until it is moved: milliseconds since the epoch.
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// A clock that stands at `epoch_ms` until [`Clock::advance_ms`] moves it.
    pub fn fixed(epoch_ms: i64) -> Self {
        Self::Fixed(Arc::new(AtomicI64::new(epoch_ms)))
    }

    /// Milliseconds since 1970-01-01 UTC.
    pub fn millis(&self) -> i64 {
        match self {
            Self::System => system_millis(),
            Self::Fixed(epoch_ms) => epoch_ms.load(Ordering::SeqCst),
        }
    }

    /// Whole seconds since 1970-01-01 UTC: the unit of Hive's `createTime` and
    /// `transient_lastDdlTime`.
    pub fn seconds(&self) -> i64 {
        self.millis().div_euclid(1000)
    }

    /// Moves a fixed clock forward (or back, when negative). The machine's clock does not move
    /// by request: there the call does nothing.
    pub fn advance_ms(&self, by_ms: i64) {
        if let Self::Fixed(epoch_ms) = self {
            epoch_ms.fetch_add(by_ms, Ordering::SeqCst);
        }
    }
}

fn system_millis() -> i64 {
    // A machine whose clock stands before 1970 is told apart from no other: it reads as zero.
    let since_epoch = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::Clock;

    #[test]
    fn a_fixed_clock_moves_only_when_told_and_its_clones_move_with_it() {
        let clock = Clock::fixed(1_700_000_000_999);
        let clone = clock.clone();
        assert_eq!(clock.seconds(), 1_700_000_000);
        clone.advance_ms(1);
        assert_eq!(
            (clock.seconds(), clock.millis()),
            (1_700_000_001, 1_700_000_001_000)
        );
    }

    #[test]
    fn the_system_clock_is_later_than_the_day_this_was_written() {
        assert!(Clock::System.seconds() > 1_700_000_000);
    }
}
