//! A look at the database for who operates it: its version and speed, its clock, what a start would migrate, and whether it
//! commits. Nothing is made and nothing stays: the one row that is written is removed in the same transaction.

use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::store::sql::dialect::Dialect;
use crate::store::sql::failure::{Failure, FailureKind};
use crate::store::sql::link::{Link, Role, Target};
use crate::store::sql::migrate;
use crate::store::sql::settings::StoreSettings;
use crate::store::sql::statement::Statement;
use std::time::{Duration, Instant};

/// Questions of which the time is taken.
const ROUND_TRIPS: usize = 9;
/// Databases of the catalog whose places are told.
const PLACES_MAX: i64 = 100;
/// The migration that made the table in which a write is tried.
const ROOM_MIGRATION: i64 = 14;
/// Half of what the database's clock leaves out: it tells whole seconds.
const HALF_SECOND_MS: i64 = 500;

/// What a look at the database showed.
#[derive(Debug)]
pub struct Examination {
    /// The server's own version.
    pub version: String,
    /// What a question takes, the connection being open: the median of some.
    pub round_trip: Duration,
    /// How far the database's clock is ahead of this machine's, milliseconds; it may be a second less or more.
    pub ahead_ms: i64,
    /// How far the schema is.
    pub schema: Schema,
    /// Whether the user may create tables, as far as the database tells: PostgreSQL does.
    pub creates_tables: bool,
    /// What a transaction that writes took, from its begin to its commit, or why there was none. `None` where the table that it
    /// writes to is still to be made.
    pub commit: Option<Result<Duration>>,
    /// The setting of the server by which what was committed may be lost, where one is known.
    pub risk: Option<String>,
    /// The catalog's databases, each with the location of its directory, the oldest hundred; none where the schema is not made.
    pub places: Vec<(String, String)>,
    /// Who serves this database, or did; `None` where the table of replicas is still to be made.
    pub replicas: Option<Vec<Neighbour>>,
}

/// A process that serves the database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// The name that no other process has.
    pub id: String,
    /// Where it listens for Thrift.
    pub thrift_address: String,
}

/// How far the schema is.
#[derive(Debug)]
pub enum Schema {
    /// Nothing was made yet.
    Empty,
    /// So many migrations are applied, and these are not.
    Made {
        /// The number of those that are.
        applied: usize,
        /// The numbers of those that are missing, in order.
        pending: Vec<i64>,
    },
    /// A newer version of skep has written it: this one will not start on it.
    Newer(Error),
}

/// Connects once, and looks. `Unavailable` where nobody answers or a SQLite file is missing.
pub(in crate::store) async fn examine(settings: &StoreSettings) -> Result<Examination> {
    let target = Target::fitting(settings).await?.untouched()?;
    let mut link = target.connect(Role::Write).await?;
    let looked = look(&mut link, target.dialect()).await;
    link.close().await;
    looked
}

async fn look(link: &mut Link, dialect: Dialect) -> Result<Examination> {
    let version = text(link, &Statement::new(dialect, version_of(dialect))).await?;
    let round_trip = round_trip(link, dialect).await?;
    let ahead_ms = ahead_ms(link, dialect).await?;
    // Servers that only speak the protocol may not know the setting: then there is nothing to tell.
    let risk = text(link, &Statement::new(dialect, risk_of(dialect))).await;
    let schema = schema(link, dialect).await?;
    let creates_tables = creates_tables(link, dialect).await;
    let replicas = neighbours(link, dialect).await.ok();
    let (commit, places) = match &schema {
        Schema::Empty | Schema::Newer(_) => (None, Vec::new()),
        Schema::Made { pending, .. } => {
            let places = places(link, dialect).await?;
            let commit = if pending.contains(&ROOM_MIGRATION) {
                None
            } else {
                Some(committed(link, dialect).await.map_err(Error::from))
            };
            (commit, places)
        }
    };
    Ok(Examination {
        version,
        round_trip,
        ahead_ms,
        schema,
        creates_tables,
        commit,
        risk: risk.ok().filter(|risk| !risk.is_empty()),
        places,
        replicas,
    })
}

async fn creates_tables(link: &mut Link, dialect: Dialect) -> bool {
    let question = match dialect {
        Dialect::Sqlite | Dialect::MySql => return true,
        // Since PostgreSQL 15 a new user may not in the schema `public`.
        Dialect::Postgres => {
            "SELECT CASE WHEN has_schema_privilege(current_schema(), 'CREATE') THEN 'yes' ELSE 'no' END"
        }
    };
    // Servers that only speak the protocol may not know the function.
    let answer = text(link, &Statement::new(dialect, question)).await;
    !matches!(answer.as_deref(), Ok("no"))
}

