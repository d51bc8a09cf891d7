//! What a source database looked like when it was read: tables, views, columns and keys, in the
//! source's own words. Types are kept as the source spells them; which spellings mean the same is for
//! `diff` to say, so that a better rule never looks like a change of the source.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Tables and views of one snapshot at most.
pub const SNAPSHOT_TABLES_MAX: usize = 100_000;
/// Columns of one table at most.
pub const TABLE_COLUMNS_MAX: usize = 10_000;
/// Columns of a whole snapshot at most.
pub const SNAPSHOT_COLUMNS_MAX: usize = 4_000_000;
/// Bytes of a schema's, table's, column's or key's name at most.
pub const SOURCE_NAME_BYTES_MAX: usize = 1_024;
/// Bytes of a type, default or comment at most.
pub const SOURCE_TEXT_BYTES_MAX: usize = 64 * 1_024;
/// Bytes of a view's definition at most.
pub const VIEW_BYTES_MAX: usize = 1_024 * 1_024;

/// A table's place in its source. Names keep their case: sources tell `Orders` from `orders`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SourceTableRef {
    /// The schema (`PostgreSQL`), the database (`MySQL`), or whatever the source groups tables by.
    pub schema: String,
    /// The table's or view's name.
    pub name: String,
}

impl fmt::Display for SourceTableRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.schema, self.name)
    }
}

/// Whose words the types of a snapshot are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceDialect {
    /// `PostgreSQL`: types as `format_type` prints them, enums as `enum('a','b')`, domains as what they rest on.
    Postgres,
    /// `MySQL` and `MariaDB`: `information_schema.columns.column_type`.
    MySql,
    /// `SQLite`: the declared types.
    Sqlite,
    /// Elasticsearch: field types of a mapping.
    Elasticsearch,
    /// The catalog's own tables: Hive's types.
    Hive,
}

/// Table or view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SourceTableKind {
    /// Holds rows.
    Table,
    /// Is a query; materialized views too.
    View,
}

impl fmt::Display for SourceTableKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            SourceTableKind::Table => "table",
            SourceTableKind::View => "view",
        })
    }
}

/// A column, in the source's words. Its position is its place in [`SourceTable::columns`].
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SourceColumn {
    /// The name.
    pub name: String,
    /// The type as the source prints it.
    pub data_type: String,
    /// Whether it may be null.
    pub nullable: bool,
    /// The default as the source prints it.
    pub default: Option<String>,
    /// The comment; an empty one is none.
    pub comment: Option<String>,
    /// What tells it from every other column that its table has or had, whatever their names: `PostgreSQL`'s `attnum`.
    pub identity: Option<i64>,
    /// What tells the default as the source keeps it, whatever names of other things its text shows: where it is the
    /// same, the text shows a rename elsewhere.
    pub default_identity: Option<i64>,
    /// Whether `SELECT *` leaves it out (`MariaDB`'s and `MySQL`'s `INVISIBLE`).
    pub hidden: bool,
}

/// A table or view of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceTable {
    /// Where it is.
    pub at: SourceTableRef,
    /// What it is.
    pub kind: SourceTableKind,
    /// Its columns in their order.
    pub columns: Vec<SourceColumn>,
    /// The comment; an empty one is none.
    pub comment: Option<String>,
    /// The columns of the primary key in the key's order; empty without one.
    pub primary_key: Vec<String>,
    /// Unique keys by name, each with its columns in the key's order.
    pub unique_keys: BTreeMap<String, Vec<String>>,
    /// A view's query as the source prints it. A view that has one and no columns is broken: what it reads is not there.
    pub view_definition: Option<String>,
    /// What tells a view's query as the source keeps it, as [`SourceColumn::default_identity`] does.
    pub view_identity: Option<i64>,
    /// What tells it from every other table that the source has or had, whatever their names: `PostgreSQL`'s `oid`,
    /// `InnoDB`'s `table_id` (which changes when the table is built anew), the catalog's own number.
    pub identity: Option<i64>,
}

