//! `LIKE`, which has two meanings on real servers.
//!
//! Hive 2.3 reads the pattern of a partition filter as a Java regular expression (Spark sends `2024.*`),
//! Hive 4.0 as SQL's `%` and `_`. Clients filter again what they get, so a partition too many costs
//! little and one too few loses data: a value belongs to the answer when it matches in either reading.
//! `NOT LIKE` therefore holds when it holds in either reading too; see `verdict`. Table filters have
//! the one reading that every Hive gives them, the regular expression, because `getTables` of Hive 4
//! shows the answer as it is.

use super::error::FilterError;
use super::verdict::Verdict;
use crate::hive::text_pattern::TextPattern;
use regex::{Regex, RegexBuilder};

/// The longest pattern, in bytes.
const PATTERN_BYTES_MAX: usize = 4096;
/// The largest compiled pattern, in bytes.
const COMPILED_BYTES_MAX: usize = 256 * 1024;

/// A pattern, ready to be matched.
#[derive(Debug, Clone)]
pub(super) struct LikePattern {
    text: String,
    regex: RegexReading,
    sql: Option<TextPattern>,
}

/// The reading as a Java regular expression.
#[derive(Debug, Clone)]
enum RegexReading {
    /// It is one, and the linear-time engine can match it.
    Compiled(Regex),
    /// It is none.
    Invalid,
    /// It may be one, with look-around or other things that the engine lacks: nothing can be said.
    Unknowable,
}

impl LikePattern {
    /// The pattern of a partition filter, in both readings.
    pub(super) fn of_partitions(text: &str) -> Result<Self, FilterError> {
        let regex = read_regex(text)?;
        Ok(Self {
            text: text.to_owned(),
            regex,
            sql: Some(TextPattern::like(text)),
        })
    }

    /// The pattern of a table filter, a Java regular expression alone.
    pub(super) fn of_tables(text: &str) -> Result<Self, FilterError> {
        let regex = read_regex(text)?;
        if matches!(regex, RegexReading::Invalid) {
            return Err(FilterError::InvalidPattern {
                pattern: text.to_owned(),
            });
        }
        Ok(Self {
            text: text.to_owned(),
            regex,
            sql: None,
        })
    }

    /// Whether the whole of a value matches.
    pub(super) fn verdict(&self, value: &str) -> Verdict {
        let regex = match &self.regex {
            RegexReading::Compiled(regex) => Some(Verdict::of(regex.is_match(value))),
            RegexReading::Invalid => None,
            RegexReading::Unknowable => Some(Verdict::BOTH),
        };
        let sql = self
            .sql
            .as_ref()
            .map(|pattern| Verdict::of(pattern.matches(value)));
        match (regex, sql) {
            (Some(one), Some(two)) => Verdict {
                can_be_true: one.can_be_true || two.can_be_true,
                can_be_false: one.can_be_false || two.can_be_false,
            },
            (Some(only), None) | (None, Some(only)) => only,
            (None, None) => Verdict::BOTH,
        }
    }

    /// Texts of which at least one starts every value that may match.
    pub(super) fn prefixes(&self) -> Vec<String> {
        let mut prefixes = Vec::new();
        match self.regex {
            RegexReading::Compiled(_) => prefixes.push(regex_prefix(&self.text)),
            RegexReading::Unknowable => prefixes.push(String::new()),
            RegexReading::Invalid => {}
        }
        if let Some(pattern) = &self.sql {
            prefixes.push(pattern.prefix());
        }
        prefixes
    }
}

fn read_regex(text: &str) -> Result<RegexReading, FilterError> {
    if text.len() > PATTERN_BYTES_MAX {
        return Err(FilterError::TooLarge {
            limit: PATTERN_BYTES_MAX,
            unit: "bytes of a pattern",
        });
    }
    let Some(translated) = translated_from_java(text) else {
        return Ok(RegexReading::Unknowable);
    };
    // Alone first: a stray parenthesis must not pair with those of the anchors.
    for pattern in [translated.clone(), format!(r"\A(?:{translated})\z")] {
        let built = RegexBuilder::new(&pattern)
            .size_limit(COMPILED_BYTES_MAX)
            .dfa_size_limit(COMPILED_BYTES_MAX)
            .build();
        match built {
            Ok(_) if pattern == translated => {}
            Ok(regex) => return Ok(RegexReading::Compiled(regex)),
            Err(regex::Error::CompiledTooBig(_)) => {
                let unit = "bytes of a compiled pattern";
                return Err(FilterError::TooLarge {
                    limit: COMPILED_BYTES_MAX,
                    unit,
                });
            }
            Err(_) => break,
        }
    }
    Ok(RegexReading::Invalid)
}

/// Rewrites what Java and the `regex` crate spell or mean differently; `None` for what only Java has.
fn translated_from_java(text: &str) -> Option<String> {
    const LOOK_AROUND: [&str; 5] = ["(?=", "(?!", "(?<=", "(?<!", "(?>"];
    let mut translated = String::with_capacity(text.len());
    let mut rest = text;
    let mut after_quantifier = false;
    while let Some(first) = rest.chars().next() {
        if LOOK_AROUND.iter().any(|start| rest.starts_with(start)) {
            return None;
        }
        if let Some(quoted) = rest.strip_prefix(r"\Q") {
            let (literal, behind) = quoted.split_once(r"\E").unwrap_or((quoted, ""));
            translated.push_str(&regex::escape(literal));
            rest = behind;
            after_quantifier = false;
            continue;
        }
        if let Some(escaped) = rest.strip_prefix('\\') {
            let Some(class) = escaped.chars().next() else {
                // A lone backslash at the end is an error in both.
                translated.push('\\');
                break;
            };
            translate_escape(class, &mut translated)?;
            rest = &escaped[class.len_utf8()..];
            after_quantifier = false;
            continue;
        }
        if after_quantifier && first == '+' {
            // Possessive in Java, another repetition here.
            return None;
        }
        after_quantifier = matches!(first, '*' | '+' | '?' | '}');
        translated.push(first);
        rest = &rest[first.len_utf8()..];
    }
    Some(translated)
}

