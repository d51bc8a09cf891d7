//! Periods as people write them: `30s`, `8h`, `7 days`. One reading for the command line and for properties.

use jiff::SpanRelativeTo;
use jiff::fmt::friendly::SpanParser;

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

#[cfg(test)]
mod tests {
    use super::period_s;

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
