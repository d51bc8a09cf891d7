//! `PostgreSQL`: the system catalogs in one read-only transaction, which shows one moment of them to any user who may
//! connect, whatever the rights on the tables.
//!
//! An empty search path makes the server print every name with its schema, so that the texts do not change with the
//! user's settings; a digest of what the server keeps of a default or a view tells a text that changed from one that only
//! shows the new name of something. The session is set up inside the transaction, so that a pooler which hands out connections by
//! transaction may stand between. What the server prints from its caches rather than from the transaction's moment
//! shows as a gap, and the read is made anew.

mod types;

use super::error::SourceError;
use super::failure::{ReadError, failure};
use super::gather::Gathering;
use super::settings::SourceSettings;
use super::{Readable, Scope};
use crate::model::{SourceColumn, SourceDialect, SourceTableKind, SourceTableRef};
use futures::TryStreamExt;
use sqlx::postgres::{PgConnectOptions, PgConnection, PgSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, query, raw_sql};
use std::collections::HashMap;
use std::str::FromStr;
use types::TypeNotes;

/// The oldest release whose catalogs have what is asked for.
const VERSION_LEAST: i32 = 120_000;
/// The longest wait for a lock: a view's query is printed under a lock on what it reads.
const LOCK_WAIT_MS_MAX: u64 = 5_000;

/// A `PostgreSQL` database.
#[derive(Debug)]
pub struct Postgres {
    options: PgConnectOptions,
    settings: SourceSettings,
    scope: Scope,
}

/// Where each table that was taken up stands, by its number in the source.
type Places = HashMap<i64, usize>;
/// Names of columns by table and number.
type Names = HashMap<(i64, i32), String>;

impl Postgres {
    /// Reads the address; nothing is connected yet.
    pub fn open(settings: &SourceSettings) -> Result<Self, SourceError> {
        let url = settings.address()?;
        let mut options = PgConnectOptions::from_str(url.reveal())
            .map_err(|error| failure(&error, settings.time_limit_s))?
            .application_name("skep")
            .disable_statement_logging();
        if let Ok(read) = url::Url::parse(url.reveal()) {
            let has = |names: &[&str]| {
                let mut pairs = read.query_pairs();
                pairs.any(|(name, _)| names.contains(&name.as_ref()))
            };
            // The driver fills in what is missing from variables and files of its own, which were not meant for
            // whatever address stands here.
            if read.password().is_none() && !has(&["password"]) {
                options = options.password("");
            }
            if settings.ca_file.is_some() && !has(&["sslmode", "ssl-mode"]) {
                options = options.ssl_mode(PgSslMode::VerifyFull);
            }
        }
        if let Some(file) = &settings.ca_file {
            options = options.ssl_root_cert(file);
        }
        Ok(Self {
            options,
            settings: settings.clone(),
            scope: settings.scope()?,
        })
    }
}

impl Readable for Postgres {
    const DIALECT: SourceDialect = SourceDialect::Postgres;

    fn bounds(&self) -> (&SourceSettings, &Scope) {
        (&self.settings, &self.scope)
    }

    async fn gather(&self, gathering: &mut Gathering<'_>) -> Result<String, ReadError> {
        let mut connection = self.options.connect().await?;
        let limit_ms = self.settings.time_limit_s * 1_000;
        let lock_ms = (limit_ms / 10).min(LOCK_WAIT_MS_MAX);
        let begin = format!(
            "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;
             SET LOCAL statement_timeout = {limit_ms};
             SET LOCAL lock_timeout = {lock_ms};
             SET LOCAL search_path = ''"
        );
        raw_sql(AssertSqlSafe(begin))
            .execute(&mut connection)
            .await?;
        let (version, schemas) = schemas(&mut connection, gathering).await?;
        let places = tables(&mut connection, gathering, &schemas).await?;
        partitions(&mut connection, gathering, &schemas).await?;
        let numbers: Vec<i64> = places.keys().copied().collect();
        let notes = TypeNotes::read(&mut connection).await?;
        let names = columns(&mut connection, gathering, &places, &numbers, &notes).await?;
        keys(&mut connection, gathering, &places, &numbers, &names).await?;
        if self.settings.views {
            // Last: the locks of these are kept until the transaction ends.
            views(&mut connection, gathering, &places, &numbers).await?;
        }
        // All is told; how the connection ends does not matter.
        drop(connection.close().await);
        Ok(version)
    }
}

