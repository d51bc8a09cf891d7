//! The names that PostgreSQL, MySQL, MariaDB, SQLite and Elasticsearch give to types.
//!
//! Sources: `PostgreSQL`'s table of data types (chapter 8), `MySQL`'s "Numeric Type Syntax" and "String
//! Type Syntax" (display widths mean nothing; `tinyint(1)` is a boolean by convention), Elasticsearch's
//! field data types. `SQLite` keeps any words, so they are read by their common meaning.

use super::CanonicalType;
use super::parts::Parts;
use crate::model::SourceDialect;

/// Types inside types are read so far.
const DEPTH_MAX: usize = 16;

/// Reads a type's name inside of so many others. The words of an enum keep their case.
pub(super) fn read(dialect: SourceDialect, text: &str, depth: usize) -> CanonicalType {
    let text = text.trim();
    if depth > DEPTH_MAX {
        return other(text);
    }
    if let Some(element) = text.strip_suffix("[]") {
        // PostgreSQL does not tell arrays of different dimensions apart.
        let element = element.trim_end_matches("[]");
        return CanonicalType::Array(Box::new(read(dialect, element, depth + 1)));
    }
    let parts = Parts::of(text);
    let sized = match dialect {
        SourceDialect::Elasticsearch => {
            return elasticsearch(&parts.words).unwrap_or_else(|| other(text));
        }
        SourceDialect::MySql => mysql(&parts),
        _ if parts.words == "row" => row(dialect, &parts, depth),
        _ => postgres(&parts),
    };
    sized
        .or_else(|| common(&parts))
        .unwrap_or_else(|| other(text))
}

/// A composite type: a name, which may stand in double quotes, and a type each.
fn row(dialect: SourceDialect, parts: &Parts<'_>, depth: usize) -> Option<CanonicalType> {
    let field = |text: &&str| {
        let (name, data_type) = match text.strip_prefix('"') {
            Some(quoted) => quoted.split_once("\" ")?,
            None => text.split_once(' ')?,
        };
        Some((name.to_lowercase(), read(dialect, data_type, depth + 1)))
    };
    let fields: Option<Vec<_>> = parts.parameters.iter().map(field).collect();
    fields.map(CanonicalType::Row)
}

fn other(text: &str) -> CanonicalType {
    let words: Vec<&str> = text.split_whitespace().collect();
    CanonicalType::Other(words.join(" ").to_lowercase())
}

fn like(name: &'static str, stored: CanonicalType) -> CanonicalType {
    CanonicalType::Like(name, Box::new(stored))
}

/// A type that a dump holds as a text of so many characters at most.
fn text_like(name: &'static str, characters: u64) -> CanonicalType {
    like(name, CanonicalType::Text(Some(characters)))
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
        "decimal" | "numeric" | "dec" | "fixed" => parts.decimal(),
        "real" | "float4" => CanonicalType::Float { bits: 32 },
        "double precision" | "double" | "float8" => CanonicalType::Float { bits: 64 },
        "bit" => CanonicalType::Bits(Some(parts.number(0).unwrap_or(1))),
        "bit varying" | "varbit" => CanonicalType::Bits(parts.number(0)),
        "char" | "character" | "nchar" | "bpchar" => {
            CanonicalType::Char(parts.number(0).unwrap_or(1))
        }
        "varchar" | "character varying" | "nvarchar" => CanonicalType::Text(parts.number(0)),
        "text" | "clob" => CanonicalType::Text(None),
        "citext" => like("citext", CanonicalType::Text(None)),
        "bytea" | "blob" => CanonicalType::Bytes(None),
        "date" => CanonicalType::Date,
        "time" | "time without time zone" => parts.time(false, 6),
        "timetz" | "time with time zone" => parts.time(true, 6),
        "json" => CanonicalType::Json,
        "jsonb" => like("jsonb", CanonicalType::Json),
        "uuid" => CanonicalType::Uuid,
        "inet4" => text_like("inet4", 15),
        "inet6" => text_like("inet6", 39),
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
        "enum" => parts.words_of(false, false),
        // Without a length it is a text whose blanks at the end mean nothing.
        "bpchar" if parts.parameters.is_empty() => like("bpchar", CanonicalType::Text(None)),
        // With the bits of the network behind the address.
        "inet" => text_like("inet", 49),
        "cidr" => text_like("cidr", 49),
        "macaddr" => text_like("macaddr", 17),
        "macaddr8" => text_like("macaddr8", 23),
        "xml" => like("xml", CanonicalType::Text(None)),
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
        "decimal" | "numeric" | "dec" | "fixed" => {
            let sized = match parts.decimal() {
                CanonicalType::Decimal(None) => CanonicalType::Decimal(Some((10, 0))),
                sized => sized,
            };
            unsigned(parts, sized)
        }
        "float" => mysql_float(
            parts,
            match (parts.number::<u32>(0), parts.parameters.len()) {
                (Some(25..), 1) => 64,
                _ => 32,
            },
        ),
        "real" | "double" => mysql_float(parts, 64),
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
        "time" => parts.time(false, 0),
        "timestamp" => parts.timestamp(true, 0),
        "enum" => parts.words_of(false, true),
        "set" => parts.words_of(true, true),
        "year" => like(
            "year",
            CanonicalType::Integer {
                bits: 16,
                unsigned: false,
            },
        ),
        _ => return None,
    })
}

/// With a number of digits, values are rounded to it.
fn mysql_float(parts: &Parts<'_>, bits: u8) -> CanonicalType {
    let float = CanonicalType::Float { bits };
    let sized = if parts.parameters.len() == 2 {
        like("rounded", float)
    } else {
        float
    };
    unsigned(parts, sized)
}

/// Of numbers that are no integers, the sign does not change how a dump holds them.
fn unsigned(parts: &Parts<'_>, sized: CanonicalType) -> CanonicalType {
    if parts.unsigned {
        like("unsigned", sized)
    } else {
        sized
    }
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
