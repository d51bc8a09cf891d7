//! What is told of one source: the `sources.NAME` sections of the configuration and the body of a source that is
//! added over REST. Both have the same keys; `remote` says what the latter may not ask for.

use super::address::SourceUrl;
use super::error::SourceError;
use super::scope::{GHOSTS_DEFAULT, Scope};
use crate::choice::choose;
use crate::database_url::{self, DatabaseKind, database_url_check};
use crate::model::SNAPSHOT_TABLES_MAX;
use crate::secret::{Secret, path_shown};
use serde::{Deserialize, Serialize};
use std::fmt;
use std::path::{Path, PathBuf};

/// The longest time limit of one read, in seconds.
pub const TIME_LIMIT_S_MAX: u64 = 3_600;
/// Bytes of an address at most.
const URL_BYTES_MAX: usize = 4_096;
/// What a source is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(try_from = "String", rename_all = "snake_case")]
pub enum SourceKind {
    /// `PostgreSQL`.
    Postgres,
    /// `MySQL` and `MariaDB`.
    Mysql,
    /// A `SQLite` file.
    Sqlite,
    /// Elasticsearch.
    Elasticsearch,
    /// The catalog's own tables.
    Catalog,
}

impl TryFrom<String> for SourceKind {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let all = [
            Self::Postgres,
            Self::Mysql,
            Self::Sqlite,
            Self::Elasticsearch,
            Self::Catalog,
        ];
        choose("kind", &text, &all.map(|kind| (kind.as_str(), kind)))
    }
}

impl SourceKind {
    /// Its name in settings.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Postgres => "postgres",
            Self::Mysql => "mysql",
            Self::Sqlite => "sqlite",
            Self::Elasticsearch => "elasticsearch",
            Self::Catalog => "catalog",
        }
    }
}

impl fmt::Display for SourceKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The settings of one source. They serialize without any password.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct SourceSettings {
    /// What it is.
    pub kind: SourceKind,
    /// Its address; exactly one of `url`, `url_env` and `url_file` is set, and none for the catalog.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<SourceUrl>,
    /// The environment variable that holds the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url_env: Option<String>,
    /// The file that holds the address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url_file: Option<PathBuf>,
    /// Patterns over `schema.table`, `*` for any text; none means everything.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub include: Vec<String>,
    /// Patterns of what is left out of it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub exclude: Vec<String>,
    /// Patterns of the tables that changes of schemas make on their way: nobody is told of them.
    #[serde(default = "ghosts_default")]
    pub ghosts: Vec<String>,
    /// When it is read: minute, hour, day of the month, month, day of the week.
    #[serde(default = "schedule_default")]
    pub schedule: String,
    /// The time zone of the schedule, such as `Europe/Berlin`.
    #[serde(default = "time_zone_default")]
    pub time_zone: String,
    /// Seconds that one read may take.
    #[serde(default = "time_limit_s_default")]
    pub time_limit_s: u64,
    /// Tables and views in scope at most; more are an error.
    #[serde(default = "tables_max_default")]
    pub tables_max: usize,
    /// The certificates by which the source is known, in PEM. Without one: those of the public authorities. Where the
    /// address says nothing of TLS, it is demanded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
    /// Whether views are watched too.
    #[serde(default = "views_default")]
    pub views: bool,
    /// Whether the schedule rests; it can still be read by hand.
    #[serde(default)]
    pub paused: bool,
}

fn ghosts_default() -> Vec<String> {
    GHOSTS_DEFAULT.map(str::to_owned).to_vec()
}

fn schedule_default() -> String {
    "0 6 * * *".to_owned()
}

fn time_zone_default() -> String {
    "UTC".to_owned()
}

fn time_limit_s_default() -> u64 {
    300
}

fn tables_max_default() -> usize {
    SNAPSHOT_TABLES_MAX
}

fn views_default() -> bool {
    true
}

impl SourceSettings {
    /// The defaults of a source at an address; `None` for the catalog.
    pub fn new(kind: SourceKind, url: Option<&str>) -> Self {
        Self {
            kind,
            url: url.map(SourceUrl::new),
            url_env: None,
            url_file: None,
            include: Vec::new(),
            exclude: Vec::new(),
            ghosts: ghosts_default(),
            schedule: schedule_default(),
            time_zone: time_zone_default(),
            time_limit_s: time_limit_s_default(),
            tables_max: tables_max_default(),
            ca_file: None,
            views: views_default(),
            paused: false,
        }
    }

