//! The address of a source. It may hold a password, so it prints without one everywhere; only
//! [`SourceUrl::reveal`] gives the whole text, for the one place that opens the connection.

use crate::database_url::DatabaseKind;
use crate::secret::{PEM_BEGIN, url_holds_password, url_shown};
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;
use std::path::{Path, PathBuf};

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
        url_holds_password(&self.0)
    }

    /// The text without any password.
    pub fn shown(&self) -> String {
        url_shown(&self.0)
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
        let Some(kind) = DatabaseKind::of(url.scheme()) else {
            return Vec::new();
        };
        url.query_pairs()
            .filter(|(name, value)| kind.reads_file(name) && !value.contains(PEM_BEGIN))
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
                "mysql://db/?user=***&Password=***",
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
