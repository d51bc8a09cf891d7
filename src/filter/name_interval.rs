//! Turns an interval of values of one key into ranges of partition names in byte order.
//!
//! Names hold text, and the order of values is not that of their texts. Three things stand between:
//! - escaping: `:` sorts above `9`, its escape `%3A` below. A value that leaves the bound's text at some
//!   place with an escaped character has a name that starts with the shared part and `%`.
//! - the `/` behind the value, which sorts above `-` and `.`: `2024/…` comes after `2024-01`.
//! - spellings: `007` is 7, and `2024-1-2` is a date. Canonical spellings are ranged over precisely; all
//!   others go to a few small ranges that hold nothing in a well-kept table.
//!
//! Every function may give ranges too wide, never too narrow: the property test at the foot of `range`
//! holds them to it. A prefix ends in `=`, so it sorts before all names with a value behind it.

use super::interval::{High, Interval};
use super::moment::Moment;
use super::value::{KeyType, Scalar};
use crate::hive::partition_name::{escape_value, is_escaped};

/// Names from the first text, included, to the second, excluded; an absent end is open.
pub(super) type Span = (String, Option<String>);

/// Bounds are looked at up to this many characters; a longer one gives a wider range.
const BOUND_CHARACTERS_MAX: usize = 24;

/// The spans of names that hold every value of an interval behind `prefix`, such as `a=1/b=`.
pub(super) fn spans(
    prefix: &str,
    key_type: &KeyType,
    interval: &Interval,
    is_last_key: bool,
) -> Vec<Span> {
    let low = interval.low.as_ref();
    let high = interval.high.as_ref().map(|high| &high.value);
    match key_type {
        KeyType::Text => {
            if let Some(Scalar::Text(value)) = interval.point() {
                vec![value_span(prefix, value)]
            } else {
                let included = interval.high.as_ref().is_none_or(|high| high.included);
                text_spans(
                    prefix,
                    as_text(low),
                    as_text(high).map(|high| (high, included)),
                    is_last_key,
                )
            }
        }
        KeyType::Integer => integer_spans(prefix, as_integer(low), as_integer(high)),
        KeyType::Date => date_spans(prefix, as_moment(low), as_moment(high), value_end),
        // A time of the day may follow, so the span ends behind all texts that start with the day.
        KeyType::Timestamp => date_spans(prefix, as_moment(low), as_moment(high), prefix_end),
        _ => vec![prefix_span(prefix)],
    }
}

/// The spans of all spellings of one value but the canonical one, whose text comes back as the second
/// part: the caller goes on to the next key behind it. No text: the value has no canonical spelling
/// that could be followed, and the spans hold everything.
pub(super) fn point_spans(
    prefix: &str,
    key_type: &KeyType,
    value: &Scalar,
) -> (Vec<Span>, Option<String>) {
    match (key_type, value) {
        (KeyType::Text, Scalar::Text(text)) => (Vec::new(), Some(text.clone())),
        (KeyType::Integer, Scalar::Integer(value)) => {
            let text = (*value >= 1).then(|| value.to_string());
            (vec![odd_integers(prefix)], text)
        }
        (KeyType::Date, Scalar::Moment(day)) => (odd_dates(prefix, *day), Some(day.date_text())),
        _ => {
            let interval = Interval {
                low: Some(value.clone()),
                high: Some(High::upto(value.clone())),
            };
            (spans(prefix, key_type, &interval, false), None)
        }
    }
}

/// All names that start with a prefix.
pub(super) fn prefix_span(prefix: &str) -> Span {
    (
        prefix.to_owned(),
        if prefix.is_empty() {
            None
        } else {
            Some(prefix_end(prefix))
        },
    )
}

/// The least text above all texts that start with a prefix, which ends in a character that has a
/// successor: all prefixes here do.
fn prefix_end(prefix: &str) -> String {
    let mut end = prefix.to_owned();
    while let Some(last) = end.pop() {
        // The successor skips the surrogates, which are no characters.
        let code = u32::from(last) + 1;
        let next = char::from_u32(if code == 0xD800 { 0xE000 } else { code });
        if let Some(next) = next {
            end.push(next);
            break;
        }
    }
    end
}

/// The least simple text above the whole name `text` and above `text/…`: `0` comes right after `/`.
fn value_end(text: &str) -> String {
    format!("{text}0")
}

/// The names with one exact value.
fn value_span(prefix: &str, value: &str) -> Span {
    let from = format!("{prefix}{}", escape_value(value));
    let to = value_end(&from);
    (from, Some(to))
}

