//! `SQLite`: the schema of one file, opened for reading only, in one transaction.
//!
//! A view whose query no longer fits its tables makes its own reading fail, so views are asked one by one and a
//! broken one is told as that. Types are the declared words, whatever they are.

use super::error::SourceError;
use super::failure::ReadError;
use super::gather::Gathering;
use super::settings::SourceSettings;
use super::{Readable, Scope};
use crate::model::{SourceColumn, SourceDialect, SourceTableKind};
use futures::TryStreamExt;
use sqlx::sqlite::{SqliteConnectOptions, SqliteConnection, SqliteRow};
use sqlx::{ConnectOptions, Connection, Row, query, raw_sql};
use std::collections::HashMap;
use std::time::Duration;

/// The one schema of a file.
const SCHEMA: &str = "main";
/// Longest wait for a process that writes.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);
/// What is wrong with a statement, such as a table that is not there.
const GENERIC_ERROR: &str = "1";
/// Rows that the file's thread may be ahead of its reader.
const ROWS_AHEAD: usize = 256;

/// A `SQLite` file.
#[derive(Debug)]
pub struct Sqlite {
    options: SqliteConnectOptions,
    settings: SourceSettings,
    scope: Scope,
}

/// A view, with its place.
struct View {
    name: String,
    place: usize,
}

impl Sqlite {
    /// Reads the address; the file is opened by each read, and never made.
    pub fn open(settings: &SourceSettings) -> Result<Self, SourceError> {
        let url = settings.address()?;
        let file = url.sqlite_file();
        let path = file.ok_or_else(|| SourceError::settings("url", "it names no file"))?;
        let options = SqliteConnectOptions::new()
            .filename(path)
            .read_only(true)
            .create_if_missing(false)
            .busy_timeout(BUSY_TIMEOUT)
            .row_buffer_size(ROWS_AHEAD)
            .disable_statement_logging();
        Ok(Self {
            options,
            settings: settings.clone(),
            scope: settings.scope()?,
        })
    }
}

impl Readable for Sqlite {
    const DIALECT: SourceDialect = SourceDialect::Sqlite;

    fn bounds(&self) -> (&SourceSettings, &Scope) {
        (&self.settings, &self.scope)
    }

    async fn gather(&self, gathering: &mut Gathering<'_>) -> Result<String, ReadError> {
        let mut connection = self.options.connect().await?;
        raw_sql("BEGIN").execute(&mut connection).await?;
        let version: String = raw_sql("SELECT sqlite_version()")
            .fetch_one(&mut connection)
            .await?
            .try_get(0)?;
        gathering.schemas_known([SCHEMA.to_owned()])?;
        if gathering.schema(SCHEMA, true) {
            let (places, views) = tables(&mut connection, gathering).await?;
            columns(&mut connection, gathering, &places).await?;
            keys(&mut connection, gathering, &places).await?;
            for view in &views {
                view_columns(&mut connection, gathering, view).await?;
            }
        }
        drop(connection.close().await);
        Ok(format!("SQLite {version}"))
    }
}

/// Tables, virtual ones too, and views; not what `SQLite` and its virtual tables keep for themselves.
async fn tables(
    connection: &mut SqliteConnection,
    gathering: &mut Gathering<'_>,
) -> Result<(HashMap<String, usize>, Vec<View>), ReadError> {
    let mut rows = query(
        "SELECT l.name, l.type, m.sql
        FROM pragma_table_list AS l
        JOIN sqlite_schema AS m ON m.name = l.name AND m.type IN ('table', 'view')
        WHERE l.schema = 'main' AND l.type IN ('table', 'virtual', 'view')
            AND l.name NOT LIKE 'sqlite\\_%' ESCAPE '\\'",
    )
    .fetch(connection);
    let (mut places, mut views) = (HashMap::new(), Vec::new());
    while let Some(row) = rows.try_next().await? {
        let name: String = row.try_get(0)?;
        let kind = match row.try_get(1)? {
            "view" => SourceTableKind::View,
            _ => SourceTableKind::Table,
        };
        let Some(place) = gathering.table(SCHEMA, &name, kind, None)? else {
            continue;
        };
        if kind == SourceTableKind::View {
            gathering.view(place, row.try_get(2)?)?;
            views.push(View { name, place });
        } else {
            places.insert(name, place);
        }
    }
    Ok((places, views))
}