impl SourceTable {
    /// A table without columns, keys or comment, to be filled.
    pub fn new(schema: &str, name: &str, kind: SourceTableKind) -> SourceTable {
        SourceTable {
            at: SourceTableRef {
                schema: schema.to_owned(),
                name: name.to_owned(),
            },
            kind,
            columns: Vec::new(),
            comment: None,
            primary_key: Vec::new(),
            unique_keys: BTreeMap::new(),
            view_definition: None,
            view_identity: None,
            identity: None,
        }
    }

    /// Whether it is a view whose query cannot be run, since what it reads is not there.
    pub fn is_broken(&self) -> bool {
        self.view_definition.is_some() && self.columns.is_empty()
    }

    /// The column of that name, with its case.
    pub fn column(&self, name: &str) -> Option<&SourceColumn> {
        self.columns.iter().find(|column| column.name == name)
    }
}

/// What a snapshot can speak of. A table that the snapshot lacks counts as dropped only if its schema
/// was wholly listed, or if the source lists all its schemas and this one is not among them. Anything
/// else is silence: grants that vanished must not look like dropped tables.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Coverage {
    /// The schemas of which each existing table was seen, whatever the rights on it. A source that
    /// hides tables without rights (`MySQL`) names a schema here only when its rights cover all of it.
    pub schemas_listed: BTreeSet<String>,
    /// Every schema that exists, where the source tells so to anybody.
    pub schemas_known: Option<BTreeSet<String>>,
    /// Tables that exist but whose columns could not be read.
    pub tables_unread: BTreeSet<SourceTableRef>,
    /// Partitions, which are no tables of their own, by the table that they are of; each by its
    /// [`SourceTable::identity`].
    pub partitions: BTreeMap<SourceTableRef, BTreeSet<i64>>,
}

impl Coverage {
    /// Whether the absence of that table means that it does not exist.
    pub fn proves_absence(&self, table: &SourceTableRef) -> bool {
        if self.tables_unread.contains(table) {
            return false;
        }
        let schema_is_gone = self
            .schemas_known
            .as_ref()
            .is_some_and(|known| !known.contains(&table.schema));
        schema_is_gone || self.schemas_listed.contains(&table.schema)
    }

    /// The table that the one with that identity is a partition of.
    pub fn partition_of(&self, identity: Option<i64>) -> Option<&SourceTableRef> {
        let identity = identity?;
        let mut all = self.partitions.iter();
        let found = all.find(|(_, partitions)| partitions.contains(&identity));
        found.map(|(parent, _)| parent)
    }
}

/// A source at one moment. Built only by [`Snapshot::new`], which orders the tables and keeps the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    dialect: SourceDialect,
    tables: Vec<SourceTable>,
    coverage: Coverage,
}

/// A snapshot that cannot be.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotError {
    /// Too much of something.
    #[error("{what} of the source: {found}, at most {limit} are read")]
    TooMany {
        /// What there is too much of, such as `tables` or `columns of shop.orders`.
        what: String,
        /// How many or how long.
        found: usize,
        /// The limit.
        limit: usize,
    },
    /// The same table or column twice.
    #[error("the source names {what} twice")]
    Twice {
        /// The table or the column.
        what: String,
    },
    /// A key over a column that the table does not have.
    #[error("a key of {table} names the column {column}, which the table does not have")]
    KeyWithoutColumn {
        /// The table.
        table: String,
        /// The column.
        column: String,
    },
}

impl Snapshot {
    /// Orders the tables by schema and name; the order in which they came does not count.
    pub fn new(
        dialect: SourceDialect,
        mut tables: Vec<SourceTable>,
        coverage: Coverage,
    ) -> Result<Snapshot, SnapshotError> {
        limit("tables", tables.len(), SNAPSHOT_TABLES_MAX)?;
        let columns: usize = tables.iter().map(|table| table.columns.len()).sum();
        limit("columns", columns, SNAPSHOT_COLUMNS_MAX)?;
        tables.sort_by(|one, other| one.at.cmp(&other.at));
        for pair in tables.windows(2) {
            if pair[0].at == pair[1].at {
                let what = pair[0].at.to_string();
                return Err(SnapshotError::Twice { what });
            }
        }
        for table in &tables {
            table_check(table)?;
        }
        Ok(Snapshot {
            dialect,
            tables,
            coverage,
        })
    }

