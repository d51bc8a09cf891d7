//! One pattern, such as `{domain}_{name}_{timeseries|snapshot|aggr}_{1d|7d|30d}_{hourly|daily}`.
//!
//! Names are read as words between underscores, and so are patterns: each part of a pattern is a word as
//! it stands, a choice of words in braces, or a placeholder in braces that takes one word or more.

use std::fmt;

/// Bytes of a pattern at most.
pub const NAMING_PATTERN_BYTES_MAX: usize = 1_024;
/// Bytes of a name that are looked at; longer ones breach any pattern.
pub const CHECKED_NAME_BYTES_MAX: usize = 1_024;

/// A pattern that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NamingPatternError {
    /// Too long.
    #[error("the pattern has {bytes} bytes, at most {NAMING_PATTERN_BYTES_MAX} are taken")]
    TooLong {
        /// How long it is.
        bytes: usize,
    },
    /// A fault at a place.
    #[error("{pattern}: at byte {at}: {reason}")]
    At {
        /// The pattern.
        pattern: String,
        /// The byte where the fault is.
        at: usize,
        /// What is wrong.
        reason: &'static str,
    },
}

/// Why a name does not follow a pattern, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: at byte {at}: {reason} (the pattern is {pattern})")]
pub struct Breach {
    /// The name.
    pub name: String,
    /// The byte of the name up to which it follows the pattern.
    pub at: usize,
    /// What was expected there and what was found.
    pub reason: String,
    /// The pattern.
    pub pattern: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Word(String),
    Choice(Vec<String>),
    Free(String),
}

/// A part of a pattern that says something of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Slot<'p> {
    /// One of these words.
    Choice(&'p [String]),
    /// What is called so.
    Placeholder(&'p str),
}

impl Part {
    fn takes(&self, word: &str) -> bool {
        match self {
            Part::Word(own) => own == word,
            Part::Choice(words) => words.iter().any(|own| own == word),
            Part::Free(_) => {
                !word.is_empty()
                    && word
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            }
        }
    }

    fn may_repeat(&self) -> bool {
        matches!(self, Part::Free(_))
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Part::Word(word) => f.write_str(word),
            Part::Choice(words) => write!(f, "one of {}", words.join(", ")),
            Part::Free(name) => {
                write!(f, "a {name} of lower-case letters and digits")
            }
        }
    }
}

/// A pattern that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamingPattern {
    text: String,
    parts: Vec<Part>,
}

impl NamingPattern {
    /// Reads a pattern.
    pub fn parse(text: &str) -> Result<NamingPattern, NamingPatternError> {
        if text.len() > NAMING_PATTERN_BYTES_MAX {
            return Err(NamingPatternError::TooLong { bytes: text.len() });
        }
        let mut parts = Vec::new();
        let mut at = 0;
        for piece in split_outside_braces(text) {
            let part = part(piece).map_err(|(offset, reason)| NamingPatternError::At {
                pattern: text.to_owned(),
                at: at + offset,
                reason,
            })?;
            parts.push(part);
            at += piece.len() + 1;
        }
        Ok(NamingPattern {
            text: text.to_owned(),
            parts,
        })
    }

