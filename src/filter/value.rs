//! What the raw text of a partition value means under the Hive type of its key.
//!
//! Partition values are stored as text. Reading is total: a text that is no value of the type reads as
//! nothing and then matches no comparison, like a failed cast in SQL. Order follows the type; strings
//! are compared byte by byte (UTF-8), whatever the collation of a database would say.

use super::expression::Constant;
use super::moment::Moment;
use super::number::Number;
use crate::hive::hive_type::HiveType;
use crate::hive::partition_name::DEFAULT_PARTITION;
use crate::hive::type_check::first_token;
use std::cmp::Ordering;

/// How values of a key are read, from the key's Hive type.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum KeyType {
    /// `string`, `varchar(n)`.
    Text,
    /// `char(n)`: blanks at the end are no part of a value, as in SQL.
    Char,
    /// `tinyint`, `smallint`, `int`, `bigint`. `007` is 7.
    Integer,
    /// `decimal(p,s)`.
    Decimal,
    /// `double`.
    Double,
    /// `float`: constants are rounded as values are, so that `0.1` equals `0.1`.
    Float,
    /// `date`.
    Date,
    /// `timestamp`, without a time zone.
    Timestamp,
    /// `boolean`.
    Boolean,
    /// Any other type: its values can be matched as text, but not compared.
    Other,
}

impl KeyType {
    /// The reading for a Hive type.
    pub(super) fn of(hive_type: &str) -> Self {
        let lower = hive_type.trim().to_ascii_lowercase();
        match first_token(&lower) {
            "string" | "varchar" => Self::Text,
            "char" => Self::Char,
            "tinyint" | "smallint" | "int" | "integer" | "bigint" => Self::Integer,
            "decimal" | "numeric" => Self::Decimal,
            "double" => Self::Double,
            "float" | "real" => Self::Float,
            "date" => Self::Date,
            // `timestamp with local time zone` needs a session's zone to be compared.
            "timestamp" if lower == "timestamp" => Self::Timestamp,
            "boolean" => Self::Boolean,
            _ => Self::Other,
        }
    }

    /// The value that a text stands for.
    pub(super) fn read(&self, text: &str) -> Option<Scalar> {
        match self {
            Self::Text => Some(Scalar::Text(text.to_owned())),
            Self::Char => Some(Scalar::Text(text.trim_end_matches(' ').to_owned())),
            Self::Integer => text.parse().ok().map(Scalar::Integer),
            Self::Decimal => Number::parse(text).map(Scalar::Decimal),
            Self::Double => text.parse().ok().map(Double::new).map(Scalar::Double),
            Self::Float => text
                .parse::<f32>()
                .ok()
                .map(|value| Scalar::Double(Double::new(value.into()))),
            Self::Date => Moment::parse_date(text).map(Scalar::Moment),
            Self::Timestamp => Moment::parse_timestamp(text).map(Scalar::Moment),
            Self::Boolean if text.eq_ignore_ascii_case("true") => Some(Scalar::Boolean(true)),
            Self::Boolean if text.eq_ignore_ascii_case("false") => Some(Scalar::Boolean(false)),
            Self::Boolean | Self::Other => None,
        }
    }

    /// A constant as a value of this type, where the two may be compared.
    ///
    /// Quoted constants are read as values are, so `n = '7'` and `dt = '2024-01-02'` work for numbers
    /// and dates. Bare dates also compare with strings, by their text: old Spark versions send them. An
    /// integer does not compare with a string: Hive refuses it in every version, and clients rely on
    /// getting the error rather than on one of two possible orders.
    pub(super) fn scalar_of(&self, constant: &Constant) -> Option<Scalar> {
        match (self, constant) {
            (Self::Other, _) => None,
            // A constant may be more precise than the key: `day < '2024-01-02 12:00:00'`.
            (Self::Date, Constant::Text(text)) => Moment::parse_timestamp(text).map(Scalar::Moment),
            (_, Constant::Text(text)) => self.read(text),
            (Self::Text | Self::Char, Constant::Date(day)) => Some(Scalar::Text(day.date_text())),
            (Self::Text | Self::Char, Constant::Timestamp(moment)) => {
                Some(Scalar::Text(moment.to_string()))
            }
            (
                Self::Date | Self::Timestamp,
                Constant::Date(moment) | Constant::Timestamp(moment),
            ) => Some(Scalar::Moment(*moment)),
            (
                Self::Integer | Self::Decimal | Self::Double | Self::Float,
                Constant::Integer(_) | Constant::Decimal(_),
            )
            | (Self::Boolean, Constant::Boolean(_)) => self.read(&constant.to_string()),
            _ => None,
        }
    }
}

