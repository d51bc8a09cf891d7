//! Periods as people write and say them: `30s`, `8h`, `7 days`. One reading for the command line and for properties, and one
//! writing for what people are told.

use jiff::SpanRelativeTo;
use jiff::fmt::friendly::SpanParser;

/// Units and their seconds, the longest first.
const UNITS: [(u64, &str); 4] = [
    (24 * 3_600, "day"),
    (3_600, "hour"),
    (60, "minute"),
    (1, "second"),
];

/// Whole seconds of a text such as `90m`, `8h`, `1h 30m`, `7d` or `7 days`, where a day has 24 hours; a number alone is
/// seconds, as Hive writes times. `None` for what is no period, or one below none.
pub fn period_s(text: &str) -> Option<i64> {
    let text = text.trim().to_ascii_lowercase();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return text.parse().ok();
    }
    let span = SpanParser::new().parse_span(&text).ok()?;
    let period = span.to_duration(SpanRelativeTo::days_are_24_hours()).ok()?;
    Some(period.as_secs()).filter(|_| !period.is_negative())
}

/// A period in words, to the second: `1 hour`, `1 day 6 hours`. One writing for all texts that people are told.
pub fn period_shown(seconds: i64) -> String {
    let mut left = seconds.unsigned_abs();
    let mut parts = Vec::new();
    for (length, unit) in UNITS {
        let count = left / length;
        left %= length;
        // Nothing at all is still told in a unit.
        if count > 0 || (length == 1 && parts.is_empty()) {
            let plural = if count == 1 { "" } else { "s" };
            parts.push(format!("{count} {unit}{plural}"));
        }
    }
    let sign = if seconds < 0 { "-" } else { "" };
    format!("{sign}{}", parts.join(" "))
}

#[cfg(test)]
mod tests {
    use super::{period_s, period_shown};

    #[test]
    fn what_is_shown_is_what_people_say_and_reads_back() {
        for (seconds, text) in [
            (0, "0 seconds"),
            (1, "1 second"),
            (90, "1 minute 30 seconds"),
            (3_600, "1 hour"),
            (21_600, "6 hours"),
            (86_400, "1 day"),
            (111_600, "1 day 7 hours"),
            (604_800, "7 days"),
        ] {
            assert_eq!(period_shown(seconds), text);
            assert_eq!(period_s(text), Some(seconds), "{text}");
        }
        assert_eq!(period_shown(-60), "-1 minute");
    }

    #[test]
    fn what_people_write_is_read() {
        for (text, seconds) in [
            ("90", 90),
            ("0", 0),
            ("30s", 30),
            ("90m", 5_400),
            ("8h", 28_800),
            ("3d", 259_200),
            ("7 days", 604_800),
            ("7 DAYS", 604_800),
            ("5min", 300),
            ("5 mins", 300),
            ("1 sec", 1),
            ("2 hours", 7_200),
            ("1h 30m", 5_400),
        ] {
            assert_eq!(period_s(text), Some(seconds), "{text}");
        }
        for text in [
            "",
            "h",
            "-1h",
            "5 fortnights",
            "5일",
            "99999999999999999999",
            "1 month",
        ] {
            assert_eq!(period_s(text), None, "{text}");
        }
    }
}
