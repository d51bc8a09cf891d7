//! Decimals, as the bounds of a column's values.

/// Digits of a decimal at most, as Hive has them.
const DIGITS_MAX: usize = 38;

/// A decimal as Hive sends it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal {
    /// The unscaled value, big-endian two's complement.
    pub unscaled: Vec<u8>,
    /// Digits after the point.
    pub scale: i16,
}

impl Decimal {
    /// As people write it: `-12.50`; `None` for what no decimal of Hive holds.
    pub fn to_text(&self) -> Option<String> {
        let fill = match self.unscaled.first() {
            Some(first) if *first >= 0x80 => 0xff,
            _ => 0,
        };
        let mut bytes = [fill; 16];
        let start = bytes.len().checked_sub(self.unscaled.len())?;
        bytes[start..].copy_from_slice(&self.unscaled);
        let unscaled = i128::from_be_bytes(bytes);
        let scale = usize::try_from(self.scale).ok()?;
        if scale > DIGITS_MAX {
            return None;
        }
        let sign = if unscaled < 0 { "-" } else { "" };
        let digits = format!("{:0>width$}", unscaled.unsigned_abs(), width = scale + 1);
        let (whole, behind) = digits.split_at(digits.len() - scale);
        let point = if scale == 0 { "" } else { "." };
        Some(format!("{sign}{whole}{point}{behind}"))
    }

    /// Reads what [`Self::to_text`] writes. The error says what is wrong with it, for people.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong =
            || format!("'{text}' is no decimal such as -12.50 with at most {DIGITS_MAX} digits");
        let (whole, behind) = text.split_once('.').unwrap_or((text, ""));
        let digits = format!("{whole}{behind}");
        let count = digits.trim_start_matches(['-', '+']).len();
        let number = digits.strip_prefix('-').unwrap_or(&digits);
        let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
        if count > DIGITS_MAX || !is_number {
            return Err(wrong());
        }
        let unscaled: i128 = digits.parse().map_err(|_| wrong())?;
        let bytes = unscaled.to_be_bytes();
        // As few bytes as keep the sign, as Java writes them.
        let spare = bytes.windows(2).take_while(|pair| {
            (pair[0] == 0 && pair[1] < 0x80) || (pair[0] == 0xff && pair[1] >= 0x80)
        });
        let unscaled = bytes[spare.count()..].to_vec();
        let scale = i16::try_from(behind.len()).map_err(|_| wrong())?;
        Ok(Self { unscaled, scale })
    }
}

#[cfg(test)]
mod tests {
    use super::Decimal;

    #[test]
    fn decimals_are_written_as_people_do_and_kept_as_java_does() {
        for (text, unscaled, scale) in [
            ("12.50", vec![4, 226], 2),
            ("-0.05", vec![251], 2),
            ("0", vec![0], 0),
            ("128", vec![0, 128], 0),
            ("-128", vec![128], 0),
        ] {
            let read = Decimal::parse(text).unwrap();
            assert_eq!((&read.unscaled, read.scale), (&unscaled, scale), "{text}");
            assert_eq!(read.to_text().as_deref(), Some(text));
        }
        let long = "9".repeat(39);
        for text in ["", "-", ".", "1.2.3", "1e5", "--1", "+1", &long] {
            assert!(Decimal::parse(text).is_err(), "{text}");
        }
    }
}
