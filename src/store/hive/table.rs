//! Tables and views as rows.

use crate::error::{Entity, Error, Result};
use crate::model::{
    Column, DatabaseRef, JobPhase, Location, Name, Parameters, PrincipalType, StorageDescriptor,
    Table, TableRef, TableType,
};
use crate::store::form::packing::{columns_of, columns_text, parameters_of, parameters_text};
use crate::store::form::place::Place;
use crate::store::hive::database::{principal_type_number, principal_type_of};
use crate::store::sql::failure::Failure;
use crate::store::sql::limits::{OBJECT_NAME_BYTES_MAX, check_length};
use crate::store::sql::name_list::NAMES_PER_STATEMENT_MAX;
use crate::store::sql::row::{Cells, Row};
use crate::store::sql::session::Session;
use crate::store::sql::statement::{LIST_LENGTH_MAX, Statement};
use std::sync::Arc;

/// The descriptor's text comes along in a sub-select, so that one round trip fetches a table and a lock on it holds
/// no descriptor that other tables share.
const COLUMNS: &str = "SELECT t.id, t.name, t.table_type, t.owner_name, t.owner_type, t.created_at,
        t.last_access_at, t.retention, t.partition_keys, t.location, t.parameters,
        t.view_original_text, t.view_expanded_text, t.rest, t.moving_job, t.descriptor_id,
        (SELECT s.body FROM skep_descriptors s WHERE s.id = t.descriptor_id)
 FROM skep_tables t
 WHERE t.database_id = ";

/// Tables whose locations one statement gives.
const LOCATIONS_PER_PAGE: usize = 1_000;

/// A table as listings show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableSummary {
    /// Its name.
    pub name: Name,
    /// What it is.
    pub table_type: TableType,
    /// Its owner.
    pub owner: Option<String>,
    /// The comment among its properties.
    pub comment: Option<String>,
}

/// Reads name, type, owner and what [`comment_of_table`](crate::store::sql::dialect::Dialect::comment_of_table) gives.
pub(super) fn summary_of(cells: &mut Cells<'_>) -> Result<TableSummary, Failure> {
    let (name, table_type) = (cells.text()?, cells.text()?);
    let owner = cells.string_or_null()?;
    let comment = cells.string_or_null()?;
    let comment = match cells.text_or_null()? {
        Some(all) => parameters_of(Some(all))?.remove("comment"),
        None => comment,
    };
    Ok(TableSummary {
        name: Name::new(name),
        table_type: TableType::parse(table_type),
        owner,
        comment,
    })
}

struct TableRow {
    id: i64,
    name: Name,
    table_type: TableType,
    owner: Option<String>,
    owner_type: Option<PrincipalType>,
    created_at: i64,
    last_access_at: i64,
    retention: i32,
    partition_keys: Vec<Column>,
    location: Option<Location>,
    parameters: Parameters,
    view_original_text: Option<String>,
    view_expanded_text: Option<String>,
    unknown_fields: Vec<u8>,
    moving_job: Option<i64>,
    descriptor_id: i64,
    descriptor_text: Option<String>,
}

impl TableRow {
    fn new(row: &Row) -> Result<Self, Failure> {
        let mut cells = row.cells();
        Ok(Self {
            id: cells.integer()?,
            name: Name::new(cells.text()?),
            table_type: TableType::parse(cells.text()?),
            owner: cells.string_or_null()?,
            owner_type: principal_type_of(cells.integer_or_null()?)?,
            created_at: cells.integer()?,
            last_access_at: cells.integer()?,
            retention: i32::try_from(cells.integer()?).map_err(Failure::fault)?,
            partition_keys: columns_of(cells.text_or_null()?)?,
            location: cells.string_or_null()?.map(Location::from_stored),
            parameters: parameters_of(cells.text_or_null()?)?,
            view_original_text: cells.string_or_null()?,
            view_expanded_text: cells.string_or_null()?,
            unknown_fields: cells.bytes()?.to_vec(),
            moving_job: cells.integer_or_null()?,
            descriptor_id: cells.integer()?,
            descriptor_text: cells.string_or_null()?,
        })
    }

    fn into_table(self, database: &DatabaseRef, descriptor: Arc<StorageDescriptor>) -> Table {
        Table {
            id: self.id,
            at: database.table(self.name),
            table_type: self.table_type,
            owner: self.owner,
            owner_type: self.owner_type,
            created_at: self.created_at,
            last_access_at: self.last_access_at,
            retention: self.retention,
            partition_keys: self.partition_keys,
            location: self.location,
            descriptor,
            parameters: self.parameters,
            view_original_text: self.view_original_text,
            view_expanded_text: self.view_expanded_text,
            unknown_fields: self.unknown_fields,
        }
    }
}

