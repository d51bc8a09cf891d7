//! A value of an answer: how people are shown it, and how scripts get it.

use super::type_text::type_folded;
use crate::humane;
use comfy_table::Color;

/// Characters of a property that is shown whole.
const PROPERTY_CHARACTERS_MAX: usize = 160;
/// Characters of a longer one that are shown.
const PROPERTY_CHARACTERS_SHOWN: usize = 60;

/// A value of a table's row or of a list of facts.
#[derive(Debug, Clone)]
pub(super) enum Cell {
    /// Text as it is.
    Text(String),
    /// A word whose colour says how good or bad it is: a severity, a state, an outcome.
    Word(String),
    /// A moment of RFC 3339, if there is one.
    Moment(Option<String>),
    /// A moment of RFC 3339, and what people are told where there is none.
    MomentOr(Option<String>, &'static str),
    /// A length of time in seconds, if there is one.
    Span(Option<i64>),
    /// A number of bytes.
    Bytes(u64),
    /// A column and its type, which may be long.
    Column(String),
    /// A property with its value, which may be long: engines keep whole schemas there.
    Property(String),
    /// Several lines: the first tells it, the others what follows.
    Lines(Vec<String>),
}

impl Cell {
    /// As a row of a table shows it to people.
    pub(super) fn brief(&self, now: i64) -> String {
        match self {
            Self::Moment(Some(at)) | Self::MomentOr(Some(at), _) => {
                humane::age(at, now).unwrap_or_else(|| at.clone())
            }
            _ => self.full(now),
        }
    }

    /// As people are shown it where it stands alone.
    pub(super) fn full(&self, now: i64) -> String {
        match self {
            Self::Moment(Some(at)) | Self::MomentOr(Some(at), _) => match humane::age(at, now) {
                Some(age) => format!("{at} ({age})"),
                None => at.clone(),
            },
            Self::MomentOr(None, otherwise) => (*otherwise).to_owned(),
            Self::Span(Some(seconds)) => humane::span(*seconds),
            Self::Bytes(count) => humane::bytes(*count),
            Self::Column(text) => type_folded(text),
            Self::Property(text) => shortened(text),
            _ => self.exact(),
        }
    }

    /// As scripts get it.
    pub(super) fn exact(&self) -> String {
        match self {
            Self::Text(text) | Self::Word(text) | Self::Column(text) | Self::Property(text) => {
                text.clone()
            }
            Self::Moment(at) | Self::MomentOr(at, _) => at.clone().unwrap_or_default(),
            Self::Span(seconds) => seconds.map(|s| s.to_string()).unwrap_or_default(),
            Self::Bytes(count) => count.to_string(),
            Self::Lines(lines) => lines.join("\n"),
        }
    }

    /// The colour in which it is shown.
    pub(super) fn colour(&self) -> Option<Color> {
        let Self::Word(text) = self else {
            return None;
        };
        // Some states go on with why or since when.
        let word = text.split([' ', ',', ':']).next().unwrap_or_default();
        Some(match word {
            "breaking" | "alarm" | "failed" | "braked" | "abandoned" | "given_up" | "blind"
            | "silent" | "lacking" | "faulty" | "gone" => Color::Red,
            "risky" | "incomplete" | "paused" | "undoing" | "warning" => Color::Yellow,
            "additive" | "done" | "ok" | "on" | "sent" | "added" | "acknowledged" | "well"
            | "alive" | "answers" => Color::Green,
            _ => return None,
        })
    }
}

/// A text that people need not read to its end.
fn shortened(text: &str) -> String {
    let characters = text.chars().count();
    if characters <= PROPERTY_CHARACTERS_MAX {
        return text.to_owned();
    }
    let begin: String = text.chars().take(PROPERTY_CHARACTERS_SHOWN).collect();
    format!("{begin}… ({characters} characters; --output yaml shows them all)")
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&String> for Cell {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// What is not there is shown as nothing.
impl From<&Option<String>> for Cell {
    fn from(text: &Option<String>) -> Self {
        Self::Text(text.clone().unwrap_or_default())
    }
}

impl From<u64> for Cell {
    fn from(number: u64) -> Self {
        Self::Text(number.to_string())
    }
}

impl From<i64> for Cell {
    fn from(number: i64) -> Self {
        Self::Text(number.to_string())
    }
}

/// A moment of RFC 3339.
pub(super) fn moment(at: Option<&String>) -> Cell {
    Cell::Moment(at.cloned())
}

/// A word that says how good or bad something is.
pub(super) fn word(text: &str) -> Cell {
    Cell::Word(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::Cell;

    #[test]
    fn what_has_no_end_says_so_to_people_alone() {
        let never = Cell::MomentOr(None, "until removed");
        assert_eq!(never.brief(0), "until removed");
        assert_eq!(never.full(0), "until removed");
        assert_eq!(never.exact(), "");
    }
}
