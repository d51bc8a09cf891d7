//! One connection to one of the three databases. What MySQL wants besides is in `mysql_link.rs`.
//!
//! It knows no pool, no transaction and no noun; it opens a connection in the way skep needs it and runs statements.

use crate::back_off::BackOff;
use crate::database_url::database_url_check;
use crate::error::{Error, Result};
use crate::store::sql::dialect::Dialect;
use crate::store::sql::failure::{Failure, FailureKind};
use crate::store::sql::mysql_link::{self, MySqlLink};
use crate::store::sql::row::{FoundRows, Row};
use crate::store::sql::settings::StoreSettings;
use crate::store::sql::sqlite_file::{SqliteFile, log_is_not_alone};
use crate::store::sql::statement::Statement;
use futures::future::BoxFuture;
use sqlx::mysql::MySqlConnectOptions;
use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteJournalMode, SqliteSynchronous};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, query_with, raw_sql};
use std::path::PathBuf;
use std::str::FromStr;
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};

/// Prepared statements that one connection keeps, where the server has no limit for all of them together.
const STATEMENTS_KEPT: usize = 400;
/// Longest wait of SQLite for another process that writes.
const SQLITE_BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// The pauses of who opens a file that is just being switched.
const SQLITE_PAUSES: BackOff = BackOff::new(Duration::from_millis(5), Duration::from_millis(200));
/// Rows that SQLite's thread may be ahead of its reader: hand-overs between threads cost more than the rows.
const SQLITE_ROWS_AHEAD: usize = 256;

/// How to open connections to the configured database.
#[derive(Debug, Clone)]
pub(in crate::store) enum Target {
    Sqlite(SqliteConnectOptions),
    Postgres(PgConnectOptions),
    MySql(MySqlConnectOptions, Duration),
}

/// What a connection is for. Only SQLite tells them apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Role {
    Read,
    Write,
}

/// An open connection.
#[derive(Debug)]
pub(in crate::store) enum Link {
    Sqlite(Box<SqliteConnection>),
    Postgres(Box<PgConnection>),
    MySql(Box<MySqlLink>),
}

impl Target {
    /// Reads the URL. Its text is never part of an error: it may hold a password.
    pub(in crate::store) fn new(settings: &StoreSettings) -> Result<Self> {
        let url = settings.url.as_str();
        let scheme = url.split(':').next().unwrap_or_default();
        database_url_check(url)
            .map_err(|why| Error::Invalid(format!("the database URL: {why}")))?;
        match scheme {
            "sqlite" => sqlite_target(url),
            "postgres" | "postgresql" => {
                let options = PgConnectOptions::from_str(url)
                    .map_err(|error| unreadable_url(&error))?
                    .statement_cache_capacity(STATEMENTS_KEPT)
                    .application_name("skep")
                    .disable_statement_logging();
                let statement_ms = settings.statement_timeout.as_millis().to_string();
                let idle_ms = (settings.statement_timeout * 2).as_millis().to_string();
                Ok(Self::Postgres(options.options([
                    ("statement_timeout", statement_ms.as_str()),
                    // The locks of a process that vanished are not held for ever.
                    ("idle_in_transaction_session_timeout", idle_ms.as_str()),
                    ("default_transaction_isolation", "read committed"),
                ])))
            }
            "mysql" | "mariadb" => Ok(Self::MySql(
                MySqlConnectOptions::from_str(url)
                    .map_err(|error| unreadable_url(&error))?
                    .statement_cache_capacity(STATEMENTS_KEPT)
                    .disable_statement_logging(),
                settings.statement_timeout,
            )),
            _ => Err(Error::Invalid(
                "it must begin with sqlite:, postgres:// or mysql://".into(),
            )),
        }
    }

