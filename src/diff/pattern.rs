//! Patterns over the names of sources' tables, and names made from what they captured.
//!
//! A pattern is a template such as `shop:public.{table}`, whose placeholders take any text without a dot, or
//! after `re:` a regular expression with named captures. Both match the whole name, with its case: `source:schema.table`
//! where the template has a colon, as in mutes, else `schema.table` of whichever source. A regular expression is
//! tried on both. A target such as `t1_shop.{table}_snapshot_1d_daily` puts what was captured into its placeholders.

use regex::{Regex, RegexBuilder};
use std::collections::HashMap;
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
    form: Form,
}

/// Which form of a name a pattern speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `schema.table`
    Table,
    /// `source:schema.table`
    Sourced,
    /// Either: a regular expression.
    Both,
}

impl NamePattern {
    /// Reads a template or, after `re:`, a regular expression.
    pub fn parse(text: &str) -> Result<NamePattern, PatternError> {
        if text.len() > PATTERN_BYTES_MAX {
            return Err(PatternError::TooLong { bytes: text.len() });
        }
        let mut expression = String::from("^(?:");
        let mut form = Form::Table;
        if let Some(regex) = text.strip_prefix("re:") {
            expression.push_str(regex);
            form = Form::Both;
        } else {
            for piece in pieces(text)? {
                // A source's name has no dot and no colon, so a placeholder before the colon is one.
                match piece {
                    Piece::Literal(literal) => {
                        if literal.contains(':') {
                            form = Form::Sourced;
                        }
                        expression.push_str(&regex::escape(&literal));
                    }
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
            form,
        })
    }

    /// The pattern as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The name of the source where the pattern spells it out; `None` where it names none or captures it.
    pub fn source(&self) -> Option<&str> {
        let (source, _) = self.text.split_once(':')?;
        (self.form == Form::Sourced && !source.contains(['{', '}'])).then_some(source)
    }

    /// Whether the whole name of a source's table matches, such as `public.orders`.
    pub fn matches(&self, source: &str, name: &str) -> bool {
        self.captures(source, name).is_some()
    }

    /// What it takes of the name, in the form of which it speaks.
    fn captures(&self, source: &str, name: &str) -> Option<HashMap<String, String>> {
        let taken = |name: &str| self.captures_of(name);
        match self.form {
            Form::Table => taken(name),
            Form::Sourced => taken(&format!("{source}:{name}")),
            Form::Both => taken(name).or_else(|| taken(&format!("{source}:{name}"))),
        }
    }

    fn captures_of(&self, name: &str) -> Option<HashMap<String, String>> {
        let found = self.regex.captures(name)?;
        let names = self.regex.capture_names().flatten();
        let taken = names.map(|name| {
            let text = found.name(name).map_or("", |found| found.as_str());
            (name.to_owned(), text.to_owned())
        });
        Some(taken.collect())
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

    /// The pattern.
    pub fn pattern(&self) -> &NamePattern {
        &self.pattern
    }

    /// The target for a table of a source; `None` where the pattern does not match.
    pub fn apply(&self, source: &str, name: &str) -> Option<String> {
        let captures = self.pattern.captures(source, name)?;
        let mut made = String::new();
        for piece in &self.target {
            match piece {
                Piece::Literal(literal) => made.push_str(literal),
                Piece::Placeholder(name) => {
                    made.push_str(captures.get(name).map_or("", String::as_str));
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
            (
                "crm:public.{table}",
                "x.{table}",
                "public.orders",
                Some("x.orders"),
            ),
            ("erp:public.{table}", "x.{table}", "public.orders", None),
            (
                "{db}:{_}.{table}",
                "t1_{db}.{table}",
                "public.orders",
                Some("t1_crm.orders"),
            ),
            (
                r"re:(?<db>\w+):\w+\.(?<t>\w+)",
                "{db}.{t}",
                "public.x",
                Some("crm.x"),
            ),
            ("{db}.{t}", "{db}.{t}", "public.x", Some("public.x")),
        ] {
            let rule = NameRule::parse(pattern, target).expect("it can be read");
            assert_eq!(
                rule.apply("crm", name).as_deref(),
                wanted,
                "{pattern} on {name}"
            );
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
