//! Values as people read them, with the exact ones beside them.

use crate::humane;
use crate::model::Parameters;
use jiff::Timestamp;

/// A moment.
#[derive(Debug, Clone)]
pub(super) struct When {
    /// How long ago it was, or how far ahead it is.
    pub(super) age: String,
    /// The moment itself, as RFC 3339 writes it.
    pub(super) exact: String,
}

/// A moment in seconds since the epoch; `None` for 0, by which Hive means that nobody knows, and for what no calendar has.
pub(super) fn when(seconds: i64, now: i64) -> Option<When> {
    if seconds == 0 {
        return None;
    }
    Some(When {
        age: humane::age_of(seconds, now),
        exact: Timestamp::from_second(seconds).ok()?.to_string(),
    })
}

/// A number with a mark at each thousand: `1 234 567`, with a space that does not break.
pub(super) fn count(number: impl Into<i128>) -> String {
    let number: i128 = number.into();
    let digits = number.unsigned_abs().to_string();
    let mut shown = String::from(if number < 0 { "−" } else { "" });
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            shown.push('\u{202F}');
        }
        shown.push(digit);
    }
    shown
}

/// Bytes as people say them, and exactly.
#[derive(Debug, Clone)]
pub(super) struct Size {
    /// Such as `1.20 GiB`.
    pub(super) shown: String,
    /// Such as `1 288 490 189 bytes`.
    pub(super) exact: String,
}

/// A number of bytes.
pub(super) fn size(bytes: u64) -> Size {
    Size {
        shown: humane::bytes(bytes),
        exact: format!("{} bytes", count(bytes)),
    }
}

/// What a property counts; nothing where it is absent, negative or no number.
pub(super) fn number_of(parameters: &Parameters, key: &str) -> Option<u64> {
    parameters.get(key)?.trim().parse().ok()
}

/// Files, bytes and rows as properties tell them.
#[derive(Debug, Clone)]
pub(super) struct Volume {
    pub(super) files: Option<String>,
    pub(super) bytes: Option<Size>,
    pub(super) rows: Option<String>,
}

/// What engines and jobs noted of how much there is, under Hive's names.
pub(super) fn volume(parameters: &Parameters) -> Volume {
    Volume {
        files: number_of(parameters, "numFiles").map(count),
        bytes: number_of(parameters, "totalSize").map(size),
        rows: number_of(parameters, "numRows").map(count),
    }
}

#[cfg(test)]
mod tests {
    use super::{count, when};

    #[test]
    fn numbers_have_marks_at_thousands() {
        for (number, shown) in [
            (0, "0"),
            (999, "999"),
            (1_000, "1\u{202F}000"),
            (1_234_567, "1\u{202F}234\u{202F}567"),
            (-12_345, "−12\u{202F}345"),
        ] {
            assert_eq!(count(number), shown);
        }
    }

    #[test]
    fn a_moment_that_nobody_knows_is_none() {
        assert!(when(0, 10).is_none() && when(i64::MAX, 10).is_none());
        let moment = when(1_795_341_600, 1_795_341_600).unwrap();
        assert_eq!(
            (moment.age.as_str(), moment.exact.as_str()),
            ("now", "2026-11-22T10:00:00Z")
        );
    }
}
