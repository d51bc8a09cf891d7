//! What a source that a client added may ask for. The settings of the operator are trusted; those of a client name no
//! file but those that were set aside for it, reach no socket of this machine, and hold no password, which would be
//! stored. A refusal does not tell whether a path exists: what is missing, what lies elsewhere and what is no plain
//! file are refused in the same words.

use super::address::SourceUrl;
use super::error::SourceError;
use super::settings::{SourceKind, SourceSettings};
use crate::database_url::database_url_check;
use sqlx::mysql::MySqlConnectOptions;
use sqlx::postgres::PgConnectOptions;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// What the variables begin with that a source added over REST may name in `url_env`.
pub const SOURCE_URL_ENV_PREFIX: &str = "SKEP_SOURCE_";
/// The setting that names the folder of secrets.
const SECRETS_DIR: &str = "watch.secrets_dir";
/// The setting that names the folder of `SQLite` files.
const SQLITE_DIR: &str = "watch.sqlite_dir";

/// The folders whose files a client may name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RemoteBounds {
    /// Addresses, certificates and keys; `None`: none may be named.
    pub secrets_dir: Option<PathBuf>,
    /// `SQLite` files; `None`: none may be named.
    pub sqlite_dir: Option<PathBuf>,
}

impl RemoteBounds {
    /// Refuses what a client may not ask for, beyond [`SourceSettings::check`]. What stands in the variable or the file
    /// that `url_env` or `url_file` names is the operator's, and not looked at.
    pub fn check(&self, settings: &SourceSettings) -> Result<(), SourceError> {
        settings.check()?;
        if let Some(url) = &settings.url {
            self.url_check(settings.kind, url)?;
        }
        if let Some(name) = &settings.url_env
            && !name.starts_with(SOURCE_URL_ENV_PREFIX)
        {
            let why = format!("the variable's name must begin with {SOURCE_URL_ENV_PREFIX}");
            return Err(SourceError::settings("url_env", why));
        }
        for (key, file) in [
            ("url_file", settings.url_file.as_deref()),
            ("ca_file", settings.ca_file.as_deref()),
        ] {
            if let Some(file) = file {
                self.secret_check(key, file)?;
            }
        }
        Ok(())
    }

    fn url_check(&self, kind: SourceKind, url: &SourceUrl) -> Result<(), SourceError> {
        if url.holds_password() {
            let why = "it holds a password, which would be stored: put the address into a variable or a file of the \
                       server and name it in url_env or url_file";
            return Err(SourceError::settings("url", why));
        }
        if let Some(file) = url.sqlite_file() {
            return below(self.sqlite_dir.as_deref(), SQLITE_DIR, file)
                .map_err(|why| SourceError::settings("url", why));
        }
        for file in url.files_named() {
            self.secret_check("url", &file)?;
        }
        if !url.names_host() {
            return Err(SourceError::settings("url", "it must name a host"));
        }
        if reaches_socket(kind, url)? {
            let why = "it names a socket of the server's own machine";
            return Err(SourceError::settings("url", why));
        }
        Ok(())
    }

    fn secret_check(&self, key: &'static str, file: &Path) -> Result<(), SourceError> {
        below(self.secrets_dir.as_deref(), SECRETS_DIR, file)
            .map_err(|why| SourceError::settings(key, why))
    }
}

/// Refuses a path that is no plain file below a folder. Both are resolved, so that neither `..` nor a link leads out.
fn below(folder: Option<&Path>, setting: &str, file: &Path) -> Result<(), String> {
    let folder = folder.ok_or_else(|| format!("the server has no {setting}"))?;
    let is_inside = match (folder.canonicalize(), file.canonicalize()) {
        (Ok(folder), Ok(file)) => file.starts_with(folder) && file.is_file(),
        _ => false,
    };
    if is_inside {
        return Ok(());
    }
    Err(format!("it is no file below {setting}"))
}

/// Whether the driver would connect to a socket of this machine, by the driver's own reading of the address: there are
/// several ways to write one.
fn reaches_socket(kind: SourceKind, url: &SourceUrl) -> Result<bool, SourceError> {
    database_url_check(url.reveal()).map_err(|why| SourceError::settings("url", why))?;
    let unreadable = |_| SourceError::settings("url", "the address cannot be read");
    match kind {
        SourceKind::Postgres => {
            let options = PgConnectOptions::from_str(url.reveal()).map_err(unreadable)?;
            Ok(options.get_socket().is_some() || options.get_host().starts_with('/'))
        }
        SourceKind::Mysql => {
            let options = MySqlConnectOptions::from_str(url.reveal()).map_err(unreadable)?;
            Ok(options.get_socket().is_some())
        }
        SourceKind::Sqlite | SourceKind::Elasticsearch | SourceKind::Catalog => Ok(false),
    }
}

#[cfg(test)]
#[path = "remote_tests.rs"]
mod tests;
