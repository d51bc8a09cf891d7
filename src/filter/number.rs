//! Decimal numbers of any precision, compared exactly: `1.50` equals `1.5`, and no digit is rounded
//! away as a binary float would.

use std::cmp::Ordering;
use std::fmt;

/// Exponents beyond this are no number: they would only serve to make comparison slow.
const EXPONENT_MAX: i64 = 100_000;

/// The value `±0.d₁d₂d₃… × 10^exponent`, with neither a leading nor a trailing zero among the digits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Number {
    negative: bool,
    exponent: i64,
    digits: String,
}

impl Number {
    /// Reads `[+-]digits[.digits][e[+-]digits]`, with digits on at least one side of the point.
    pub fn parse(text: &str) -> Option<Self> {
        let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
        let (mantissa, power) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, power)) => (mantissa, power.parse::<i64>().ok()?),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let all = format!("{whole}{fraction}");
        if all.is_empty() || !all.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let significant = all.trim_start_matches('0');
        let leading_zeros = i64::try_from(all.len() - significant.len()).ok()?;
        let digits = significant.trim_end_matches('0').to_owned();
        if digits.is_empty() {
            return Some(Self {
                negative: false,
                exponent: 0,
                digits,
            });
        }
        let exponent = i64::try_from(whole.len()).ok()? - leading_zeros;
        let exponent = exponent.checked_add(power)?;
        if exponent.abs() > EXPONENT_MAX {
            return None;
        }
        Some(Self {
            negative: text.starts_with('-'),
            exponent,
            digits,
        })
    }

    /// Whether a decimal of so many digits, so many of them behind the point, holds the value without rounding.
    pub(super) fn fits(&self, precision: u32, scale: u32) -> bool {
        if self.digits.is_empty() {
            return true;
        }
        let digits = i64::try_from(self.digits.len()).unwrap_or(i64::MAX);
        let whole_max = i64::from(precision) - i64::from(scale);
        self.exponent <= whole_max && digits - self.exponent <= i64::from(scale)
    }

    fn cmp_magnitude(&self, other: &Self) -> Ordering {
        // Without leading zeros the exponent decides first, then the digits as a fraction.
        match (self.digits.is_empty(), other.digits.is_empty()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self
                .exponent
                .cmp(&other.exponent)
                .then_with(|| self.digits.cmp(&other.digits)),
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, false) => self.cmp_magnitude(other),
            (true, true) => other.cmp_magnitude(self),
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Writes the number in full, always with a point, so that it reads back as a decimal.
impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.negative { "-" } else { "" };
        let zeros = usize::try_from(self.exponent.unsigned_abs()).unwrap_or(0);
        if self.digits.is_empty() {
            return f.write_str("0.0");
        }
        if self.exponent <= 0 {
            return write!(f, "{sign}0.{}{}", "0".repeat(zeros), self.digits);
        }
        if zeros >= self.digits.len() {
            let padding = "0".repeat(zeros - self.digits.len());
            return write!(f, "{sign}{}{padding}.0", self.digits);
        }
        let (whole, fraction) = self.digits.split_at(zeros);
        write!(f, "{sign}{whole}.{fraction}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(text: &str) -> Number {
        Number::parse(text).unwrap_or_else(|| panic!("{text} is a number"))
    }

    #[test]
    fn equal_values_have_equal_forms() {
        for (one, two) in [
            ("1.50", "1.5"),
            ("007", "7"),
            ("-0", "0.000"),
            ("1e3", "1000"),
            ("+.5", "0.5"),
            ("12.e-1", "1.2"),
        ] {
            assert_eq!(number(one), number(two));
        }
        for text in [
            "",
            ".",
            "-",
            "1e",
            "1 ",
            "0x1",
            "1e999999999",
            "1.2.3",
            "NaN",
            "1e99999999999999999999",
        ] {
            assert_eq!(Number::parse(text), None, "{text}");
        }
    }

    #[test]
    fn writes_in_full() {
        for (text, written) in [
            ("100", "100.0"),
            ("-1.25", "-1.25"),
            ("0.005", "0.005"),
            ("0", "0.0"),
            ("-12e2", "-1200.0"),
        ] {
            assert_eq!(number(text).to_string(), written);
        }
    }

    proptest! {
        #[test]
        fn order_is_that_of_integers(one in any::<i64>(), two in any::<i64>()) {
            prop_assert_eq!(number(&one.to_string()).cmp(&number(&two.to_string())), one.cmp(&two));
        }

        #[test]
        fn order_is_that_of_small_decimals(one in -5000_i32..5000, two in -5000_i32..5000) {
            let text = |value: i32| format!("{value}e-3");
            prop_assert_eq!(number(&text(one)).cmp(&number(&text(two))), one.cmp(&two));
        }

        #[test]
        fn written_numbers_read_back(text in "-?[0-9]{1,5}(\\.[0-9]{1,5})?(e-?[0-9])?") {
            let value = number(&text);
            prop_assert_eq!(number(&value.to_string()), value);
        }
    }
}
