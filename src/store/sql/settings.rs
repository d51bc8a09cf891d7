//! What the store must be told: where the database is, and how long anything may take.
//!
//! It is filled in by the configuration; nothing here reads files or the environment.

use std::fmt;
use std::time::Duration;

/// Settings of the store. Every wait has an end: a database that hangs gives a typed error, never a hung client.
#[derive(Clone, PartialEq, Eq)]
pub struct StoreSettings {
    /// `sqlite:PATH`, `postgres://…` or `mysql://…` (MariaDB too). It may hold a password, so it is never shown.
    pub url: String,
    /// Most connections to the database; with SQLite, most readers beside the one writer.
    pub connections_max: u32,
    /// Longest wait for a free connection, the time to open one included.
    pub acquire_timeout: Duration,
    /// Longest time of one statement.
    pub statement_timeout: Duration,
    /// How long a connection may wait for its next use: below the time after which firewalls and balancers forget one.
    pub idle_timeout: Duration,
    /// A connection that waited longer is asked for a sign of life before its next use.
    pub check_after: Duration,
    /// How old a connection may become; by chance it ends up to a fifth earlier, so that they do not end together.
    pub connection_age_max: Duration,
    /// How long a process that vanished keeps others from migrating the database.
    pub migration_lock: Duration,
    /// How often a transaction that lost against a concurrent one is run, the first time included.
    pub transaction_attempts_max: u32,
}

impl StoreSettings {
    /// The defaults for a database at `url`.
    pub fn new(url: impl Into<String>) -> Self {
        Self {
            url: url.into(),
            connections_max: 16,
            acquire_timeout: Duration::from_secs(10),
            statement_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_mins(5),
            check_after: Duration::from_secs(30),
            connection_age_max: Duration::from_mins(30),
            migration_lock: Duration::from_mins(5),
            transaction_attempts_max: 12,
        }
    }
}

impl fmt::Debug for StoreSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = self.url.split(':').next().unwrap_or_default();
        f.debug_struct("StoreSettings")
            .field("url", &format_args!("{scheme}:…"))
            .field("connections_max", &self.connections_max)
            .field("acquire_timeout", &self.acquire_timeout)
            .field("statement_timeout", &self.statement_timeout)
            .field("idle_timeout", &self.idle_timeout)
            .field("check_after", &self.check_after)
            .field("connection_age_max", &self.connection_age_max)
            .field("migration_lock", &self.migration_lock)
            .field("transaction_attempts_max", &self.transaction_attempts_max)
            .finish()
    }
}
