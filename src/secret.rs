//! A value that must not be shown: passwords, keys, URLs that carry a password. It prints as
//! `***` wherever it is formatted or serialized; only [`Secret::reveal`] gives the text, so a
//! search for that word finds every place that reads one.

use crate::database_url::DatabaseKind;
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;
use std::path::Path;

/// What every secret looks like in logs, errors and printed settings.
pub const SECRET_SHOWN: &str = "***";

/// Text that never reaches a log or a printed configuration.
#[derive(Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text that is not to be shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for the one place that hands it to a driver or a client.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SECRET_SHOWN)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SECRET_SHOWN)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(SECRET_SHOWN)
    }
}

/// Words in the name of a query parameter that make its value a secret.
const SECRET_WORDS: [&str; 4] = ["pass", "pwd", "secret", "token"];

/// What a key or a certificate begins with that stands in its file's place.
pub const PEM_BEGIN: &str = "-----BEGIN";

/// Whether a URL holds a password: in the user's part, or as a parameter that is named like one. A path of this machine
/// (`sqlite:`) is not a URL, and holds none.
pub fn url_holds_password(text: &str) -> bool {
    if text.starts_with("sqlite:") {
        return false;
    }
    match url::Url::parse(text) {
        // `name:password@host` is read as a scheme and a path.
        Ok(url) if url.cannot_be_a_base() => {
            text.contains('@') || DatabaseKind::of(url.scheme()).is_some()
        }
        Ok(url) => {
            let kind = DatabaseKind::of(url.scheme());
            url.password().is_some_and(|password| !password.is_empty())
                || url
                    .query_pairs()
                    .any(|(name, value)| is_secret(kind, &name, &value))
        }
        // What cannot be read may hold anything; a pattern with a `?` is no address with parameters.
        Err(_) => {
            let parameters = text.split_once('?').map(|(_, parameters)| parameters);
            text.contains('@') || parameters.is_some_and(|parameters| parameters.contains('='))
        }
    }
}

/// The path of a secret's file, for messages. Who puts the secret itself there, such as an address, is not shown it.
pub fn path_shown(path: &Path) -> String {
    let text = path.display().to_string();
    if text.contains("://") {
        SECRET_SHOWN.to_owned()
    } else {
        text
    }
}

/// A URL with `***` for its password; one that holds none is shown as it is.
pub fn url_shown(text: &str) -> String {
    if !url_holds_password(text) {
        return text.to_owned();
    }
    let Ok(mut url) = url::Url::parse(text) else {
        return SECRET_SHOWN.to_owned();
    };
    if url.cannot_be_a_base() {
        return SECRET_SHOWN.to_owned();
    }
    if url.password().is_some() && url.set_password(Some(SECRET_SHOWN)).is_err() {
        return SECRET_SHOWN.to_owned();
    }
    let kind = DatabaseKind::of(url.scheme());
    let is_secret = |name: &str, value: &str| is_secret(kind, name, value);
    if url
        .query_pairs()
        .any(|(name, value)| is_secret(&name, &value))
    {
        let pairs: Vec<(String, String)> = url
            .query_pairs()
            .map(|(name, value)| {
                let value = if is_secret(&name, &value) {
                    SECRET_SHOWN.to_owned()
                } else {
                    value.into_owned()
                };
                (name.into_owned(), value)
            })
            .collect();
        url.query_pairs_mut().clear().extend_pairs(pairs);
    }
    url.into()
}

/// Whether the value of a parameter is to be hidden: of a database's address what is no known parameter, which may be the
/// name of a secret mistyped, and what is named like one; of any other address all of them, for every service has its own
/// names. Keys may stand in a parameter as well, instead of the path of their file.
fn is_secret(kind: Option<&DatabaseKind>, parameter: &str, value: &str) -> bool {
    let Some(kind) = kind else {
        return !value.is_empty();
    };
    let name = parameter.to_lowercase();
    !kind.knows(parameter)
        || SECRET_WORDS.iter().any(|word| name.contains(word))
        || value.contains(PEM_BEGIN)
}

#[cfg(test)]
mod tests {
    use super::{Secret, url_shown};

    #[test]
    fn a_secret_is_shown_nowhere_but_where_it_is_revealed() {
        let secret = Secret::new("hunter2");
        assert_eq!(format!("{secret:?} {secret}"), "*** ***");
        assert_eq!(serde_json::to_string(&secret).unwrap(), "\"***\"");
        assert_eq!(secret.reveal(), "hunter2");
    }

    #[test]
    fn an_address_is_shown_without_its_password_however_it_is_written() {
        for (text, shown) in [
            ("postgres://u:hunter2@h/d", "postgres://u:***@h/d"),
            (
                "postgres://u@h/d?password=hunter2",
                "postgres://u@h/d?password=***",
            ),
            (
                "postgres://u@h/d?sslpasword=hunter2&sslmode=require",
                "postgres://u@h/d?sslpasword=***&sslmode=require",
            ),
            ("postgres:u:hunter2", "***"),
            ("u:hunter2@h/d", "***"),
            ("mysql//u:hunter2@h", "***"),
            ("postgres://u@h/d", "postgres://u@h/d"),
            (
                "https://h:9200/?api_key=hunter2",
                "https://h:9200/?api_key=***",
            ),
            ("sqlite:/data/a@b", "sqlite:/data/a@b"),
            ("localhost:9084", "localhost:9084"),
            ("t[1-3](_.+)?", "t[1-3](_.+)?"),
            ("//h/d?password=hunter2", "***"),
        ] {
            assert_eq!(url_shown(text), shown);
        }
    }
}
