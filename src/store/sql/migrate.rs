//! Brings the database's schema up to this version of skep, safely when many processes start at once.
//!
//! The lock is a row with an expiry, not an advisory lock: those exist on one server only, and the database may be a
//! distributed one. The rules of the files are in `migrations/README.md`.

use crate::back_off::BackOff;
use crate::error::{Error, Result};
use crate::store::sql::dialect::Dialect;
use crate::store::sql::failure::{Failure, FailureKind};
use crate::store::sql::link::{Link, Role, Target};
use crate::store::sql::settings::StoreSettings;
use crate::store::sql::statement::Statement;
use std::time::{Duration, Instant};
use tokio::time::{sleep, timeout};

/// A change of the schema, in each dialect.
struct Migration {
    number: i64,
    name: &'static str,
    sqlite: &'static str,
    postgres: &'static str,
    mysql: &'static str,
}

/// The migration of a file that each dialect has a version of.
macro_rules! migration {
    ($number:literal, $name:literal, $file:literal) => {
        Migration {
            number: $number,
            name: $name,
            sqlite: include_str!(concat!("../../../migrations/sqlite/", $file)),
            postgres: include_str!(concat!("../../../migrations/postgres/", $file)),
            mysql: include_str!(concat!("../../../migrations/mysql/", $file)),
        }
    };
}

/// Every migration, in order.
const MIGRATIONS: &[Migration] = &[
    migration!(1, "initial", "0001_initial.sql"),
    migration!(2, "discovery", "0002_discovery.sql"),
    migration!(3, "schema_watch", "0003_schema_watch.sql"),
    migration!(4, "jobs", "0004_jobs.sql"),
    migration!(5, "watch_indexes", "0005_watch_indexes.sql"),
    migration!(6, "places", "0006_places.sql"),
    migration!(7, "data_places", "0007_data_places.sql"),
    migration!(8, "watch_sight", "0008_watch_sight.sql"),
    migration!(9, "deletions_under_way", "0009_deletions_under_way.sql"),
    migration!(10, "answers", "0010_answers.sql"),
    migration!(11, "discovery_troubles", "0011_discovery_troubles.sql"),
    migration!(12, "alert_threads", "0012_alert_threads.sql"),
    migration!(13, "azure_places", "0013_azure_places.sql"),
    migration!(14, "room", "0014_room.sql"),
    migration!(15, "freshness", "0015_freshness.sql"),
    migration!(16, "search", "0016_search.sql"),
    migration!(17, "replicas", "0017_replicas.sql"),
    migration!(18, "listing_pauses", "0018_listing_pauses.sql"),
    migration!(19, "search_by_catalog", "0019_search_by_catalog.sql"),
];

/// How long a process waits for another one's migration.
const WAIT_MAX: Duration = Duration::from_mins(15);
/// Longest time of one statement of a migration.
const STATEMENT_TIMEOUT: Duration = Duration::from_hours(1);
/// The pauses of those who wait.
const PAUSES: BackOff = BackOff::new(Duration::from_millis(50), Duration::from_secs(1));

/// Applies what is missing.
pub(in crate::store) async fn migrate(settings: &StoreSettings) -> Result<()> {
    let target = Target::new(&StoreSettings {
        statement_timeout: STATEMENT_TIMEOUT,
        ..settings.clone()
    })?;
    target.folder_make()?;
    let link = connect(&target, settings.acquire_timeout).await?;
    let mut migrator = Migrator {
        link,
        target,
        lock_s: i64::try_from(settings.migration_lock.as_secs()).unwrap_or(i64::MAX),
        holder: format!("{:032x}", fastrand::u128(..)),
        started: Instant::now(),
    };
    let result = migrator.run().await;
    migrator.link.close().await;
    result
}

/// The numbers of the migrations that a database has, in order. Fails where it has no table of them.
pub(in crate::store) async fn applied(
    link: &mut Link,
    dialect: Dialect,
) -> Result<Vec<i64>, Failure> {
    let statement = Statement::new(
        dialect,
        "SELECT number FROM skep_migrations ORDER BY number",
    );
    let found = link.rows(&statement, usize::MAX).await?;
    let rows = found.rows.iter();
    rows.map(|row| row.cells().integer()).collect()
}

/// The numbers of the migrations that a database lacks, in order. Fails with `Unsupported` where it is of a newer version.
pub(in crate::store) fn pending(applied: &[i64]) -> Result<Vec<i64>> {
    let missing = Migrator::missing(applied)?;
    Ok(missing.iter().map(|migration| migration.number).collect())
}

/// Connects to a database that may be starting at the same moment as skep.
async fn connect(target: &Target, patience: Duration) -> Result<Link, Failure> {
    let started = Instant::now();
    let mut tries = 0;
    loop {
        let pause = PAUSES.pause_by_chance(tries);
        tries += 1;
        let connecting = timeout(patience, target.connect(Role::Write)).await;
        match connecting {
            Ok(Err(failure))
                if failure.kind == FailureKind::Lost && started.elapsed() + pause < patience =>
            {
                sleep(pause).await;
            }
            Ok(connected) => return connected,
            Err(_) => {
                let what = "the database did not accept a connection in time";
                return Err(Failure::timeout(what));
            }
        }
    }
}

