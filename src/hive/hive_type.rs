//! Hive's type texts read into a value, such as `array<struct<a:decimal(10,2)>>`.
//!
//! Hive stores type texts unread (`type_check` looks at the first token only), so this parser never
//! refuses: a part that it does not know is kept as `HiveType::Unknown` with its text. Only the depth
//! is bounded, because the parser descends once for each level.

use std::fmt;

/// Levels of nesting that are read; what lies deeper is kept as unknown text.
pub const TYPE_DEPTH_MAX: usize = 64;

/// A Hive type. The texts of `Display` are Hive's own, in lower case and without spaces.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum HiveType {
    /// `boolean`
    Boolean,
    /// `tinyint`, 8 bits.
    TinyInt,
    /// `smallint`, 16 bits.
    SmallInt,
    /// `int` or `integer`, 32 bits.
    Int,
    /// `bigint`, 64 bits.
    BigInt,
    /// `float`, 32 bits.
    Float,
    /// `double`, 64 bits.
    Double,
    /// `decimal(precision,scale)`; without parameters `decimal(10,0)`, as in Hive.
    Decimal {
        /// All digits.
        precision: u32,
        /// Digits after the point.
        scale: u32,
    },
    /// `string`
    String,
    /// `varchar(characters)`
    Varchar(u32),
    /// `char(characters)`
    Char(u32),
    /// `binary`
    Binary,
    /// `date`
    Date,
    /// `timestamp`, without a time zone.
    Timestamp,
    /// `timestamp with local time zone`
    TimestampLocal,
    /// `array<element>`
    Array(Box<HiveType>),
    /// `map<key,value>`
    Map(Box<HiveType>, Box<HiveType>),
    /// `struct<name:type,…>`, names in lower case.
    Struct(Vec<(String, HiveType)>),
    /// Anything else (`uniontype`, `void`, intervals, what Hive itself could not read), trimmed and in
    /// lower case.
    Unknown(String),
}

impl HiveType {
    /// Reads a type text; spaces around the parts and the case do not count.
    pub fn parse(text: &str) -> HiveType {
        parse_at(&text.trim().to_lowercase(), 0)
    }
}

fn parse_at(text: &str, depth: usize) -> HiveType {
    let text = text.trim();
    let unknown = || HiveType::Unknown(text.to_owned());
    if depth >= TYPE_DEPTH_MAX {
        return unknown();
    }
    if let Some(inner) = between(text, "array", '<', '>') {
        return HiveType::Array(Box::new(parse_at(inner, depth + 1)));
    }
    if let Some(inner) = between(text, "map", '<', '>') {
        return match pieces(inner).as_slice() {
            [key, value] => HiveType::Map(
                Box::new(parse_at(key, depth + 1)),
                Box::new(parse_at(value, depth + 1)),
            ),
            _ => unknown(),
        };
    }
    if let Some(inner) = between(text, "struct", '<', '>') {
        let mut fields = Vec::new();
        for piece in pieces(inner) {
            let Some((name, data_type)) = piece.split_once(':') else {
                return unknown();
            };
            let name = name.trim().trim_matches('`').to_owned();
            fields.push((name, parse_at(data_type, depth + 1)));
        }
        return HiveType::Struct(fields);
    }
    scalar(text).unwrap_or_else(unknown)
}

fn scalar(text: &str) -> Option<HiveType> {
    Some(match text {
        "boolean" => HiveType::Boolean,
        "tinyint" => HiveType::TinyInt,
        "smallint" => HiveType::SmallInt,
        "int" | "integer" => HiveType::Int,
        "bigint" => HiveType::BigInt,
        "float" => HiveType::Float,
        "double" | "double precision" => HiveType::Double,
        "string" => HiveType::String,
        "binary" => HiveType::Binary,
        "date" => HiveType::Date,
        "timestamp" | "datetime" => HiveType::Timestamp,
        "timestamp with local time zone" | "timestamplocaltz" => HiveType::TimestampLocal,
        "decimal" | "numeric" => HiveType::Decimal {
            precision: 10,
            scale: 0,
        },
        _ => return parameterized(text),
    })
}

fn parameterized(text: &str) -> Option<HiveType> {
    if let Some(length) = between(text, "varchar", '(', ')') {
        return Some(HiveType::Varchar(length.trim().parse().ok()?));
    }
    if let Some(length) = between(text, "char", '(', ')') {
        return Some(HiveType::Char(length.trim().parse().ok()?));
    }
    let inner =
        between(text, "decimal", '(', ')').or_else(|| between(text, "numeric", '(', ')'))?;
    let (precision, scale) = inner.split_once(',').unwrap_or((inner, "0"));
    Some(HiveType::Decimal {
        precision: precision.trim().parse().ok()?,
        scale: scale.trim().parse().ok()?,
    })
}

