//! `MySQL` and `MariaDB`: `information_schema`, one schema after the other.
//!
//! `information_schema` keeps no moment: each table is opened as it is when its row is made. So the names of a
//! schema's tables are read before and after its columns, and a schema whose names differ is read anew; so is one of
//! whose tables the columns tell of a key and the indexes, for an instant, nothing. It also shows
//! only what the user has rights on, and of a table with rights on single columns only these; [`grants`] says of which
//! schemas everything was seen. A table of which only single columns may be seen, and a view whose query is hidden, is
//! told as unread; a view that shows its query and no columns is broken.

mod grants;
mod identity;

use super::error::SourceError;
use super::failure::{ReadError, failure};
use super::gather::Gathering;
use super::settings::SourceSettings;
use super::{Readable, Scope};
use crate::model::{SourceColumn, SourceDialect, SourceTableKind, SourceTableRef};
use futures::TryStreamExt;
use grants::Grants;
use identity::Identities;
use sqlx::mysql::{MySqlConnectOptions, MySqlConnection, MySqlRow, MySqlSslMode};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, Row, query, raw_sql};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::str::FromStr;

/// Schemas of the server itself.
const SYSTEM_SCHEMAS: [&str; 4] = ["information_schema", "mysql", "performance_schema", "sys"];
/// The end of a row's time in a table that keeps its history, which `MariaDB` puts into each key: what is unique is so among
/// the rows of a moment.
const ROW_END: &str = "generated always as (ROW END) stored";
/// The longest wait for a table that is being altered.
const LOCK_WAIT_S_MAX: u64 = 5;

/// A `MySQL` or `MariaDB` server, or one database of it.
#[derive(Debug)]
pub struct MySql {
    options: MySqlConnectOptions,
    /// The database that the address names; without one, all are read.
    database: Option<String>,
    settings: SourceSettings,
    scope: Scope,
}

/// What the server is.
struct Server {
    version: String,
    is_mariadb: bool,
    /// Whether names of schemas and tables have no case.
    names_lower: bool,
}

/// Names with their kinds, as the server calls them.
type Names = BTreeMap<String, String>;
/// Where each table of a schema that was taken up stands.
type Places = HashMap<String, (usize, SourceTableKind)>;

impl MySql {
    /// Reads the address; nothing is connected yet.
    pub fn open(settings: &SourceSettings) -> Result<Self, SourceError> {
        let url = settings.address()?;
        let limit_s = settings.time_limit_s;
        let unreadable = |_| SourceError::settings("url", "the address cannot be read");
        let mut read = url::Url::parse(url.reveal()).map_err(unreadable)?;
        let has_mode = read
            .query_pairs()
            .any(|(name, _)| matches!(name.as_ref(), "sslmode" | "ssl-mode"));
        let options = |text: &str| {
            MySqlConnectOptions::from_str(text).map_err(|error| failure(&error, limit_s))
        };
        let database = options(url.reveal())?.get_database().map(str::to_owned);
        // A database that was dropped must show as dropped, not as a connection that is refused.
        read.set_path("");
        let mut options = options(read.as_str())?.disable_statement_logging();
        if let Some(file) = &settings.ca_file {
            options = options.ssl_ca(file);
            if !has_mode {
                options = options.ssl_mode(MySqlSslMode::VerifyIdentity);
            }
        }
        Ok(Self {
            options,
            database,
            settings: settings.clone(),
            scope: settings.scope()?,
        })
    }

    /// Sets the limits of the session and asks who answers.
    async fn session(&self, connection: &mut MySqlConnection) -> Result<Server, ReadError> {
        let row = raw_sql("SELECT VERSION(), @@lower_case_table_names")
            .fetch_one(&mut *connection)
            .await?;
        let version = text(&row, 0)?;
        let is_mariadb = version.contains("MariaDB");
        let limit_s = self.settings.time_limit_s;
        let time = if is_mariadb {
            format!("max_statement_time = {limit_s}")
        } else {
            format!("max_execution_time = {}", limit_s * 1_000)
        };
        let wait = (limit_s / 10).clamp(1, LOCK_WAIT_S_MAX);
        let set = format!(
            "SET SESSION TRANSACTION READ ONLY; \
             SET SESSION {time}, lock_wait_timeout = {wait}, sql_mode = ''"
        );
        raw_sql(AssertSqlSafe(set)).execute(connection).await?;
        let name = if is_mariadb { "MariaDB" } else { "MySQL" };
        Ok(Server {
            is_mariadb,
            names_lower: row.try_get_unchecked::<i64, _>(1)? != 0,
            version: format!("{name} {}", version.trim_end_matches("-MariaDB")),
        })
    }

