//! Puts a snapshot together while the rows arrive: what is out of scope is left out and noted, and a source that is
//! too large is refused before it fills the memory.

use super::error::SourceError;
use super::scope::Scope;
use super::settings::SourceSettings;
use super::{Reading, SourceCheck};
use crate::model::{
    Coverage, SNAPSHOT_COLUMNS_MAX, Snapshot, SourceColumn, SourceDialect, SourceTable,
    SourceTableKind, SourceTableRef,
};

/// Bytes of all names, types, defaults, comments and views together at most.
const SNAPSHOT_BYTES_MAX: usize = 512 * 1024 * 1024;
/// Schemas, tables that are out of scope, and partitions, at most of each: their names or numbers are kept.
const NAMES_MAX: usize = 1_000_000;

/// A snapshot that is being read.
pub(super) struct Gathering<'a> {
    settings: &'a SourceSettings,
    scope: &'a Scope,
    tables: Vec<SourceTable>,
    coverage: Coverage,
    schemas: u64,
    unreadable: u64,
    columns: usize,
    partitions: usize,
    bytes: usize,
}

impl<'a> Gathering<'a> {
    pub(super) fn new(settings: &'a SourceSettings, scope: &'a Scope) -> Self {
        Self {
            settings,
            scope,
            tables: Vec::new(),
            coverage: Coverage::default(),
            schemas: 0,
            unreadable: 0,
            columns: 0,
            partitions: 0,
            bytes: 0,
        }
    }

    /// Notes every schema that exists, where the source tells so.
    pub(super) fn schemas_known(
        &mut self,
        names: impl IntoIterator<Item = String>,
    ) -> Result<(), SourceError> {
        let mut known = std::collections::BTreeSet::new();
        for name in names {
            limit("schemas", known.len() + 1, NAMES_MAX)?;
            known.insert(name);
        }
        self.coverage.schemas_known = Some(known);
        Ok(())
    }

    /// Whether the schema is to be read. `listed` says whether each of its tables will be seen, which makes the
    /// absence of one a proof.
    pub(super) fn schema(&mut self, name: &str, listed: bool) -> bool {
        if !self.scope.covers_schema(name) {
            return false;
        }
        self.schemas += 1;
        if listed {
            self.coverage.schemas_listed.insert(name.to_owned());
        }
        true
    }

    /// Takes up a table and gives its place; `None` where it is out of scope.
    pub(super) fn table(
        &mut self,
        schema: &str,
        name: &str,
        kind: SourceTableKind,
        comment: Option<String>,
    ) -> Result<Option<usize>, SourceError> {
        let mut table = SourceTable::new(schema, name, kind);
        let wanted = self.settings.views || kind == SourceTableKind::Table;
        if !wanted || !self.scope.covers(&table.at) {
            // It exists, so that it must not look dropped after the scope was narrowed.
            self.note_unread(table.at)?;
            return Ok(None);
        }
        limit("tables", self.tables.len() + 1, self.settings.tables_max)?;
        self.account(schema.len() + name.len() + comment.as_ref().map_or(0, String::len))?;
        table.comment = comment.filter(|text| !text.is_empty());
        self.tables.push(table);
        Ok(Some(self.tables.len() - 1))
    }

    /// A table or view that is known of and whose columns cannot be read. It may have been taken up before.
    pub(super) fn unreadable(&mut self, at: SourceTableRef) -> Result<(), SourceError> {
        self.unreadable += 1;
        self.note_unread(at)
    }

    /// A partition by its number, which is no table of its own, and what it is one of.
    pub(super) fn partition(&mut self, of: SourceTableRef, number: i64) -> Result<(), SourceError> {
        self.partitions += 1;
        limit("partitions", self.partitions, NAMES_MAX)?;
        let known = self.coverage.partitions.entry(of).or_default();
        known.insert(number);
        Ok(())
    }

    fn note_unread(&mut self, at: SourceTableRef) -> Result<(), SourceError> {
        let count = self.coverage.tables_unread.len();
        limit("tables out of scope", count + 1, NAMES_MAX)?;
        self.coverage.tables_unread.insert(at);
        Ok(())
    }

    /// Appends a column.
    pub(super) fn column(&mut self, table: usize, column: SourceColumn) -> Result<(), SourceError> {
        self.columns += 1;
        limit("columns", self.columns, SNAPSHOT_COLUMNS_MAX)?;
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let texts = text(&column.default) + text(&column.comment);
        self.account(column.name.len() + column.data_type.len() + texts)?;
        self.tables[table].columns.push(SourceColumn {
            comment: column.comment.filter(|comment| !comment.is_empty()),
            ..column
        });
        Ok(())
    }

    /// Sets a view's query.
    pub(super) fn view(&mut self, table: usize, definition: String) -> Result<(), SourceError> {
        self.account(definition.len())?;
        self.tables[table].view_definition = Some(definition);
        Ok(())
    }

    /// A table that was taken up.
    pub(super) fn at(&mut self, table: usize) -> &mut SourceTable {
        &mut self.tables[table]
    }

    fn account(&mut self, bytes: usize) -> Result<(), SourceError> {
        self.bytes += bytes;
        limit("bytes", self.bytes, SNAPSHOT_BYTES_MAX)
    }

    /// The whole, checked.
    pub(super) fn finish(
        self,
        dialect: SourceDialect,
        version: String,
    ) -> Result<Reading, SourceError> {
        let mut tables = self.tables;
        tables.retain(|table| !self.coverage.tables_unread.contains(&table.at));
        let check = SourceCheck {
            version,
            schemas: self.schemas,
            tables_readable: tables.len() as u64,
            tables_unreadable: self.unreadable,
            tables: tables.iter().map(|table| table.at.clone()).collect(),
        };
        let snapshot = Snapshot::new(dialect, tables, self.coverage)?;
        Ok(Reading { check, snapshot })
    }
}

fn limit(what: &str, found: usize, limit: usize) -> Result<(), SourceError> {
    if found <= limit {
        return Ok(());
    }
    Err(SourceError::TooMuch {
        what: what.to_owned(),
        found,
        limit,
    })
}