    /// The pattern as it was written.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// What a name says by this pattern: each placeholder's name, or the words of a choice, with what stands there. `None` where
    /// the name does not follow it. Of several readings the one whose first placeholders are the shortest.
    pub(super) fn said<'n>(&self, name: &'n str) -> Option<Vec<(Slot<'_>, &'n str)>> {
        self.check(name).ok()?;
        let words: Vec<&str> = name.split('_').collect();
        // Whether the words from one on can be read by the parts from one on.
        let mut readable = vec![vec![false; self.parts.len() + 1]; words.len() + 1];
        readable[words.len()][self.parts.len()] = true;
        for (at, word) in words.iter().enumerate().rev() {
            for (index, part) in self.parts.iter().enumerate() {
                readable[at][index] = part.takes(word)
                    && (readable[at + 1][index + 1]
                        || (part.may_repeat() && readable[at + 1][index]));
            }
        }
        let mut said = Vec::new();
        let (mut at, mut byte) = (0, 0);
        for (index, part) in self.parts.iter().enumerate() {
            let begin = byte;
            let mut end = byte;
            while at < words.len() {
                end = byte + words[at].len();
                (at, byte) = (at + 1, end + 1);
                if readable[at][index + 1] {
                    break;
                }
            }
            match part {
                Part::Word(_) => {}
                Part::Choice(words) => said.push((Slot::Choice(words), &name[begin..end])),
                Part::Free(own) => said.push((Slot::Placeholder(own), &name[begin..end])),
            }
        }
        Some(said)
    }

    /// Checks a name; the breach names the furthest place that can be reached.
    pub fn check(&self, name: &str) -> Result<(), Breach> {
        let breach = |at, reason| Breach {
            name: name.to_owned(),
            at,
            reason,
            pattern: self.text.clone(),
        };
        if name.len() > CHECKED_NAME_BYTES_MAX {
            let reason = format!("the name has more than {CHECKED_NAME_BYTES_MAX} bytes");
            return Err(breach(CHECKED_NAME_BYTES_MAX, reason));
        }
        // The parts at which the next word may be, in their order: a walk over all readings at once, so
        // that no name takes more steps than its words times the parts.
        let mut open = vec![0_usize];
        let mut at = 0;
        for word in name.split('_') {
            let mut next = Vec::new();
            for &index in &open {
                let Some(part) = self.parts.get(index) else {
                    continue;
                };
                if part.takes(word) {
                    if part.may_repeat() {
                        push_once(&mut next, index);
                    }
                    push_once(&mut next, index + 1);
                }
            }
            if next.is_empty() {
                return Err(breach(at, self.expected(&open, Some(word))));
            }
            open = next;
            at += word.len() + 1;
        }
        if open.contains(&self.parts.len()) {
            return Ok(());
        }
        Err(breach(name.len(), self.expected(&open, None)))
    }

    fn expected(&self, open: &[usize], found: Option<&str>) -> String {
        let parts = open.iter().map(|&index| {
            let part = self.parts.get(index);
            part.map_or_else(|| "the end of the name".to_owned(), ToString::to_string)
        });
        let expected: Vec<String> = parts.collect();
        let found = match found {
            Some("") => "an empty word".to_owned(),
            Some(word) => format!("`{}`", crop(word)),
            None => "the end of the name".to_owned(),
        };
        format!("expected {}, found {found}", expected.join(" or "))
    }
}

/// A word of a name in a message: a name may be as long as its check allows.
fn crop(word: &str) -> String {
    const SHOWN: usize = 60;
    if word.chars().count() <= SHOWN {
        return word.to_owned();
    }
    let mut short: String = word.chars().take(SHOWN).collect();
    short.push('…');
    short
}

fn push_once(list: &mut Vec<usize>, index: usize) {
    if !list.contains(&index) {
        list.push(index);
    }
}

fn split_outside_braces(text: &str) -> Vec<&str> {
    let (mut found, mut start, mut inside) = (Vec::new(), 0, false);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => inside = true,
            b'}' => inside = false,
            b'_' if !inside => {
                found.push(&text[start..at]);
                start = at + 1;
            }
            _ => {}
        }
    }
    found.push(&text[start..]);
    found
}