    async fn schema_read(
        &self,
        connection: &mut MySqlConnection,
        gathering: &mut Gathering<'_>,
        server: &Server,
        (grants, identities): (&Grants, &Identities),
        schema: &str,
    ) -> Result<(), ReadError> {
        let before = names(connection, schema).await?;
        let comments = comments(connection, schema).await?;
        let mut places = Places::new();
        for (name, kind) in &before {
            let kind = match kind.as_str() {
                "BASE TABLE" | "SYSTEM VERSIONED" => SourceTableKind::Table,
                "VIEW" => SourceTableKind::View,
                // Sequences and the like.
                _ => continue,
            };
            let comment = match kind {
                SourceTableKind::Table => comments.get(name).cloned(),
                SourceTableKind::View => None,
            };
            let Some(place) = gathering.table(schema, name, kind, comment)? else {
                continue;
            };
            gathering.at(place).identity = identities.of(schema, name);
            if grants.covers_table(schema, name) {
                places.insert(name.clone(), (place, kind));
            } else {
                let at = gathering.at(place).at.clone();
                gathering.unreadable(at)?;
            }
        }
        let seen = columns(connection, gathering, server, schema, &places).await?;
        let indexed = keys(connection, gathering, schema, &places).await?;
        let views = if self.settings.views {
            views(connection, gathering, schema, &places).await?
        } else {
            HashSet::new()
        };
        if names(connection, schema).await? != before {
            let why = format!("tables of {schema} came or went");
            return Err(SourceError::Changed(why).into());
        }
        for (name, (place, kind)) in &places {
            let at: SourceTableRef = gathering.at(*place).at.clone();
            match kind {
                SourceTableKind::Table
                    if seen
                        .get(name)
                        .is_none_or(|has_key| *has_key && !indexed.contains(name)) =>
                {
                    return Err(SourceError::Changed(format!("the table {at}")).into());
                }
                SourceTableKind::View if !views.contains(name) => {
                    gathering.unreadable(at)?;
                }
                _ => {}
            }
        }
        Ok(())
    }
}

impl Readable for MySql {
    const DIALECT: SourceDialect = SourceDialect::MySql;

    fn bounds(&self) -> (&SourceSettings, &Scope) {
        (&self.settings, &self.scope)
    }

    async fn gather(&self, gathering: &mut Gathering<'_>) -> Result<String, ReadError> {
        let mut connection = self.options.connect().await?;
        let server = self.session(&mut connection).await?;
        let grants = Grants::read(&mut connection, server.names_lower).await?;
        let identities = Identities::read(&mut connection, server.is_mariadb).await?;
        let existing = schemas(&mut connection).await?;
        if grants.shows_all_schemas() {
            gathering.schemas_known(existing.iter().cloned())?;
        }
        // A schema that rights are named for and that is not there was seen wholly, too: it is empty.
        let named = grants.schemas_named();
        let all: BTreeSet<String> = existing.iter().cloned().chain(named).collect();
        for schema in all {
            let own = SYSTEM_SCHEMAS.contains(&schema.to_lowercase().as_str());
            let asked = self.database.as_ref().is_none_or(|name| {
                *name == schema || (server.names_lower && name.eq_ignore_ascii_case(&schema))
            });
            if own || !asked || !gathering.schema(&schema, grants.covers_schema(&schema)) {
                continue;
            }
            if existing.contains(&schema) {
                let known = (&grants, &identities);
                self.schema_read(&mut connection, gathering, &server, known, &schema)
                    .await?;
            }
        }
        drop(connection.close().await);
        Ok(server.version)
    }
}

/// Texts of `information_schema` come as text or as bytes, by the server's make.
fn text(row: &MySqlRow, at: usize) -> Result<String, sqlx::Error> {
    row.try_get_unchecked(at)
}

fn text_if_any(row: &MySqlRow, at: usize) -> Result<Option<String>, sqlx::Error> {
    row.try_get_unchecked(at)
}

