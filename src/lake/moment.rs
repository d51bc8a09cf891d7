//! When something happened, as far as another clock can tell: the files of a lake are stamped by its store, and a drop
//! by the process that served it. Knows nothing but times.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A moment that lies between two others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Moment {
    earliest: SystemTime,
    latest: SystemTime,
}

/// On which side of a [`Moment`] a time lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Before,
    Unclear,
    After,
}

/// How long an upload takes at most. A store stamps an object with the time at which its upload began, so what is written
/// while it is copied may look older than its copy.
pub const UPLOAD_MAX: Duration = Duration::from_hours(24);

/// What a deletion kept, because it changed after the [`Moment`] that was given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kept {
    /// Files that may be older or younger.
    pub unclear: u64,
    /// Files that are younger for certain.
    pub younger: u64,
}

impl Moment {
    /// A moment that all clocks agree on, in milliseconds since the epoch.
    pub fn exact(epoch_ms: i64) -> Self {
        Self::about(epoch_ms, Duration::ZERO)
    }

    /// A moment told by a clock that may differ by `tolerance` from the one that stamps the files.
    pub fn about(epoch_ms: i64, tolerance: Duration) -> Self {
        // A time before 1970 is a clock that was never set: nothing is older than that.
        let told = UNIX_EPOCH + Duration::from_millis(u64::try_from(epoch_ms).unwrap_or(0));
        Self {
            earliest: told.checked_sub(tolerance).unwrap_or(UNIX_EPOCH),
            latest: told.checked_add(tolerance).unwrap_or(told),
        }
    }

    /// A moment of which is known that it lies between two others, in milliseconds since the epoch.
    pub fn between(earliest_ms: i64, latest_ms: i64) -> Self {
        Self {
            earliest: Self::exact(earliest_ms).earliest,
            latest: Self::exact(latest_ms).latest,
        }
    }

    /// Where a file stands that changed last at this time.
    pub(super) fn side(&self, changed: SystemTime) -> Side {
        if changed <= self.earliest {
            Side::Before
        } else if changed <= self.latest {
            Side::Unclear
        } else {
            Side::After
        }
    }
}

/// A time in milliseconds since the epoch, rounded up: what it stamps is not younger.
pub(super) fn millis(at: SystemTime) -> i64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    let nanoseconds = since.as_nanos().div_ceil(1_000_000);
    i64::try_from(nanoseconds).unwrap_or(i64::MAX)
}

/// A time in whole seconds since the epoch.
pub(super) fn seconds(at: SystemTime) -> i64 {
    let since = at.duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX)
}

impl Kept {
    /// Counts what another look kept.
    pub(super) fn add(&mut self, other: Self) {
        self.unclear += other.unclear;
        self.younger += other.younger;
    }

    /// Counts a file; says whether it is to be deleted instead.
    pub(super) fn judge(&mut self, side: Side) -> bool {
        match side {
            Side::Before => return true,
            Side::Unclear => self.unclear += 1,
            Side::After => self.younger += 1,
        }
        false
    }
}

#[cfg(test)]
mod tests {
    use super::{Moment, Side};
    use std::time::{Duration, UNIX_EPOCH};

    #[test]
    fn what_lies_within_the_tolerance_is_unclear() {
        let at = |seconds| UNIX_EPOCH + Duration::from_secs(seconds);
        let moment = Moment::about(100_000, Duration::from_secs(10));
        assert_eq!(moment.side(at(90)), Side::Before);
        assert_eq!(moment.side(at(91)), Side::Unclear);
        assert_eq!(moment.side(at(110)), Side::Unclear);
        assert_eq!(moment.side(at(111)), Side::After);
        let exact = Moment::exact(100_000);
        assert_eq!(exact.side(at(100)), Side::Before);
        assert_eq!(exact.side(at(100) + Duration::from_millis(1)), Side::After);
    }

    #[test]
    fn a_clock_that_was_never_set_deletes_nothing() {
        for moment in [Moment::exact(-1), Moment::about(0, Duration::from_mins(15))] {
            let file = UNIX_EPOCH + Duration::from_secs(1_700_000_000);
            assert_eq!(moment.side(file), Side::After);
        }
    }
}
