//! The failures of the layering and the TOML library in words for people: with the key, where it stands, and no secret.

use super::error::{ConfigError, masked, shown};
use super::place::Place;
use super::variables::variable_name;
use std::collections::HashMap;
use std::path::Path;

/// What the settings are read from, to tell where a key stands.
pub(super) struct Origins<'a> {
    /// The file and its text.
    pub(super) file: Option<(&'a Path, &'a str)>,
    /// The variables of the environment, which win over the file.
    pub(super) variables: &'a HashMap<String, String>,
}

impl Origins<'_> {
    /// Where a key stands, in words; nothing where it stands nowhere.
    pub(super) fn of(&self, key: &str) -> Option<String> {
        let variable = variable_name(key);
        if self.variables.contains_key(&variable) {
            return Some(format!("the variable {variable}"));
        }
        let (path, text) = self.file?;
        Some(Place::of_key(text, key)?.within(path))
    }

    /// The failure with where its key stands.
    pub(super) fn placed(&self, failure: ConfigError) -> ConfigError {
        let (ConfigError::Invalid { key, .. } | ConfigError::Unfit { key, .. }) = &failure else {
            return failure;
        };
        match self.of(key) {
            Some(place) => ConfigError::At {
                place,
                failure: Box::new(failure),
            },
            None => failure,
        }
    }
}

/// Where a file is no TOML. The line itself may hold a password, so its number alone is told.
pub(super) fn malformed(path: &Path, text: &str, error: &toml::de::Error) -> ConfigError {
    let reason = error.message();
    ConfigError::Malformed(match error.span() {
        Some(span) => {
            let place = Place::of_byte(text, span.start.min(text.len()));
            format!("{}: {reason}", place.within(path))
        }
        None => format!("{}: {reason}", path.display()),
    })
}

/// A failure of the layers, without the passwords that a value may hold.
pub(super) fn told(error: &config::ConfigError) -> ConfigError {
    match error {
        config::ConfigError::Type {
            unexpected,
            expected,
            key,
            ..
        } => ConfigError::Unfit {
            key: key_told(key.as_deref().unwrap_or("a value")),
            why: format!(
                "{} is not {}",
                found(&unexpected.to_string()),
                wanted(expected)
            ),
        },
        config::ConfigError::At { error, key, .. } => {
            let why = match told(error) {
                ConfigError::Malformed(why) | ConfigError::Unfit { why, .. } => why,
                other => other.to_string(),
            };
            match key {
                Some(key) => ConfigError::Unfit {
                    key: key_told(key),
                    why,
                },
                None => ConfigError::Malformed(why),
            }
        }
        config::ConfigError::NotFound(key) => ConfigError::Unfit {
            key: key_told(key),
            why: "it must be set".to_owned(),
        },
        other => ConfigError::Malformed(masked(&other.to_string())),
    }
}

/// A key with the dot that the layering library leaves out behind a list's number.
fn key_told(key: &str) -> String {
    let mut told = String::with_capacity(key.len() + 1);
    for (at, part) in key.split(']').enumerate() {
        if at > 0 {
            told.push(']');
            if !part.is_empty() && !part.starts_with(['.', '[']) {
                told.push('.');
            }
        }
        told.push_str(part);
    }
    told
}

/// What was met, of the words that the library has for it.
fn found(unexpected: &str) -> String {
    let (kind, value) = unexpected.split_once(' ').unwrap_or((unexpected, ""));
    let bare = value.trim_matches('`');
    match kind {
        "string" => format!("the text {}", shown(value)),
        "integer" | "float" => format!("the number {bare}"),
        "boolean" => bare.to_owned(),
        "sequence" => "a list".to_owned(),
        "map" => "a section".to_owned(),
        "unit" => "nothing".to_owned(),
        _ => unexpected.to_owned(),
    }
}

/// What would be right, of the words that the library has for it.
fn wanted(expected: &str) -> &str {
    match expected {
        "a boolean" => "true or false",
        "a string" => "a text",
        "an array" => "a list",
        "a map" => "a section",
        other if other.starts_with("struct ") => "a section",
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::key_told;

    #[test]
    fn keys_of_lists_keep_their_dots() {
        for (key, told) in [
            ("watch.owners[0]owner", "watch.owners[0].owner"),
            ("watch.owners[0].owner", "watch.owners[0].owner"),
            ("a[1][2]", "a[1][2]"),
            ("thrift.listen", "thrift.listen"),
        ] {
            assert_eq!(key_told(key), told);
        }
    }
}