    /// Refuses what cannot work, naming the key. The schedule's text is for whoever keeps the schedule to read.
    pub fn check(&self) -> Result<(), SourceError> {
        let given = [
            self.url.is_some(),
            self.url_env.is_some(),
            self.url_file.is_some(),
        ];
        let given = given.into_iter().filter(|one| *one).count();
        match (self.kind, given) {
            (SourceKind::Catalog, 0) => {}
            (SourceKind::Catalog, _) => {
                return Err(SourceError::settings("url", "the catalog has no address"));
            }
            (_, 1) => {}
            _ => {
                let why = "exactly one of url, url_env and url_file must be set";
                return Err(SourceError::settings("url", why));
            }
        }
        if let Some(url) = &self.url {
            url_check(self.kind, url, "url")?;
        }
        if let Some(name) = &self.url_env
            && !is_variable(name)
        {
            let why = "it must be the name of an environment variable: letters, digits and _";
            return Err(SourceError::settings("url_env", why));
        }
        if self.ca_file.is_some() && matches!(self.kind, SourceKind::Sqlite | SourceKind::Catalog) {
            let why = format!("a source of kind {} is not reached by TLS", self.kind);
            return Err(SourceError::settings("ca_file", why));
        }
        self.scope()?;
        if !(1..=TIME_LIMIT_S_MAX).contains(&self.time_limit_s) {
            let why = format!("it must lie between 1 and {TIME_LIMIT_S_MAX}");
            return Err(SourceError::settings("time_limit_s", why));
        }
        if !(1..=SNAPSHOT_TABLES_MAX).contains(&self.tables_max) {
            let why = format!("it must lie between 1 and {SNAPSHOT_TABLES_MAX}");
            return Err(SourceError::settings("tables_max", why));
        }
        if jiff::tz::TimeZone::get(&self.time_zone).is_err() {
            let why = format!(
                "{:?} is no time zone, such as Europe/Berlin",
                self.time_zone
            );
            return Err(SourceError::settings("time_zone", why));
        }
        Ok(())
    }

    /// The patterns, compiled.
    pub fn scope(&self) -> Result<Scope, SourceError> {
        Scope::parse(&self.include, &self.exclude, &self.ghosts)
    }

    /// The address, read from wherever it stands.
    pub(super) fn address(&self) -> Result<SourceUrl, SourceError> {
        let url = self.address_read()?;
        database_url_check(url.reveal()).map_err(|why| SourceError::settings("url", why))?;
        // Opening a pipe or a device may keep a thread for ever.
        let files = url.files_named();
        let files = files.iter().map(PathBuf::as_path).chain(url.sqlite_file());
        for file in files {
            plain_file_check("url", file)?;
        }
        if let Some(file) = &self.ca_file {
            plain_file_check("ca_file", file)?;
        }
        Ok(url)
    }

    fn address_read(&self) -> Result<SourceUrl, SourceError> {
        if let Some(url) = &self.url {
            return Ok(url.clone());
        }
        let (key, text) = if let Some(name) = &self.url_env {
            let text = std::env::var(name).map_err(|_| {
                SourceError::settings("url_env", format!("the variable {name} is not set"))
            })?;
            ("url_env", Secret::new(text))
        } else if let Some(path) = &self.url_file {
            plain_file_check("url_file", path)?;
            let text = std::fs::read_to_string(path).map_err(|error| {
                SourceError::settings("url_file", format!("{}: {error}", path_shown(path)))
            })?;
            ("url_file", Secret::new(text))
        } else {
            return Err(SourceError::settings("url", "there is no address"));
        };
        // Editors and `echo` end a file with a line break that is no part of the address.
        let url = SourceUrl::new(text.reveal().trim_end_matches(['\r', '\n']));
        url_check(self.kind, &url, key)?;
        Ok(url)
    }
}

/// Refuses what is there and no plain file. What is missing is told by whoever opens it.
fn plain_file_check(key: &'static str, path: &Path) -> Result<(), SourceError> {
    match path.metadata() {
        Ok(found) if !found.is_file() => Err(SourceError::settings(key, "it is no plain file")),
        _ => Ok(()),
    }
}

/// Whether that is the name of a variable. An address in its place would be shown where the settings are.
fn is_variable(name: &str) -> bool {
    !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Refuses an address that this kind of source cannot have. The text of the address is not part of the error.
fn url_check(kind: SourceKind, url: &SourceUrl, key: &'static str) -> Result<(), SourceError> {
    let refuse = |why: String| Err(SourceError::settings(key, why));
    if url.reveal().len() > URL_BYTES_MAX {
        return refuse(format!("it has more than {URL_BYTES_MAX} bytes"));
    }
    let database = match kind {
        SourceKind::Postgres => Some(&database_url::POSTGRES),
        SourceKind::Mysql => Some(&database_url::MYSQL),
        SourceKind::Sqlite | SourceKind::Elasticsearch | SourceKind::Catalog => None,
    };
    let schemes = match (kind, database) {
        (SourceKind::Catalog, _) => return Ok(()),
        (_, Some(database)) => database.schemes,
        (SourceKind::Elasticsearch, _) => &["https", "http"],
        _ => &["sqlite"],
    };
    if !schemes.contains(&url.scheme()) {
        let wanted = schemes.join(": or ");
        return refuse(format!(
            "the address of a source of kind {kind} begins with {wanted}:"
        ));
    }
    if let Some(file) = url.sqlite_file() {
        let path = file.to_string_lossy();
        if path.trim_start_matches('/').is_empty() || path.contains(":memory:") {
            return refuse("it must name a file: sqlite:PATH".to_owned());
        }
        return Ok(());
    }
    let Ok(read) = url::Url::parse(url.reveal()) else {
        return refuse("the address cannot be read".to_owned());
    };
    let parameters = database.map(DatabaseKind::source_parameters);
    let parameters = parameters.unwrap_or_default();
    for (name, _) in read.query_pairs() {
        if !parameters.contains(&name.as_ref()) {
            let known = match parameters.as_slice() {
                [] => "none are".to_owned(),
                some => format!("known are {}", some.join(", ")),
            };
            return refuse(format!("a parameter is not known: {known}"));
        }
    }
    Ok(())
}

#[cfg(test)]
#[path = "settings_tests.rs"]
mod tests;
