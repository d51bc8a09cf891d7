//! What the drivers' errors mean. The only place where an `sqlx::Error` becomes an error of skep; its text never
//! reaches a client, for it may hold SQL, host names or passwords.

use crate::error::{Entity, Error};

/// Characters of the standard's codes of failures; SQLite's numbers have fewer.
const SQLSTATE_LENGTH: usize = 5;

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
    /// The database can only be read: its file, its server or its user's setting lets nothing be written. A standby says so until
    /// it takes over, so another connection may do better.
    ReadOnly,
    /// The database does not let skep in: its user, password, name or rights.
    Barred,
    /// The file of the database is damaged, or none.
    Spoilt,
    /// The server has no room for one more prepared statement. The statement was not run.
    Crowded,
    /// The statement has more bytes than the server takes.
    Oversized,
    /// Nothing came back, not even the database's own time-out: the connection may have died unseen.
    Silent,
    /// Anything else: a fault of skep, its data or its set-up.
    Fault,
}

impl FailureKind {
    /// Whether the same may pass on another connection, nothing having happened on this one.
    pub(in crate::store) fn is_of_connection(self) -> bool {
        matches!(self, Self::Lost | Self::ReadOnly)
    }
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

    /// What another write has found a moment ago.
    pub(in crate::store) fn noted(kind: FailureKind) -> Self {
        Self {
            kind,
            source: "a write found so a moment ago".into(),
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
            | FailureKind::ReadOnly
            | FailureKind::Barred
            | FailureKind::Spoilt
            | FailureKind::Oversized
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
            FailureKind::ReadOnly => Self::Unavailable {
                what: "writing to the catalog's database (it can only be read: look at the rights of its file and folder, or whether \
                       its server is a copy or set read-only)"
                    .into(),
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
            FailureKind::Oversized => Self::Invalid(
                "it has more bytes than the catalog's database takes at once (its max_allowed_packet)".into(),
            ),
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
    let code = error.code().unwrap_or_default();
    if code.len() == SQLSTATE_LENGTH {
        return kind_of_sqlstate(&code);
    }
    kind_of_sqlite_code(&code)
}

/// What PostgreSQL says, by the standard's codes. Their first two characters are a class.
fn kind_of_sqlstate(code: &str) -> FailureKind {
    match code {
        // Serialization failure, deadlock, lock not available.
        "40001" | "40P01" | "55P03" => FailureKind::Conflict,
        // The disk is full.
        "53100" => FailureKind::Full,
        // Statement timeout; a database that takes no connections, or a pooler in front of it that does not.
        "57014" | "55000" => FailureKind::Busy,
        // No such database, one that was dropped under the connection, no right to connect.
        "3D000" | "57P04" | "42501" => FailureKind::Barred,
        // A read-only transaction, by a setting or on a standby.
        "25006" => FailureKind::ReadOnly,
        // An idle transaction ended; a prepared statement whose table was migrated meanwhile.
        "25P03" | "0A000" => FailureKind::Lost,
        _ => match code.get(..2) {
            // Connection exceptions; shutting down, crashed, starting up, ended by an operator; its disk does not answer.
            Some("08" | "57" | "58") => FailureKind::Lost,
            // Too many connections, out of memory or other resources.
            Some("53") => FailureKind::Busy,
            // A wrong password, a user that may not log in.
            Some("28") => FailureKind::Barred,
            _ => FailureKind::Fault,
        },
    }
}

fn kind_of_sqlite_code(code: &str) -> FailureKind {
    match code {
        // Busy, locked, and their extended codes.
        "5" | "6" | "261" | "262" | "517" | "773" => FailureKind::Conflict,
        // The file cannot be opened.
        "14" => FailureKind::Busy,
        // There is a code of its own for the index of its log, whose file cannot grow.
        "13" | "4874" => FailureKind::Full,
        // Read-only, and the extended codes: of a log that cannot be recovered, locked, rolled back or made, of a file that was
        // moved, of a folder.
        "8" | "264" | "520" | "776" | "1032" | "1288" | "1544" => FailureKind::ReadOnly,
        // The file is malformed, or none of its own.
        "11" | "26" => FailureKind::Spoilt,
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
        // Shut-down, killed connection or query, Galera's "not yet prepared".
        1053 | 1077 | 1079 | 1317 | 1927 | 1047 | 4031 => FailureKind::Lost,
        // The server runs with --read-only, the transaction is read-only, the server is in read-only mode.
        1290 | 1792 | 1836 => FailureKind::ReadOnly,
        1461 => FailureKind::Crowded,
        // A packet larger than max_allowed_packet, or a result.
        1153 | 1301 => FailureKind::Oversized,
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
    fn a_database_that_is_away_for_a_while_is_no_fault_of_skep() {
        for (code, kind) in [
            ("40001", FailureKind::Conflict),
            ("40P01", FailureKind::Conflict),
            ("53300", FailureKind::Busy),
            ("53400", FailureKind::Busy),
            ("53100", FailureKind::Full),
            ("55000", FailureKind::Busy),
            ("57014", FailureKind::Busy),
            ("57P01", FailureKind::Lost),
            ("57P02", FailureKind::Lost),
            ("57P03", FailureKind::Lost),
            ("57P05", FailureKind::Lost),
            ("57P04", FailureKind::Barred),
            ("25006", FailureKind::ReadOnly),
            ("08001", FailureKind::Lost),
            ("08006", FailureKind::Lost),
            ("58030", FailureKind::Lost),
            ("28P01", FailureKind::Barred),
            ("42601", FailureKind::Fault),
            ("XX000", FailureKind::Fault),
            ("55006", FailureKind::Fault),
        ] {
            assert_eq!(kind_of_sqlstate(code), kind, "{code}");
            let source = "why".into();
            let told = Error::from(Failure { kind, source });
            assert_eq!(told.retryable(), kind != FailureKind::Fault, "{code}");
        }
        assert_eq!(kind_of_sqlite_code("5"), FailureKind::Conflict);
        assert_eq!(kind_of_sqlite_code("1544"), FailureKind::ReadOnly);
        assert_eq!(kind_of_sqlite_code("1"), FailureKind::Fault);
    }

    #[test]
    fn deadlocks_are_conflicts() {
        assert_eq!(kind_of_mysql_number(1213), FailureKind::Conflict);
        assert_eq!(kind_of_mysql_number(1064), FailureKind::Fault);
    }

    #[test]
    fn what_is_too_large_for_the_database_is_no_fault_of_skep() {
        let kind = kind_of_mysql_number(1153);
        let error = Error::from(Failure::noted(kind));
        assert!(matches!(error, Error::Invalid(_)), "{error}");
        assert!(error.to_string().contains("max_allowed_packet"), "{error}");
    }

    #[test]
    fn a_database_that_can_only_be_read_is_unavailable_and_says_what_to_look_at() {
        for number in [1290, 1792, 1836] {
            assert_eq!(kind_of_mysql_number(number), FailureKind::ReadOnly);
        }
        let error = Error::from(Failure::noted(FailureKind::ReadOnly));
        assert!(error.retryable());
        assert!(error.to_string().contains("it can only be read"), "{error}");
    }
}
