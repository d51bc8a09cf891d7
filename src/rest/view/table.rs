//! Tables and views.

use super::column_change::ColumnChangeView;
use super::moment;
use super::storage::{ColumnView, NewStorage, StorageView};
use crate::catalog::{ParameterChanges, TABLE_COMMENT, TableChange, TableSpec};
use crate::model::{Location, Table, TableType};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A table or view.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Table)]
pub struct TableView {
    /// The catalog it stands in
    pub catalog: String,
    /// The database it stands in
    pub database: String,
    /// Its name
    pub name: String,
    /// `managed`, `external`, `view` or `materialized_view`; another text is as a client of the metastore sent it
    #[serde(rename = "type")]
    #[schema(example = "external")]
    pub table_type: String,
    /// What it is for
    pub comment: Option<String>,
    /// The owner
    pub owner: Option<String>,
    /// When it was made
    #[schema(format = DateTime)]
    pub created_at: Option<String>,
    /// Where its data is; views have none
    pub location: Option<String>,
    /// The data columns
    pub columns: Vec<ColumnView>,
    /// The partition keys, in order
    pub partition_keys: Vec<ColumnView>,
    /// How files are read and written
    pub storage: StorageView,
    /// Properties
    pub parameters: BTreeMap<String, String>,
    /// The text of a view, as its author wrote it
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view_text: Option<String>,
}

/// What listings show of a table.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = TableSummary)]
pub struct TableSummaryView {
    /// Its name
    pub name: String,
    /// As in [`TableView`]
    #[serde(rename = "type")]
    pub table_type: String,
    /// The format of its files, where it has a name
    pub format: Option<String>,
    /// The names of its partition keys, in order
    pub partition_keys: Vec<String>,
    /// Where its data is
    pub location: Option<String>,
    /// What it is for
    pub comment: Option<String>,
    /// The owner
    pub owner: Option<String>,
}

/// A page of tables.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = TableList)]
pub struct TableListView {
    /// The tables, by name
    pub tables: Vec<TableSummaryView>,
    /// What to pass as `after` for the next page; absent on the last one
    pub next: Option<String>,
}

/// A new table.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewTable {
    /// Its name: printable ASCII; letters, digits and underscores suit every engine
    #[schema(example = "orders", min_length = 1, pattern = r"^[ -\[\]-_a-~]+$")]
    pub name: String,
    /// Whether its data is skep's to delete; by default only where no location is given
    #[serde(rename = "type", default)]
    pub table_type: Option<NewTableType>,
    /// What it is for
    #[serde(default)]
    pub comment: Option<String>,
    /// The owner
    #[serde(default)]
    pub owner: Option<String>,
    /// The kit that says columns, partition keys, storage and properties; needs a location
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub kit: Option<String>,
    /// The data columns
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnView>,
    /// The partition keys, in order
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub partition_keys: Vec<ColumnView>,
    /// Where its data is; by default a directory of the database
    #[serde(default)]
    #[schema(example = "s3://lake/orders")]
    pub location: Option<String>,
    /// How files are read and written; must be given without a kit, but for views
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage: Option<NewStorage>,
    /// The text of a view, in Hive's words with the databases of all names
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub view_text: Option<String>,
    /// Properties
    #[serde(default)]
    pub parameters: BTreeMap<String, String>,
}

/// The kinds of table that can be made over REST.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum NewTableType {
    /// skep deletes the data with the table, where the drop says so.
    Managed,
    /// skep never deletes the data.
    External,
    /// A view: it has a text and no data.
    View,
}

/// Changes of a table. What is absent or null stays as it is; a property that is null goes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ChangeTable {
    /// The new owner
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// What it is for
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// Where its data is from now on; no data moves
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = "s3://lake/orders")]
    pub location: Option<String>,
    /// Changes of its columns, one after the other
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub columns: Vec<ColumnChangeView>,
    /// Whether its partitions get the columns that it has then; otherwise they keep theirs
    #[serde(default)]
    pub cascade: bool,
    /// The new text of a view
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(example = json!(null))]
    pub view_text: Option<String>,
    /// Properties: a text sets one, null removes it, all others stay
    #[serde(default)]
    pub parameters: BTreeMap<String, Option<String>>,
}

