//! Patterns over `schema.table` names, and names made from what they captured.
//!
//! A pattern is a template such as `shop.{table}`, whose placeholders take any text without a dot, or
//! after `re:` a regular expression with named captures. Both match the whole name, with its case. A
//! target such as `t1_shop.{table}_snapshot_1d_daily` puts what was captured into its placeholders.

use regex::{Regex, RegexBuilder};
use std::fmt::Write as _;

/// Bytes of a pattern at most.
pub const PATTERN_BYTES_MAX: usize = 1_024;
/// Bytes that a compiled pattern may take.
const COMPILED_BYTES_MAX: usize = 256 * 1_024;

/// A pattern or target that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// Too long.
    #[error("the pattern has {bytes} bytes, at most {PATTERN_BYTES_MAX} are taken")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// A brace without its fellow, or a placeholder's name that is no word.
    #[error("{pattern}: at byte {at}: {reason}")]
    Placeholder {
        /// The pattern.
        pattern: String,
        /// The byte where the fault is.
        at: usize,
        /// What is wrong.
        reason: &'static str,
    },
    /// A target names what its pattern does not capture.
    #[error("{target} uses {{{name}}}, which the pattern does not capture")]
    Unknown {
        /// The target.
        target: String,
        /// The placeholder.
        name: String,
    },
    /// A regular expression that cannot be read or is too large.
    #[error("{pattern}: {reason}")]
    Regex {
        /// The pattern.
        pattern: String,
        /// What the reader of regular expressions says.
        reason: String,
    },
}

/// A template cut into its pieces.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Literal(String),
    Placeholder(String),
}

/// A compiled pattern.
#[derive(Debug, Clone)]
pub struct NamePattern {
    text: String,
    regex: Regex,
}

impl NamePattern {
    /// Reads a template or, after `re:`, a regular expression.
    pub fn parse(text: &str) -> Result<NamePattern, PatternError> {
        if text.len() > PATTERN_BYTES_MAX {
            return Err(PatternError::TooLong { bytes: text.len() });
        }
        let mut expression = String::from("^(?:");
        if let Some(regex) = text.strip_prefix("re:") {
            expression.push_str(regex);
        } else {
            for piece in pieces(text)? {
                match piece {
                    Piece::Literal(literal) => expression.push_str(&regex::escape(&literal)),
                    Piece::Placeholder(name) if name == "_" => expression.push_str("[^.]+"),
                    Piece::Placeholder(name) => {
                        let _ = write!(expression, "(?<{name}>[^.]+)");
                    }
                }
            }
        }
        expression.push_str(")$");
        let regex = RegexBuilder::new(&expression)
            .size_limit(COMPILED_BYTES_MAX)
            .build()
            .map_err(|error| PatternError::Regex {
                pattern: text.to_owned(),
                reason: error.to_string(),
            })?;
        Ok(NamePattern {
            text: text.to_owned(),
            regex,
        })
    }

    /// The pattern as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether the whole name matches.
    pub fn matches(&self, name: &str) -> bool {
        self.regex.is_match(name)
    }
}

/// A pattern and what it makes of the names that it matches.
#[derive(Debug, Clone)]
pub struct NameRule {
    pattern: NamePattern,
    target: Vec<Piece>,
}

impl NameRule {
    /// Reads both; the target may use only what the pattern captures.
    pub fn parse(pattern: &str, target: &str) -> Result<NameRule, PatternError> {
        if target.len() > PATTERN_BYTES_MAX {
            return Err(PatternError::TooLong {
                bytes: target.len(),
            });
        }
        let pattern = NamePattern::parse(pattern)?;
        let pieces = pieces(target)?;
        for piece in &pieces {
            let Piece::Placeholder(name) = piece else {
                continue;
            };
            if !pattern
                .regex
                .capture_names()
                .flatten()
                .any(|known| known == name)
            {
                return Err(PatternError::Unknown {
                    target: target.to_owned(),
                    name: name.clone(),
                });
            }
        }
        Ok(NameRule {
            pattern,
            target: pieces,
        })
    }

