//! What a source's type means, whatever the source calls it: `int4` is `integer`, `varchar(255)` is
//! `character varying(255)`, `int(11)` is `int`, a serial is its integer. Also which Hive type a dump of
//! such a column has, which is what the engines' rules are asked about.

use crate::hive::hive_type::HiveType;
use crate::model::SourceDialect;
use std::fmt;

mod hive_form;
mod names;
mod parts;

pub use hive_form::hive_form;

/// A type's meaning. Two types with one meaning are no change.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum CanonicalType {
    /// True or false.
    Boolean,
    /// Whole numbers.
    Integer {
        /// 8, 16, 24, 32 or 64.
        bits: u8,
        /// Whether negative numbers are excluded.
        unsigned: bool,
    },
    /// Decimal numbers; `None`: of any size.
    Decimal(Option<(u32, u32)>),
    /// Binary floating point, of 32 or 64 bits.
    Float {
        /// 16, 32 or 64.
        bits: u8,
    },
    /// Characters, padded to a length.
    Char(u32),
    /// Characters; `None`: without a limit.
    Text(Option<u64>),
    /// Bytes; `None`: without a limit.
    Bytes(Option<u64>),
    /// A day.
    Date,
    /// A time of day, with the digits kept of a second.
    Time {
        /// Digits after the second; `None`: the source's default.
        digits: Option<u32>,
        /// Whether it is bound to a time zone.
        zoned: bool,
    },
    /// So many bits; `None`: without a limit.
    Bits(Option<u64>),
    /// Named fields; the names in lower case, for the lake's have none.
    Row(Vec<(String, CanonicalType)>),
    /// A moment, with the digits kept of a second.
    Timestamp {
        /// Digits after the second; `None`: the source's default.
        digits: Option<u32>,
        /// Whether it is bound to a time zone.
        zoned: bool,
    },
    /// JSON as text.
    Json,
    /// A UUID.
    Uuid,
    /// One of some words, or several where `many`.
    Words {
        /// The words in their order.
        words: Vec<String>,
        /// Whether a value may hold several.
        many: bool,
    },
    /// Many of another type.
    Array(Box<CanonicalType>),
    /// A type of its own that a dump holds as another one, of which it has all values or some: `jsonb`, `citext`, a
    /// keyword, an unsigned decimal.
    Like(&'static str, Box<CanonicalType>),
    /// A type of the lake, for the catalog's own tables.
    Hive(HiveType),
    /// Anything else, in lower case with single spaces.
    Other(String),
}

/// How a type became another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TypeStep {
    /// Both have the same values, such as the words of an enum in another order.
    Alike,
    /// Every value of the old type is one of the new.
    Widened,
    /// The same kind, with less room.
    Narrowed,
    /// Another kind.
    Other,
}

impl fmt::Display for TypeStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            TypeStep::Alike => "the same values",
            TypeStep::Widened => "wider",
            TypeStep::Narrowed => "narrower",
            TypeStep::Other => "another kind",
        })
    }
}

impl CanonicalType {
    /// Reads a type as the dialect prints it. Never fails: what is not known is `Other`.
    pub fn read(dialect: SourceDialect, text: &str) -> CanonicalType {
        if dialect == SourceDialect::Hive {
            return CanonicalType::Hive(HiveType::parse(text));
        }
        names::read(dialect, text, 0)
    }

    /// How this type became `after`; both differ.
    pub fn step(&self, after: &CanonicalType) -> TypeStep {
        match (fits(self, after), fits(after, self)) {
            (true, true) => TypeStep::Alike,
            (true, false) => TypeStep::Widened,
            (false, true) => TypeStep::Narrowed,
            (false, false) => TypeStep::Other,
        }
    }
}

impl CanonicalType {
    /// Whether the values of this type look in a text of type `after`, or as its bytes, as they did: whole numbers, days and
    /// texts do. What a source makes of others, such as of bytes (`\x6162`) or of moments, has a form of its own.
    pub fn keeps_form(&self, after: &CanonicalType) -> bool {
        use CanonicalType as T;
        match (self, after) {
            (T::Like(_, stored), other) => stored.keeps_form(other),
            (one, T::Like(_, stored)) => one.keeps_form(stored),
            (T::Bytes(_), T::Bytes(_)) => true,
            (T::Bytes(_), _) | (_, T::Bytes(_)) => false,
            (one, T::Char(_) | T::Text(_)) => matches!(
                one,
                T::Integer { .. }
                    | T::Decimal(_)
                    | T::Date
                    | T::Char(_)
                    | T::Text(_)
                    | T::Json
                    | T::Uuid
                    | T::Words { .. }
            ),
            _ => true,
        }
    }
}

/// The names of types that have every value of the type that a dump holds.
const WHOLE: [&str; 6] = [
    "bpchar",
    "citext",
    "constant_keyword",
    "keyword",
    "match_only_text",
    "wildcard",
];
/// Characters of what has no limit.
const UNLIMITED: u64 = u64::MAX;
/// Characters of a UUID as text.
const UUID_CHARACTERS: u64 = 36;

/// Whether each value of `one` is a value of `other`, where they may be the same type.
fn is_within(one: &CanonicalType, other: &CanonicalType) -> bool {
    one == other || fits(one, other)
}