/// The schemas that the user may know of.
async fn schemas(connection: &mut MySqlConnection) -> Result<BTreeSet<String>, ReadError> {
    let mut rows = query("SELECT CAST(SCHEMA_NAME AS CHAR) FROM information_schema.SCHEMATA")
        .fetch(connection);
    let mut found = BTreeSet::new();
    while let Some(row) = rows.try_next().await? {
        found.insert(text(&row, 0)?);
    }
    Ok(found)
}

/// The tables and views of a schema; cheap, for no table is opened.
async fn names(connection: &mut MySqlConnection, schema: &str) -> Result<Names, ReadError> {
    let mut rows = query(
        "SELECT CAST(TABLE_NAME AS CHAR), CAST(TABLE_TYPE AS CHAR)
        FROM information_schema.TABLES
        WHERE TABLE_SCHEMA = ?",
    )
    .bind(schema)
    .fetch(connection);
    let mut found = Names::new();
    while let Some(row) = rows.try_next().await? {
        found.insert(text(&row, 0)?, text(&row, 1)?);
    }
    Ok(found)
}

async fn comments(
    connection: &mut MySqlConnection,
    schema: &str,
) -> Result<HashMap<String, String>, ReadError> {
    let mut rows = query(
        "SELECT CAST(TABLE_NAME AS CHAR), CAST(TABLE_COMMENT AS CHAR)
        FROM information_schema.TABLES
        WHERE TABLE_SCHEMA = ?",
    )
    .bind(schema)
    .fetch(connection);
    let mut found = HashMap::new();
    while let Some(row) = rows.try_next().await? {
        if let Some(comment) = text_if_any(&row, 1)?.filter(|comment| !comment.is_empty()) {
            found.insert(text(&row, 0)?, comment);
        }
    }
    Ok(found)
}

/// Reads the columns and gives the tables that had some, and whether a key goes over any of them.
async fn columns(
    connection: &mut MySqlConnection,
    gathering: &mut Gathering<'_>,
    server: &Server,
    schema: &str,
    places: &Places,
) -> Result<HashMap<String, bool>, ReadError> {
    let mut rows = query(
        "SELECT CAST(TABLE_NAME AS CHAR), CAST(COLUMN_NAME AS CHAR), CAST(COLUMN_TYPE AS CHAR),
            CAST(IS_NULLABLE AS CHAR), CAST(COLUMN_DEFAULT AS CHAR), CAST(EXTRA AS CHAR),
            CAST(GENERATION_EXPRESSION AS CHAR), CAST(COLUMN_COMMENT AS CHAR),
            CAST(COLUMN_KEY AS CHAR)
        FROM information_schema.COLUMNS
        WHERE TABLE_SCHEMA = ?
        ORDER BY TABLE_NAME, ORDINAL_POSITION",
    )
    .bind(schema)
    .fetch(connection);
    let mut seen = HashMap::new();
    while let Some(row) = rows.try_next().await? {
        let table = text(&row, 0)?;
        let Some((place, _)) = places.get(&table) else {
            continue;
        };
        let extra = text(&row, 5)?.to_lowercase();
        let default = default(
            server.is_mariadb,
            text_if_any(&row, 4)?,
            &extra,
            &text_if_any(&row, 6)?.unwrap_or_default(),
        );
        let column = SourceColumn {
            name: text(&row, 1)?,
            data_type: text(&row, 2)?,
            nullable: text(&row, 3)? == "YES",
            default,
            comment: text_if_any(&row, 7)?,
            identity: None,
            default_identity: None,
            hidden: extra.contains("invisible"),
        };
        gathering.column(*place, column)?;
        let has_key = text_if_any(&row, 8)?.is_some_and(|key| !key.is_empty());
        *seen.entry(table).or_default() |= has_key;
    }
    Ok(seen)
}

/// What fills a column that a row leaves out: its default, a sequence, an expression over other columns. What else the
/// server tells of the column, `extra`, is in lower case.
fn default(
    is_mariadb: bool,
    default: Option<String>,
    extra: &str,
    generation: &str,
) -> Option<String> {
    if !generation.is_empty() {
        let kept = if extra.contains("virtual") {
            "virtual"
        } else {
            "stored"
        };
        return Some(format!("generated always as ({generation}) {kept}"));
    }
    if extra.contains("auto_increment") {
        return Some("auto_increment".to_owned());
    }
    // MariaDB prints expressions, so that the lack of a default is the word; a text is quoted there.
    let own = default.filter(|text| !(is_mariadb && text == "NULL"));
    let Some((_, update)) = extra.split_once("on update ") else {
        return own;
    };
    // Behind a comma it tells of other things.
    let update = update.split(',').next().unwrap_or_default();
    let own = own.map(|text| text + " ").unwrap_or_default();
    Some(format!("{own}on update {update}"))
}

