//! Reading tables: one, many, their names.

use crate::catalog::Catalog;
use crate::catalog::{Action, Operations, Resource};
use crate::error::{Entity, Error, Result};
use crate::filter::name_pattern::NamePattern;
use crate::model::{Column, DatabaseRef, Name, Table, TableMeta, TableRef, TableType};

impl Operations<'_> {
    /// The table, or `NotFound`; also where the database is missing, as Hive answers.
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
    pub async fn table_names(
        &self,
        at: &DatabaseRef,
        pattern: Option<&str>,
        table_type: Option<&TableType>,
    ) -> Result<Vec<Name>> {
        self.authorize(Action::See, Resource::Database(at)).await?;
        let mut session = self.store.session().await?;
        let mut names = match table_type {
            None => session.table_names(at).await?,
            Some(wanted) => session
                .table_summaries(at)
                .await?
                .into_iter()
                .filter(|summary| summary.table_type == *wanted)
                .map(|summary| summary.name)
                .collect(),
        };
        if let Some(text) = pattern {
            let pattern = NamePattern::parse(text);
            names.retain(|name| pattern.matches(name.as_str()));
        }
        Ok(names)
    }

    /// What listings show of the tables whose database and name match; an empty list of types means all.
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
        let mut found = Vec::new();
        for database in names {
            let at = DatabaseRef {
                catalog: catalog.clone(),
                database,
            };
            for summary in self.store.session().await?.table_summaries(&at).await? {
                let kind = summary.table_type.as_str();
                let of_type = types.is_empty() || types.iter().any(|wanted| wanted == kind);
                if of_type
                    && pattern
                        .as_ref()
                        .is_none_or(|p| p.matches(summary.name.as_str()))
                {
                    found.push(TableMeta {
                        at: at.table(summary.name),
                        table_type: summary.table_type,
                        comment: summary.parameters.get("comment").cloned(),
                        owner: summary.owner,
                    });
                }
            }
        }
        Ok(found)
    }

    /// The data columns of a table, and its partition keys after them where `with_keys` says so. The name is cut at
    /// the first dot, as Hive reads `table.column`.
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
