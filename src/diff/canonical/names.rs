//! The names that PostgreSQL, MySQL, MariaDB, SQLite and Elasticsearch give to types.
//!
//! Sources: `PostgreSQL`'s table of data types (chapter 8), `MySQL`'s "Numeric Type Syntax" and "String
//! Type Syntax" (display widths mean nothing; `tinyint(1)` is a boolean by convention), Elasticsearch's
//! field data types. `SQLite` keeps any words, so they are read by their common meaning.

use super::CanonicalType;
use crate::model::SourceDialect;

/// A type cut into its parts: `numeric(10,2) unsigned[]`.
struct Parts<'a> {
    /// The words before and after the parameters, such as `timestamp with time zone`.
    words: String,
    /// The parameters as text.
    parameters: Vec<&'a str>,
    unsigned: bool,
}

/// Reads a type's name. The words of an enum keep their case.
pub(super) fn read(dialect: SourceDialect, text: &str) -> CanonicalType {
    let text = text.trim();
    if let Some(element) = text.strip_suffix("[]") {
        // PostgreSQL does not tell arrays of different dimensions apart.
        let element = element.trim_end_matches("[]");
        return CanonicalType::Array(Box::new(read(dialect, element)));
    }
    let parts = parts(text);
    if dialect == SourceDialect::Elasticsearch {
        return elasticsearch(&parts.words).unwrap_or_else(|| other(text));
    }
    let sized = if dialect == SourceDialect::MySql {
        mysql(&parts)
    } else {
        postgres(&parts)
    };
    sized
        .or_else(|| common(&parts))
        .unwrap_or_else(|| other(text))
}

fn other(text: &str) -> CanonicalType {
    let words: Vec<&str> = text.split_whitespace().collect();
    CanonicalType::Other(words.join(" ").to_lowercase())
}

fn parts(text: &str) -> Parts<'_> {
    let (before, parameters, after) = match (text.find('('), text.rfind(')')) {
        (Some(open), Some(close)) if open < close => {
            (&text[..open], &text[open + 1..close], &text[close + 1..])
        }
        _ => (text, "", ""),
    };
    let joined = format!("{before} {after}").to_lowercase();
    let mut unsigned = false;
    let words: Vec<&str> = joined
        .split_whitespace()
        .filter(|word| match *word {
            // zerofill implies unsigned in MySQL.
            "unsigned" | "zerofill" => {
                unsigned = true;
                false
            }
            "signed" => false,
            _ => true,
        })
        .collect();
    let parameters = parameters_of(parameters);
    Parts {
        words: words.join(" "),
        parameters,
        unsigned,
    }
}

/// Parts parameters at the commas that stand in no quotes. A quote inside of quotes is doubled, so it ends and begins them.
fn parameters_of(text: &str) -> Vec<&str> {
    let mut parameters = Vec::new();
    let (mut begin, mut is_quoted) = (0, false);
    for (at, character) in text.char_indices() {
        match character {
            '\'' => is_quoted = !is_quoted,
            ',' if !is_quoted => {
                parameters.push(text[begin..at].trim());
                begin = at + 1;
            }
            _ => {}
        }
    }
    if !text.is_empty() {
        parameters.push(text[begin..].trim());
    }
    parameters
}

/// A word as it was before it was quoted.
fn unquoted(word: &str) -> String {
    let inner = word
        .strip_prefix('\'')
        .and_then(|word| word.strip_suffix('\''));
    inner.map_or_else(|| word.to_owned(), |inner| inner.replace("''", "'"))
}

impl Parts<'_> {
    fn number<T: std::str::FromStr>(&self, at: usize) -> Option<T> {
        self.parameters.get(at)?.parse().ok()
    }

    fn integer(&self, bits: u8) -> CanonicalType {
        CanonicalType::Integer {
            bits,
            unsigned: self.unsigned,
        }
    }

    fn timestamp(&self, zoned: bool, digits: u32) -> CanonicalType {
        CanonicalType::Timestamp {
            digits: Some(self.number(0).unwrap_or(digits)),
            zoned,
        }
    }

    fn words_of(&self, many: bool) -> CanonicalType {
        CanonicalType::Words {
            words: self.parameters.iter().map(|word| unquoted(word)).collect(),
            many,
        }
    }
}

fn like(name: &'static str, stored: CanonicalType) -> CanonicalType {
    CanonicalType::Like(name, Box::new(stored))
}

