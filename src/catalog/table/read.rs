//! Reading tables: one, many, their names.

use crate::catalog::Catalog;
use crate::catalog::{Action, Operations, Resource};
use crate::error::{Entity, Error, Result};
use crate::filter::name_pattern::NamePattern;
use crate::model::{Column, DatabaseRef, Location, Name, Table, TableMeta, TableRef, TableType};
use crate::store::Session;
use async_recursion::async_recursion as boxed;
use std::collections::BTreeMap;

/// How many tables are read at once for a listing of many.
const SUMMARIES_PER_PAGE: usize = 1_000;

impl Operations<'_> {
    /// The table, or `NotFound`; also where the database is missing, as Hive answers.
    #[boxed]
    pub async fn table_get(&self, at: &TableRef) -> Result<Table> {
        self.authorize(Action::See, Resource::Table(at)).await?;
        self.table_read(at).await
    }
}

impl Catalog {
    /// As [`Operations::table_get`], where that has been asked already.
    pub(crate) async fn table_read(&self, at: &TableRef) -> Result<Table> {
        let found = self.store.session().await?.table_get(at).await?;
        found.ok_or_else(|| Error::NotFound(Entity::Table(at.clone())))
    }
}

impl Operations<'_> {
    /// The tables among `names` that exist, in the order of their names. `NotFound` where the database is missing.
    #[boxed]
    pub async fn tables_by_name(&self, at: &DatabaseRef, names: &[Name]) -> Result<Vec<Table>> {
        self.authorize(Action::See, Resource::Database(at)).await?;
        self.database_read(at).await?;
        self.store
            .session()
            .await?
            .table_list_by_names(at, names)
            .await
    }

    /// The names of a database's tables that match a pattern (`None`: all) and a type (`None`: all), ascending. A
    /// missing database has none.
    #[boxed]
    pub async fn table_names(
        &self,
        at: &DatabaseRef,
        pattern: Option<&str>,
        table_type: Option<&TableType>,
    ) -> Result<Vec<Name>> {
        self.authorize(Action::See, Resource::Database(at)).await?;
        let mut session = self.store.session().await?;
        let mut names = session.table_names(at, table_type).await?;
        if let Some(text) = pattern {
            let pattern = NamePattern::parse(text);
            names.retain(|name| pattern.matches(name.as_str()));
        }
        Ok(names)
    }

    /// What listings show of the tables whose database and name match; an empty list of types means all.
    #[boxed]
    pub async fn table_metas(
        &self,
        catalog: &Name,
        databases: Option<&str>,
        tables: Option<&str>,
        types: &[String],
    ) -> Result<Vec<TableMeta>> {
        self.authorize(Action::See, Resource::Catalog(catalog))
            .await?;
        let names = self.database_names_read(catalog, databases).await?;
        let pattern = tables.map(NamePattern::parse);
        let types: Vec<&str> = types.iter().map(String::as_str).collect();
        let mut found = Vec::new();
        for database in names {
            let at = DatabaseRef {
                catalog: catalog.clone(),
                database,
            };
            let mut after: Option<Name> = None;
            loop {
                let mut session = self.store.session().await?;
                let page = session
                    .table_summary_page(&at, &types, after.as_ref(), SUMMARIES_PER_PAGE)
                    .await?;
                let is_last = page.len() < SUMMARIES_PER_PAGE;
                after = page.last().map(|summary| summary.name.clone());
                let fits = |name: &Name| pattern.as_ref().is_none_or(|p| p.matches(name.as_str()));
                let fitting = page.into_iter().filter(|summary| fits(&summary.name));
                found.extend(fitting.map(|summary| TableMeta {
                    at: at.table(summary.name),
                    table_type: summary.table_type,
                    comment: summary.comment,
                    owner: summary.owner,
                }));
                if is_last {
                    break;
                }
            }
        }
        Ok(found)
    }

    /// Tables of a catalog that have data at, above or below a place, those that hold it first; `max` at most.
    #[boxed]
    pub async fn tables_at_place(
        &self,
        catalog: &Name,
        location: &Location,
        max: usize,
    ) -> Result<Vec<TableMeta>> {
        self.authorize(Action::See, Resource::Catalog(catalog))
            .await?;
        let mut session = self.store.session().await?;
        session.tables_at_place(catalog, location, max).await
    }

    /// The data columns of a table, and its partition keys after them where `with_keys` says so. The name is cut at
    /// the first dot, as Hive reads `table.column`.
    #[boxed]
    pub async fn table_columns(&self, at: &TableRef, with_keys: bool) -> Result<Vec<Column>> {
        self.authorize(Action::See, Resource::Table(at)).await?;
        let base = at.table.as_str().split('.').next().unwrap_or_default();
        let table = self.table_read(&at.database_ref().table(base)).await?;
        let mut columns = table.descriptor.columns.clone().unwrap_or_default();
        if with_keys {
            columns.extend(table.partition_keys);
        }
        Ok(columns)
    }
}

/// The tables of these names that there still are, in a round trip a database.
pub(crate) async fn tables_named(session: &mut Session, names: &[TableRef]) -> Result<Vec<Table>> {
    let mut by_database: BTreeMap<DatabaseRef, Vec<Name>> = BTreeMap::new();
    for at in names {
        let names = by_database.entry(at.database_ref()).or_default();
        names.push(at.table.clone());
    }
    let mut tables = Vec::with_capacity(names.len());
    for (database, names) in &by_database {
        tables.extend(session.table_list_by_names(database, names).await?);
    }
    Ok(tables)
}