/// The version and the schemas to read. Every schema is known to everybody, and so is each of its tables.
async fn schemas(
    connection: &mut PgConnection,
    gathering: &mut Gathering<'_>,
) -> Result<(String, Vec<String>), ReadError> {
    let rows = query(
        "SELECT current_setting('server_version'),
            current_setting('server_version_num')::int4,
            ARRAY(SELECT n.nspname::text
                FROM pg_namespace n
                WHERE n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
                ORDER BY 1)",
    )
    .persistent(false)
    .fetch_one(connection)
    .await?;
    let version: String = rows.try_get(0)?;
    if rows.try_get::<i32, _>(1)? < VERSION_LEAST {
        let why = format!("PostgreSQL {version} is older than 12");
        return Err(SourceError::Unreadable(why).into());
    }
    let all: Vec<String> = rows.try_get(2)?;
    gathering.schemas_known(all.iter().cloned())?;
    let wanted = all.into_iter().filter(|name| gathering.schema(name, true));
    let wanted = wanted.collect();
    Ok((format!("PostgreSQL {version}"), wanted))
}

/// Tables, partitioned and foreign ones too, views and materialized views; not partitions, temporary tables and what
/// an extension brought.
async fn tables(
    connection: &mut PgConnection,
    gathering: &mut Gathering<'_>,
    schemas: &[String],
) -> Result<Places, ReadError> {
    let mut rows = query(
        "SELECT c.oid::int8, n.nspname::text, c.relname::text, c.relkind IN ('v', 'm'), s.description
        FROM pg_class c
        JOIN pg_namespace n ON n.oid = c.relnamespace
        LEFT JOIN pg_description s
            ON s.objoid = c.oid AND s.classoid = 'pg_class'::regclass AND s.objsubid = 0
        WHERE n.nspname = ANY($1)
            AND c.relkind IN ('r', 'p', 'f', 'v', 'm')
            AND NOT c.relispartition
            AND c.relpersistence <> 't'
            AND NOT EXISTS (SELECT FROM pg_depend d
                WHERE d.classid = 'pg_class'::regclass AND d.objid = c.oid AND d.deptype = 'e')",
    )
    .bind(schemas)
    .persistent(false)
    .fetch(connection);
    let mut places = Places::new();
    while let Some(row) = rows.try_next().await? {
        let kind = if row.try_get(3)? {
            SourceTableKind::View
        } else {
            SourceTableKind::Table
        };
        let place = gathering.table(row.try_get(1)?, row.try_get(2)?, kind, row.try_get(4)?)?;
        if let Some(place) = place {
            let number: i64 = row.try_get(0)?;
            gathering.at(place).identity = Some(number);
            places.insert(number, place);
        }
    }
    Ok(places)
}

/// Partitions by their numbers: what was one and stands alone now is no new table.
async fn partitions(
    connection: &mut PgConnection,
    gathering: &mut Gathering<'_>,
    schemas: &[String],
) -> Result<(), ReadError> {
    let mut rows = query(
        "SELECT c.oid::int8, n.nspname::text, p.relname::text
        FROM pg_class c
        JOIN pg_inherits i ON i.inhrelid = c.oid
        JOIN pg_class p ON p.oid = i.inhparent
        JOIN pg_namespace n ON n.oid = p.relnamespace
        WHERE c.relispartition AND c.relkind IN ('r', 'p', 'f')
            AND c.relnamespace IN (SELECT o.oid FROM pg_namespace o WHERE o.nspname = ANY($1))",
    )
    .bind(schemas)
    .persistent(false)
    .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        let of = SourceTableRef {
            schema: row.try_get(1)?,
            name: row.try_get(2)?,
        };
        gathering.partition(of, row.try_get(0)?)?;
    }
    Ok(())
}