    /// Whose words the types are.
    pub fn dialect(&self) -> SourceDialect {
        self.dialect
    }

    /// The tables and views, by schema and name.
    pub fn tables(&self) -> &[SourceTable] {
        &self.tables
    }

    /// What the snapshot can speak of.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// One table.
    pub fn table(&self, at: &SourceTableRef) -> Option<&SourceTable> {
        let found = self.tables.binary_search_by(|table| table.at.cmp(at));
        found.ok().map(|index| &self.tables[index])
    }
}

fn limit(what: &str, found: usize, limit: usize) -> Result<(), SnapshotError> {
    if found <= limit {
        return Ok(());
    }
    Err(SnapshotError::TooMany {
        what: what.to_owned(),
        found,
        limit,
    })
}

fn table_check(table: &SourceTable) -> Result<(), SnapshotError> {
    let columns = table.columns.len();
    if columns > TABLE_COLUMNS_MAX {
        limit(
            &format!("columns of {}", table.at),
            columns,
            TABLE_COLUMNS_MAX,
        )?;
    }
    limit(
        "bytes in a schema's name",
        table.at.schema.len(),
        SOURCE_NAME_BYTES_MAX,
    )?;
    limit(
        "bytes in a table's name",
        table.at.name.len(),
        SOURCE_NAME_BYTES_MAX,
    )?;
    let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
    limit(
        "bytes in a view",
        text(&table.view_definition),
        VIEW_BYTES_MAX,
    )?;
    limit(
        "bytes in a comment",
        text(&table.comment),
        SOURCE_TEXT_BYTES_MAX,
    )?;
    let mut names: BTreeSet<&str> = BTreeSet::new();
    for column in &table.columns {
        limit(
            "bytes in a column's name",
            column.name.len(),
            SOURCE_NAME_BYTES_MAX,
        )?;
        limit(
            "bytes in a type",
            column.data_type.len(),
            SOURCE_TEXT_BYTES_MAX,
        )?;
        limit(
            "bytes in a default",
            text(&column.default),
            SOURCE_TEXT_BYTES_MAX,
        )?;
        limit(
            "bytes in a comment",
            text(&column.comment),
            SOURCE_TEXT_BYTES_MAX,
        )?;
        if !names.insert(&column.name) {
            let what = format!("{}.{}", table.at, column.name);
            return Err(SnapshotError::Twice { what });
        }
    }
    for column in table
        .primary_key
        .iter()
        .chain(table.unique_keys.values().flatten())
    {
        if !names.contains(column.as_str()) {
            return Err(SnapshotError::KeyWithoutColumn {
                table: table.at.to_string(),
                column: column.clone(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_no_proof() {
        let at = |schema: &str| SourceTableRef {
            schema: schema.to_owned(),
            name: "orders".to_owned(),
        };
        let mut coverage = Coverage::default();
        assert!(!coverage.proves_absence(&at("shop")));
        coverage.schemas_listed.insert("shop".to_owned());
        assert!(coverage.proves_absence(&at("shop")));
        assert!(!coverage.proves_absence(&at("billing")));
        coverage.schemas_known = Some(["shop".to_owned()].into());
        assert!(coverage.proves_absence(&at("billing")));
        coverage.tables_unread.insert(at("shop"));
        assert!(!coverage.proves_absence(&at("shop")));
    }

    #[test]
    fn refuses_what_cannot_be() {
        let table = SourceTable::new("shop", "orders", SourceTableKind::Table);
        let twice = vec![table.clone(), table.clone()];
        let read = |tables| Snapshot::new(SourceDialect::Postgres, tables, Coverage::default());
        assert_eq!(
            read(twice).unwrap_err().to_string(),
            "the source names shop.orders twice"
        );
        let mut keyed = table.clone();
        keyed.primary_key.push("id".to_owned());
        assert!(matches!(
            read(vec![keyed]).unwrap_err(),
            SnapshotError::KeyWithoutColumn { .. }
        ));
        let mut named = table;
        named.at.name = "x".repeat(SOURCE_NAME_BYTES_MAX + 1);
        assert!(matches!(
            read(vec![named]).unwrap_err(),
            SnapshotError::TooMany { found: 1_025, .. }
        ));
    }
}