struct Migrator {
    link: Link,
    target: Target,
    /// Seconds that the lock lasts from its last extension.
    lock_s: i64,
    holder: String,
    started: Instant,
}

impl Migrator {
    fn dialect(&self) -> Dialect {
        self.target.dialect()
    }

    async fn run(&mut self) -> Result<()> {
        // The usual start asks for no lock and needs no right to create tables.
        if let Ok(applied) = self.applied().await
            && Self::missing(&applied)?.is_empty()
        {
            return Ok(());
        }
        self.lock().await?;
        let result = self.run_locked().await;
        let statement = Statement::new(
            self.dialect(),
            "DELETE FROM skep_migration_lock WHERE holder = ?",
        )
        .bind(self.holder.as_str());
        let unlocked = self.link.execute(&statement).await;
        result?;
        unlocked?;
        Ok(())
    }

    async fn run_locked(&mut self) -> Result<()> {
        let applied = self.applied().await?;
        for migration in Self::missing(&applied)? {
            tracing::info!(
                number = migration.number,
                name = migration.name,
                "migrating the database"
            );
            self.apply_kept(migration).await?;
        }
        Ok(())
    }

    async fn applied(&mut self) -> Result<Vec<i64>, Failure> {
        let dialect = self.dialect();
        applied(&mut self.link, dialect).await
    }

    fn missing(applied: &[i64]) -> Result<Vec<&'static Migration>> {
        let newest = MIGRATIONS.last().map_or(0, |migration| migration.number);
        if let Some(unknown) = applied.iter().find(|number| **number > newest) {
            return Err(Error::Unsupported(format!(
                "the database was written by a newer version of skep: it has migration {unknown}, \
                 this version knows those up to {newest}"
            )));
        }
        Ok(MIGRATIONS
            .iter()
            .filter(|migration| !applied.contains(&migration.number))
            .collect())
    }

    /// Makes the two bookkeeping tables and takes the lock; whoever inserts the row has it.
    async fn lock(&mut self) -> Result<()> {
        let mut tries = 0;
        loop {
            match self.try_lock().await {
                Ok(true) => return Ok(()),
                Ok(false) => {}
                // Two processes that create the same table at once: one of them gets an odd error. Who may make no tables will
                // not by waiting.
                Err(failure)
                    if !failure.kind.is_of_connection()
                        && failure.kind != FailureKind::Barred
                        && self.may_wait(60) => {}
                Err(failure) => return Err(failure.into()),
            }
            if !self.may_wait(WAIT_MAX.as_secs()) {
                return Err(Failure::timeout("another process holds the migration lock").into());
            }
            sleep(PAUSES.pause_by_chance(tries)).await;
            tries += 1;
        }
    }

    fn may_wait(&self, seconds: u64) -> bool {
        self.started.elapsed() < Duration::from_secs(seconds)
    }

    async fn try_lock(&mut self) -> Result<bool, Failure> {
        for sql in bookkeeping(self.dialect()) {
            self.link.raw(sql).await?;
        }
        let insert = Statement::new(
            self.dialect(),
            "INSERT INTO skep_migration_lock (id, holder, expires_at) VALUES (1, ?, ",
        )
        .bind(self.holder.as_str())
        .now()
        .text(" + ?)")
        .bind(self.lock_s);
        match self.link.execute(&insert).await {
            Ok(_) => return Ok(true),
            Err(failure) if failure.kind == FailureKind::Duplicate => {}
            Err(failure) => return Err(failure),
        }
        let steal = Statement::new(
            self.dialect(),
            "UPDATE skep_migration_lock SET holder = ?, expires_at = ",
        )
        .bind(self.holder.as_str())
        .now()
        .text(" + ? WHERE id = 1 AND expires_at < ")
        .bind(self.lock_s)
        .now();
        Ok(self.link.execute(&steal).await? == 1)
    }

    /// Applies a migration while its lock is kept alive: whatever time a statement takes, nobody else begins.
    async fn apply_kept(&mut self, migration: &'static Migration) -> Result<()> {
        let keeper = Keeper {
            target: self.target.clone(),
            holder: self.holder.clone(),
            lock_s: self.lock_s,
        };
        tokio::select! {
            applied = self.apply(migration) => applied,
            lost = keeper.keep() => Err(lost),
        }
    }

    async fn apply(&mut self, migration: &'static Migration) -> Result<()> {
        let text = match self.dialect() {
            Dialect::Sqlite => migration.sqlite,
            Dialect::Postgres => migration.postgres,
            Dialect::MySql => migration.mysql,
        };
        // MySQL commits at each CREATE; the transaction does no harm there.
        self.link.begin().await?;
        for sql in statements(text) {
            if self.dialect() == Dialect::MySql {
                // What came before is committed: the next one is ours only with the lock.
                self.extend().await?;
            }
            if let Err(failure) = self.link.raw(sql).await {
                // A run that died, or the one before this one, has made it.
                if failure.is_column_or_index_there() {
                    continue;
                }
                let rolled_back = self.link.raw("ROLLBACK").await;
                tracing::error!(
                    ?failure,
                    ?rolled_back,
                    name = migration.name,
                    "a migration failed"
                );
                return Err(failure.into());
            }
        }
        let done = Statement::new(
            self.dialect(),
            "INSERT INTO skep_migrations (number, name, applied_at) VALUES (?, ?, ",
        )
        .bind(migration.number)
        .bind(migration.name)
        .now()
        .text(")");
        self.link.execute(&done).await?;
        // In the same transaction: what is committed was done by the holder.
        self.extend().await?;
        self.link.raw("COMMIT").await?;
        Ok(())
    }

    async fn extend(&mut self) -> Result<()> {
        let dialect = self.dialect();
        if extend(&mut self.link, dialect, &self.holder, self.lock_s).await? {
            return Ok(());
        }
        Err(lost())
    }
}