fn as_text(end: Option<&Scalar>) -> Option<&str> {
    match end {
        Some(Scalar::Text(text)) => Some(text),
        _ => None,
    }
}

fn as_integer(end: Option<&Scalar>) -> Option<i64> {
    match end {
        Some(Scalar::Integer(value)) => Some(*value),
        _ => None,
    }
}

fn as_moment(end: Option<&Scalar>) -> Option<Moment> {
    match end {
        Some(Scalar::Moment(moment)) => Some(*moment),
        _ => None,
    }
}

/// The part of a bound that sorts in a name as it does in a value: characters that are neither escaped
/// nor below `%`, with which escapes start. Every value at or above the bound is at or above its part;
/// every value at or below the bound is at or below its part, or starts with it.
fn plain_part(bound: &str) -> &str {
    let stops = |(index, (_, character)): (usize, (usize, char))| {
        index >= BOUND_CHARACTERS_MAX || character < '&' || is_escaped(character)
    };
    let end = bound.char_indices().enumerate().find(|found| stops(*found));
    &bound[..end.map_or(bound.len(), |(_, (offset, _))| offset)]
}

/// The high bound comes with whether it is included.
fn text_spans(
    prefix: &str,
    low: Option<&str>,
    high: Option<(&str, bool)>,
    is_last_key: bool,
) -> Vec<Span> {
    let low_part = low.map_or("", plain_part);
    let high_part = high.map_or("", |(high, _)| plain_part(high));
    let shared = match (low, high) {
        (Some(_), Some(_)) => shared_length(low_part, high_part),
        _ => 0,
    };
    let mut spans = Vec::new();
    // Values above the low bound because of a character that is escaped.
    for (offset, _) in low_part
        .char_indices()
        .filter(|(offset, _)| *offset >= shared)
    {
        spans.push(prefix_span(&format!("{prefix}{}%", &low_part[..offset])));
    }
    let to = match high {
        None => prefix_end(prefix),
        Some((high, _)) if high.len() > high_part.len() => {
            prefix_end(&format!("{prefix}{high_part}"))
        }
        Some((high, true)) => value_end(&format!("{prefix}{high}")),
        Some((high, false)) => format!("{prefix}{high}"),
    };
    // Values that are a part of the high bound, where what follows in the bound sorts below `/`.
    for (offset, character) in high_part
        .char_indices()
        .filter(|(offset, _)| *offset >= shared)
    {
        if character < '/' && !is_last_key {
            let value = format!("{prefix}{}/", &high_part[..offset]);
            spans.push(prefix_span(&value));
        }
    }
    spans.push((format!("{prefix}{low_part}"), Some(to)));
    spans
}

/// The length in bytes of the longest common start.
fn shared_length(one: &str, two: &str) -> usize {
    let same = one
        .char_indices()
        .zip(two.chars())
        .find(|((_, left), right)| left != right);
    same.map_or(one.len().min(two.len()), |((offset, _), _)| offset)
}

/// Every spelling of an integer but the canonical one of a positive: signs, leading zeros, and zero.
fn odd_integers(prefix: &str) -> Span {
    (prefix.to_owned(), Some(format!("{prefix}1")))
}

fn integer_spans(prefix: &str, low: Option<i64>, high: Option<i64>) -> Vec<Span> {
    let mut spans = vec![odd_integers(prefix)];
    let Some(high) = high else {
        // Longer numbers may start with any digit, so a lower bound alone says nothing.
        spans.push((format!("{prefix}1"), Some(format!("{prefix}:"))));
        return spans;
    };
    // Numbers of one length sort as their texts do.
    let mut first = low.unwrap_or(1).max(1);
    while first <= high {
        let nines = 10_i64
            .checked_pow(first.ilog10() + 1)
            .map_or(i64::MAX, |power| power - 1);
        let last = high.min(nines);
        spans.push((
            format!("{prefix}{first}"),
            Some(value_end(&format!("{prefix}{last}"))),
        ));
        let Some(next) = last.checked_add(1) else {
            break;
        };
        first = next;
    }
    spans
}

