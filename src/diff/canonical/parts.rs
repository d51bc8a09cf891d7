//! A type's text cut into its words and parameters, with regard to what stands in quotes.

use super::CanonicalType;
use std::str::FromStr;

/// A type cut into its parts: `numeric(10,2) unsigned[]`.
pub(super) struct Parts<'a> {
    /// The words before and after the parameters, such as `timestamp with time zone`.
    pub(super) words: String,
    /// The parameters as text.
    pub(super) parameters: Vec<&'a str>,
    /// Whether negative numbers are excluded.
    pub(super) unsigned: bool,
}

impl<'a> Parts<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let (before, parameters, after) = match (text.find('('), text.rfind(')')) {
            (Some(open), Some(close)) if open < close => {
                (&text[..open], &text[open + 1..close], &text[close + 1..])
            }
            _ => (text, "", ""),
        };
        // MariaDB notes in comments how it keeps a column: `/*M!100301 COMPRESSED*/`.
        let after = after.split("/*").next().unwrap_or_default();
        let before = before.split("/*").next().unwrap_or_default();
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
        Self {
            words: words.join(" "),
            parameters: parameters_of(parameters),
            unsigned,
        }
    }

    pub(super) fn number<T: FromStr>(&self, at: usize) -> Option<T> {
        self.parameters.get(at)?.parse().ok()
    }

    pub(super) fn integer(&self, bits: u8) -> CanonicalType {
        CanonicalType::Integer {
            bits,
            unsigned: self.unsigned,
        }
    }

    /// A decimal of the precision and scale that the parameters give; without them, of any size.
    pub(super) fn decimal(&self) -> CanonicalType {
        let Some(precision) = self.number::<u32>(0) else {
            return CanonicalType::Decimal(None);
        };
        match self.number::<i64>(1).unwrap_or(0) {
            scale @ 0.. => {
                let scale = u32::try_from(scale).unwrap_or(u32::MAX);
                CanonicalType::Decimal(Some((precision, scale)))
            }
            // Rounded to tens, hundreds and so on, with so many zeros more.
            zeros => {
                let zeros = u32::try_from(zeros.unsigned_abs()).unwrap_or(u32::MAX);
                let whole = precision.saturating_add(zeros);
                let whole = CanonicalType::Decimal(Some((whole, 0)));
                CanonicalType::Like("rounded", Box::new(whole))
            }
        }
    }

    pub(super) fn timestamp(&self, zoned: bool, digits: u32) -> CanonicalType {
        CanonicalType::Timestamp {
            digits: Some(self.number(0).unwrap_or(digits)),
            zoned,
        }
    }

    pub(super) fn time(&self, zoned: bool, digits: u32) -> CanonicalType {
        CanonicalType::Time {
            digits: Some(self.number(0).unwrap_or(digits)),
            zoned,
        }
    }

    /// The words of an enum, or of a set where a value may be `many`; where the source escapes, by backslashes too.
    pub(super) fn words_of(&self, many: bool, escapes: bool) -> CanonicalType {
        let words = self.parameters.iter().map(|word| unquoted(word, escapes));
        CanonicalType::Words {
            words: words.collect(),
            many,
        }
    }
}

/// Parts parameters at the commas that stand in no quotes and no inner parameters. A quote inside of quotes is doubled, so
/// it ends and begins them.
fn parameters_of(text: &str) -> Vec<&str> {
    let mut parameters = Vec::new();
    let (mut begin, mut quote, mut depth) = (0, None, 0_usize);
    for (at, character) in text.char_indices() {
        match (quote, character) {
            (None, '\'' | '"') => quote = Some(character),
            (Some(mark), _) if mark == character => quote = None,
            (None, '(') => depth += 1,
            (None, ')') => depth = depth.saturating_sub(1),
            (None, ',') if depth == 0 => {
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
fn unquoted(word: &str, escapes: bool) -> String {
    let inner = word
        .strip_prefix('\'')
        .and_then(|word| word.strip_suffix('\''));
    let Some(inner) = inner else {
        return word.to_owned();
    };
    let plain = inner.replace("''", "'");
    if !escapes || !plain.contains('\\') {
        return plain;
    }
    let mut read = String::with_capacity(plain.len());
    let mut characters = plain.chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('n') => read.push('\n'),
                Some('r') => read.push('\r'),
                Some('0') => read.push('\0'),
                Some(other) => read.push(other),
                None => read.push('\\'),
            },
            other => read.push(other),
        }
    }
    read
}