fn version_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "SELECT sqlite_version()",
        Dialect::Postgres => "SELECT current_setting('server_version')",
        Dialect::MySql => "SELECT CAST(VERSION() AS CHAR)",
    }
}

/// What names the setting by which a server forgets what it has committed. SQLite goes by what each connection says.
fn risk_of(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Sqlite => "SELECT ''",
        Dialect::Postgres => {
            "SELECT CASE WHEN current_setting('fsync', true) = 'off' THEN 'fsync is off' \
             WHEN current_setting('synchronous_commit', true) = 'off' THEN 'synchronous_commit is off' \
             ELSE '' END"
        }
        Dialect::MySql => {
            "SELECT CASE WHEN @@innodb_flush_log_at_trx_commit = 1 THEN '' \
             ELSE 'innodb_flush_log_at_trx_commit is not 1' END"
        }
    }
}

/// The text that a query gives.
async fn text(link: &mut Link, statement: &Statement<'_>) -> Result<String, Failure> {
    let found = link.rows(statement, usize::MAX).await?;
    let row = found.rows.first();
    let row = row.ok_or_else(|| Failure::fault("the database told nothing"))?;
    row.cells().string()
}

/// The median of what questions take.
async fn round_trip(link: &mut Link, dialect: Dialect) -> Result<Duration, Failure> {
    let statement = Statement::new(dialect, "SELECT 1");
    let mut took = Vec::with_capacity(ROUND_TRIPS);
    for _ in 0..ROUND_TRIPS {
        let began = Instant::now();
        link.rows(&statement, usize::MAX).await?;
        took.push(began.elapsed());
    }
    took.sort_unstable();
    Ok(took[ROUND_TRIPS / 2])
}

async fn ahead_ms(link: &mut Link, dialect: Dialect) -> Result<i64, Failure> {
    let statement = Statement::new(dialect, "SELECT ").now();
    let asked_ms = Clock::System.millis();
    let found = link.rows(&statement, usize::MAX).await?;
    let answered_ms = Clock::System.millis();
    let row = found.rows.first();
    let row = row.ok_or_else(|| Failure::fault("the database told no time"))?;
    let told_ms = row.cells().time()?.seconds().saturating_mul(1_000) + HALF_SECOND_MS;
    Ok(told_ms - asked_ms.midpoint(answered_ms))
}

async fn schema(link: &mut Link, dialect: Dialect) -> Result<Schema> {
    let applied = match migrate::applied(link, dialect).await {
        Ok(applied) => applied,
        // There is no table of migrations.
        Err(failure) if failure.kind == FailureKind::Fault => return Ok(Schema::Empty),
        Err(failure) => return Err(failure.into()),
    };
    Ok(match migrate::pending(&applied) {
        Ok(pending) => Schema::Made {
            applied: applied.len(),
            pending,
        },
        Err(newer) => Schema::Newer(newer),
    })
}

/// Writes a row and takes it back in one transaction, and says how long that took: nothing is left, whatever ends it.
async fn committed(link: &mut Link, dialect: Dialect) -> Result<Duration, Failure> {
    let name = format!("{:032x}", fastrand::u128(..));
    let began = Instant::now();
    link.begin().await?;
    let insert = Statement::new(
        dialect,
        "INSERT INTO skep_room (name, filler) VALUES (?, ?)",
    )
    .bind(name.as_str())
    .bind(name.as_bytes());
    link.execute(&insert).await?;
    let delete =
        Statement::new(dialect, "DELETE FROM skep_room WHERE name = ?").bind(name.as_str());
    link.execute(&delete).await?;
    link.raw("COMMIT").await?;
    Ok(began.elapsed())
}

async fn neighbours(link: &mut Link, dialect: Dialect) -> Result<Vec<Neighbour>, Failure> {
    let statement = Statement::new(dialect, "SELECT id, thrift_address FROM skep_replicas");
    let found = link.rows(&statement, usize::MAX).await?;
    let all = found.rows.iter().map(|row| {
        let mut cells = row.cells();
        Ok(Neighbour {
            id: cells.string()?,
            thrift_address: cells.string()?,
        })
    });
    all.collect()
}

async fn places(link: &mut Link, dialect: Dialect) -> Result<Vec<(String, String)>, Failure> {
    let statement = Statement::new(
        dialect,
        "SELECT name, location FROM skep_databases ORDER BY id LIMIT ?",
    )
    .bind(PLACES_MAX);
    let found = link.rows(&statement, usize::MAX).await?;
    let places = found.rows.iter().map(|row| {
        let mut cells = row.cells();
        Ok((cells.string()?, cells.string()?))
    });
    places.collect()
}