/// The columns of a table that are text made for the row.
struct TableTexts {
    partition_keys: Option<String>,
    parameters: Option<String>,
    place: Option<Place>,
}

impl TableTexts {
    fn new(table: &Table) -> Result<Self, Failure> {
        check_length(
            "table's name",
            table.at.table.as_str(),
            OBJECT_NAME_BYTES_MAX,
        )?;
        Ok(Self {
            partition_keys: columns_text(&table.partition_keys)?,
            parameters: parameters_text(&table.parameters)?,
            place: table.location.as_ref().map(Place::of),
        })
    }
}

/// Binds the columns of a row from `name` to `place`, in the order in which both writing statements name them.
fn columns_bind<'a>(
    statement: Statement<'a>,
    table: &'a Table,
    texts: &'a TableTexts,
    descriptor_id: i64,
) -> Statement<'a> {
    statement
        .bind(table.at.table.as_str())
        .bind(table.table_type.as_str())
        .bind(table.owner.as_deref())
        .bind(principal_type_number(table.owner_type))
        .bind(table.created_at)
        .bind(table.last_access_at)
        .bind(table.retention)
        .bind(table.location.as_ref().map(Location::as_str))
        .bind(descriptor_id)
        .bind(texts.partition_keys.as_deref())
        .bind(texts.parameters.as_deref())
        .bind(table.view_original_text.as_deref())
        .bind(table.view_expanded_text.as_deref())
        .bind(table.unknown_fields.as_slice())
        .bind(texts.place.as_ref().map(Place::stored))
}

impl Session {
    /// The table of this name, in one round trip.
    pub async fn table_get(&mut self, at: &TableRef) -> Result<Option<Table>> {
        let database = at.database_ref();
        let statement = self.table_statement(at, &database);
        let Some(row) = self.row(&statement).await? else {
            return Ok(None);
        };
        Ok(Some(self.table_of(&row, &database).await?))
    }

    /// The table of this name, held until the transaction ends: nobody else changes, moves or drops it. Every writer
    /// of its partitions or statistics comes through here first, so they follow each other.
    ///
    /// Fails with `NotAllowed` where a job moves its data: the job would overwrite the change, or leave behind what the
    /// change added.
    pub async fn table_get_locked(&mut self, at: &TableRef) -> Result<Option<Table>> {
        let Some((table, moving_job)) = self.table_find_held(at).await? else {
            return Ok(None);
        };
        if let Some(job) = moving_job
            && let Some(job) = self.job_get(job).await?
            && job.phase.is_moving()
            // What was copied stays whole where it is while the copies are taken back.
            && (job.phase != JobPhase::Undoing || table.is_local())
        {
            return Err(Error::NotAllowed(format!(
                "table {}.{} cannot change yet: job {} moves its data to {}; try again",
                at.database,
                at.table,
                job.id,
                job.target.unwrap_or_default()
            )));
        }
        Ok(Some(table))
    }

    /// The same, for whoever may have it although a job moves its data: that job, and a drop.
    pub async fn table_get_held(&mut self, at: &TableRef) -> Result<Option<Table>> {
        let found = self.table_find_held(at).await?;
        Ok(found.map(|(table, _)| table))
    }

    /// Says which job moves the data of a table, or that none does any more.
    pub(in crate::store) async fn table_moving_put(
        &mut self,
        id: i64,
        job: Option<i64>,
    ) -> Result<(), Failure> {
        let statement = self
            .statement("UPDATE skep_tables SET moving_job = ? WHERE id = ?")
            .bind(job)
            .bind(id);
        self.execute(&statement).await?;
        Ok(())
    }

    /// Where the table of this number stands.
    pub async fn table_place(&mut self, id: i64) -> Result<Option<TableRef>> {
        let statement = self
            .statement(
                "SELECT c.name, d.name, t.name FROM skep_tables t
                 JOIN skep_databases d ON d.id = t.database_id
                 JOIN skep_catalogs c ON c.id = d.catalog_id
                 WHERE t.id = ?",
            )
            .bind(id);
        let row = self.row(&statement).await?;
        let place = row.as_ref().map(|row| {
            let mut cells = row.cells();
            Ok(TableRef {
                catalog: Name::new(cells.text()?),
                database: Name::new(cells.text()?),
                table: Name::new(cells.text()?),
            })
        });
        Ok(place.transpose().map_err(|failure: Failure| failure)?)
    }

    fn table_statement<'a>(&self, at: &'a TableRef, database: &'a DatabaseRef) -> Statement<'a> {
        self.statement(COLUMNS)
            .database_id(database)
            .text(" AND t.name = ?")
            .bind(at.table.as_str())
    }

