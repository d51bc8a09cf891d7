//! A connection to MySQL or MariaDB: its session's settings, and prepared statements within the server's limit.
//!
//! The server counts the prepared statements of all connections together (`max_prepared_stmt_count`). Each connection
//! keeps its share; where others have used up the rest, a connection gives its own up and goes on with statements that
//! it prepares for one use, until it is replaced by a younger one. `Session` lets the idle ones give up theirs too.

use crate::store::sql::failure::{Failure, FailureKind};
use crate::store::sql::row::{FoundRows, Row};
use crate::store::sql::statement::Statement;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Executor, Row as _, query_with, raw_sql};
use std::time::Duration;

/// How many processes of skep are to find room on one server beside each other.
const REPLICAS: u64 = 4;
/// What a connection keeps at least: the few statements that most calls consist of.
const STATEMENTS_KEPT_MIN: u64 = 16;
/// The server's limit by default, for servers that do not tell theirs.
const STATEMENTS_MAX_DEFAULT: u64 = 16_382;

/// An open connection.
#[derive(Debug)]
pub(in crate::store) struct MySqlLink {
    connection: MySqlConnection,
    /// Whether statements are kept for their next use.
    keeps_statements: bool,
}

/// The most prepared statements of all connections to this server.
pub(in crate::store) async fn statements_max(
    options: &MySqlConnectOptions,
) -> Result<u64, Failure> {
    let mut connection = options.connect().await?;
    let row = connection
        .fetch_optional(raw_sql(
            "SHOW GLOBAL VARIABLES LIKE 'max_prepared_stmt_count'",
        ))
        .await?;
    let text: Option<String> = row.map(|row| row.try_get_unchecked(1)).transpose()?;
    if let Err(error) = connection.close().await {
        tracing::debug!(%error, "closing a database connection failed");
    }
    // TiDB says -1 where there is no limit.
    Ok(text
        .and_then(|text| text.parse().ok())
        .unwrap_or(STATEMENTS_MAX_DEFAULT))
}

/// How many statements each of `connections` keeps, of `most` that the server allows for all.
pub(in crate::store) fn statements_kept(most: u64, connections: u32, wanted: usize) -> usize {
    let share = most / REPLICAS / u64::from(connections.max(1));
    let kept = usize::try_from(share.max(STATEMENTS_KEPT_MIN)).unwrap_or(wanted);
    kept.min(wanted)
}

impl MySqlLink {
    pub(in crate::store) async fn open(
        options: &MySqlConnectOptions,
        statement_timeout: Duration,
    ) -> Result<Self, Failure> {
        let mut connection = options.connect().await?;
        session_set(&mut connection, statement_timeout).await?;
        Ok(Self {
            connection,
            keeps_statements: true,
        })
    }

    pub(in crate::store) async fn rows(
        &mut self,
        statement: &Statement<'_>,
        most: usize,
    ) -> Result<FoundRows, Failure> {
        let first = self.rows_once(statement, most).await;
        match first {
            Err(failure) if self.may_make_room(&failure) => {
                self.make_room().await?;
                self.rows_once(statement, most).await
            }
            other => other,
        }
    }

    pub(in crate::store) async fn execute(
        &mut self,
        statement: &Statement<'_>,
    ) -> Result<u64, Failure> {
        let first = self.execute_once(statement).await;
        match first {
            Err(failure) if self.may_make_room(&failure) => {
                self.make_room().await?;
                self.execute_once(statement).await
            }
            other => other,
        }
    }

    async fn rows_once(
        &mut self,
        statement: &Statement<'_>,
        most: usize,
    ) -> Result<FoundRows, Failure> {
        let arguments = statement.arguments::<sqlx::MySql>()?;
        let rows = query_with(AssertSqlSafe(statement.sql()), arguments)
            .persistent(self.keeps_statements)
            .fetch(&mut self.connection);
        Ok(FoundRows::read(rows, Row::MySql, most).await?)
    }

