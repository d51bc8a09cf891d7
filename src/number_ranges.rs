//! Numbers of changes and alerts as people and messages write them: `101`, `101-112`.

use std::collections::BTreeSet;
use std::ops::RangeInclusive;

/// Numbers that one range may have: more is a slip.
const RANGE_LENGTH_MAX: i64 = 10_000;

/// `101`, `101-112`, or `101–112` as messages write it. The error says how to write it.
pub fn range(text: &str) -> Result<RangeInclusive<i64>, String> {
    let (first, last) = text.split_once(['-', '–']).unwrap_or((text, text));
    let above_0 = |text: &str| text.trim().parse::<i64>().ok().filter(|one| *one > 0);
    let (Some(first), Some(last)) = (above_0(first), above_0(last)) else {
        return Err("write a number, or a range such as 101-112".to_owned());
    };
    if first > last || last - first >= RANGE_LENGTH_MAX {
        return Err(format!(
            "a range goes upwards and has at most {RANGE_LENGTH_MAX} numbers"
        ));
    }
    Ok(first..=last)
}

/// Numbers as few ranges, upwards: `8-100`, `103`.
pub fn collapsed(numbers: &BTreeSet<i64>) -> Vec<String> {
    let mut runs: Vec<(i64, i64)> = Vec::new();
    for number in numbers {
        match runs.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(*number) => *last = *number,
            _ => runs.push((*number, *number)),
        }
    }
    let runs = runs.into_iter().map(|(first, last)| {
        if first == last {
            first.to_string()
        } else {
            format!("{first}-{last}")
        }
    });
    runs.collect()
}

#[cfg(test)]
mod tests {
    use super::{collapsed, range};

    #[test]
    fn numbers_are_read_as_messages_write_them() {
        assert_eq!(range("101"), Ok(101..=101));
        assert_eq!(range("101-112"), Ok(101..=112));
        assert_eq!(range("101–112"), Ok(101..=112));
        for text in ["", "0", "x", "5-4", "1-20000", "-3"] {
            assert!(range(text).is_err(), "{text}");
        }
    }

    #[test]
    fn numbers_are_collapsed_to_ranges() {
        let of = |numbers: &[i64]| collapsed(&numbers.iter().copied().collect()).join(", ");
        assert_eq!(of(&[]), "");
        assert_eq!(of(&[8]), "8");
        assert_eq!(of(&[103, 8, 9, 10]), "8-10, 103");
        assert_eq!(of(&[1, 2, 4, 5, i64::MAX]), "1-2, 4-5, 9223372036854775807");
    }
}
