//! Types as people write them, over REST and on the command line: read without regard to case, by Hive's other names too,
//! and refused with a hint where no engine could read them. Hive itself looks at the first word alone and stores the rest
//! unread; what engines send over Thrift stays as they send it.

use super::hive_type::HiveType;
use std::collections::HashSet;

/// Digits of a decimal at most.
const DECIMAL_DIGITS_MAX: u32 = 38;
/// Characters of a `varchar` at most.
const VARCHAR_MAX: u32 = 65_535;
/// Characters of a `char` at most.
const CHAR_MAX: u32 = 255;
/// What databases call a type, and what Hive calls it.
const OTHER_NAMES: [(&str, &str); 34] = [
    ("bool", "boolean"),
    ("byte", "tinyint"),
    ("short", "smallint"),
    ("int2", "smallint"),
    ("int4", "int"),
    ("int8", "bigint"),
    ("int64", "bigint"),
    ("long", "bigint"),
    ("serial", "int"),
    ("bigserial", "bigint"),
    ("real", "float"),
    ("float8", "double"),
    ("number", "decimal(38,10)"),
    ("text", "string"),
    ("varchar", "string, or varchar(100)"),
    ("json", "string"),
    ("uuid", "string"),
    ("bytea", "binary"),
    ("timestamptz", "timestamp"),
    ("timestamp", "timestamp, or timestamp with local time zone"),
    ("datetime", "timestamp"),
    ("time", "string: Hive has no time of the day"),
    ("blob", "binary"),
    ("clob", "string"),
    ("char", "char(10)"),
    ("character", "char(10), or string"),
    ("dec", "decimal(10,2)"),
    ("boolean", "boolean, which has no length"),
    ("tinyint", "tinyint, which has no length"),
    ("smallint", "smallint, which has no length"),
    ("int", "int, which has no length"),
    ("integer", "int, which has no length"),
    ("bigint", "bigint, which has no length"),
    (
        "unsigned",
        "the next larger type: Hive's numbers have signs",
    ),
];

/// The text of a type as Hive writes it. The error says what is wrong, and what to write where that is known.
pub fn written_type(text: &str) -> Result<String, String> {
    let text = text.trim();
    let read = HiveType::parse(text);
    check(&read, text)?;
    Ok(read.to_string())
}

/// The text of the type of a partition key. Its values are names of directories, so it is made of nothing else.
pub fn written_key_type(text: &str) -> Result<String, String> {
    let written = written_type(text)?;
    match HiveType::parse(&written) {
        HiveType::Array(_) | HiveType::Map(..) | HiveType::Struct(_) | HiveType::Unknown(_) => {
            Err(format!(
                "{written} is no type of a partition key: it has one value, such as string, int or date"
            ))
        }
        _ => Ok(written),
    }
}

/// A column's name as it is stored.
pub fn written_name(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() {
        return Err("a column has no name".to_owned());
    }
    if name.chars().any(|char| char.is_control() || char == '`') {
        return Err(format!(
            "{name:?} is no name of a column: no engine can write a backtick or a control character in one"
        ));
    }
    Ok(name.to_owned())
}

fn check(read: &HiveType, text: &str) -> Result<(), String> {
    match read {
        HiveType::Decimal { precision, scale } => {
            if *precision == 0 || *precision > DECIMAL_DIGITS_MAX || scale > precision {
                return Err(format!(
                    "{read} is no type: a decimal has 1 to {DECIMAL_DIGITS_MAX} digits, and no more of them behind the point"
                ));
            }
            Ok(())
        }
        HiveType::Varchar(length) => length_check(read, *length, VARCHAR_MAX),
        HiveType::Char(length) => length_check(read, *length, CHAR_MAX),
        HiveType::Array(element) => check(element, text),
        HiveType::Map(key, value) => check(key, text).and_then(|()| check(value, text)),
        HiveType::Struct(fields) => {
            if fields.is_empty() {
                return Err(format!(
                    "{text}: a struct has fields, such as struct<a:int>"
                ));
            }
            let mut names = HashSet::with_capacity(fields.len());
            fields.iter().try_for_each(|(name, field)| {
                if name.is_empty() {
                    return Err(format!("{text}: a field has no name"));
                }
                // Engines find fields without regard to case, as columns.
                if !names.insert(name) {
                    return Err(format!("{text}: the field {name} stands in it twice"));
                }
                check(field, text)
            })
        }
        // Known to Hive, and to hardly anybody else.
        HiveType::Unknown(known)
            if known == "void"
                || known.starts_with("interval_")
                || (known.starts_with("uniontype<") && known.ends_with('>')) =>
        {
            Ok(())
        }
        HiveType::Unknown(unknown) => Err(match hint(unknown) {
            Some(hint) => format!("{unknown:?} is no type of Hive: write {hint}"),
            None => format!(
                "{unknown:?} is no type of Hive, such as bigint, string, decimal(10,2) or array<int>"
            ),
        }),
        _ => Ok(()),
    }
}

fn length_check(read: &HiveType, length: u32, most: u32) -> Result<(), String> {
    if (1..=most).contains(&length) {
        return Ok(());
    }
    Err(format!("{read} is no type: it has 1 to {most} characters"))
}

fn hint(unknown: &str) -> Option<&'static str> {
    let word = unknown.split(['(', ' ']).next().unwrap_or_default();
    let found = OTHER_NAMES.iter().find(|(name, _)| *name == word);
    found.map(|(_, hint)| *hint)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_read_without_case_and_by_their_other_names() {
        for (text, wanted) in [
            ("BIGINT", "bigint"),
            (" Integer ", "int"),
            ("numeric(10, 2)", "decimal(10,2)"),
            ("double precision", "double"),
            (
                "ARRAY<STRUCT<a: INT, B: string>>",
                "array<struct<a:int,b:string>>",
            ),
            (
                "map<string,array<decimal>>",
                "map<string,array<decimal(10,0)>>",
            ),
            ("uniontype<int,string>", "uniontype<int,string>"),
        ] {
            assert_eq!(written_type(text).as_deref(), Ok(wanted), "{text}");
        }
    }

    #[test]
    fn what_no_engine_could_read_is_refused_with_a_hint() {
        for (text, wanted) in [
            ("text", "write string"),
            ("int8", "write bigint"),
            ("varchar", "varchar(100)"),
            ("varchar(0)", "1 to 65535"),
            ("char(256)", "1 to 255"),
            ("decimal(39,2)", "1 to 38"),
            ("decimal(4,5)", "1 to 38"),
            ("struct<a:int", "is no type"),
            ("struct<x:int,X:int>", "field x stands in it twice"),
            ("array<struct<a:struct<b:int,b:int>>>", "field b stands"),
            ("time", "write string"),
            ("int(11)", "write int"),
            ("timestamp with time zone", "local time zone"),
            ("dec(5)", "write decimal"),
            ("struct<>", "a struct has fields"),
            ("array<>", "is no type"),
            ("map<string>", "is no type"),
            ("array<text>", "write string"),
            ("", "is no type"),
        ] {
            let told = written_type(text).unwrap_err();
            assert!(told.contains(wanted), "{text}: {told}");
        }
        for name in [" ", "a`b", "a\nb"] {
            assert!(written_name(name).is_err(), "{name:?}");
        }
        assert_eq!(written_key_type("DATE").as_deref(), Ok("date"));
        for data_type in ["array<int>", "struct<a:int>", "void", "map<int,int>"] {
            assert!(written_key_type(data_type).is_err(), "{data_type}");
        }
    }
}