/// The spellings of a day without leading zeros: `2024-1-2`, `2024-1-02` and `2024-01-2`.
fn odd_dates(prefix: &str, date: Moment) -> Vec<Span> {
    let (year, month, day) = date.civil();
    let mut spans = Vec::new();
    if month < 10 {
        spans.push(prefix_span(&format!("{prefix}{year:04}-{month}-")));
    }
    if day < 10 {
        let from = format!("{prefix}{year:04}-{month:02}-{day}");
        let to = value_end(&from);
        spans.push((from, Some(to)));
    }
    spans
}

fn date_spans(
    prefix: &str,
    low: Option<Moment>,
    high: Option<Moment>,
    end: fn(&str) -> String,
) -> Vec<Span> {
    // A leading zero left out only lifts a text, so the low bound holds for every spelling.
    let from = match low {
        Some(low) => format!("{prefix}{}", low.date_text()),
        None => format!("{prefix}0"),
    };
    let Some(high) = high else {
        return vec![(from, Some(format!("{prefix}:")))];
    };
    let mut spans = vec![(from, Some(end(&format!("{prefix}{}", high.date_text()))))];
    // What it may lift above the high bound stays within the bound's year: one-digit months, and
    // one-digit days of the bound's month.
    let (year, month, _) = high.civil();
    let year = format!("{prefix}{year:04}-");
    let month = format!("{year}{month:02}-");
    spans.push(prefix_span(&format!("{year}1-")));
    spans.push((format!("{year}2"), Some(format!("{year}:"))));
    for tens in 1..=3 {
        // A time of the day may follow the day, and `T` sorts above digits.
        let day = format!("{month}{tens}");
        let day_end = end(&day);
        spans.push((day, Some(day_end)));
    }
    spans.push((format!("{month}4"), Some(format!("{month}:"))));
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(low: Option<&str>, high: Option<&str>) -> Vec<Span> {
        text_spans("k=", low, high.map(|high| (high, true)), false)
    }

    fn covers(spans: &[Span], name: &str) -> bool {
        spans.iter().any(|(from, to)| {
            name >= from.as_str() && to.as_ref().is_none_or(|to| name < to.as_str())
        })
    }

    #[test]
    fn dates_as_strings_are_ranged_tightly() {
        let spans = text(Some("2024-01-05"), Some("2024-01-09"));
        for name in ["k=2024-01-05/h=1", "k=2024-01-07/h=1", "k=2024-01-09/h=23"] {
            assert!(covers(&spans, name), "{name}");
        }
        for name in [
            "k=2024-01-04/h=1",
            "k=2024-01-10/h=1",
            "k=2024/h=1",
            "k=2024-02-05/h=1",
        ] {
            assert!(!covers(&spans, name), "{name}");
        }
        assert_eq!(spans.len(), 2);
    }

    #[test]
    fn escapes_and_slashes_are_remembered() {
        assert!(covers(&text(Some("10:30"), None), "k=10%3A45"));
        assert!(covers(&text(Some("10"), None), "k=1%3A"));
        assert!(covers(&text(None, Some("2024-01")), "k=2024/h=1"));
        assert!(covers(&text(None, Some("a:")), "k=a%3A"));
    }

    #[test]
    fn integers_of_one_length_are_ranged_tightly() {
        let spans = integer_spans("k=", Some(20_240_105), Some(20_240_109));
        assert!(covers(&spans, "k=20240107/h=1"));
        assert!(covers(&spans, "k=0020240107"));
        assert!(!covers(&spans, "k=20240110"));
        assert!(!covers(&spans, "k=20240104/h=1"));
        let spans = integer_spans("k=", Some(8), Some(110));
        for value in 8..=110 {
            assert!(covers(&spans, &format!("k={value}")), "{value}");
        }
        let spans = integer_spans("k=", Some(50), Some(60));
        assert!(!covers(&spans, "k=7") && !covers(&spans, "k=49") && !covers(&spans, "k=61"));
        assert_eq!(integer_spans("k=", Some(1), Some(i64::MAX)).len(), 20);
    }

    #[test]
    fn days_are_ranged_tightly() {
        let day = |text: &str| Moment::parse_date(text);
        let spans = date_spans("k=", day("2024-03-05"), day("2024-03-12"), value_end);
        for name in [
            "k=2024-03-05",
            "k=2024-03-12/h=1",
            "k=2024-3-7",
            "k=2024-03-9/h=1",
        ] {
            assert!(covers(&spans, name), "{name}");
        }
        for name in [
            "k=2024-03-04",
            "k=2024-03-13/h=1",
            "k=2024-04-05",
            "k=2023-03-07",
        ] {
            assert!(!covers(&spans, name), "{name}");
        }
    }
}