/// Whether a partition value is one of its key's type, or the null of partitions. Engines read the values of all partitions of a
/// table, so one that is none fails every query of it: the strictest of them decides. Trino takes no number that must be
/// rounded, no text that is too long, no `T` between date and time, and of what is no number the words of Java alone.
pub fn value_fits(hive_type: &str, text: &str) -> bool {
    if text == DEFAULT_PARTITION {
        return true;
    }
    match HiveType::parse(hive_type) {
        HiveType::TinyInt => text.parse::<i8>().is_ok(),
        HiveType::SmallInt => text.parse::<i16>().is_ok(),
        HiveType::Int => text.parse::<i32>().is_ok(),
        HiveType::Decimal { precision, scale } => {
            Number::parse(text).is_some_and(|number| number.fits(precision, scale))
        }
        HiveType::Varchar(characters) => has_at_most(text, characters),
        HiveType::Char(characters) => has_at_most(text.trim_end_matches(' '), characters),
        HiveType::Float | HiveType::Double if is_word(text) => JAVA_NUMBERS.contains(&text),
        HiveType::Timestamp if text.contains(['T', 't']) => false,
        _ => match KeyType::of(hive_type) {
            KeyType::Other => true,
            known => known.read(text).is_some(),
        },
    }
}

/// What is no number, as Java writes it.
const JAVA_NUMBERS: [&str; 4] = ["NaN", "Infinity", "+Infinity", "-Infinity"];

/// Whether a text of a number has other letters than those of an exponent.
fn is_word(text: &str) -> bool {
    let mut letters = text.chars().filter(|char| char.is_alphabetic());
    letters.any(|letter| !matches!(letter, 'e' | 'E'))
}

fn has_at_most(text: &str, characters: u32) -> bool {
    text.chars().nth(characters as usize).is_none()
}

/// A value of some type. Two values of one key are always of one kind.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Scalar {
    Text(String),
    Integer(i64),
    Decimal(Number),
    Double(Double),
    Moment(Moment),
    Boolean(bool),
}

impl Scalar {
    /// How the value in a text compares with this one; `None` when the text is no value of the type.
    pub(super) fn compare_text(&self, key_type: &KeyType, text: &str) -> Option<Ordering> {
        match self {
            // The common case, without a copy of the text.
            Self::Text(constant) if *key_type == KeyType::Text => Some(text.cmp(constant)),
            _ => key_type.read(text).map(|value| value.cmp(self)),
        }
    }
}

/// A float with the total order of Spark and Hive: `-0.0` equals `0.0`, NaN equals itself and is the
/// greatest.
#[derive(Debug, Clone, Copy)]
pub(super) struct Double(f64);

impl Double {
    fn new(value: f64) -> Self {
        // Both fold the spellings that must be equal: the sum turns -0.0 into 0.0.
        Self(if value.is_nan() {
            f64::NAN
        } else {
            value + 0.0
        })
    }
}

impl Ord for Double {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.total_cmp(&other.0)
    }
}

impl PartialOrd for Double {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Double {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Double {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_of_hive() {
        for (hive_type, key_type) in [
            ("string", KeyType::Text),
            ("varchar(10)", KeyType::Text),
            ("char(5)", KeyType::Char),
            ("BIGINT", KeyType::Integer),
            ("decimal(10,2)", KeyType::Decimal),
            ("timestamp", KeyType::Timestamp),
            ("timestamp with local time zone", KeyType::Other),
            ("binary", KeyType::Other),
            ("array<int>", KeyType::Other),
        ] {
            assert_eq!(KeyType::of(hive_type), key_type, "{hive_type}");
        }
    }

