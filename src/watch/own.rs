//! The catalog's own tables as a source: what engines and people alter here is a change like the others.

use super::Watch;
use super::source::source_error;
use crate::error::{Error, Result};
use crate::model::{
    Column, Coverage, DEFAULT_CATALOG, DatabaseRef, Name, Snapshot, SourceColumn, SourceDialect,
    SourceOrigin, SourceTable, SourceTableKind, Table,
};
use crate::source::{SourceCheck, SourceError, SourceSettings};
use std::time::Duration;

/// Tables that are read at once.
const TABLES_PER_PAGE: usize = 500;

impl Watch {
    /// Every table and view of the default catalog in scope, within the limits of the settings.
    pub(super) async fn own_snapshot(
        &self,
        name: &str,
        settings: &SourceSettings,
    ) -> Result<Snapshot> {
        let limit_s = settings.time_limit_s;
        let read = tokio::time::timeout(Duration::from_secs(limit_s), self.own_read(settings));
        let failed = |failure| source_error(name, SourceOrigin::File, failure);
        match read.await {
            Ok(read) => read,
            Err(_) => Err(failed(SourceError::TimedOut { limit_s })),
        }
    }

    /// What a test of such a source tells.
    pub(super) async fn own_check(&self, settings: &SourceSettings) -> Result<SourceCheck> {
        let snapshot = self.own_read(settings).await?;
        Ok(SourceCheck {
            version: concat!("skep ", env!("CARGO_PKG_VERSION")).to_owned(),
            schemas: snapshot.coverage().schemas_listed.len() as u64,
            tables_readable: snapshot.tables().len() as u64,
            tables_unreadable: 0,
            tables: snapshot
                .tables()
                .iter()
                .map(|table| table.at.clone())
                .collect(),
        })
    }

    async fn own_read(&self, settings: &SourceSettings) -> Result<Snapshot> {
        let refused = |failure: SourceError| Error::Invalid(failure.to_string());
        let scope = settings.scope().map_err(refused)?;
        let mut coverage = Coverage::default();
        let mut tables = Vec::new();
        let mut session = self.store.session().await?;
        let databases = session.database_names(&Name::new(DEFAULT_CATALOG)).await?;
        coverage.schemas_known = Some(databases.iter().map(Name::to_string).collect());
        for database in databases {
            if !scope.covers_schema(database.as_str()) {
                continue;
            }
            let at = DatabaseRef {
                catalog: Name::new(DEFAULT_CATALOG),
                database,
            };
            let mut after: Option<Name> = None;
            loop {
                let page = session
                    .table_page(&at, after.as_ref(), TABLES_PER_PAGE)
                    .await?;
                let Some(last) = page.last() else { break };
                after = Some(last.at.table.clone());
                let seen = page.iter().map(table_of);
                tables.extend(seen.filter(|table| {
                    let is_view = table.kind == SourceTableKind::View;
                    scope.covers(&table.at) && (settings.views || !is_view)
                }));
                if tables.len() > settings.tables_max {
                    let what = "tables in scope, at most";
                    return Err(Error::NotAllowed(format!(
                        "there are more {what} {} are read",
                        settings.tables_max
                    )));
                }
            }
            coverage.schemas_listed.insert(at.database.to_string());
        }
        Snapshot::new(SourceDialect::Hive, tables, coverage)
            .map_err(|failure| Error::NotAllowed(failure.to_string()))
    }
}

fn table_of(table: &Table) -> SourceTable {
    let is_view = table.is_view() || table.view_original_text.is_some();
    let kind = if is_view {
        SourceTableKind::View
    } else {
        SourceTableKind::Table
    };
    let mut seen = SourceTable::new(table.at.database.as_str(), table.at.table.as_str(), kind);
    let columns = table.descriptor.columns.iter().flatten();
    for column in columns.chain(&table.partition_keys) {
        // Hive lets a table have a column twice, which no snapshot can; the first is what engines read.
        if seen.column(&column.name).is_none() {
            seen.columns.push(column_of(column));
        }
    }
    let comment = table.parameters.get("comment");
    seen.identity = Some(table.id);
    seen.comment = comment.filter(|text| !text.is_empty()).cloned();
    seen.view_definition = if is_view {
        let text = table.view_expanded_text.as_ref();
        text.or(table.view_original_text.as_ref()).cloned()
    } else {
        None
    };
    seen
}

fn column_of(column: &Column) -> SourceColumn {
    SourceColumn {
        name: column.name.clone(),
        data_type: column.data_type.clone(),
        nullable: true,
        default: None,
        comment: column.comment.clone().filter(|text| !text.is_empty()),
        identity: None,
        default_identity: None,
        hidden: false,
    }
}
