//! Tables as people describe them over REST and gRPC: what is not said gets a default, and each fault names its field.

use crate::catalog::ObjectFault;
use crate::hive::object_name;
use crate::hive::storage_format::StorageFormat;
use crate::hive::written_type::{written_key_type, written_name, written_type};
use crate::kit;
use crate::model::{
    Column, DatabaseRef, Location, Parameters, Serde, StorageDescriptor, Table, TableType,
};
use std::sync::Arc;

/// Who owns a table where the request names nobody: the server's own user.
const OWNER: &str = "skep";
/// What stands in the storage descriptor of a view, which no engine looks at and some want to be there.
const VIEW_FORMAT: &str = "text";
/// The property that tells what a table is for.
pub const TABLE_COMMENT: &str = "comment";

/// A new table or view.
#[derive(Debug, Clone, Default)]
pub struct TableSpec {
    /// Its name.
    pub name: String,
    /// Managed, external or a view; `None` is external where a location is given, and managed otherwise.
    pub table_type: Option<TableType>,
    /// What it is for.
    pub comment: Option<String>,
    /// The owner; by default the server's own user.
    pub owner: Option<String>,
    /// The kit that says columns, partition keys, storage and properties; needs a location.
    pub kit: Option<String>,
    /// The data columns; types as people write them.
    pub columns: Vec<Column>,
    /// The partition keys, in order.
    pub partition_keys: Vec<Column>,
    /// Where its data is; by default a directory of the database.
    pub location: Option<String>,
    /// How files are read and written; must be given without a kit, but for views.
    pub storage: Option<StorageSpec>,
    /// The text of a view.
    pub view_text: Option<String>,
    /// Properties.
    pub parameters: Parameters,
}

/// How the files of a new table are read and written: by the name of a format, or by classes.
#[derive(Debug, Clone, Default)]
pub struct StorageSpec {
    /// `parquet`, `orc`, `avro`, `json`, `csv` or `text`; sets the classes that are not given.
    pub format: Option<String>,
    /// Hadoop's input format class.
    pub input_format: Option<String>,
    /// Hadoop's output format class.
    pub output_format: Option<String>,
    /// The serde class.
    pub serde: Option<String>,
    /// Properties of the serde.
    pub serde_parameters: Parameters,
    /// Whether the files are compressed as a whole.
    pub compressed: bool,
}

/// Why a description is none of a table.
#[derive(Debug)]
pub enum TableSpecFault {
    /// One field, and what is wrong with it.
    Field(&'static str, String),
    /// A name or a type that no engine could read.
    Object(ObjectFault),
}

impl TableSpec {
    /// The table of a database that this describes.
    pub fn table(mut self, database: &DatabaseRef) -> Result<Table, TableSpecFault> {
        object_name::check_object_name(&self.name).map_err(|failure| {
            TableSpecFault::Object(ObjectFault::new("name", failure.to_string()))
        })?;
        columns_read("columns", &mut self.columns, written_type)?;
        columns_read("partition_keys", &mut self.partition_keys, written_key_type)?;
        let table = match (&self.kit, &self.table_type) {
            (_, Some(TableType::MaterializedView | TableType::Other(_))) => {
                let text = "managed, external and view can be made here, nothing else".to_owned();
                Err(("type", text))
            }
            (_, kind) if self.view_text.is_some() != (*kind == Some(TableType::VirtualView)) => {
                let text = "a view has a text, and nothing else has one".to_owned();
                Err(("view_text", text))
            }
            (Some(kit), _) => {
                let kit = kit.clone();
                self.table_of_kit(&kit, database)
            }
            (None, Some(TableType::VirtualView)) => self.view(database),
            (None, _) => self.table_of_columns(database),
        };
        table.map_err(|(field, why)| TableSpecFault::Field(field, why))
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
            table_type: Some(TableType::Managed),
            storage: Some(StorageSpec {
                format: Some(VIEW_FORMAT.to_owned()),
                ..StorageSpec::default()
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
        if self.table_type == Some(TableType::Managed) {
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
            table.parameters.insert(TABLE_COMMENT.to_owned(), comment);
        }
        Ok(table)
    }

    fn table_of_columns(self, database: &DatabaseRef) -> Result<Table, (&'static str, String)> {
        let location = self.location.as_deref().filter(|at| !at.trim().is_empty());
        let location = location.map(place).transpose()?;
        let external = match self.table_type {
            Some(table_type) => table_type == TableType::External,
            None => location.is_some(),
        };
        let mut parameters = self.parameters;
        if external {
            parameters.insert("EXTERNAL".to_owned(), "TRUE".to_owned());
        } else {
            parameters.remove("EXTERNAL");
        }
        if let Some(comment) = self.comment {
            parameters.insert(TABLE_COMMENT.to_owned(), comment);
        }
        let storage = self.storage.unwrap_or_default();
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
            partition_keys: self.partition_keys,
            location,
            descriptor: Arc::new(storage.descriptor(self.columns)?),
            parameters,
            view_original_text: None,
            view_expanded_text: None,
            unknown_fields: Vec::new(),
        })
    }
}

/// Reads names and types as people write them; Hive keeps names in lower case. The error says which type no engine could read.
fn columns_read(
    list: &str,
    columns: &mut [Column],
    read: fn(&str) -> Result<String, String>,
) -> Result<(), TableSpecFault> {
    for (index, column) in columns.iter_mut().enumerate() {
        let refused = |field: &str, why: String| {
            let field = format!("{list}[{index}].{field}");
            TableSpecFault::Object(ObjectFault::new(field, why))
        };
        let name = written_name(&column.name).map_err(|why| refused("name", why))?;
        let data_type = read(&column.data_type);
        column.data_type =
            data_type.map_err(|why| refused("type", format!("column {name}: {why}")))?;
        column.name = column.name.trim().to_lowercase();
    }
    Ok(())
}

fn place(text: &str) -> Result<Location, (&'static str, String)> {
    Location::parse(text).map_err(|failure| ("location", failure.why))
}

impl StorageSpec {
    /// The descriptor of a table with these columns. Fails with the name of the field that is missing or unknown.
    fn descriptor(self, columns: Vec<Column>) -> Result<StorageDescriptor, (&'static str, String)> {
        let format = match &self.format {
            None => None,
            Some(name) => Some(StorageFormat::parse(name).ok_or_else(|| {
                let known = "parquet, orc, avro, json, csv and text";
                (
                    "storage.format",
                    format!("there is no format {name}, but {known}"),
                )
            })?),
        };
        let class = |own: Option<String>, of_format: fn(StorageFormat) -> &'static str| {
            own.or_else(|| format.map(|format| of_format(format).to_owned()))
        };
        let library = class(self.serde, |format| format.serde);
        if library.is_none() {
            let text = "say how the files are read: by a format or a serde".to_owned();
            return Err(("storage.format", text));
        }
        Ok(StorageDescriptor {
            columns: Some(columns),
            input_format: class(self.input_format, |format| format.input_format),
            output_format: class(self.output_format, |format| format.output_format),
            compressed: self.compressed,
            // Hive's own clients send −1 for none.
            bucket_count: -1,
            serde: Some(Serde {
                library,
                parameters: self.serde_parameters,
                ..Serde::default()
            }),
            ..StorageDescriptor::default()
        })
    }
}
