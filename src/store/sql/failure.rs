//! What the drivers' errors mean. The only place where an `sqlx::Error` becomes an error of skep; its text never
//! reaches a client, for it may hold SQL, host names or passwords.

use crate::error::{Entity, Error};

/// What can be done about a failed statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum FailureKind {
    /// A row with this key exists. The caller knows its name.
    Duplicate,
    /// A row that others refer to, or that refers to none.
    Reference,
    /// A concurrent transaction won; run this one again.
    Conflict,
    /// The connection is gone. Nothing that was not committed has happened.
    Lost,
    /// The database did not answer in time, or refuses for a while.
    Busy,
    /// The database has no room to write. What was read goes on.
    Full,
    /// The database does not let skep in: its user, password, name or rights.
    Barred,
    /// The file of the database is damaged, or none.
    Spoilt,
    /// The server has no room for one more prepared statement. The statement was not run.
    Crowded,
    /// Nothing came back, not even the database's own time-out: the connection may have died unseen.
    Silent,
    /// Anything else: a fault of skep, its data or its set-up.
    Fault,
}

/// A failed statement.
#[derive(Debug)]
pub(in crate::store) struct Failure {
    pub(in crate::store) kind: FailureKind,
    source: Box<dyn std::error::Error + Send + Sync>,
}

impl Failure {
    pub(in crate::store) fn timeout(what: &'static str) -> Self {
        Self {
            kind: FailureKind::Busy,
            source: what.into(),
        }
    }

    /// No room to write, as another write has found.
    pub(in crate::store) fn full(what: &'static str) -> Self {
        Self {
            kind: FailureKind::Full,
            source: what.into(),
        }
    }

    /// No answer at all, although the database's own limit should have spoken first.
    pub(in crate::store) fn silence() -> Self {
        Self {
            kind: FailureKind::Silent,
            source: "the database did not answer in time".into(),
        }
    }

    /// An error of skep's own inside a statement.
    pub(in crate::store) fn fault(
        source: impl Into<Box<dyn std::error::Error + Send + Sync>>,
    ) -> Self {
        Self {
            kind: FailureKind::Fault,
            source: source.into(),
        }
    }

    /// Whether the connection may be used again. After an unforeseen error it is safer not to.
    pub(in crate::store) fn leaves_connection_usable(&self) -> bool {
        match self.kind {
            FailureKind::Duplicate
            | FailureKind::Reference
            | FailureKind::Conflict
            | FailureKind::Crowded => true,
            FailureKind::Lost
            | FailureKind::Busy
            | FailureKind::Full
            | FailureKind::Barred
            | FailureKind::Spoilt
            | FailureKind::Silent
            | FailureKind::Fault => false,
        }
    }

    /// Whether a migration found the column or the index there already that it was to add. Where the dialect has words
    /// for that (`IF NOT EXISTS`), the migrations use them.
    pub(in crate::store) fn is_column_or_index_there(&self) -> bool {
        let Some(sqlx::Error::Database(error)) = self.source.downcast_ref::<sqlx::Error>() else {
            return false;
        };
        match error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
            Some(mysql) => matches!(mysql.number(), 1060 | 1061),
            // SQLite has one code for most errors.
            None => error.message().starts_with("duplicate column name"),
        }
    }

    /// Makes the reference to a missing row (a database without its catalog) an error about that row.
    pub(in crate::store) fn or_missing(self, entity: Entity) -> Self {
        match self.kind {
            FailureKind::Reference => Self {
                kind: FailureKind::Fault,
                source: Error::NotFound(entity).into(),
            },
            _ => self,
        }
    }

    /// The error of a delete that others still refer to.
    pub(in crate::store) fn on_reference(self, error: Error) -> Error {
        match self.kind {
            FailureKind::Reference => error,
            _ => self.into(),
        }
    }

    /// The error of an insert or rename that met `entity` already there.
    pub(in crate::store) fn on_duplicate(self, entity: Entity) -> Error {
        match self.kind {
            FailureKind::Duplicate => Error::AlreadyExists(entity),
            _ => self.into(),
        }
    }
}

impl From<Failure> for Error {
    fn from(failure: Failure) -> Self {
        match failure.kind {
            FailureKind::Conflict => Self::Conflict("a concurrent change won; try again".into()),
            FailureKind::Lost | FailureKind::Busy | FailureKind::Crowded | FailureKind::Silent => {
                Self::Unavailable {
                    what: "the catalog's database".into(),
                    source: failure.source,
                }
            }
            FailureKind::Full => Self::Unavailable {
                what: "the catalog's database (its disk is full)".into(),
                source: failure.source,
            },
            FailureKind::Barred => Self::Unavailable {
                what: "the catalog's database (it does not let skep in: look at the user, the password and the name of the \
                       database in database.url, and whether the user may create tables in its schema)"
                    .into(),
                source: failure.source,
            },
            FailureKind::Spoilt => Self::Unavailable {
                what: "the catalog's database (its file is damaged, or no database of SQLite's)".into(),
                source: failure.source,
            },
            FailureKind::Duplicate | FailureKind::Reference | FailureKind::Fault => {
                // A statement of skep's own that was refused keeps its kind.
                match failure.source.downcast::<Error>() {
                    Ok(own) => *own,
                    Err(source) => Self::Internal {
                        what: "a database statement".into(),
                        source,
                    },
                }
            }
        }
    }
}

