//! Which names a database, a table or a function may have.
//!
//! Hive 4.x with its default settings lets tables and databases hold most ASCII punctuation, 3.1 and
//! 2.3 only word characters; the wider form is accepted, because a name that was legal anywhere must
//! load. Functions and catalogs hold word characters in every version.

/// A name that Hive refuses with `InvalidObjectException`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name} is not a valid object name")]
pub struct InvalidObjectName {
    /// The name as it came.
    pub name: String,
}

/// Checks the name of a table or a database: at least one character, each one printable ASCII other
/// than the backslash (Hive 4.x, `metastore.support.special.characters.tablename` on) and the
/// backtick. Engines quote names with backticks; one inside comes from a name that was quoted twice,
/// and Iceberg expects it to be refused as Hive 2 and 3 do. A dot or two alone, which Hive 4 lets pass, is no name but a step of
/// a path: no address of HTTP reaches it.
pub fn check_object_name(name: &str) -> Result<(), InvalidObjectName> {
    let is_step = matches!(name, "." | "..");
    check(name, |byte| {
        !is_step && matches!(byte, b' '..=b'~') && !matches!(byte, b'\\' | b'`')
    })
}

/// Checks the name of a function, a catalog or a type: one or more of `A-Z a-z 0-9 _`.
pub fn check_word_name(name: &str) -> Result<(), InvalidObjectName> {
    check(name, |byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn check(name: &str, allowed: impl Fn(u8) -> bool) -> Result<(), InvalidObjectName> {
    if !name.is_empty() && name.bytes().all(allowed) {
        return Ok(());
    }
    Err(InvalidObjectName {
        name: name.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_may_hold_punctuation() {
        for name in [
            "t",
            "T_1",
            "...",
            "a b",
            "x-y.z/(w)",
            "~!@#$%^&*+={}[]|;:'\"<>,?",
        ] {
            assert_eq!(check_object_name(name), Ok(()), "{name}");
        }
        for name in ["", "`tbl`", "a\\b", "é", "한", "a\tb", "a\u{7f}", ".", ".."] {
            assert!(check_object_name(name).is_err(), "{name}");
        }
        let error = check_object_name("é").unwrap_err();
        assert_eq!(error.to_string(), "é is not a valid object name");
    }

    #[test]
    fn functions_are_words() {
        assert_eq!(check_word_name("my_udf2"), Ok(()));
        for name in ["", "a-b", "a b", "a.b", "é"] {
            assert!(check_word_name(name).is_err(), "{name}");
        }
    }
}