/// Java's classes are ASCII by default; back references, octal codes and the like have no counterpart.
fn translate_escape(class: char, translated: &mut String) -> Option<()> {
    match class {
        'd' => translated.push_str("[0-9]"),
        'D' => translated.push_str("[^0-9]"),
        'w' => translated.push_str("[0-9A-Za-z_]"),
        'W' => translated.push_str("[^0-9A-Za-z_]"),
        's' => translated.push_str(r"[ \t\n\x0B\f\r]"),
        'S' => translated.push_str(r"[^ \t\n\x0B\f\r]"),
        '0'..='9'
        | 'p'
        | 'P'
        | 'h'
        | 'H'
        | 'v'
        | 'V'
        | 'R'
        | 'X'
        | 'N'
        | 'G'
        | 'Z'
        | 'k'
        | 'c'
        | 'e' => {
            return None;
        }
        other => {
            translated.push('\\');
            translated.push(other);
        }
    }
    Some(())
}

/// The literal text that every match of a valid regular expression starts with, as far as it is plain
/// to see. A character before a quantifier need not occur at all.
fn regex_prefix(text: &str) -> String {
    if text.contains('|') {
        return String::new();
    }
    let special = |c: char| r".^$*+?()[]{}\".contains(c);
    let end = text.find(special).unwrap_or(text.len());
    let mut prefix = text[..end].to_owned();
    if text[end..].starts_with(['*', '+', '?', '{']) {
        prefix.pop();
    }
    prefix
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn matched(pattern: &str, value: &str) -> bool {
        LikePattern::of_partitions(pattern)
            .unwrap()
            .verdict(value)
            .can_be_true
    }

    #[test]
    fn either_reading_matches() {
        for (pattern, value) in [
            ("2024.*", "2024-01-02"),
            ("2024%", "2024-01-02"),
            ("2024-__-02", "2024-01-02"),
            (".*01\\.5", "x01.5"),
            ("a\\%", "a%"),
            ("a|b", "b"),
            ("*x", "*x"),
            ("(?i)abc", "ABC"),
            ("\\Qa.b\\E.*", "a.bc"),
            ("\\d+", "42"),
            ("", ""),
        ] {
            assert!(matched(pattern, value), "{pattern} {value}");
        }
        for (pattern, value) in [
            ("2024", "2024-01"),
            ("a\\.b", "axb"),
            ("\\Qa.b\\E", "axb"),
            ("\\d", "\u{664}"),
            ("a|b", "ab"),
            ("a)|(b", "a"),
            ("%x", "y"),
        ] {
            assert!(!matched(pattern, value), "{pattern} {value}");
        }
    }

    #[test]
    fn negation_keeps_what_one_reading_rejects() {
        let pattern = LikePattern::of_partitions("2024.*").unwrap();
        assert_eq!(pattern.verdict("2024-01"), Verdict::BOTH);
        assert_eq!(pattern.verdict("2023"), Verdict::of(false));
        assert_eq!(pattern.verdict("2024.*"), Verdict::of(true));
        let look_ahead = LikePattern::of_partitions("(?!x).*").unwrap();
        assert_eq!(look_ahead.verdict("y"), Verdict::BOTH);
    }

    #[test]
    fn tables_have_one_reading() {
        let pattern = LikePattern::of_tables("(?i)my_t.*").unwrap();
        assert_eq!(pattern.verdict("MY_TABLE"), Verdict::of(true));
        assert_eq!(pattern.verdict("myxtable"), Verdict::of(false));
        assert!(LikePattern::of_tables("*").is_err());
    }

    #[test]
    fn size_is_bounded() {
        assert!(LikePattern::of_partitions(&"x".repeat(PATTERN_BYTES_MAX + 1)).is_err());
        assert!(matches!(
            LikePattern::of_partitions("((x{100}){100}){100}"),
            Err(FilterError::TooLarge {
                limit: COMPILED_BYTES_MAX,
                ..
            })
        ));
        assert!(LikePattern::of_partitions(&"(".repeat(PATTERN_BYTES_MAX)).is_ok());
    }

    proptest! {
        #[test]
        fn matches_start_with_a_prefix(pattern in "[ab.*?+%_\\\\|({]{0,6}", value in "[ab%.*]{0,5}") {
            let Ok(like) = LikePattern::of_partitions(&pattern) else { return Ok(()) };
            if like.verdict(&value).can_be_true {
                let prefixes = like.prefixes();
                prop_assert!(prefixes.iter().any(|p| value.starts_with(p)), "{:?}", prefixes);
            }
        }

        #[test]
        fn random_patterns_never_panic(pattern in any::<String>(), value in any::<String>()) {
            if let Ok(like) = LikePattern::of_partitions(&pattern) {
                like.verdict(&value);
                like.prefixes();
            }
        }
    }
}
