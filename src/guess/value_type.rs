//! The Hive type of texts: what all of them can be read as.

/// What texts can be read as, the narrowest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ValueType {
    Boolean,
    /// Fits 32 bits.
    Int,
    /// Fits 64 bits.
    Bigint,
    Double,
    Text,
}

impl ValueType {
    /// Of one text. A number with leading zeros is a text: as a number it would lose them.
    pub(super) fn of(text: &str) -> Self {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let has_leading_zero =
            digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0.");
        let is_number = digits.starts_with(|c: char| c.is_ascii_digit()) && !has_leading_zero;
        if text.eq_ignore_ascii_case("true") || text.eq_ignore_ascii_case("false") {
            Self::Boolean
        } else if !is_number {
            Self::Text
        } else if text.parse::<i32>().is_ok() {
            Self::Int
        } else if text.parse::<i64>().is_ok() {
            Self::Bigint
        } else if text.parse::<f64>().is_ok_and(f64::is_finite) {
            Self::Double
        } else {
            Self::Text
        }
    }

    /// Of all texts together; of none, a text.
    pub(super) fn of_all<'t>(texts: impl IntoIterator<Item = &'t str>) -> Self {
        let types = texts.into_iter().map(Self::of);
        types.reduce(Self::with).unwrap_or(Self::Text)
    }

    /// What both can be read as.
    pub(super) fn with(self, other: Self) -> Self {
        let is_boolean = |one| one == Self::Boolean;
        if is_boolean(self) != is_boolean(other) {
            return Self::Text;
        }
        self.max(other)
    }

    /// As the type of a partition key: engines compare those by their text, so that only whole numbers are more than that.
    pub(super) fn key_type(self) -> &'static str {
        match self {
            Self::Int => "int",
            Self::Bigint => "bigint",
            Self::Boolean | Self::Double | Self::Text => "string",
        }
    }

    /// As the type of a column. What is an `int` in a sample need not be one in the rest of the file.
    pub(super) fn column_type(self) -> &'static str {
        match self {
            Self::Boolean => "boolean",
            Self::Int | Self::Bigint => "bigint",
            Self::Double => "double",
            Self::Text => "string",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ValueType;

    #[test]
    fn texts_have_the_type_that_all_can_be_read_as() {
        let of = |texts: &[&str]| ValueType::of_all(texts.iter().copied());
        assert_eq!(of(&["1", "-7"]), ValueType::Int);
        assert_eq!(of(&["1", "3000000000"]), ValueType::Bigint);
        assert_eq!(of(&["1", "0.5"]), ValueType::Double);
        assert_eq!(of(&["01", "02"]), ValueType::Text);
        assert_eq!(of(&["true", "FALSE"]), ValueType::Boolean);
        assert_eq!(of(&["true", "1"]), ValueType::Text);
        assert_eq!(of(&["nan", "inf"]), ValueType::Text);
        assert_eq!(of(&[]), ValueType::Text);
    }
}
