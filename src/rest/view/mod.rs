//! The JSON of the REST interface, apart from the model: what goes out (`…View`) and what comes in. The command line
//! reads and writes the same types. Field names are a promise to clients.
//!
//! What comes in refuses unknown fields; what goes out may get new ones, so its readers ignore those they do not know.

pub mod catalog;
pub mod database;
pub mod discovery;
pub mod event;
pub mod explanation;
pub mod kit;
pub mod lint;
pub mod partition;
pub mod problem;
pub mod run;
pub mod storage;
pub mod table;

use chrono::{DateTime, SecondsFormat};

/// A moment, given in seconds since the epoch, in the form of RFC 3339: `2026-11-22T10:00:00Z`. `None` for 0, by which
/// Hive means that nobody knows, and for what no calendar has.
fn moment(seconds: i64) -> Option<String> {
    if seconds == 0 {
        return None;
    }
    let moment = DateTime::from_timestamp(seconds, 0)?;
    Some(moment.to_rfc3339_opts(SecondsFormat::Secs, true))
}

/// An amount of money as people write it: without the noise of binary fractions.
fn money(amount: f64) -> f64 {
    (amount * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use super::moment;

    #[test]
    fn moments_are_told_in_utc() {
        assert_eq!(
            moment(1_795_341_600).as_deref(),
            Some("2026-11-22T10:00:00Z")
        );
        assert_eq!(moment(0), None);
        assert_eq!(moment(i64::MAX), None);
    }
}
