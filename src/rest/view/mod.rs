//! The JSON of the REST interface, apart from the model: what goes out (`…View`) and what comes in. The command line
//! reads and writes the same types. Field names are a promise to clients.
//!
//! What comes in refuses unknown fields; what goes out may get new ones, so its readers ignore those they do not know.

pub mod alert;
pub mod calendar;
pub mod catalog;
pub mod change;
pub mod column_change;
pub mod database;
pub mod discovery;
pub mod event;
pub mod explanation;
pub mod freshness;
pub mod function;
pub mod job;
pub mod kit;
pub mod lint;
pub mod lock;
pub mod partition;
pub mod partition_batch;
pub mod partition_line;
pub mod preview;
pub mod problem;
pub mod proposal;
pub mod replica;
pub mod run;
pub mod run_line;
pub mod search;
pub mod source;
pub mod statistics;
pub mod storage;
pub mod table;

use crate::clock::day_parse;
use jiff::Timestamp;

/// A moment, given in seconds since the epoch, in the form of RFC 3339: `2026-11-22T10:00:00Z`. `None` for 0, by which
/// Hive means that nobody knows, and for what no calendar has.
pub fn moment(seconds: i64) -> Option<String> {
    if seconds == 0 {
        return None;
    }
    Some(Timestamp::from_second(seconds).ok()?.to_string())
}

/// Reads a moment of RFC 3339, or a day (`2026-11-22`, its beginning in UTC), as seconds since the epoch.
pub fn moment_parse(text: &str) -> Option<i64> {
    if let Ok(moment) = text.parse::<Timestamp>() {
        return Some(moment.as_second());
    }
    day_parse(text)
}

/// An amount of money as people write it: without the noise of binary fractions.
fn money(amount: f64) -> f64 {
    (amount * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::{moment, moment_parse};
    use jiff::Timestamp;

    #[test]
    fn moments_are_told_in_utc() {
        assert_eq!(
            moment(1_795_341_600).as_deref(),
            Some("2026-11-22T10:00:00Z")
        );
        assert_eq!(moment(0), None);
        assert_eq!(moment(i64::MAX), None);
    }

    #[test]
    fn moments_are_read_with_their_offset_and_days_in_utc() {
        assert_eq!(
            moment_parse("2026-11-22T11:00:00+01:00"),
            Some(1_795_341_600)
        );
        assert_eq!(moment_parse("2026-11-22"), Some(1_795_305_600));
        assert_eq!(moment_parse("9999-12-31"), Some(Timestamp::MAX.as_second()));
        for text in ["", "yesterday", "2026-11-22T10:00:00", "2026-13-01"] {
            assert_eq!(moment_parse(text), None, "{text}");
        }
    }
}
