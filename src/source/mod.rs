//! Where tables come from: databases and search engines whose schemas are watched. A [`Source`] reads the whole
//! schema at once into a [`Snapshot`](crate::model::Snapshot), in the source's own words; what changed, whom it
//! reaches and who is told is decided above.
//!
//! A read is read-only, ends within the settings' time limit, and asks few questions however many tables there are.
//! What the rights hide is told as unseen and never as gone. No error and no log holds an address or a password.

mod address;
mod elasticsearch;
mod error;
mod failure;
mod gather;
mod mysql;
mod postgres;
mod remote;
mod scope;
mod settings;
mod sqlite;

pub use address::SourceUrl;
pub use elasticsearch::Elasticsearch;
pub use error::SourceError;
pub use mysql::MySql;
pub use postgres::Postgres;
pub use remote::{RemoteBounds, SOURCE_URL_ENV_PREFIX};
pub use scope::{GHOSTS_DEFAULT, SCOPE_PATTERN_BYTES_MAX, SCOPE_PATTERNS_MAX, Scope};
pub use settings::{SourceKind, SourceSettings, TIME_LIMIT_S_MAX};
pub use sqlite::Sqlite;

use crate::model::{Snapshot, SourceDialect, SourceTableRef};
use failure::ReadError;
use gather::Gathering;
use std::time::Duration;

/// How often a source that changes while it is read is read anew.
const ATTEMPTS_MAX: usize = 3;

/// What a source answers to the question whether it can be watched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceCheck {
    /// Who answers, such as `PostgreSQL 15.14`.
    pub version: String,
    /// Schemas that hold tables in scope or could.
    pub schemas: u64,
    /// Tables and views in scope whose columns can be read.
    pub tables_readable: u64,
    /// Tables and views in scope that are known of and cannot be read.
    pub tables_unreadable: u64,
    /// The names of what can be read.
    pub tables: Vec<SourceTableRef>,
}

/// Something whose schema can be read.
pub trait Source: Send + Sync {
    /// The whole schema, in a few queries over one connection, read-only, within the limits of the settings.
    fn snapshot(&self) -> impl Future<Output = Result<Snapshot, SourceError>> + Send;

    /// Reachability and rights, found by reading what a snapshot reads.
    fn check(&self) -> impl Future<Output = Result<SourceCheck, SourceError>> + Send;
}

/// A source of any kind.
#[derive(Debug)]
pub enum AnySource {
    /// `PostgreSQL`.
    Postgres(Postgres),
    /// `MySQL` and `MariaDB`.
    MySql(MySql),
    /// `SQLite`.
    Sqlite(Sqlite),
    /// Elasticsearch.
    Elasticsearch(Elasticsearch),
}

impl AnySource {
    /// Makes ready to read what a client has added, within its bounds, which may have been narrowed since.
    pub fn open_remote(
        settings: &SourceSettings,
        bounds: &RemoteBounds,
    ) -> Result<Self, SourceError> {
        bounds.check(settings)?;
        Self::open(settings)
    }

    /// Makes ready to read; nothing is connected yet. The address is read from its file or variable now.
    pub fn open(settings: &SourceSettings) -> Result<Self, SourceError> {
        settings.check()?;
        crate::crypto::provider_install();
        Ok(match settings.kind {
            SourceKind::Postgres => Self::Postgres(Postgres::open(settings)?),
            SourceKind::Mysql => Self::MySql(MySql::open(settings)?),
            SourceKind::Sqlite => Self::Sqlite(Sqlite::open(settings)?),
            SourceKind::Elasticsearch => Self::Elasticsearch(Elasticsearch::open(settings)?),
            SourceKind::Catalog => {
                let why = "the catalog's own tables are read by the catalog itself";
                return Err(SourceError::settings("kind", why));
            }
        })
    }
}

impl Source for AnySource {
    async fn snapshot(&self) -> Result<Snapshot, SourceError> {
        match self {
            Self::Postgres(source) => source.snapshot().await,
            Self::MySql(source) => source.snapshot().await,
            Self::Sqlite(source) => source.snapshot().await,
            Self::Elasticsearch(source) => source.snapshot().await,
        }
    }

    async fn check(&self) -> Result<SourceCheck, SourceError> {
        match self {
            Self::Postgres(source) => source.check().await,
            Self::MySql(source) => source.check().await,
            Self::Sqlite(source) => source.check().await,
            Self::Elasticsearch(source) => source.check().await,
        }
    }
}

/// How a kind of source is read. All kinds are sources by it: one read gives the snapshot and what a check tells.
trait Readable: Send + Sync {
    /// Whose words the types are.
    const DIALECT: SourceDialect;

    /// The settings, and what of the source is in scope by them.
    fn bounds(&self) -> (&SourceSettings, &Scope);

    /// Reads everything and gives the version of who answers.
    fn gather(
        &self,
        gathering: &mut Gathering<'_>,
    ) -> impl Future<Output = Result<String, ReadError>> + Send;
}

impl<R: Readable> Source for R {
    async fn snapshot(&self) -> Result<Snapshot, SourceError> {
        Ok(read_within(self).await?.snapshot)
    }

    async fn check(&self) -> Result<SourceCheck, SourceError> {
        Ok(read_within(self).await?.check)
    }
}

/// What one read gives: the snapshot, and what a check tells.
#[derive(Debug)]
struct Reading {
    check: SourceCheck,
    snapshot: Snapshot,
}

async fn read<R: Readable>(source: &R) -> Result<Reading, SourceError> {
    let (settings, scope) = source.bounds();
    let mut gathering = Gathering::new(settings, scope);
    let version = source.gather(&mut gathering).await;
    let version = version.map_err(|error| error.told(settings.time_limit_s))?;
    gathering.finish(R::DIALECT, version)
}

/// Reads within the time limit, anew where the source changed meanwhile.
async fn read_within(source: &impl Readable) -> Result<Reading, SourceError> {
    let attempts = async {
        let mut attempt = 1;
        loop {
            match read(source).await {
                Err(SourceError::Changed(_)) if attempt < ATTEMPTS_MAX => attempt += 1,
                outcome => return outcome,
            }
        }
    };
    let limit_s = source.bounds().0.time_limit_s;
    tokio::time::timeout(Duration::from_secs(limit_s), attempts)
        .await
        .unwrap_or(Err(SourceError::TimedOut { limit_s }))
}
