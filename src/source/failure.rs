//! What the drivers' errors mean to a reader of schemas: the only place of this floor where an `sqlx::Error` becomes
//! an error of skep. The words of the server are kept, for they say what to mend; the driver's own are not trusted
//! with an address.

use super::error::{SourceError, words};
use sqlx::error::DatabaseError;
use sqlx::mysql::MySqlDatabaseError;
use sqlx::postgres::PgDatabaseError;

/// What can go wrong inside a read: the driver, or what it brought.
pub(super) enum ReadError {
    Driver(sqlx::Error),
    Source(SourceError),
}

impl ReadError {
    /// The error that is told; `limit_s` is the time limit of the source.
    pub(super) fn told(self, limit_s: u64) -> SourceError {
        match self {
            Self::Driver(error) => failure(&error, limit_s),
            Self::Source(error) => error,
        }
    }
}

impl From<sqlx::Error> for ReadError {
    fn from(error: sqlx::Error) -> Self {
        Self::Driver(error)
    }
}

impl From<SourceError> for ReadError {
    fn from(error: SourceError) -> Self {
        Self::Source(error)
    }
}

/// Reads a driver's error; `limit_s` is the time limit of the source.
pub(super) fn failure(error: &sqlx::Error, limit_s: u64) -> SourceError {
    match error {
        sqlx::Error::Configuration(why) => SourceError::settings("url", words(&why.to_string())),
        sqlx::Error::Io(why) => SourceError::Unreachable(words(&why.to_string())),
        sqlx::Error::Tls(why) => SourceError::Unreachable(words(&format!("TLS: {why}"))),
        sqlx::Error::WorkerCrashed | sqlx::Error::BeginFailed => {
            SourceError::Unreachable("the connection broke".to_owned())
        }
        sqlx::Error::Database(database) => database_failure(database.as_ref(), limit_s),
        other => SourceError::Unreadable(words(&other.to_string())),
    }
}

fn database_failure(error: &(dyn DatabaseError + 'static), limit_s: u64) -> SourceError {
    let why = words(error.message());
    if let Some(mysql) = error.try_downcast_ref::<MySqlDatabaseError>() {
        return mysql_failure(mysql.number(), why, limit_s);
    }
    let code = error.code().unwrap_or_default();
    if error.try_downcast_ref::<PgDatabaseError>().is_some() {
        return postgres_failure(&code, why, limit_s);
    }
    match code.as_ref() {
        // Cannot open; busy, locked and their extended codes.
        "14" | "5" | "6" | "261" | "262" | "517" | "773" => SourceError::Unreachable(why),
        "17" => SourceError::Changed(why),
        _ => SourceError::Unreadable(why),
    }
}

fn postgres_failure(code: &str, why: String, limit_s: u64) -> SourceError {
    match code {
        // Wrong password or role, no right, no such database.
        "42501" | "3D000" => SourceError::Refused(why),
        _ if code.starts_with("28") => SourceError::Refused(why),
        "57014" => SourceError::TimedOut { limit_s },
        // A lock that an ALTER holds, a conflict on a standby, a thing that was dropped after it was listed.
        "55P03" | "40001" | "40P01" | "XX000" | "42P01" | "42704" | "42703" => {
            SourceError::Changed(why)
        }
        // Out of connections or resources, shutting down or starting, connection exceptions.
        _ if ["53", "57", "08"]
            .iter()
            .any(|class| code.starts_with(class)) =>
        {
            SourceError::Unreachable(why)
        }
        _ => SourceError::Unreadable(why),
    }
}

fn mysql_failure(number: u16, why: String, limit_s: u64) -> SourceError {
    match number {
        // No right, wrong password, unknown database, host not allowed, locked or expired account.
        1044 | 1045 | 1049 | 1130 | 1142 | 1143 | 1227 | 1698 | 1820 | 1862 | 3118 | 4151 => {
            SourceError::Refused(why)
        }
        1969 | 3024 => SourceError::TimedOut { limit_s },
        // Waiting for a lock, a deadlock, a table that was dropped after it was listed.
        1205 | 1213 | 1146 => SourceError::Changed(why),
        // Too many connections, shut-down, killed.
        1040 | 1203 | 1053 | 1077 | 1079 | 1317 | 1927 | 1047 => SourceError::Unreachable(why),
        _ => SourceError::Unreadable(why),
    }
}