/// Where a table goes. What is absent stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RenameTable {
    /// Its new name
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The database it goes to
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
}

/// The words of the REST interface for a type.
pub(super) fn type_text(table_type: &TableType) -> String {
    match table_type {
        TableType::Managed => "managed".to_owned(),
        TableType::External => "external".to_owned(),
        TableType::VirtualView => "view".to_owned(),
        TableType::MaterializedView => "materialized_view".to_owned(),
        TableType::Other(text) => text.clone(),
    }
}

/// The type of a word of the REST interface.
pub fn type_parse(text: &str) -> TableType {
    match text {
        "managed" => TableType::Managed,
        "external" => TableType::External,
        "view" => TableType::VirtualView,
        "materialized_view" => TableType::MaterializedView,
        other => TableType::Other(other.to_owned()),
    }
}

impl From<&Table> for TableSummaryView {
    fn from(table: &Table) -> Self {
        let keys = table.partition_keys.iter().map(|key| key.name.clone());
        Self {
            name: table.at.table.to_string(),
            table_type: type_text(&table.table_type),
            format: StorageView::from(&*table.descriptor).format,
            partition_keys: keys.collect(),
            location: table.location.as_ref().map(Location::to_string),
            comment: table.parameters.get(TABLE_COMMENT).cloned(),
            owner: table.owner.clone(),
        }
    }
}

impl From<Table> for TableView {
    fn from(table: Table) -> Self {
        let columns = table.descriptor.columns.iter().flatten();
        Self {
            catalog: table.at.catalog.to_string(),
            database: table.at.database.to_string(),
            name: table.at.table.to_string(),
            table_type: type_text(&table.table_type),
            comment: table.parameters.get(TABLE_COMMENT).cloned(),
            owner: table.owner,
            created_at: moment(table.created_at),
            location: table.location.as_ref().map(Location::to_string),
            columns: columns.map(ColumnView::from).collect(),
            partition_keys: table.partition_keys.iter().map(ColumnView::from).collect(),
            storage: StorageView::from(&*table.descriptor),
            parameters: table.parameters,
            view_text: table.view_original_text,
        }
    }
}

impl NewTable {
    /// The description in the catalog's words.
    pub fn spec(self) -> TableSpec {
        let columns = |views: Vec<ColumnView>| views.into_iter().map(ColumnView::into).collect();
        TableSpec {
            name: self.name,
            table_type: self.table_type.map(NewTableType::into),
            comment: self.comment,
            owner: self.owner,
            kit: self.kit,
            columns: columns(self.columns),
            partition_keys: columns(self.partition_keys),
            location: self.location,
            storage: self.storage.map(NewStorage::into),
            view_text: self.view_text,
            parameters: self.parameters,
        }
    }
}

impl From<NewTableType> for TableType {
    fn from(word: NewTableType) -> Self {
        match word {
            NewTableType::Managed => Self::Managed,
            NewTableType::External => Self::External,
            NewTableType::View => Self::VirtualView,
        }
    }
}

fn place(text: &str) -> Result<Location, (&'static str, String)> {
    Location::parse(text).map_err(|failure| ("location", failure.why))
}

impl ChangeTable {
    /// The change in the catalog's words. Fails with the name of the field at fault, and why.
    pub fn read(self) -> Result<TableChange, (String, String)> {
        let mut parameters = self.parameters;
        if let Some(comment) = self.comment {
            parameters.insert(TABLE_COMMENT.to_owned(), Some(comment));
        }
        let location = self.location.as_deref().map(place).transpose();
        let mut columns = Vec::with_capacity(self.columns.len());
        for (index, change) in self.columns.into_iter().enumerate() {
            let read = change.read();
            columns.push(read.map_err(|(field, why)| (format!("columns[{index}].{field}"), why))?);
        }
        Ok(TableChange {
            parameters: ParameterChanges(parameters),
            owner: self.owner,
            location: location.map_err(|(field, why)| (field.to_owned(), why))?,
            columns,
            cascade: self.cascade,
            view_text: self.view_text,
        })
    }
}
