//! Times and sizes as people say them: `16 mins ago`, `1 day`, `1.20 GiB`. Scripts get the exact values instead.

use indicatif::HumanBytes;
use jiff::fmt::friendly::{Designator, Spacing, SpanPrinter};
use jiff::{SignedDuration, Timestamp};

const MINUTE_S: i64 = 60;
const HOUR_S: i64 = 60 * MINUTE_S;
const DAY_S: i64 = 24 * HOUR_S;

/// From which length on a time is told in a unit, and that unit: two of a unit at least, for `1 hr` may be nearly two.
const AGE_UNITS: [(i64, i64); 3] = [
    (2 * DAY_S, DAY_S),
    (2 * HOUR_S, HOUR_S),
    (2 * MINUTE_S, MINUTE_S),
];

/// Most units that a length of time is told in.
const SPAN_UNITS_MAX: usize = 2;

/// How long before or after `now` (seconds since the epoch) a moment of RFC 3339 is: `16 mins ago`, `in 3 hrs`. `None` where it is no
/// moment.
pub(super) fn age(moment: &str, now: i64) -> Option<String> {
    let moment: Timestamp = moment.parse().ok()?;
    let apart = now.saturating_sub(moment.as_second());
    let length = apart.saturating_abs();
    let unit = AGE_UNITS.iter().find(|(from, _)| length >= *from);
    let rounded = unit.map_or(length, |(_, unit)| length / unit * unit);
    let text = span(rounded);
    Some(match apart {
        0 => "now".to_owned(),
        ..0 => format!("in {text}"),
        _ => format!("{text} ago"),
    })
}

/// A length of time in seconds, such as `1 day` or `1 hr 30 mins`.
pub(super) fn span(seconds: i64) -> String {
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
pub(super) fn bytes(count: u64) -> String {
    HumanBytes(count).to_string()
}

#[cfg(test)]
mod tests {
    use super::{age, bytes, span};

    #[test]
    fn ages_are_told_in_one_unit_and_look_both_ways() {
        let now = 1_795_341_600;
        let at = |text| age(text, now);
        assert_eq!(at("2026-11-22T10:00:00Z").as_deref(), Some("now"));
        assert_eq!(at("2026-11-22T09:59:15Z").as_deref(), Some("45 secs ago"));
        assert_eq!(at("2026-11-22T09:43:50Z").as_deref(), Some("16 mins ago"));
        assert_eq!(at("2026-11-22T13:10:00Z").as_deref(), Some("in 3 hrs"));
        assert_eq!(at("2026-11-19T08:00:00Z").as_deref(), Some("3 days ago"));
        assert_eq!(at("at noon"), None);
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