/// Reads the primary keys and the unique keys, not those over expressions, and gives the tables that had an index of any
/// kind.
async fn keys(
    connection: &mut MySqlConnection,
    gathering: &mut Gathering<'_>,
    schema: &str,
    places: &Places,
) -> Result<HashSet<String>, ReadError> {
    let mut rows = query(
        "SELECT CAST(TABLE_NAME AS CHAR), CAST(INDEX_NAME AS CHAR), CAST(COLUMN_NAME AS CHAR),
            CAST(NON_UNIQUE AS CHAR)
        FROM information_schema.STATISTICS
        WHERE TABLE_SCHEMA = ?
        ORDER BY TABLE_NAME, INDEX_NAME, SEQ_IN_INDEX",
    )
    .bind(schema)
    .fetch(connection);
    let (mut over_expressions, mut indexed) = (Vec::new(), HashSet::new());
    while let Some(row) = rows.try_next().await? {
        let table = text(&row, 0)?;
        let Some((place, _)) = places.get(&table) else {
            continue;
        };
        indexed.insert(table);
        if text(&row, 3)? != "0" {
            continue;
        }
        let (key, table) = (text(&row, 1)?, gathering.at(*place));
        let Some(column) = text_if_any(&row, 2)? else {
            over_expressions.push((*place, key));
            continue;
        };
        let is_row_end = |column: &SourceColumn| column.default.as_deref() == Some(ROW_END);
        if table.column(&column).is_some_and(is_row_end) {
            continue;
        }
        if key == "PRIMARY" {
            table.primary_key.push(column);
        } else {
            table.unique_keys.entry(key).or_default().push(column);
        }
    }
    drop(rows);
    for (place, key) in over_expressions {
        gathering.at(place).unique_keys.remove(&key);
    }
    Ok(indexed)
}

/// Sets the queries of the views and gives those whose query is shown.
async fn views(
    connection: &mut MySqlConnection,
    gathering: &mut Gathering<'_>,
    schema: &str,
    places: &Places,
) -> Result<HashSet<String>, ReadError> {
    let mut rows = query(
        "SELECT CAST(TABLE_NAME AS CHAR), CAST(VIEW_DEFINITION AS CHAR)
        FROM information_schema.VIEWS
        WHERE TABLE_SCHEMA = ?",
    )
    .bind(schema)
    .fetch(connection);
    let mut shown = HashSet::new();
    while let Some(row) = rows.try_next().await? {
        let name = text(&row, 0)?;
        let Some((place, _)) = places.get(&name) else {
            continue;
        };
        if let Some(definition) = text_if_any(&row, 1)?.filter(|text| !text.is_empty()) {
            gathering.view(*place, definition)?;
            shown.insert(name);
        }
    }
    Ok(shown)
}

#[cfg(test)]
mod tests {
    use super::default;

    #[test]
    fn defaults_of_both_makes() {
        for (is_mariadb, text, extra, generation, wanted) in [
            (true, Some("NULL"), "", "", None),
            (false, Some("NULL"), "", "", Some("NULL")),
            (false, None, "", "", None),
            (true, Some("'NULL'"), "", "", Some("'NULL'")),
            (true, None, "auto_increment", "", Some("auto_increment")),
            (
                false,
                None,
                "VIRTUAL GENERATED",
                "`a` + 1",
                Some("generated always as (`a` + 1) virtual"),
            ),
            (
                true,
                None,
                "STORED GENERATED",
                "`a`",
                Some("generated always as (`a`) stored"),
            ),
            (
                false,
                Some("CURRENT_TIMESTAMP"),
                "DEFAULT_GENERATED on update CURRENT_TIMESTAMP",
                "",
                Some("CURRENT_TIMESTAMP on update current_timestamp"),
            ),
            (
                true,
                Some("NULL"),
                "on update current_timestamp()",
                "",
                Some("on update current_timestamp()"),
            ),
        ] {
            let extra = extra.to_lowercase();
            let made = default(is_mariadb, text.map(str::to_owned), &extra, generation);
            assert_eq!(made.as_deref(), wanted, "{text:?} {extra}");
        }
    }
}