impl From<sqlx::Error> for Failure {
    fn from(error: sqlx::Error) -> Self {
        let kind = kind_of(&error);
        let source = match &error {
            // PostgreSQL's own words name a line of its source code.
            sqlx::Error::Database(told) if kind == FailureKind::Barred => told.message().into(),
            _ => error.into(),
        };
        Self { kind, source }
    }
}

fn kind_of(error: &sqlx::Error) -> FailureKind {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::WorkerCrashed
        | sqlx::Error::BeginFailed
        | sqlx::Error::PoolClosed
        | sqlx::Error::Protocol(_) => FailureKind::Lost,
        sqlx::Error::PoolTimedOut => FailureKind::Busy,
        sqlx::Error::Database(database) => kind_of_database_error(database.as_ref()),
        _ => FailureKind::Fault,
    }
}

fn kind_of_database_error(error: &(dyn sqlx::error::DatabaseError + 'static)) -> FailureKind {
    match error.kind() {
        sqlx::error::ErrorKind::UniqueViolation => return FailureKind::Duplicate,
        // A parent that is looked up inside the statement and is missing gives NULL.
        sqlx::error::ErrorKind::ForeignKeyViolation | sqlx::error::ErrorKind::NotNullViolation => {
            return FailureKind::Reference;
        }
        _ => {}
    }
    if let Some(mysql) = error.try_downcast_ref::<sqlx::mysql::MySqlDatabaseError>() {
        return kind_of_mysql_number(mysql.number());
    }
    match error.code().as_deref() {
        // PostgreSQL: serialization failure, deadlock, lock not available. SQLite: busy, locked, and
        // their extended codes.
        Some("40001" | "40P01" | "55P03" | "5" | "6" | "261" | "262" | "517" | "773") => {
            FailureKind::Conflict
        }
        // PostgreSQL: statement timeout, too many connections, out of resources. SQLite: the file cannot be opened.
        Some("57014" | "53300" | "53000" | "53200" | "14") => FailureKind::Busy,
        // SQLite has a code of its own for the index of its log, whose file cannot grow.
        Some("53100" | "13" | "4874") => FailureKind::Full,
        // SQLite: the file is malformed, or none of its own.
        Some("11" | "26") => FailureKind::Spoilt,
        // PostgreSQL: a wrong password, a user that may not log in, no such database, no right to connect.
        Some("28000" | "28P01" | "3D000" | "42501") => FailureKind::Barred,
        // PostgreSQL: shutting down, crashed, starting up, connection exceptions, idle transaction ended;
        // a read-only transaction, which a standby answers during a switch of roles; a prepared
        // statement whose table was migrated meanwhile.
        Some(
            "57P01" | "57P02" | "57P03" | "08000" | "08003" | "08006" | "25P03" | "25006" | "0A000",
        ) => FailureKind::Lost,
        _ => FailureKind::Fault,
    }
}

fn kind_of_mysql_number(number: u16) -> FailureKind {
    match number {
        // Lock wait timeout, deadlock, Galera's certification failure (1213 too), TiDB's write conflict and
        // its request to try again.
        1205 | 1213 | 9007 | 8002 | 8022 => FailureKind::Conflict,
        // MariaDB's and MySQL's statement time-outs, too many connections, TiDB's overload.
        1969 | 3024 | 1040 | 1203 | 9003 => FailureKind::Busy,
        // Shut-down, killed connection or query, Galera's "not yet prepared", read-only server.
        1053 | 1077 | 1079 | 1317 | 1927 | 1047 | 1290 | 1836 | 4031 => FailureKind::Lost,
        1461 => FailureKind::Crowded,
        // The disk is full, the table space is.
        1021 | 1114 => FailureKind::Full,
        // No such user or wrong password, no right to the database or table, no such database.
        1044 | 1045 | 1049 | 1142 | 1698 => FailureKind::Barred,
        _ => FailureKind::Fault,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lost_connection_is_unavailable_and_hides_its_cause() {
        let cause = std::io::Error::other("postgres://skep:secret@db/skep");
        let error = Error::from(Failure::from(sqlx::Error::Io(cause)));
        assert!(matches!(error, Error::Unavailable { .. }));
        assert!(error.retryable());
        assert!(!error.to_string().contains("secret"));
    }

    #[test]
    fn deadlocks_are_conflicts() {
        assert_eq!(kind_of_mysql_number(1213), FailureKind::Conflict);
        assert_eq!(kind_of_mysql_number(1064), FailureKind::Fault);
    }
}