    async fn table_find_held(
        &mut self,
        at: &TableRef,
    ) -> Result<Option<(Table, Option<i64>)>, Failure> {
        let database = at.database_ref();
        let statement = self.table_statement(at, &database).row_lock();
        let Some(row) = self.row(&statement).await? else {
            return Ok(None);
        };
        let row = TableRow::new(&row)?;
        let moving_job = row.moving_job;
        Ok(Some((self.table_from(row, &database).await?, moving_job)))
    }

    async fn table_of(&mut self, row: &Row, database: &DatabaseRef) -> Result<Table, Failure> {
        self.table_from(TableRow::new(row)?, database).await
    }

    async fn table_from(
        &mut self,
        row: TableRow,
        database: &DatabaseRef,
    ) -> Result<Table, Failure> {
        // The text may be NULL: PostgreSQL reads a row it had to wait for anew, but not what the row refers to.
        let text = row.descriptor_text.as_deref();
        let descriptor = self.descriptor_get(row.descriptor_id, text).await?;
        Ok(row.into_table(database, descriptor))
    }

    /// The names of a database's tables and views, in byte order; none for an unknown database. Of one type alone where
    /// it is given.
    pub async fn table_names(
        &mut self,
        database: &DatabaseRef,
        table_type: Option<&TableType>,
    ) -> Result<Vec<Name>> {
        let mut names: Vec<String> = Vec::new();
        loop {
            let last = names.last().map_or("", String::as_str);
            let mut statement = self
                .names_statement("(SELECT t.name FROM skep_tables t WHERE t.database_id = ")
                .database_id(database);
            if let Some(wanted) = table_type {
                statement = statement
                    .text(" AND t.table_type = ?")
                    .bind(wanted.as_str());
            }
            let statement = statement
                .text(" AND t.name > ? ORDER BY t.name LIMIT ?) n")
                .bind(last)
                .bind(NAMES_PER_STATEMENT_MAX);
            let mut page = self.name_list(&statement).await?;
            let found = page.len();
            names.append(&mut page);
            if found < NAMES_PER_STATEMENT_MAX {
                return Ok(names.iter().map(|name| Name::new(name)).collect());
            }
        }
    }

    /// The names of a database's tables and views with their locations, in byte order of the names.
    pub async fn table_locations(
        &mut self,
        database: &DatabaseRef,
    ) -> Result<Vec<(Name, Option<Location>)>> {
        let mut tables: Vec<(Name, Option<Location>)> = Vec::new();
        loop {
            let after = tables.last().map_or("", |(name, _)| name.as_str());
            let statement = self
                .statement("SELECT t.name, t.location FROM skep_tables t WHERE t.database_id = ")
                .database_id(database)
                .text(" AND t.name > ? ORDER BY t.name LIMIT ?")
                .bind(after)
                .bind(LOCATIONS_PER_PAGE);
            let rows = self.rows(&statement).await?;
            let page = rows.iter().map(|row| {
                let mut cells = row.cells();
                let name = Name::new(cells.text()?);
                Ok((name, cells.string_or_null()?.map(Location::from_stored)))
            });
            let page = page.collect::<Result<Vec<_>, Failure>>()?;
            let found = page.len();
            tables.extend(page);
            if found < LOCATIONS_PER_PAGE {
                return Ok(tables);
            }
        }
    }

    /// The next `limit` tables and views of a database after a name, of one of these types (none: all), without their
    /// columns, in byte order of their names.
    pub async fn table_summary_page(
        &mut self,
        database: &DatabaseRef,
        types: &[&str],
        after: Option<&Name>,
        limit: usize,
    ) -> Result<Vec<TableSummary>> {
        let mut statement = self
            .statement("SELECT t.name, t.table_type, t.owner_name, ")
            .text(self.dialect().comment_of_table())
            .text(" FROM skep_tables t WHERE t.database_id = ")
            .database_id(database);
        if !types.is_empty() {
            statement = statement.text(" AND t.table_type IN ").list(types);
        }
        let statement = statement
            .text(" AND t.name > ? ORDER BY t.name LIMIT ?")
            .bind(after.map_or("", Name::as_str))
            .bind(limit);
        let rows = self.rows(&statement).await?;
        let summaries = rows.iter().map(|row| summary_of(&mut row.cells()));
        Ok(summaries.collect::<Result<_, Failure>>()?)
    }

