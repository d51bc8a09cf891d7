//! Types as people write them, over REST and on the command line: read without regard to case, by Hive's other names too,
//! and refused with a hint where no engine could read them. Hive itself looks at the first word alone and stores the rest
//! unread; what engines send over Thrift stays as they send it.

use super::hive_type::HiveType;

/// Digits of a decimal at most.
const DECIMAL_DIGITS_MAX: u32 = 38;
/// Characters of a `varchar` at most.
const VARCHAR_MAX: u32 = 65_535;
/// Characters of a `char` at most.
const CHAR_MAX: u32 = 255;
/// What databases call a type, and what Hive calls it.
const OTHER_NAMES: [(&str, &str); 19] = [
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
];

/// The text of a type as Hive writes it. The error says what is wrong, and what to write where that is known.
pub fn written_type(text: &str) -> Result<String, String> {
    let text = text.trim();
    let read = HiveType::parse(text);
    check(&read, text)?;
    Ok(read.to_string())
}

/// A column's name as it is stored.
pub fn written_name(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() {
        return Err("a column has no name".to_owned());
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
            fields.iter().try_for_each(|(name, field)| {
                if name.is_empty() {
                    return Err(format!("{text}: a field has no name"));
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
            ("struct<>", "a struct has fields"),
            ("array<>", "is no type"),
            ("map<string>", "is no type"),
            ("array<text>", "write string"),
            ("", "is no type"),
        ] {
            let told = written_type(text).unwrap_err();
            assert!(told.contains(wanted), "{text}: {told}");
        }
        assert!(written_name(" ").is_err());
    }
}