async fn columns(
    connection: &mut SqliteConnection,
    gathering: &mut Gathering<'_>,
    places: &HashMap<String, usize>,
) -> Result<(), ReadError> {
    // Hidden: 0 a plain column, 1 one of a virtual table's own, 2 and 3 generated ones.
    let mut rows = query(
        "SELECT c.name, c.type, c.\"notnull\", c.dflt_value, c.pk, c.hidden, m.name
        FROM sqlite_schema AS m
        JOIN pragma_table_xinfo(m.name) AS c
        WHERE m.type = 'table' AND c.hidden <> 1
        ORDER BY m.name, c.cid",
    )
    .fetch(connection);
    let mut primary: HashMap<usize, Vec<(i64, String)>> = HashMap::new();
    while let Some(row) = rows.try_next().await? {
        let Some(place) = places.get(row.try_get::<&str, _>(6)?) else {
            continue;
        };
        let column = column(&row)?;
        let rank: i64 = row.try_get(4)?;
        if rank > 0 {
            let key = primary.entry(*place).or_default();
            key.push((rank, column.name.clone()));
        }
        gathering.column(*place, column)?;
    }
    for (place, mut key) in primary {
        key.sort();
        gathering.at(place).primary_key = key.into_iter().map(|(_, name)| name).collect();
    }
    Ok(())
}

/// Unique keys; not those over expressions or over a part of the rows.
async fn keys(
    connection: &mut SqliteConnection,
    gathering: &mut Gathering<'_>,
    places: &HashMap<String, usize>,
) -> Result<(), ReadError> {
    let mut rows = query(
        "SELECT m.name, i.name, c.name
        FROM sqlite_schema AS m
        JOIN pragma_index_list(m.name) AS i
        JOIN pragma_index_info(i.name) AS c
        WHERE m.type = 'table' AND i.\"unique\" = 1 AND i.origin <> 'pk' AND i.partial = 0
        ORDER BY m.name, i.name, c.seqno",
    )
    .fetch(connection);
    let mut over_expressions = Vec::new();
    while let Some(row) = rows.try_next().await? {
        let Some(place) = places.get(row.try_get::<&str, _>(0)?) else {
            continue;
        };
        let key: String = row.try_get(1)?;
        let keys = &mut gathering.at(*place).unique_keys;
        match row.try_get(2)? {
            Some(column) => keys.entry(key).or_default().push(column),
            None => over_expressions.push((*place, key)),
        }
    }
    drop(rows);
    for (place, key) in over_expressions {
        gathering.at(place).unique_keys.remove(&key);
    }
    Ok(())
}

async fn view_columns(
    connection: &mut SqliteConnection,
    gathering: &mut Gathering<'_>,
    view: &View,
) -> Result<(), ReadError> {
    let rows = query(
        "SELECT c.name, c.type, c.\"notnull\", c.dflt_value, c.pk, c.hidden
        FROM pragma_table_xinfo(?) AS c
        ORDER BY c.cid",
    )
    .bind(&view.name)
    .fetch_all(connection)
    .await;
    match rows {
        Ok(rows) => {
            for row in rows {
                gathering.column(view.place, column(&row)?)?;
            }
        }
        // What it reads is not there: a view without columns is a broken one.
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some(GENERIC_ERROR) => {}
        Err(error) => return Err(error.into()),
    }
    Ok(())
}

fn column(row: &SqliteRow) -> Result<SourceColumn, sqlx::Error> {
    let hidden: i64 = row.try_get(5)?;
    let default: Option<String> = row.try_get(3)?;
    Ok(SourceColumn {
        name: row.try_get(0)?,
        data_type: row.try_get(1)?,
        nullable: row.try_get::<i64, _>(2)? == 0,
        default: match hidden {
            2 => Some("generated always virtual".to_owned()),
            3 => Some("generated always stored".to_owned()),
            _ => default,
        },
        comment: None,
        identity: None,
        default_identity: None,
        hidden: false,
    })
}