    async fn execute_once(&mut self, statement: &Statement<'_>) -> Result<u64, Failure> {
        let arguments = statement.arguments::<sqlx::MySql>()?;
        let done = query_with(AssertSqlSafe(statement.sql()), arguments)
            .persistent(self.keeps_statements)
            .execute(&mut self.connection)
            .await?;
        Ok(done.rows_affected())
    }

    /// Whether own statements can be given up for the one that found no room.
    fn may_make_room(&self, failure: &Failure) -> bool {
        self.keeps_statements && failure.kind == FailureKind::Crowded
    }

    /// Gives the kept statements up and keeps none any more.
    async fn make_room(&mut self) -> Result<(), Failure> {
        tracing::warn!(
            "the database has no room for more prepared statements (max_prepared_stmt_count); \
             a connection goes on without keeping its own"
        );
        self.keeps_statements = false;
        Ok(self.connection.clear_cached_statements().await?)
    }

    pub(in crate::store) async fn raw(&mut self, sql: &'static str) -> Result<(), Failure> {
        raw_sql(sql).execute(&mut self.connection).await?;
        Ok(())
    }

    pub(in crate::store) async fn close(self) -> Result<(), sqlx::Error> {
        self.connection.close().await
    }
}

/// Isolation and time limits of a MySQL or MariaDB connection.
async fn session_set(
    connection: &mut MySqlConnection,
    statement_timeout: Duration,
) -> Result<(), sqlx::Error> {
    let version: String = connection
        .fetch_one(raw_sql("SELECT VERSION()"))
        .await?
        .try_get_unchecked(0)?;
    // REPEATABLE READ would show a transaction the rows as they were before it got its locks.
    raw_sql("SET SESSION TRANSACTION ISOLATION LEVEL READ COMMITTED")
        .execute(&mut *connection)
        .await?;
    // Lists of names come in one text; the default would cut it.
    raw_sql("SET SESSION group_concat_max_len = 16777216")
        .execute(&mut *connection)
        .await?;
    let seconds = statement_timeout.as_secs().max(1);
    let lock_wait = format!(
        "SET SESSION innodb_lock_wait_timeout = {}",
        seconds.div_ceil(2)
    );
    raw_sql(AssertSqlSafe(lock_wait))
        .execute(&mut *connection)
        .await?;
    if !version.contains("MariaDB") {
        // MySQL limits SELECT alone.
        let limit = format!("SET SESSION max_execution_time = {}", seconds * 1000);
        raw_sql(AssertSqlSafe(limit))
            .execute(&mut *connection)
            .await?;
        return Ok(());
    }
    let limit = format!("SET SESSION max_statement_time = {seconds}");
    raw_sql(AssertSqlSafe(limit))
        .execute(&mut *connection)
        .await?;
    // On a Galera cluster a read must wait for what other nodes acknowledged before it.
    let galera = connection
        .fetch_optional(raw_sql("SHOW STATUS LIKE 'wsrep_ready'"))
        .await?;
    let ready: Option<String> = galera.map(|row| row.try_get_unchecked(1)).transpose()?;
    if ready.is_some_and(|value| value.eq_ignore_ascii_case("on")) {
        raw_sql("SET SESSION wsrep_sync_wait = 1")
            .execute(&mut *connection)
            .await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::statements_kept;

    #[test]
    fn four_replicas_find_room_below_the_servers_limit() {
        for (most, connections) in [(16_382, 16), (16_382, 64), (4_000, 16), (1_048_576, 16)] {
            let kept = statements_kept(most, connections, 400) as u64;
            assert!(4 * u64::from(connections) * kept <= most, "{most}: {kept}");
            assert!((16..=400).contains(&kept), "{most}: {kept}");
        }
        // Too small a limit for anybody: the few that matter most, and the server decides.
        assert_eq!(statements_kept(0, 16, 400), 16);
        assert_eq!(statements_kept(u64::MAX, 1, 400), 400);
    }
}
