//! Tables and views.

use super::column_change::ColumnChangeView;
use super::moment;
use super::storage::{ColumnView, NewStorage, StorageView};
use crate::catalog::{ParameterChanges, TableChange};
use crate::hive::written_type::{written_key_type, written_name, written_type};
use crate::kit;
use crate::model::{DatabaseRef, Location, Table, TableType};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa::ToSchema;

/// Who owns a table where the request names nobody: the server's own user.
const OWNER: &str = "skep";
/// What stands in the storage descriptor of a view, which no engine looks at and some want to be there.
const VIEW_FORMAT: &str = "text";
/// The property that tells what a table is for.
const COMMENT: &str = "comment";

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
fn type_text(table_type: &TableType) -> String {
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
            comment: table.parameters.get(COMMENT).cloned(),
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
            comment: table.parameters.get(COMMENT).cloned(),
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
    /// Reads the types of columns and keys as people write them. The error says which one no engine could read.
    pub fn types_read(&mut self) -> Result<(), String> {
        let read_by = |columns: &mut Vec<ColumnView>, read: fn(&str) -> Result<String, String>| {
            columns.iter_mut().try_for_each(|column| {
                let name = written_name(&column.name)?;
                let read = read(&column.data_type);
                column.data_type = read.map_err(|why| format!("column {name}: {why}"))?;
                Ok::<(), String>(())
            })
        };
        read_by(&mut self.columns, written_type)?;
        read_by(&mut self.partition_keys, written_key_type)?;
        Ok(())
    }

    /// The table of a database. Fails with the name of the field at fault, and why.
    pub fn table(self, database: &DatabaseRef) -> Result<Table, (&'static str, String)> {
        let is_view = self.table_type == Some(NewTableType::View);
        if self.view_text.is_some() != is_view {
            let text = "a view has a text, and nothing else has one".to_owned();
            return Err(("view_text", text));
        }
        match self.kit.clone() {
            Some(kit) => self.table_of_kit(&kit, database),
            None if is_view => self.view(database),
            None => self.table_of_columns(database),
        }
    }

    fn view(self, database: &DatabaseRef) -> Result<Table, (&'static str, String)> {
        let has = |field: &'static str| Err((field, format!("a view has no {field}")));
        if self.storage.is_some() {
            return has("storage");
        }
        if self.location.is_some() {
            return has("location");
        }
        let text = self.view_text.clone();
        let with_storage = Self {
            table_type: Some(NewTableType::Managed),
            storage: Some(NewStorage {
                format: Some(VIEW_FORMAT.to_owned()),
                ..NewStorage::default()
            }),
            ..self
        };
        let table = with_storage.table_of_columns(database)?;
        Ok(Table {
            table_type: TableType::VirtualView,
            view_original_text: text.clone(),
            view_expanded_text: text,
            ..table
        })
    }

    /// What a kit says, with the properties of the request over it.
    fn table_of_kit(
        self,
        kit: &str,
        database: &DatabaseRef,
    ) -> Result<Table, (&'static str, String)> {
        let Some(found) = kit::find(kit) else {
            let known: Vec<&str> = kit::all().iter().map(|kit| kit.name).collect();
            let text = format!("there is no kit {kit}, but {}", known.join(", "));
            return Err(("kit", text));
        };
        let says = |field| Err((field, format!("the kit {kit} says it")));
        if !self.columns.is_empty() {
            return says("columns");
        }
        if !self.partition_keys.is_empty() {
            return says("partition_keys");
        }
        if self.storage.is_some() {
            return says("storage");
        }
        if self.table_type == Some(NewTableType::Managed) {
            let text = "the data of logs is not skep's: a kit's table is external".to_owned();
            return Err(("type", text));
        }
        let Some(location) = self.location.filter(|at| !at.trim().is_empty()) else {
            let text = "a kit's table needs a location: where the log lies".to_owned();
            return Err(("location", text));
        };
        let location = place(location.trim())?;
        let mut table = found.table(database.table(self.name.as_str()), location);
        table.owner = self.owner.or_else(|| Some(OWNER.to_owned()));
        table.parameters.extend(self.parameters);
        if let Some(comment) = self.comment {
            table.parameters.insert(COMMENT.to_owned(), comment);
        }
        Ok(table)
    }

    fn table_of_columns(self, database: &DatabaseRef) -> Result<Table, (&'static str, String)> {
        let location = self.location.as_deref().filter(|at| !at.trim().is_empty());
        let location = location.map(place).transpose()?;
        let external = match self.table_type {
            Some(table_type) => table_type == NewTableType::External,
            None => location.is_some(),
        };
        let mut parameters = self.parameters;
        if external {
            parameters.insert("EXTERNAL".to_owned(), "TRUE".to_owned());
        } else {
            parameters.remove("EXTERNAL");
        }
        if let Some(comment) = self.comment {
            parameters.insert(COMMENT.to_owned(), comment);
        }
        let columns = self.columns.into_iter().map(ColumnView::into).collect();
        Ok(Table {
            id: 0,
            at: database.table(self.name.as_str()),
            table_type: if external {
                TableType::External
            } else {
                TableType::Managed
            },
            owner: self.owner.or_else(|| Some(OWNER.to_owned())),
            owner_type: None,
            created_at: 0,
            last_access_at: 0,
            retention: 0,
            partition_keys: self
                .partition_keys
                .into_iter()
                .map(ColumnView::into)
                .collect(),
            location,
            descriptor: Arc::new(self.storage.unwrap_or_default().descriptor(columns)?),
            parameters,
            view_original_text: None,
            view_expanded_text: None,
            unknown_fields: Vec::new(),
        })
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
            parameters.insert(COMMENT.to_owned(), Some(comment));
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