/// What stands between the brackets of `word<…>`; `None` unless the text is that and nothing else.
pub(super) fn between<'a>(text: &'a str, word: &str, open: char, close: char) -> Option<&'a str> {
    text.strip_prefix(word)?
        .trim_start()
        .strip_prefix(open)?
        .strip_suffix(close)
}

/// Splits at the commas that stand outside of any bracket.
pub(super) fn pieces(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let (mut depth, mut start) = (0_usize, 0);
    for (at, character) in text.char_indices() {
        match character {
            '<' | '(' => depth += 1,
            '>' | ')' => depth = depth.saturating_sub(1),
            ',' if depth == 0 => {
                found.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    if !text[start..].trim().is_empty() {
        found.push(&text[start..]);
    }
    found
}

impl fmt::Display for HiveType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let word = match self {
            HiveType::Boolean => "boolean",
            HiveType::TinyInt => "tinyint",
            HiveType::SmallInt => "smallint",
            HiveType::Int => "int",
            HiveType::BigInt => "bigint",
            HiveType::Float => "float",
            HiveType::Double => "double",
            HiveType::String => "string",
            HiveType::Binary => "binary",
            HiveType::Date => "date",
            HiveType::Timestamp => "timestamp",
            HiveType::TimestampLocal => "timestamp with local time zone",
            HiveType::Unknown(text) => text,
            HiveType::Decimal { precision, scale } => {
                return write!(f, "decimal({precision},{scale})");
            }
            HiveType::Varchar(length) => return write!(f, "varchar({length})"),
            HiveType::Char(length) => return write!(f, "char({length})"),
            HiveType::Array(element) => return write!(f, "array<{element}>"),
            HiveType::Map(key, value) => return write!(f, "map<{key},{value}>"),
            HiveType::Struct(fields) => {
                f.write_str("struct<")?;
                for (at, (name, data_type)) in fields.iter().enumerate() {
                    let comma = if at == 0 { "" } else { "," };
                    write!(f, "{comma}{name}:{data_type}")?;
                }
                return f.write_str(">");
            }
        };
        f.write_str(word)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn reads_and_writes_hives_texts() {
        for text in [
            "int",
            "decimal(38,18)",
            "varchar(255)",
            "timestamp with local time zone",
            "array<map<string,struct<a:decimal(10,2),b:array<int>>>>",
            "struct<>",
            "uniontype<int,string>",
        ] {
            assert_eq!(HiveType::parse(text).to_string(), text);
        }
        for (text, read) in [
            (" INTEGER ", "int"),
            ("Decimal", "decimal(10,0)"),
            ("decimal( 12 , 3 )", "decimal(12,3)"),
            ("numeric(5)", "decimal(5,0)"),
            ("Struct< A : INT , `b`: string>", "struct<a:int,b:string>"),
        ] {
            assert_eq!(HiveType::parse(text).to_string(), read);
        }
    }

    #[test]
    fn keeps_what_it_does_not_know() {
        for text in [
            "void",
            "array<",
            "map<int>",
            "struct<a>",
            "varchar(x)",
            "char",
            "",
        ] {
            assert_eq!(HiveType::parse(text), HiveType::Unknown(text.to_owned()));
        }
        let deep = format!("{}int{}", "array<".repeat(10_000), ">".repeat(10_000));
        assert_eq!(HiveType::parse(&deep).to_string(), deep);
    }

    fn any_type() -> impl Strategy<Value = HiveType> {
        let leaf = prop_oneof![
            Just(HiveType::Boolean),
            Just(HiveType::BigInt),
            Just(HiveType::TimestampLocal),
            (1_u32..=38, 0_u32..=18)
                .prop_map(|(precision, scale)| HiveType::Decimal { precision, scale }),
            (1_u32..=65_535).prop_map(HiveType::Varchar),
        ];
        leaf.prop_recursive(4, 32, 4, |inner| {
            prop_oneof![
                inner.clone().prop_map(|of| HiveType::Array(Box::new(of))),
                (inner.clone(), inner.clone())
                    .prop_map(|(key, value)| HiveType::Map(Box::new(key), Box::new(value))),
                prop::collection::vec(("[a-z_][a-z0-9_]{0,6}", inner), 0..4)
                    .prop_map(HiveType::Struct),
            ]
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(hive_type in any_type()) {
            prop_assert_eq!(HiveType::parse(&hive_type.to_string()), hive_type);
        }

        #[test]
        fn no_text_is_too_odd(text in "[a-z<>(),: ]{0,60}") {
            let read = HiveType::parse(&text);
            prop_assert_eq!(HiveType::parse(&read.to_string()), read);
        }
    }
}
