//! The address of a source. It may hold a password, so it prints without one everywhere; only
//! [`SourceUrl::reveal`] gives the whole text, for the one place that opens the connection.

use crate::secret::SECRET_SHOWN;
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;
use std::path::{Path, PathBuf};

/// Words in the name of a query parameter that make its value a secret.
const SECRET_WORDS: [&str; 4] = ["pass", "pwd", "secret", "token"];

/// What a key or a certificate begins with that stands in its file's place.
const PEM_BEGIN: &str = "-----BEGIN";
/// Parameters whose values are files that the drivers read.
const FILE_PARAMETERS: [&str; 9] = [
    "sslrootcert",
    "ssl-root-cert",
    "sslca",
    "ssl-ca",
    "sslcert",
    "ssl-cert",
    "sslkey",
    "ssl-key",
    "passfile",
];

/// A URL such as `postgres://skep@db.example.org/shop`. Printed and serialized with its password as `***`; one
/// that holds none is printed as it is, so that such an address can be stored and read again.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct SourceUrl(String);

impl SourceUrl {
    /// Wraps the text of a URL.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The whole text, password and all.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// What stands before the first colon, such as `postgres`.
    pub fn scheme(&self) -> &str {
        self.0.split(':').next().unwrap_or_default()
    }

    /// Whether it holds a password: in the user's part, or as a parameter that is named like one.
    pub fn holds_password(&self) -> bool {
        if self.is_file() {
            return false;
        }
        match url::Url::parse(&self.0) {
            Ok(url) => {
                url.password().is_some_and(|password| !password.is_empty())
                    || url
                        .query_pairs()
                        .any(|(name, value)| is_secret(&name, &value))
            }
            // What cannot be read may hold anything.
            Err(_) => self.0.contains('@') || self.0.contains('?'),
        }
    }

    /// The text without any password.
    pub fn shown(&self) -> String {
        if !self.holds_password() {
            return self.0.clone();
        }
        let Ok(mut url) = url::Url::parse(&self.0) else {
            return SECRET_SHOWN.to_owned();
        };
        if url.password().is_some() && url.set_password(Some(SECRET_SHOWN)).is_err() {
            return SECRET_SHOWN.to_owned();
        }
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

    /// The file of an address of `SQLite`; `None` for other addresses.
    pub(super) fn sqlite_file(&self) -> Option<&Path> {
        if !self.is_file() {
            return None;
        }
        let path = self.0.trim_start_matches("sqlite:");
        Some(Path::new(path.strip_prefix("//").unwrap_or(path)))
    }

    /// The files that the address names beside: certificates and keys. Their text may stand in their place.
    pub(super) fn files_named(&self) -> Vec<PathBuf> {
        if self.is_file() {
            return Vec::new();
        }
        let Ok(url) = url::Url::parse(&self.0) else {
            return Vec::new();
        };
        url.query_pairs()
            .filter(|(name, value)| {
                FILE_PARAMETERS.contains(&name.as_ref()) && !value.contains(PEM_BEGIN)
            })
            .map(|(_, value)| PathBuf::from(value.as_ref()))
            .collect()
    }

    /// Whether it says which host it means.
    pub(super) fn names_host(&self) -> bool {
        let Ok(url) = url::Url::parse(&self.0) else {
            return false;
        };
        let is_named = |text: &str| !text.is_empty();
        url.host_str().is_some_and(is_named)
            || url.query_pairs().any(|(name, value)| {
                matches!(name.as_ref(), "host" | "hostaddr") && is_named(&value)
            })
    }

    /// A path of this machine is not a URL, and holds no password.
    fn is_file(&self) -> bool {
        self.scheme() == "sqlite"
    }
}

/// Keys may stand in a parameter as well, instead of the path of their file.
fn is_secret(parameter: &str, value: &str) -> bool {
    let name = parameter.to_lowercase();
    SECRET_WORDS.iter().any(|word| name.contains(word)) || value.contains(PEM_BEGIN)
}

impl fmt::Debug for SourceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl fmt::Display for SourceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.shown())
    }
}

impl Serialize for SourceUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.shown())
    }
}

#[cfg(test)]
mod tests {
    use super::SourceUrl;

    #[test]
    fn no_form_shows_a_password() {
        for (text, shown) in [
            ("postgres://skep@db/shop", "postgres://skep@db/shop"),
            ("postgres://skep:@db/shop", "postgres://skep:@db/shop"),
            (
                "postgres://skep:hunter2@db/shop?sslmode=require",
                "postgres://skep:***@db/shop?sslmode=require",
            ),
            (
                "mysql://db/?user=skep&Password=hunter2",
                "mysql://db/?user=skep&Password=***",
            ),
            ("postgres://skep:hunter2@[db/shop", "***"),
            ("sqlite:/data/a?b@c.db", "sqlite:/data/a?b@c.db"),
        ] {
            let url = SourceUrl::new(text);
            assert_eq!(format!("{url}"), shown);
            assert_eq!(format!("{url:?}"), shown);
            assert_eq!(serde_json::to_string(&url).unwrap(), format!("{shown:?}"));
            assert_eq!(url.reveal(), text);
            assert_eq!(url.holds_password(), text.contains("hunter2"), "{text}");
        }
    }
}