/// Reads one part; the fault is told with its byte in the part.
fn part(piece: &str) -> Result<Part, (usize, &'static str)> {
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    };
    if piece.is_empty() {
        return Err((0, "an empty word"));
    }
    let Some(open) = piece.find(['{', '}']) else {
        return if is_word(piece) {
            Ok(Part::Word(piece.to_owned()))
        } else {
            Err((0, "a word is lower-case letters and digits"))
        };
    };
    let inner = piece
        .strip_prefix('{')
        .and_then(|rest| rest.strip_suffix('}'))
        .ok_or((open, "braces must enclose a whole word"))?;
    if inner.contains('|') {
        let words: Vec<&str> = inner.split('|').collect();
        if !words.iter().all(|word| is_word(word)) {
            return Err((1, "a choice is of words of lower-case letters and digits"));
        }
        return Ok(Part::Choice(words.into_iter().map(str::to_owned).collect()));
    }
    let is_name = !inner.is_empty()
        && inner
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    if is_name {
        Ok(Part::Free(inner.to_owned()))
    } else {
        Err((1, "a placeholder's name is letters, digits and _"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TABLES: &str = "{domain}_{name}_{timeseries|snapshot|aggr}_{1d|7d|30d}_{hourly|daily}";

    #[test]
    fn takes_what_was_agreed() {
        for (pattern, name) in [
            (TABLES, "shop_orders_snapshot_1d_daily"),
            (TABLES, "shop_order_items_snapshot_30d_hourly"),
            (TABLES, "shop_snapshot_1d_snapshot_1d_daily"),
            ("{t1|t2|t3}_{domain}", "t1_shop"),
            ("default", "default"),
            ("{name}", "a_b_c"),
        ] {
            let pattern = NamingPattern::parse(pattern).expect("it can be read");
            assert_eq!(pattern.check(name), Ok(()), "{name}");
        }
    }

    #[test]
    fn says_why_and_where() {
        let pattern = NamingPattern::parse(TABLES).expect("it can be read");
        for (name, at, reason) in [
            (
                "shop",
                4,
                "expected a domain of lower-case letters and digits or a name of lower-case letters and \
                 digits, found the end of the name",
            ),
            (
                "shop_Orders_snapshot_1d_daily",
                5,
                "expected a domain of lower-case letters and digits or a name of lower-case letters and \
                 digits, found `Orders`",
            ),
        ] {
            let breach = pattern.check(name).unwrap_err();
            assert_eq!((breach.at, breach.reason.as_str()), (at, reason));
        }
        // Free words may go on to the end, so that is where the fault shows.
        let name = "shop_orders_snapshot_1d_weekly";
        let breach = pattern.check(name).unwrap_err();
        assert_eq!(breach.at, name.len());
        assert!(
            breach.reason.ends_with("found the end of the name"),
            "{breach}"
        );
        let database = NamingPattern::parse("{t1|t2|t3}_{domain}").expect("it can be read");
        assert_eq!(
            database.check("t4_shop").unwrap_err().to_string(),
            "t4_shop: at byte 0: expected one of t1, t2, t3, found `t4` (the pattern is {t1|t2|t3}_{domain})"
        );
        assert_eq!(database.check("t1__x").unwrap_err().at, 3);
        assert_eq!(database.check(&"x".repeat(2_000)).unwrap_err().at, 1_024);
    }

    #[test]
    fn refuses_faulty_patterns() {
        for (pattern, wanted) in [
            ("", ": at byte 0: an empty word"),
            ("a__b", "a__b: at byte 2: an empty word"),
            (
                "a_B",
                "a_B: at byte 2: a word is lower-case letters and digits",
            ),
            (
                "a_x{b}",
                "a_x{b}: at byte 3: braces must enclose a whole word",
            ),
            ("a_{b", "a_{b: at byte 2: braces must enclose a whole word"),
            (
                "{a|}",
                "{a|}: at byte 1: a choice is of words of lower-case letters and digits",
            ),
            (
                "{}",
                "{}: at byte 1: a placeholder's name is letters, digits and _",
            ),
        ] {
            let error = NamingPattern::parse(pattern).unwrap_err();
            assert_eq!(error.to_string(), wanted);
        }
    }

    proptest! {
        #[test]
        fn what_is_built_from_the_pattern_is_taken(
            domain in "[a-z0-9]{1,5}",
            name in "[a-z0-9]{1,5}(_[a-z0-9]{1,5}){0,3}",
            kind in prop::sample::select(vec!["timeseries", "snapshot", "aggr"]),
            span in prop::sample::select(vec!["1d", "7d", "30d"]),
            pace in prop::sample::select(vec!["hourly", "daily"]),
        ) {
            let pattern = NamingPattern::parse(TABLES).expect("it can be read");
            let name = format!("{domain}_{name}_{kind}_{span}_{pace}");
            prop_assert_eq!(pattern.check(&name), Ok(()));
            let end = name.rfind('_').expect("it has words");
            prop_assert!(pattern.check(&name[..end]).is_err() || name[..end].ends_with("ly"));
        }

        #[test]
        fn no_name_is_too_odd(name in "\\PC{0,40}") {
            let pattern = NamingPattern::parse(TABLES).expect("it can be read");
            if let Err(breach) = pattern.check(&name) {
                prop_assert!(name.is_char_boundary(breach.at));
            }
        }
    }
}