    #[test]
    fn texts_compare_by_type() {
        for (hive_type, one, two, order) in [
            ("string", "10", "9", Some(Ordering::Less)),
            ("string", "é", "z", Some(Ordering::Greater)),
            ("char(5)", "cd   ", "cd", Some(Ordering::Equal)),
            ("char(5)", "cd", "cd  ", Some(Ordering::Equal)),
            ("char(5)", " cd", "cd", Some(Ordering::Less)),
            ("varchar(5)", "cd ", "cd", Some(Ordering::Greater)),
            ("int", "10", "9", Some(Ordering::Greater)),
            ("int", "007", "7", Some(Ordering::Equal)),
            ("int", "+7", "7", Some(Ordering::Equal)),
            ("int", " 7", "7", None),
            ("bigint", "9223372036854775808", "7", None),
            ("decimal(9,2)", "1.50", "1.5", Some(Ordering::Equal)),
            ("double", "NaN", "Infinity", Some(Ordering::Greater)),
            ("double", "-0.0", "0", Some(Ordering::Equal)),
            ("float", "0.1", "0.1", Some(Ordering::Equal)),
            ("date", "2024-1-2", "2024-01-02", Some(Ordering::Equal)),
            (
                "timestamp",
                "2024-01-02 00:00:00.0",
                "2024-01-02",
                Some(Ordering::Equal),
            ),
            ("boolean", "TRUE", "false", Some(Ordering::Greater)),
            ("boolean", "yes", "false", None),
        ] {
            let key_type = KeyType::of(hive_type);
            let constant = key_type.read(two).unwrap();
            assert_eq!(
                constant.compare_text(&key_type, one),
                order,
                "{hive_type} {one} {two}"
            );
        }
    }

    #[test]
    fn a_value_is_one_of_its_type_or_the_null_of_partitions() {
        for (hive_type, good, bad) in [
            ("date", "2026-01-01", "2026-02-30"),
            ("date", "__HIVE_DEFAULT_PARTITION__", "tmp"),
            ("tinyint", "-128", "128"),
            ("int", "007", "2147483648"),
            ("bigint", "2147483648", "1.0"),
            ("decimal(9,2)", "1.50", "x"),
            ("decimal(5,2)", "-999.99", "1000"),
            ("decimal(5,2)", "1.2300", "1.234"),
            ("decimal(5,0)", "1.0", "1.5"),
            ("decimal", "1234567890", "12345678901"),
            ("decimal(3,3)", "0.125", "1"),
            ("decimal(5,2)", "1e2", "1e3"),
            ("varchar(3)", "abc", "abcd"),
            ("varchar(3)", "한국어", "한국어다"),
            ("char(3)", "abc  ", "abcd"),
            ("double", "1e300", "inf"),
            ("double", "NaN", "nan"),
            ("float", "-Infinity", "infinity"),
            ("timestamp", "2026-01-01 00:00:00.5", "2026-01-01T00:00:00"),
            ("timestamp", "2026-01-01 00:00:00", "2026-01-01 25:00:00"),
            ("boolean", "TRUE", "1"),
        ] {
            assert!(value_fits(hive_type, good), "{hive_type} {good}");
            assert!(!value_fits(hive_type, bad), "{hive_type} {bad}");
        }
        assert!(value_fits("string", "anything") && value_fits("binary", "x"));
    }

    #[test]
    fn constants_fit_or_do_not() {
        let fits =
            |hive_type: &str, constant| KeyType::of(hive_type).scalar_of(&constant).is_some();
        let day = Moment::parse_date("2024-01-02").unwrap();
        let text = |text: &str| Constant::Text(text.to_owned());
        assert!(fits("int", text("7")) && !fits("int", text("x")));
        assert!(fits("date", text("2024-01-02")) && !fits("date", text("x")));
        assert!(
            fits("date", text("2024-01-02 03:04:05")) && fits("date", Constant::Timestamp(day))
        );
        assert!(fits("string", Constant::Date(day)) && !fits("string", Constant::Integer(7)));
        assert!(!fits("int", Constant::Date(day)) && !fits("int", Constant::Boolean(true)));
        assert!(fits("decimal(9,2)", Constant::Integer(7)) && fits("double", Constant::Integer(7)));
        assert!(!fits(
            "int",
            Constant::Decimal(Number::parse("7.5").unwrap())
        ));
        assert!(fits("boolean", Constant::Boolean(true)) && !fits("binary", text("x")));
    }
}
