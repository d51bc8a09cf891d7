//! A pattern of one path segment, or of one partition value: literals, texts and units of time in a row.
//!
//! Reading is decided by the pattern alone: a text is the shortest that lets the rest fit. The time it
//! takes is linear in the text, because a text that found no end is not tried again from further right.

use super::field::{Fields, Unit};

/// A piece of a pattern. Keys are positions in the table's partition keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// These characters.
    Literal(String),
    /// The name of a key with its `=`, in any case: Hive's keys know none.
    KeyName(String),
    /// The value of a key: at least one character, escaped as in Hive's partition names or bare.
    Text { key: usize, is_escaped: bool },
    /// At least one character that tells nothing.
    Ignored,
    /// A unit of the time of a key.
    Time {
        key: usize,
        unit: Unit,
        is_padded: bool,
    },
}

impl Token {
    /// Whether its length is open.
    pub(super) fn is_open(&self) -> bool {
        matches!(self, Self::Text { .. } | Self::Ignored)
    }
}

/// The pieces in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Pattern {
    pub(super) tokens: Vec<Token>,
}

impl Pattern {
    /// What each token covers of the text, or `None` where the text does not fit.
    pub(super) fn fit<'a>(&self, text: &'a str) -> Option<Vec<&'a str>> {
        let mut fit = Fit {
            tokens: &self.tokens,
            text,
            found: vec![""; self.tokens.len()],
            dead_from: vec![usize::MAX; self.tokens.len()],
        };
        fit.from(0, 0).then_some(fit.found)
    }

    /// The units that it tells, in order.
    pub(super) fn units(&self) -> impl Iterator<Item = Unit> + '_ {
        self.tokens.iter().filter_map(|token| match token {
            Token::Time { unit, .. } => Some(*unit),
            _ => None,
        })
    }

    /// The time in a text, for a pattern without texts.
    pub(super) fn read_time(&self, text: &str) -> Option<Fields> {
        let mut fields = Fields::default();
        for (token, found) in self.tokens.iter().zip(self.fit(text)?) {
            if let Token::Time {
                unit, is_padded, ..
            } = token
            {
                fields.set(*unit, unit.read(found, *is_padded)?);
            }
        }
        Some(fields)
    }

    /// The text of a time, for a pattern without texts. Unknown units are written as their least number.
    pub(super) fn write_time(&self, fields: &Fields) -> String {
        let mut text = String::with_capacity(20);
        for token in &self.tokens {
            match token {
                Token::Literal(literal) => text.push_str(literal),
                Token::Time {
                    unit, is_padded, ..
                } => {
                    text.push_str(&unit.write(fields.or_least(*unit), *is_padded));
                }
                Token::KeyName(_) | Token::Text { .. } | Token::Ignored => {}
            }
        }
        text
    }
}

/// How many bytes of a text are the name of a key with its `=`, in any case.
fn name_bytes(text: &str, name: &str) -> Option<usize> {
    if text.starts_with(name) {
        return Some(name.len());
    }
    let end = text.find('=')? + 1;
    (text[..end].to_lowercase() == name.to_lowercase()).then_some(end)
}

/// One reading of a text.
struct Fit<'p, 't> {
    tokens: &'p [Token],
    text: &'t str,
    found: Vec<&'t str>,
    /// For each token of open length, the least position from which it is known to find no end.
    dead_from: Vec<usize>,
}

impl Fit<'_, '_> {
    /// Whether the tokens from `token` on cover the text from `at` on.
    fn from(&mut self, token: usize, at: usize) -> bool {
        let Some(kind) = self.tokens.get(token) else {
            return at == self.text.len();
        };
        match kind {
            Token::Literal(literal) => {
                self.text[at..].starts_with(literal.as_str())
                    && self.take(token, at, at + literal.len())
            }
            Token::KeyName(name) => name_bytes(&self.text[at..], name)
                .is_some_and(|bytes| self.take(token, at, at + bytes)),
            Token::Time {
                unit,
                is_padded: true,
                ..
            } => self.take_digits(token, at, *unit, unit.width(), true),
            Token::Time {
                unit,
                is_padded: false,
                ..
            } => {
                self.take_digits(token, at, *unit, 2, false)
                    || self.take_digits(token, at, *unit, 1, false)
            }
            Token::Text { .. } | Token::Ignored => self.take_open(token, at),
        }
    }

    fn take(&mut self, token: usize, at: usize, end: usize) -> bool {
        self.found[token] = &self.text[at..end];
        self.from(token + 1, end)
    }

    fn take_digits(
        &mut self,
        token: usize,
        at: usize,
        unit: Unit,
        width: usize,
        is_padded: bool,
    ) -> bool {
        let digits = self.text.get(at..at + width);
        digits.is_some_and(|digits| unit.read(digits, is_padded).is_some())
            && self.take(token, at, at + width)
    }

    fn take_open(&mut self, token: usize, at: usize) -> bool {
        if at >= self.dead_from[token] || at == self.text.len() {
            return false;
        }
        if token + 1 == self.tokens.len() {
            return self.take(token, at, self.text.len());
        }
        let text = self.text;
        for character_end in text[at..]
            .char_indices()
            .map(|(start, c)| at + start + c.len_utf8())
        {
            if self.from(token + 1, character_end) {
                self.found[token] = &text[at..character_end];
                return true;
            }
        }
        self.dead_from[token] = at;
        false
    }
}