/// Names that mean the same everywhere.
fn common(parts: &Parts<'_>) -> Option<CanonicalType> {
    Some(match parts.words.as_str() {
        "boolean" | "bool" => CanonicalType::Boolean,
        "tinyint" | "int1" => parts.integer(8),
        "smallint" | "int2" => parts.integer(16),
        "mediumint" | "int3" => parts.integer(24),
        "int" | "integer" | "int4" => parts.integer(32),
        "bigint" | "int8" => parts.integer(64),
        "decimal" | "numeric" | "dec" | "fixed" => match parts.number(0) {
            Some(precision) => {
                CanonicalType::Decimal(Some((precision, parts.number(1).unwrap_or(0))))
            }
            None => CanonicalType::Decimal(None),
        },
        "real" | "float4" => CanonicalType::Float { bits: 32 },
        "double precision" | "double" | "float8" => CanonicalType::Float { bits: 64 },
        "char" | "character" | "nchar" | "bpchar" => {
            CanonicalType::Char(parts.number(0).unwrap_or(1))
        }
        "varchar" | "character varying" | "nvarchar" => CanonicalType::Text(parts.number(0)),
        "text" | "clob" => CanonicalType::Text(None),
        "citext" => like("citext", CanonicalType::Text(None)),
        "bytea" | "blob" => CanonicalType::Bytes(None),
        "date" => CanonicalType::Date,
        "time" | "time without time zone" => CanonicalType::Time,
        "json" => CanonicalType::Json,
        "jsonb" => like("jsonb", CanonicalType::Json),
        "uuid" => CanonicalType::Uuid,
        _ => return None,
    })
}

/// `PostgreSQL`, whose names `SQLite` borrows as well.
fn postgres(parts: &Parts<'_>) -> Option<CanonicalType> {
    Some(match parts.words.as_str() {
        "smallserial" | "serial2" => parts.integer(16),
        "serial" | "serial4" => parts.integer(32),
        "bigserial" | "serial8" => parts.integer(64),
        "float" => CanonicalType::Float {
            bits: match parts.number::<u32>(0) {
                Some(1..=24) => 32,
                _ => 64,
            },
        },
        "timestamp" | "timestamp without time zone" | "datetime" => parts.timestamp(false, 6),
        "timestamptz" | "timestamp with time zone" => parts.timestamp(true, 6),
        "enum" => parts.words_of(false),
        _ => return None,
    })
}

/// `MySQL` and `MariaDB`, where a word means something else than elsewhere.
fn mysql(parts: &Parts<'_>) -> Option<CanonicalType> {
    Some(match parts.words.as_str() {
        "tinyint" if parts.parameters == ["1"] && !parts.unsigned => CanonicalType::Boolean,
        "bit" if parts.parameters.is_empty() || parts.parameters == ["1"] => CanonicalType::Boolean,
        "serial" => CanonicalType::Integer {
            bits: 64,
            unsigned: true,
        },
        "decimal" | "numeric" | "dec" | "fixed" if parts.parameters.is_empty() => {
            CanonicalType::Decimal(Some((10, 0)))
        }
        "float" => CanonicalType::Float {
            bits: match (parts.number::<u32>(0), parts.parameters.len()) {
                (Some(25..), 1) => 64,
                _ => 32,
            },
        },
        "real" => CanonicalType::Float { bits: 64 },
        "tinytext" => CanonicalType::Text(Some(255)),
        "text" => CanonicalType::Text(Some(65_535)),
        "mediumtext" => CanonicalType::Text(Some(16_777_215)),
        "longtext" => CanonicalType::Text(None),
        "tinyblob" => CanonicalType::Bytes(Some(255)),
        "blob" => CanonicalType::Bytes(Some(65_535)),
        "mediumblob" => CanonicalType::Bytes(Some(16_777_215)),
        "longblob" => CanonicalType::Bytes(None),
        "binary" => CanonicalType::Bytes(Some(parts.number(0).unwrap_or(1))),
        "varbinary" => CanonicalType::Bytes(parts.number(0)),
        "datetime" => parts.timestamp(false, 0),
        "timestamp" => parts.timestamp(true, 0),
        "enum" => parts.words_of(false),
        "set" => parts.words_of(true),
        "year" => CanonicalType::Integer {
            bits: 16,
            unsigned: false,
        },
        _ => return None,
    })
}

fn elasticsearch(word: &str) -> Option<CanonicalType> {
    let integer = |bits, unsigned| CanonicalType::Integer { bits, unsigned };
    Some(match word {
        "boolean" => CanonicalType::Boolean,
        "byte" => integer(8, false),
        "short" => integer(16, false),
        "integer" => integer(32, false),
        "long" => integer(64, false),
        "unsigned_long" => integer(64, true),
        "half_float" => CanonicalType::Float { bits: 16 },
        "float" => CanonicalType::Float { bits: 32 },
        "double" => CanonicalType::Float { bits: 64 },
        "text" => CanonicalType::Text(None),
        "match_only_text" => like("match_only_text", CanonicalType::Text(None)),
        "keyword" => like("keyword", CanonicalType::Text(None)),
        "constant_keyword" => like("constant_keyword", CanonicalType::Text(None)),
        "wildcard" => like("wildcard", CanonicalType::Text(None)),
        "binary" => CanonicalType::Bytes(None),
        "date" => CanonicalType::Timestamp {
            digits: Some(3),
            zoned: true,
        },
        "date_nanos" => CanonicalType::Timestamp {
            digits: Some(9),
            zoned: true,
        },
        _ => return None,
    })
}