async fn columns(
    connection: &mut PgConnection,
    gathering: &mut Gathering<'_>,
    places: &Places,
    numbers: &[i64],
    notes: &TypeNotes,
) -> Result<Names, ReadError> {
    let mut rows = query(
        "SELECT a.attrelid::int8, a.attnum::int4, a.attname::text, a.atttypid::int8,
            CASE WHEN t.typcategory = 'A' THEN t.typelem::int8 ELSE 0 END,
            format_type(a.atttypid, a.atttypmod),
            NOT a.attnotnull, a.attidentity::text, a.attgenerated::text,
            pg_get_expr(d.adbin, d.adrelid), s.description,
            ('x' || left(md5(d.adbin::text), 16))::bit(64)::int8
        FROM unnest($1::int8[]) AS wanted (id)
        JOIN pg_attribute a ON a.attrelid = wanted.id::oid
        LEFT JOIN pg_type t ON t.oid = a.atttypid
        LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
        LEFT JOIN pg_description s
            ON s.objoid = a.attrelid AND s.classoid = 'pg_class'::regclass AND s.objsubid = a.attnum
        WHERE a.attnum > 0 AND NOT a.attisdropped
        ORDER BY a.attrelid, a.attnum",
    )
    .bind(numbers)
    .persistent(false)
    .fetch(connection);
    let mut names = Names::new();
    while let Some(row) = rows.try_next().await? {
        let (table, number): (i64, i32) = (row.try_get(0)?, row.try_get(1)?);
        let Some(place) = places.get(&table) else {
            continue;
        };
        let name: String = row.try_get(2)?;
        names.insert((table, number), name.clone());
        let printed: String = row.try_get(5)?;
        // What the server prints for a type that was dropped after the transaction began.
        if printed.starts_with("???") {
            return Err(SourceError::Changed(format!("the type of the column {name}")).into());
        }
        let (identity, generated): (String, String) = (row.try_get(7)?, row.try_get(8)?);
        let expression: Option<String> = row.try_get(9)?;
        let default = match (identity.as_str(), generated.as_str(), expression) {
            ("a", _, _) => Some("generated always as identity".to_owned()),
            ("d", _, _) => Some("generated by default as identity".to_owned()),
            (_, "s", Some(of)) => Some(format!("generated always as ({of}) stored")),
            (_, "v", Some(of)) => Some(format!("generated always as ({of}) virtual")),
            (_, _, expression) => expression,
        };
        let data_type: i64 = row.try_get(3)?;
        let column = SourceColumn {
            data_type: notes.shown(data_type, row.try_get(4)?, printed),
            name,
            nullable: row.try_get::<bool, _>(6)? && !notes.excludes_null(data_type),
            default: default.or_else(|| notes.default(data_type)),
            comment: row.try_get(10)?,
            identity: Some(number.into()),
            default_identity: row.try_get(11)?,
            hidden: false,
        };
        gathering.column(*place, column)?;
    }
    Ok(names)
}

/// Primary keys and unique keys, with or without a constraint; not those over expressions or over a part of the rows.
async fn keys(
    connection: &mut PgConnection,
    gathering: &mut Gathering<'_>,
    places: &Places,
    numbers: &[i64],
    names: &Names,
) -> Result<(), ReadError> {
    let mut rows = query(
        "SELECT i.indrelid::int8, c.relname::text, i.indisprimary,
            ARRAY(SELECT k.number::int4
                FROM unnest(i.indkey::int2[]) WITH ORDINALITY AS k (number, place)
                WHERE k.place <= i.indnkeyatts
                ORDER BY k.place)
        FROM unnest($1::int8[]) AS wanted (id)
        JOIN pg_index i ON i.indrelid = wanted.id::oid
        JOIN pg_class c ON c.oid = i.indexrelid
        WHERE i.indisunique AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL",
    )
    .bind(numbers)
    .persistent(false)
    .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        let table: i64 = row.try_get(0)?;
        let Some(place) = places.get(&table) else {
            continue;
        };
        let numbers: Vec<i32> = row.try_get(3)?;
        let columns: Option<Vec<String>> = numbers
            .iter()
            .map(|number| names.get(&(table, *number)).cloned())
            .collect();
        let Some(columns) = columns else {
            let why = "a key names a column that is not there".to_owned();
            return Err(SourceError::Changed(why).into());
        };
        let table = gathering.at(*place);
        if row.try_get(2)? {
            table.primary_key = columns;
        } else {
            table.unique_keys.insert(row.try_get(1)?, columns);
        }
    }
    Ok(())
}

async fn views(
    connection: &mut PgConnection,
    gathering: &mut Gathering<'_>,
    places: &Places,
    numbers: &[i64],
) -> Result<(), ReadError> {
    let mut rows = query(
        "SELECT c.oid::int8, pg_get_viewdef(c.oid),
            ('x' || left(md5(r.ev_action::text), 16))::bit(64)::int8
        FROM unnest($1::int8[]) AS wanted (id)
        JOIN pg_class c ON c.oid = wanted.id::oid
        LEFT JOIN pg_rewrite r ON r.ev_class = c.oid AND r.rulename = '_RETURN'
        WHERE c.relkind IN ('v', 'm')",
    )
    .bind(numbers)
    .persistent(false)
    .fetch(connection);
    while let Some(row) = rows.try_next().await? {
        let Some(place) = places.get(&row.try_get::<i64, _>(0)?) else {
            continue;
        };
        // Printed from the server's caches: a view that was dropped meanwhile has no text.
        let Some(text) = row.try_get::<Option<String>, _>(1)? else {
            let why = format!("the view {}", gathering.at(*place).at);
            return Err(SourceError::Changed(why).into());
        };
        gathering.view(*place, text)?;
        gathering.at(*place).view_identity = row.try_get(2)?;
    }
    Ok(())
}