    /// The target for a name; `None` where the pattern does not match.
    pub fn apply(&self, name: &str) -> Option<String> {
        let captures = self.pattern.regex.captures(name)?;
        let mut made = String::new();
        for piece in &self.target {
            match piece {
                Piece::Literal(literal) => made.push_str(literal),
                Piece::Placeholder(name) => {
                    made.push_str(captures.name(name).map_or("", |found| found.as_str()));
                }
            }
        }
        Some(made)
    }
}

fn pieces(text: &str) -> Result<Vec<Piece>, PatternError> {
    let fault = |at, reason| {
        Err(PatternError::Placeholder {
            pattern: text.to_owned(),
            at,
            reason,
        })
    };
    let mut found = Vec::new();
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let open = rest.find('{').unwrap_or(rest.len());
        if let Some(close) = rest[..open].find('}') {
            return fault(at + close, "a closing brace without an opening one");
        }
        if open > 0 {
            found.push(Piece::Literal(rest[..open].to_owned()));
        }
        if open == rest.len() {
            break;
        }
        let Some(close) = rest[open..].find('}') else {
            return fault(at + open, "an opening brace without a closing one");
        };
        let name = &rest[open + 1..open + close];
        let is_word = name.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_')
            && name
                .chars()
                .all(|one| one.is_ascii_alphanumeric() || one == '_');
        if !is_word {
            return fault(
                at + open + 1,
                "a placeholder's name is letters, digits and _",
            );
        }
        found.push(Piece::Placeholder(name.to_owned()));
        at += open + close + 1;
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn maps_names() {
        for (pattern, target, name, wanted) in [
            (
                "shop.{table}",
                "t1_shop.{table}_snapshot_1d_daily",
                "shop.orders",
                Some("t1_shop.orders_snapshot_1d_daily"),
            ),
            ("shop.{table}", "x.{table}", "shopx.orders", None),
            ("shop.{table}", "x.{table}", "billing.orders", None),
            ("{db}.{t}_v{n}", "{db}.{t}", "a.b_c_v2", Some("a.b_c")),
            ("shop.{_}", "one.all", "shop.x", Some("one.all")),
            (
                r"re:(?<db>\w+)_prod\.(?<t>\w+)",
                "{db}.{t}",
                "shop_prod.x",
                Some("shop.x"),
            ),
            (r"re:a|b", "x", "ab", None),
        ] {
            let rule = NameRule::parse(pattern, target).expect("it can be read");
            assert_eq!(rule.apply(name).as_deref(), wanted, "{pattern} on {name}");
        }
    }

    #[test]
    fn says_what_is_wrong() {
        for (pattern, target, wanted) in [
            (
                "a.{b",
                "x",
                "a.{b: at byte 2: an opening brace without a closing one",
            ),
            (
                "a}b",
                "x",
                "a}b: at byte 1: a closing brace without an opening one",
            ),
            (
                "{a b}",
                "x",
                "{a b}: at byte 1: a placeholder's name is letters, digits and _",
            ),
            (
                "{a}",
                "{b}",
                "{b} uses {b}, which the pattern does not capture",
            ),
        ] {
            let error = NameRule::parse(pattern, target).unwrap_err();
            assert_eq!(error.to_string(), wanted);
        }
        assert!(matches!(
            NamePattern::parse("re:("),
            Err(PatternError::Regex { .. })
        ));
        assert!(matches!(
            NamePattern::parse("{a}{a}"),
            Err(PatternError::Regex { .. })
        ));
        assert!(matches!(
            NamePattern::parse(&"x".repeat(2_000)),
            Err(PatternError::TooLong { bytes: 2_000 })
        ));
        // A pattern whose compiled form explodes is refused, not run.
        assert!(NamePattern::parse("re:(?:\\w{1000}){1000}").is_err());
    }
}
