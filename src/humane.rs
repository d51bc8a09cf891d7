//! Times and sizes as people say them: `16 mins ago`, `1 day`, `1.20 GiB`. Scripts get the exact values instead.

use indicatif::HumanBytes;
use jiff::fmt::friendly::{Designator, Spacing, SpanPrinter};
use jiff::{SignedDuration, Timestamp};

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 60 * MINUTE_S;
const DAY_S: i64 = 24 * HOUR_S;

/// The units of ages, of which there are two at least, for `1 hr` may be nearly two.
const AGE_UNITS: [(i64, &str); 3] = [(DAY_S, "days"), (HOUR_S, "hrs"), (MINUTE_S, "mins")];
/// Which part of a unit may be missing from two of them: `--for 2h` is two hours a moment later, too.
const AGE_SLACK: i64 = 20;
/// How far ahead a moment is still now: clocks of two machines are never the same.
const AHEAD_S_MAX: i64 = 5;

/// Most units that a length of time is told in.
const SPAN_UNITS_MAX: usize = 2;

/// How long before or after `now` (seconds since the epoch) a moment of RFC 3339 is: `16 mins ago`, `in 3 hrs`. `None` where it is no
/// moment.
pub fn age(moment: &str, now: i64) -> Option<String> {
    let moment: Timestamp = moment.parse().ok()?;
    Some(age_of(moment.as_second(), now))
}

/// The same of a moment that is given in seconds since the epoch.
pub fn age_of(moment: i64, now: i64) -> String {
    let apart = now.saturating_sub(moment);
    let length = apart.saturating_abs();
    if (-AHEAD_S_MAX..=0).contains(&apart) {
        return "now".to_owned();
    }
    let unit = AGE_UNITS
        .iter()
        .find(|(unit, _)| length >= 2 * unit - unit / AGE_SLACK);
    let text = match unit {
        Some((unit, name)) => format!("{} {name}", length.saturating_add(unit / 2) / unit),
        None => counted(length.unsigned_abs(), "sec", "secs"),
    };
    if apart < 0 {
        format!("in {text}")
    } else {
        format!("{text} ago")
    }
}

/// So many of something: `1 file`, `3 files`.
pub fn counted(count: u64, one: &str, many: &str) -> String {
    let things = if count == 1 { one } else { many };
    format!("{count} {things}")
}

/// A length of time in seconds, such as `1 day` or `1 hr 30 mins`.
pub fn span(seconds: i64) -> String {
    let days = seconds / DAY_S;
    let rest = SignedDuration::from_secs(seconds % DAY_S);
    let printer = SpanPrinter::new()
        .designator(Designator::Short)
        .spacing(Spacing::BetweenUnitsAndDesignators);
    let plural = if days.abs() == 1 { "" } else { "s" };
    let mut text = match (days, rest.is_zero()) {
        (0, _) => return first_units(&printer.duration_to_string(&rest)),
        (_, true) => return format!("{days} day{plural}"),
        _ => format!("{days} day{plural} "),
    };
    text.push_str(&printer.duration_to_string(&rest));
    first_units(&text)
}

/// The first units of a text such as `3 days 4 hrs 5 mins`.
fn first_units(text: &str) -> String {
    let words = text.split(' ').take(2 * SPAN_UNITS_MAX);
    words.collect::<Vec<_>>().join(" ")
}

/// A number of bytes, such as `1.20 GiB`.
pub fn bytes(count: u64) -> String {
    HumanBytes(count).to_string()
}

#[cfg(test)]
mod tests {
    use super::{age, bytes, counted, span};

    #[test]
    fn ages_are_told_in_one_unit_and_look_both_ways() {
        let now = 1_795_341_600;
        let at = |text| age(text, now);
        assert_eq!(at("2026-11-22T10:00:00Z").as_deref(), Some("now"));
        assert_eq!(at("2026-11-22T09:59:15Z").as_deref(), Some("45 secs ago"));
        assert_eq!(at("2026-11-22T09:43:50Z").as_deref(), Some("16 mins ago"));
        assert_eq!(at("2026-11-22T13:10:00Z").as_deref(), Some("in 3 hrs"));
        assert_eq!(at("2026-11-19T08:00:00Z").as_deref(), Some("3 days ago"));
        assert_eq!(at("2026-11-22T09:58:30Z").as_deref(), Some("90 secs ago"));
        assert_eq!(at("2026-11-22T09:59:59Z").as_deref(), Some("1 sec ago"));
        assert_eq!(at("2026-11-22T17:59:58Z").as_deref(), Some("in 8 hrs"));
        assert_eq!(at("2026-11-22T11:59:58Z").as_deref(), Some("in 2 hrs"));
        assert_eq!(at("at noon"), None);
    }

    #[test]
    fn what_a_clock_that_goes_before_this_one_tells_is_now() {
        let now = 1_795_341_600;
        assert_eq!(age("2026-11-22T10:00:02Z", now).as_deref(), Some("now"));
        let later = age("2026-11-22T10:00:09Z", now);
        assert_eq!(later.as_deref(), Some("in 9 secs"));
    }

    #[test]
    fn one_of_a_thing_is_told_as_one() {
        assert_eq!(counted(1, "file", "files"), "1 file");
        assert_eq!(counted(0, "file", "files"), "0 files");
        assert_eq!(counted(2, "directory", "directories"), "2 directories");
    }

    #[test]
    fn lengths_are_told_in_two_units_at_most() {
        assert_eq!(span(86_400), "1 day");
        assert_eq!(span(5_400), "1 hr 30 mins");
        assert_eq!(span(2 * 86_400 + 3_700), "2 days 1 hr");
        assert_eq!(span(45), "45 secs");
        assert_eq!(span(0), "0 secs");
    }

    #[test]
    fn sizes_are_told_in_powers_of_two() {
        assert_eq!(bytes(1_288_490_189), "1.20 GiB");
        assert_eq!(bytes(12), "12 B");
    }
}
