//! Why a configuration is refused, in words that lead to the line to change.

use crate::secret::url_shown;
use std::fmt;
use std::path::PathBuf;

/// A configuration that skep does not start with.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file, or a file that holds a secret, cannot be read.
    #[error("cannot read {path}: {source}", path = .path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The file is not TOML.
    #[error("{0}")]
    Malformed(String),
    /// A value has the wrong type, or is missing.
    #[error("{key}: {why}")]
    Unfit {
        /// The key.
        key: String,
        /// What is wrong with it.
        why: String,
    },
    /// Another failure, and where its key stands.
    #[error("{place}: {failure}")]
    At {
        /// The file with its line and column, or the variable.
        place: String,
        /// What is wrong.
        failure: Box<ConfigError>,
    },
    /// No such key.
    #[error("unknown key {key} in {origin}: did you mean {nearest}?")]
    UnknownKey {
        /// The key, or the environment variable, as it was written.
        key: String,
        /// Where it stands.
        origin: String,
        /// The known key that resembles it most.
        nearest: String,
    },
    /// A value that cannot work.
    #[error("{key} = {value}: {why}")]
    Invalid {
        /// The key.
        key: String,
        /// Its value, without the password that an address may hold.
        value: String,
        /// What is wrong with it.
        why: String,
    },
}

impl ConfigError {
    pub(super) fn invalid(
        key: impl Into<String>,
        value: &dyn fmt::Display,
        why: impl Into<String>,
    ) -> Self {
        Self::Invalid {
            key: key.into(),
            value: shown(&value.to_string()),
            why: masked(&why.into()),
        }
    }
}

/// A sentence whose addresses are without passwords: some repeat what was set.
pub(super) fn masked(text: &str) -> String {
    let is_edge = |c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | ',');
    let words = text.split_inclusive(is_edge).map(|piece| {
        let word = piece.trim_end_matches(is_edge);
        if word.contains("://") {
            format!("{}{}", url_shown(word), &piece[word.len()..])
        } else {
            piece.to_owned()
        }
    });
    words.collect()
}

/// A value without the password that an address may hold; one that is written in quotes keeps them.
pub(super) fn shown(value: &str) -> String {
    match value
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
    {
        Some(inner) => format!("\"{}\"", url_shown(inner)),
        None => url_shown(value),
    }
}