    /// Those of the named tables that exist, in byte order of their names.
    pub async fn table_list_by_names(
        &mut self,
        database: &DatabaseRef,
        names: &[Name],
    ) -> Result<Vec<Table>> {
        let mut wanted: Vec<&str> = names.iter().map(Name::as_str).collect();
        wanted.sort_unstable();
        wanted.dedup();
        let mut tables = Vec::new();
        for chunk in wanted.chunks(LIST_LENGTH_MAX) {
            let statement = self
                .statement(COLUMNS)
                .database_id(database)
                .text(" AND t.name IN ")
                .list(chunk)
                .text(" ORDER BY t.name");
            for row in &self.rows(&statement).await? {
                tables.push(self.table_of(row, database).await?);
            }
        }
        Ok(tables)
    }

    /// The next `limit` tables of a database after a name, in byte order of their names.
    pub async fn table_page(
        &mut self,
        database: &DatabaseRef,
        after: Option<&Name>,
        limit: usize,
    ) -> Result<Vec<Table>> {
        let statement = self
            .statement(COLUMNS)
            .database_id(database)
            // Every name is greater than the empty one.
            .text(" AND t.name > ? ORDER BY t.name LIMIT ?")
            .bind(after.map_or("", Name::as_str))
            .bind(limit);
        let mut tables = Vec::new();
        for row in &self.rows(&statement).await? {
            tables.push(self.table_of(row, database).await?);
        }
        Ok(tables)
    }

    /// How many tables and views a database has.
    pub async fn table_count(&mut self, database: &DatabaseRef) -> Result<i64> {
        let statement = self
            .statement("SELECT COUNT(*) FROM skep_tables t WHERE t.database_id = ")
            .database_id(database);
        let row = self.row(&statement).await?;
        Ok(row.map_or(Ok(0), |row| row.cells().integer())?)
    }

    /// Stores a new table and gives its number; its `id` is not looked at. [`Error::AlreadyExists`] where the name is
    /// taken, [`Error::NotFound`] where the database is missing.
    ///
    /// [`Error::AlreadyExists`]: crate::error::Error::AlreadyExists
    /// [`Error::NotFound`]: crate::error::Error::NotFound
    pub async fn table_insert(&mut self, table: &Table) -> Result<i64> {
        let texts = TableTexts::new(table)?;
        let database = table.at.database_ref();
        let descriptor_id = self.descriptor_id(&table.descriptor).await?;
        let id = self.ids_take(1).await?.start;
        let statement = self
            .statement(
                "INSERT INTO skep_tables (id, name, table_type, owner_name, owner_type, created_at,
                    last_access_at, retention, location, descriptor_id, partition_keys, parameters,
                    view_original_text, view_expanded_text, rest, place, database_id)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ",
            )
            .bind(id);
        let statement = columns_bind(statement, table, &texts, descriptor_id)
            .database_id(&database)
            .text(")");
        self.execute(&statement).await.map_err(|failure| {
            failure
                .or_missing(Entity::Database(database.clone()))
                .on_duplicate(Entity::Table(table.at.clone()))
        })?;
        self.followers_insert(id, table).await?;
        Ok(id)
    }

    /// Rewrites the table with this `id`. Its place may be another one: that renames it or moves it to another
    /// database; partitions and statistics follow, for they hang on the number. Errors as [`Self::table_insert`].
    pub async fn table_update(&mut self, table: &Table) -> Result<()> {
        let texts = TableTexts::new(table)?;
        let database = table.at.database_ref();
        let descriptor_id = self.descriptor_id(&table.descriptor).await?;
        let statement = self.statement(
            "UPDATE skep_tables
                 SET name = ?, table_type = ?, owner_name = ?, owner_type = ?, created_at = ?,
                     last_access_at = ?, retention = ?, location = ?, descriptor_id = ?,
                     partition_keys = ?, parameters = ?, view_original_text = ?,
                     view_expanded_text = ?, rest = ?, place = ?, database_id = ",
        );
        let statement = columns_bind(statement, table, &texts, descriptor_id)
            .database_id(&database)
            .text(" WHERE id = ?")
            .bind(table.id);
        self.execute(&statement).await.map_err(|failure| {
            failure
                .or_missing(Entity::Database(database.clone()))
                .on_duplicate(Entity::Table(table.at.clone()))
        })?;
        self.followers_keep(table).await?;
        Ok(())
    }

    /// Removes a table with its partitions and statistics. The caller holds its row.
    pub async fn table_delete(&mut self, id: i64) -> Result<()> {
        self.partition_delete_all(id).await?;
        self.followers_forget(id).await?;
        let statement = self
            .statement("DELETE FROM skep_column_statistics WHERE table_id = ?")
            .bind(id);
        self.execute(&statement).await?;
        let statement = self
            .statement("DELETE FROM skep_tables WHERE id = ?")
            .bind(id);
        self.execute(&statement).await?;
        Ok(())
    }
}
