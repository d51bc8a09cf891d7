//! Why a source gave no schema. The texts are for people and for the database: they hold what the source said, on
//! one short line, and never an address or a password.

use crate::model::SnapshotError;
use crate::period::period_shown;

/// Characters of a foreign text that an error shows.
const WORDS_CHARACTERS_MAX: usize = 300;

/// A source that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SourceError {
    /// A setting that cannot work.
    #[error("{key}: {why}")]
    Settings {
        /// The key, such as `url`.
        key: &'static str,
        /// What is wrong with its value.
        why: String,
    },
    /// Nobody answers, or the connection broke.
    #[error("the source is not reached: {0}")]
    Unreachable(String),
    /// The source knows nobody of that name and password, or grants too little.
    #[error("the source refuses: {0}")]
    Refused(String),
    /// The source did not tell everything within the limit.
    #[error("the source took longer than {}", period_shown(.limit_s.cast_signed()))]
    TimedOut {
        /// The setting `time_limit_s`.
        limit_s: u64,
    },
    /// More than skep is willing to read.
    #[error("{what} of the source: {found} or more, at most {limit} are read")]
    TooMuch {
        /// What there is too much of, such as `tables`.
        what: String,
        /// How much was met.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// An answer that makes no sense.
    #[error("the source's answer cannot be read: {0}")]
    Unreadable(String),
    /// The source changed each time while it was read.
    #[error("the source kept changing while it was read: {0}")]
    Changed(String),
}

impl SourceError {
    /// A wrong setting.
    pub(super) fn settings(key: &'static str, why: impl Into<String>) -> Self {
        let why = why.into();
        Self::Settings { key, why }
    }

    /// Whether the same read may succeed without anybody's help.
    pub fn retryable(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::TimedOut { .. } | Self::Changed(_) => true,
            Self::Settings { .. }
            | Self::Refused(_)
            | Self::TooMuch { .. }
            | Self::Unreadable(_) => false,
        }
    }
}

impl From<SnapshotError> for SourceError {
    fn from(error: SnapshotError) -> Self {
        match error {
            SnapshotError::TooMany { what, found, limit } => Self::TooMuch { what, found, limit },
            SnapshotError::Twice { .. } => Self::Unreadable(words(&error.to_string())),
            // The columns were read before the keys.
            SnapshotError::KeyWithoutColumn { .. } => Self::Changed(words(&error.to_string())),
        }
    }
}

/// A foreign text on one line without control characters, cut with a mark.
pub(super) fn words(text: &str) -> String {
    let mut shown = String::new();
    for (at, one) in text.trim().chars().enumerate() {
        if at == WORDS_CHARACTERS_MAX {
            shown.push('…');
            break;
        }
        shown.push(if one.is_control() { ' ' } else { one });
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn foreign_words_are_one_short_line() {
        let shown = words(&format!(" no\nway\u{1b}[0m{} ", "x".repeat(1_000)));
        assert!(shown.starts_with("no way [0mx"));
        assert!(shown.ends_with("x…"));
        assert_eq!(shown.chars().count(), WORDS_CHARACTERS_MAX + 1);
    }
}