    /// The target with as many prepared statements a connection as the server can bear.
    pub(in crate::store) async fn fitting(settings: &StoreSettings) -> Result<Self> {
        let target = Self::new(settings)?;
        let Self::MySql(options, statement_timeout) = target else {
            return Ok(target);
        };
        let asked = timeout(
            settings.acquire_timeout,
            mysql_link::statements_max(&options),
        )
        .await;
        let most = asked.map_err(|_| Failure::silence())??;
        let kept = mysql_link::statements_kept(most, settings.connections_max, STATEMENTS_KEPT);
        let options = options.statement_cache_capacity(kept);
        Ok(Self::MySql(options, statement_timeout))
    }

    /// The target for a look that changes nothing. Of a SQLite file that is not there it fails.
    pub(in crate::store) fn untouched(self) -> Result<Self> {
        let Self::Sqlite(options) = self else {
            return Ok(self);
        };
        SqliteFile::of(options.get_filename())?;
        Ok(Self::Sqlite(options.create_if_missing(false)))
    }

    /// Where the file is or will be, of SQLite alone.
    pub(in crate::store) fn path(&self) -> Option<PathBuf> {
        match self {
            Self::Sqlite(options) => Some(options.get_filename().to_owned()),
            Self::Postgres(_) | Self::MySql(..) => None,
        }
    }

    /// Makes the folder of the file, of SQLite alone. Fails with `Invalid` where a part of a lost file lies in it.
    pub(in crate::store) fn folder_make(&self) -> Result<()> {
        let Self::Sqlite(options) = self else {
            return Ok(());
        };
        log_is_not_alone(options.get_filename())?;
        let folder = options.get_filename().parent();
        let made = folder.map_or(Ok(()), std::fs::create_dir_all);
        made.map_err(|source| Error::Unavailable {
            what: "the folder of the SQLite file".into(),
            source: source.into(),
        })
    }

    pub(in crate::store) fn dialect(&self) -> Dialect {
        match self {
            Self::Sqlite(_) => Dialect::Sqlite,
            Self::Postgres(_) => Dialect::Postgres,
            Self::MySql(..) => Dialect::MySql,
        }
    }

    /// Boxed, so that the drivers' long ways to a connection are compiled once, here.
    pub(in crate::store) fn connect(&self, role: Role) -> BoxFuture<'_, Result<Link, Failure>> {
        Box::pin(async move {
            match self {
                Self::Sqlite(options) => {
                    // A reader that tries to write is a mistake of ours; it fails here, not as "busy" under load.
                    let options = match role {
                        Role::Read => options.clone().pragma("query_only", "ON"),
                        Role::Write => options.clone(),
                    };
                    Ok(Link::Sqlite(Box::new(sqlite_open(&options).await?)))
                }
                Self::Postgres(options) => Ok(Link::Postgres(Box::new(options.connect().await?))),
                Self::MySql(options, statement_timeout) => {
                    let link = MySqlLink::open(options, *statement_timeout).await?;
                    Ok(Link::MySql(Box::new(link)))
                }
            }
        })
    }
}

fn sqlite_target(url: &str) -> Result<Target> {
    let path = url.trim_start_matches("sqlite:");
    let path = path.strip_prefix("//").unwrap_or(path);
    if path.is_empty() || path.contains(":memory:") {
        return Err(Error::Invalid(
            "the SQLite URL must name a file: sqlite:PATH".into(),
        ));
    }
    Ok(Target::Sqlite(
        SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // NORMAL would survive kill -9, but not a loss of power.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(SQLITE_BUSY_TIMEOUT)
            .statement_cache_capacity(STATEMENTS_KEPT)
            .row_buffer_size(SQLITE_ROWS_AHEAD)
            .disable_statement_logging(),
    ))
}

/// Opens the file. Its switch to a log of writes (WAL) is refused at once where another process switches it, or closes
/// it as its last user, at the same moment: SQLite asks no busy handler there.
async fn sqlite_open(options: &SqliteConnectOptions) -> Result<SqliteConnection, Failure> {
    let started = Instant::now();
    let mut tries = 0;
    loop {
        match options.connect().await.map_err(Failure::from) {
            Err(failure)
                if failure.kind == FailureKind::Conflict
                    && started.elapsed() < SQLITE_BUSY_TIMEOUT =>
            {
                sleep(SQLITE_PAUSES.pause_by_chance(tries)).await;
                tries += 1;
            }
            opened => return opened,
        }
    }
}