/// Whether each value of `one` is a value of `other`, told by the same kind of type.
fn fits(one: &CanonicalType, other: &CanonicalType) -> bool {
    use CanonicalType as T;
    match (one, other) {
        (T::Like(name, stored), T::Like(other_name, other_stored)) if name == other_name => {
            is_within(stored, other_stored)
        }
        (T::Like(_, stored), other) if is_within(stored, other) => true,
        (one, T::Like(name, stored)) => WHOLE.contains(name) && is_within(one, stored),
        (
            T::Timestamp { digits, zoned },
            T::Timestamp {
                digits: room,
                zoned: other_zoned,
            },
        )
        | (
            T::Time { digits, zoned },
            T::Time {
                digits: room,
                zoned: other_zoned,
            },
        ) => zoned == other_zoned && digits.unwrap_or(6) <= room.unwrap_or(6),
        (T::Array(element), T::Array(other_element)) => is_within(element, other_element),
        (T::Row(fields), T::Row(others)) => fields.iter().all(|(name, field)| {
            let same_name = others.iter().find(|(other_name, _)| other_name == name);
            same_name.is_some_and(|(_, room)| is_within(field, room))
        }),
        (T::Hive(narrow), T::Hive(wide)) => hive_fits(narrow, wide),
        _ => number_fits(one, other) || text_fits(one, other),
    }
}

fn number_fits(one: &CanonicalType, other: &CanonicalType) -> bool {
    use CanonicalType as T;
    match (one, other) {
        (
            T::Integer { bits, unsigned },
            T::Integer {
                bits: other_bits,
                unsigned: other_unsigned,
            },
        ) => match (unsigned, other_unsigned) {
            (true, true) | (false, false) => bits <= other_bits,
            (true, false) => bits < other_bits,
            (false, true) => false,
        },
        (T::Integer { bits, .. }, T::Decimal(Some((precision, scale)))) => {
            precision.saturating_sub(*scale) >= integer_digits(*bits)
        }
        (T::Integer { bits, .. }, T::Float { bits: room }) => {
            (*bits <= 32 && *room == 64) || (*bits <= 24 && *room == 32)
        }
        (
            T::Decimal(Some((precision, 0))),
            T::Integer {
                bits,
                unsigned: false,
            },
        ) => *precision < integer_digits(*bits).min(19),
        (
            T::Decimal(Some((precision, scale))),
            T::Decimal(Some((other_precision, other_scale))),
        ) => {
            scale <= other_scale
                && precision.saturating_sub(*scale) <= other_precision.saturating_sub(*other_scale)
        }
        (T::Integer { .. } | T::Decimal(Some(_)), T::Decimal(None)) => true,
        (T::Float { bits }, T::Float { bits: room }) => bits <= room,
        _ => false,
    }
}

fn text_fits(one: &CanonicalType, other: &CanonicalType) -> bool {
    use CanonicalType as T;
    match (one, other) {
        (
            T::Words { words, many },
            T::Words {
                words: others,
                many: other_many,
            },
        ) => (*other_many || !many) && words.iter().all(|word| others.contains(word)),
        (T::Bytes(length), T::Bytes(room)) | (T::Bits(length), T::Bits(room)) => {
            room.is_none_or(|room| length.is_some_and(|length| length <= room))
        }
        (text, T::Text(room)) => {
            characters(text).is_some_and(|length| length <= room.unwrap_or(UNLIMITED))
        }
        (text, T::Char(room)) if !matches!(text, T::Text(_)) => {
            characters(text).is_some_and(|length| length <= u64::from(*room))
        }
        _ => false,
    }
}

/// How many characters a value has at most; `None` for what is no text.
fn characters(of: &CanonicalType) -> Option<u64> {
    Some(match of {
        CanonicalType::Char(length) => u64::from(*length),
        CanonicalType::Text(length) => length.unwrap_or(UNLIMITED),
        CanonicalType::Words { words, many } => longest(words, *many),
        CanonicalType::Uuid => UUID_CHARACTERS,
        CanonicalType::Json => UNLIMITED,
        _ => return None,
    })
}

/// Characters of the longest value of an enum or, where it may be `many` words, a set.
fn longest(words: &[String], many: bool) -> u64 {
    let lengths = words.iter().map(|word| word.chars().count() as u64);
    if many {
        // With a comma between them.
        lengths.sum::<u64>() + (words.len() as u64).saturating_sub(1)
    } else {
        lengths.max().unwrap_or(0)
    }
}

/// Digits that any integer of so many bits needs.
fn integer_digits(bits: u8) -> u32 {
    match bits {
        8 => 3,
        16 => 5,
        24 => 8,
        32 => 10,
        _ => 20,
    }
}

fn hive_fits(one: &HiveType, other: &HiveType) -> bool {
    let meaning = |hive_type: &HiveType| {
        Some(match hive_type {
            HiveType::TinyInt => integer(8),
            HiveType::SmallInt => integer(16),
            HiveType::Int => integer(32),
            HiveType::BigInt => integer(64),
            HiveType::Float => CanonicalType::Float { bits: 32 },
            HiveType::Double => CanonicalType::Float { bits: 64 },
            HiveType::Decimal { precision, scale } => {
                CanonicalType::Decimal(Some((*precision, *scale)))
            }
            HiveType::Char(length) => CanonicalType::Char(*length),
            HiveType::Varchar(length) => CanonicalType::Text(Some(u64::from(*length))),
            HiveType::String => CanonicalType::Text(None),
            _ => return None,
        })
    };
    match (one, other) {
        (HiveType::Array(element), HiveType::Array(other_element)) => {
            element == other_element || hive_fits(element, other_element)
        }
        (HiveType::Struct(fields), HiveType::Struct(others)) => fields.iter().all(|(name, of)| {
            let same_name = others.iter().find(|(other_name, _)| other_name == name);
            same_name.is_some_and(|(_, room)| of == room || hive_fits(of, room))
        }),
        _ => match (meaning(one), meaning(other)) {
            (Some(narrow), Some(wide)) => fits(&narrow, &wide),
            _ => false,
        },
    }
}

fn integer(bits: u8) -> CanonicalType {
    CanonicalType::Integer {
        bits,
        unsigned: false,
    }
}

#[cfg(test)]
mod tests;
