//! Two times, as two types. What replicas compare with each other (locks, leases, schedules) is a [`DatabaseTime`]: the
//! database tells it, so replicas whose clocks differ agree. What is only shown or measured comes from the process's
//! [`Clock`], in plain seconds. A test decides what time it is by both. Knows nothing of the rest of the system.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// The beginning of a day (`2026-11-22`) in UTC, in seconds since the epoch.
pub fn day_parse(text: &str) -> Option<i64> {
    let day = Date::strptime("%Y-%m-%d", text).ok()?;
    match day.to_zoned_datetime(TimeZone::UTC) {
        Ok(midnight) => Some(midnight.timestamp().as_second()),
        // The last days of the calendar begin after the last moment that there is: who writes 9999-12-31 means "for good".
        Err(_) if day.year() > 0 => Some(Timestamp::MAX.as_second()),
        Err(_) => None,
    }
}

/// A moment by the database's clock, in whole seconds since the epoch. It comes from the store alone, so that no
/// process compares its own time with what another one wrote.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DatabaseTime(i64);

impl DatabaseTime {
    /// A moment that the database told or keeps. To make one of a process's time is the mistake that this type is
    /// there to prevent.
    pub const fn from_database(seconds: i64) -> Self {
        Self(seconds)
    }

    /// Seconds since 1970-01-01 UTC, to be shown, or to be read by a calendar.
    pub const fn seconds(self) -> i64 {
        self.0
    }

    /// The moment so many seconds later, or earlier where there are fewer than none.
    #[must_use]
    pub const fn plus_s(self, seconds: i64) -> Self {
        Self(self.0.saturating_add(seconds))
    }

    /// Seconds from an earlier moment to this one.
    pub const fn since_s(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

/// Where the process's time comes from. Cheap to clone; clones of a fixed clock share one time.
#[derive(Clone, Debug, Default)]
pub enum Clock {
    /// The machine's clock.
    #[default]
    System,
    /// A machine's clock that is wrong by so many milliseconds.
    Wrong(i64),
    /// A time that stands still until it is moved: milliseconds since the epoch. It stands for the database's time too.
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
            Self::Wrong(by_ms) => system_millis().saturating_add(*by_ms),
            Self::Fixed(epoch_ms) => epoch_ms.load(Ordering::SeqCst),
        }
    }

    /// Whole seconds since 1970-01-01 UTC: the unit of Hive's `createTime` and
    /// `transient_lastDdlTime`.
    pub fn seconds(&self) -> i64 {
        self.millis().div_euclid(1000)
    }

    /// What stands for the database's time, where a test decides it.
    pub fn database_time(&self) -> Option<DatabaseTime> {
        match self {
            Self::System | Self::Wrong(_) => None,
            Self::Fixed(_) => Some(DatabaseTime(self.seconds())),
        }
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
    fn only_a_fixed_clock_stands_for_the_databases_time() {
        let clock = Clock::fixed(1_700_000_000_999);
        let time = clock.database_time().unwrap();
        assert_eq!(time.seconds(), 1_700_000_000);
        assert_eq!(time.plus_s(-5).plus_s(7).since_s(time), 2);
        assert_eq!(Clock::Wrong(600_000).database_time(), None);
        assert!(Clock::Wrong(600_000).seconds() > Clock::System.seconds() + 500);
    }

    #[test]
    fn the_system_clock_is_later_than_the_day_this_was_written() {
        assert!(Clock::System.seconds() > 1_700_000_000);
    }
}