/// Why an address is none, without a word of it but the kind of its fault.
fn unreadable_url(error: &sqlx::Error) -> Error {
    let why = match error {
        sqlx::Error::Configuration(source) => source.to_string(),
        _ => "a part of it makes no sense".to_owned(),
    };
    Error::Invalid(format!(
        "the database URL cannot be read: {why}; in a user or a password, the characters : / ? # [ ] @ % are to be \
         written as %3A %2F %3F %23 %5B %5D %40 %25"
    ))
}

impl Link {
    /// Runs a query and gives its rows, until they hold `most` bytes. The caller bounds their number by LIMIT.
    pub(in crate::store) async fn rows(
        &mut self,
        statement: &Statement<'_>,
        most: usize,
    ) -> Result<FoundRows, Failure> {
        let sql = AssertSqlSafe(statement.sql());
        Ok(match self {
            Self::Sqlite(connection) => {
                let arguments = statement.arguments::<sqlx::Sqlite>()?;
                let rows = query_with(sql, arguments).fetch(&mut **connection);
                FoundRows::read(rows, Row::Sqlite, most).await?
            }
            Self::Postgres(connection) => {
                let arguments = statement.arguments::<sqlx::Postgres>()?;
                let rows = query_with(sql, arguments).fetch(&mut **connection);
                FoundRows::read(rows, Row::Postgres, most).await?
            }
            Self::MySql(link) => link.rows(statement, most).await?,
        })
    }

    /// Runs a statement and gives the number of rows it met; a row that already had the new values counts.
    pub(in crate::store) async fn execute(
        &mut self,
        statement: &Statement<'_>,
    ) -> Result<u64, Failure> {
        let sql = AssertSqlSafe(statement.sql());
        Ok(match self {
            Self::Sqlite(connection) => {
                let arguments = statement.arguments::<sqlx::Sqlite>()?;
                query_with(sql, arguments)
                    .execute(&mut **connection)
                    .await?
                    .rows_affected()
            }
            Self::Postgres(connection) => {
                let arguments = statement.arguments::<sqlx::Postgres>()?;
                query_with(sql, arguments)
                    .execute(&mut **connection)
                    .await?
                    .rows_affected()
            }
            Self::MySql(link) => link.execute(statement).await?,
        })
    }

    /// Runs text as it is, without preparing it: transaction words, settings and migrations.
    pub(in crate::store) async fn raw(&mut self, sql: &'static str) -> Result<(), Failure> {
        match self {
            Self::Sqlite(connection) => {
                raw_sql(sql).execute(&mut **connection).await?;
            }
            Self::Postgres(connection) => {
                raw_sql(sql).execute(&mut **connection).await?;
            }
            Self::MySql(link) => link.raw(sql).await?,
        }
        Ok(())
    }

    pub(in crate::store) async fn begin(&mut self) -> Result<(), Failure> {
        match self {
            // A transaction that reads first and writes later could not get the lock any more.
            Self::Sqlite(_) => self.raw("BEGIN IMMEDIATE").await,
            Self::Postgres(_) | Self::MySql(_) => self.raw("BEGIN").await,
        }
    }

    /// Asks for a sign of life.
    pub(in crate::store) async fn check(&mut self) -> Result<(), Failure> {
        match self {
            // A file does not vanish from behind its open connection.
            Self::Sqlite(_) => Ok(()),
            Self::Postgres(_) | Self::MySql(_) => self.raw("SELECT 1").await,
        }
    }

    /// Says good-bye to the server. Dropping a link is safe too: its transaction is rolled back.
    pub(in crate::store) async fn close(self) {
        let closed = match self {
            Self::Sqlite(connection) => connection.close().await,
            Self::Postgres(connection) => connection.close().await,
            Self::MySql(link) => link.close().await,
        };
        if let Err(error) = closed {
            tracing::debug!(%error, "closing a database connection failed");
        }
    }
}