/// Keeps the lock for another while; false where another process took it over.
async fn extend(
    link: &mut Link,
    dialect: Dialect,
    holder: &str,
    lock_s: i64,
) -> Result<bool, Failure> {
    let statement = Statement::new(dialect, "UPDATE skep_migration_lock SET expires_at = ")
        .now()
        .text(" + ? WHERE holder = ?")
        .bind(lock_s)
        .bind(holder);
    Ok(link.execute(&statement).await? == 1)
}

fn lost() -> Error {
    Error::Conflict("another process took over the migration of the database".into())
}

/// Extends the lock beside the migration, on a connection of its own.
struct Keeper {
    target: Target,
    holder: String,
    lock_s: i64,
}

impl Keeper {
    /// Runs until the lock is lost. A database that cannot be reached for a moment is asked again.
    async fn keep(&self) -> Error {
        if self.target.dialect() == Dialect::Sqlite {
            // The migration's transaction holds the whole file: nobody else can take the lock, nor extend it.
            std::future::pending::<()>().await;
        }
        let pause = Duration::from_secs(self.lock_s.unsigned_abs()) / 5;
        loop {
            sleep(pause).await;
            match self.extend_once().await {
                Ok(true) => {}
                Ok(false) => return lost(),
                Err(failure) => tracing::warn!(?failure, "cannot extend the lock of a migration"),
            }
        }
    }

    async fn extend_once(&self) -> Result<bool, Failure> {
        let mut link = self.target.connect(Role::Write).await?;
        let extended = extend(&mut link, self.target.dialect(), &self.holder, self.lock_s).await;
        link.close().await;
        extended
    }
}

fn bookkeeping(dialect: Dialect) -> [&'static str; 2] {
    match dialect {
        Dialect::Sqlite | Dialect::Postgres => [
            "CREATE TABLE IF NOT EXISTS skep_migrations \
             (number BIGINT PRIMARY KEY, name TEXT NOT NULL, applied_at BIGINT NOT NULL)",
            "CREATE TABLE IF NOT EXISTS skep_migration_lock \
             (id BIGINT PRIMARY KEY, holder TEXT NOT NULL, expires_at BIGINT NOT NULL)",
        ],
        Dialect::MySql => [
            "CREATE TABLE IF NOT EXISTS skep_migrations (number BIGINT PRIMARY KEY, \
             name VARBINARY(256) NOT NULL, applied_at BIGINT NOT NULL) ENGINE = InnoDB",
            "CREATE TABLE IF NOT EXISTS skep_migration_lock (id BIGINT PRIMARY KEY, \
             holder VARBINARY(64) NOT NULL, expires_at BIGINT NOT NULL) ENGINE = InnoDB",
        ],
    }
}

/// The statements of a file: each ends with a `;` at the end of a line. Comments go with the statement after them.
fn statements(text: &'static str) -> impl Iterator<Item = &'static str> {
    text.split(";\n").filter(|part| {
        part.lines()
            .any(|line| !line.trim().is_empty() && !line.trim_start().starts_with("--"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn migrations_are_numbered_without_gaps() {
        for (index, migration) in MIGRATIONS.iter().enumerate() {
            assert_eq!(migration.number, i64::try_from(index).unwrap() + 1);
        }
    }

    #[test]
    fn files_are_cut_into_statements() {
        let text =
            "-- one\nCREATE TABLE a (\n    b TEXT\n);\n\n-- two\nINSERT INTO a VALUES ('x');\n";
        let cut: Vec<&str> = statements(text).collect();
        assert_eq!(cut.len(), 2);
        assert!(cut[1].trim_start().starts_with("-- two"));
    }
}
