//! The clock of a store, as far as its answers tell it. The files of a lake are stamped by it, so it alone tells what is older
//! than a drop; the clock of this machine may differ by minutes.

use super::moment::millis;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime};

/// An answer that took longer tells too little.
const ANSWER_TIME_MAX: Duration = Duration::from_secs(1);
/// Answers tell whole seconds.
const SECOND_MS: i64 = 1_000;

/// How far the clock of a store is ahead of this machine's.
#[derive(Debug, Default)]
pub(super) struct StoreClock {
    /// In milliseconds: up to a second less than it is, at most [`ANSWER_TIME_MAX`] more.
    ahead_ms: Mutex<Option<i64>>,
}

impl StoreClock {
    /// Learns from the `Date` of an answer to what was sent at a time.
    pub(super) fn learn(&self, date: &str, sent: SystemTime, now: SystemTime) {
        let took = now.duration_since(sent).unwrap_or(Duration::MAX);
        if took > ANSWER_TIME_MAX {
            return;
        }
        let Ok(told) = jiff::fmt::rfc2822::parse(date) else {
            return;
        };
        let ahead_ms = told.timestamp().as_millisecond() - millis(sent);
        *self.ahead_ms.lock().unwrap_or_else(PoisonError::into_inner) = Some(ahead_ms);
    }

    /// What the store's clock shows at most, in milliseconds since the epoch; nothing where no answer has told it.
    pub(super) fn latest_ms(&self, now: SystemTime) -> Option<i64> {
        let ahead_ms = *self.ahead_ms.lock().unwrap_or_else(PoisonError::into_inner);
        Some(millis(now) + ahead_ms? + SECOND_MS)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::UNIX_EPOCH;

    #[test]
    fn the_clock_of_a_store_is_never_told_too_early() {
        let clock = StoreClock::default();
        let at = |ms: u64| UNIX_EPOCH + Duration::from_millis(ms);
        assert_eq!(clock.latest_ms(at(0)), None);
        // The store is ten minutes ahead; it answered at 12:10:05.900 of its own time.
        let sent = at(43_205_400);
        clock.learn("Thu, 01 Jan 1970 12:10:05 GMT", sent, at(43_206_000));
        let latest = clock.latest_ms(at(43_206_000)).unwrap();
        assert!((43_806_000..=43_808_000).contains(&latest), "{latest}");
    }

    #[test]
    fn a_slow_answer_and_one_without_a_date_tell_nothing() {
        let clock = StoreClock::default();
        let now = UNIX_EPOCH + Duration::from_secs(100);
        clock.learn("Thu, 01 Jan 1970 00:01:40 GMT", UNIX_EPOCH, now);
        clock.learn("yesterday", now, now);
        assert_eq!(clock.latest_ms(now), None);
    }
}
