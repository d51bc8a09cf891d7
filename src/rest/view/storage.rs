//! Columns, file formats and serdes.

use crate::catalog::StorageSpec;
use crate::hive::storage_format::StorageFormat;
use crate::model::{Column, StorageDescriptor};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Hive's number of an ascending sort order.
const ASCENDING: i32 = 1;

/// A column or a partition key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = Column)]
pub struct ColumnView {
    /// Its name
    #[schema(example = "id", pattern = r"\S")]
    pub name: String,
    /// Hive's type
    #[serde(rename = "type")]
    #[schema(example = "bigint")]
    pub data_type: String,
    /// What it means
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// How files are read and written.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Storage)]
pub struct StorageView {
    /// The format's name, where it is one that has a name
    pub format: Option<String>,
    /// Hadoop's input format class
    pub input_format: Option<String>,
    /// Hadoop's output format class
    pub output_format: Option<String>,
    /// The serde class
    pub serde: Option<String>,
    /// Properties of the serde
    pub serde_parameters: BTreeMap<String, String>,
    /// Whether the files are compressed as a whole
    pub compressed: bool,
    /// Into how many buckets rows are spread; 0 or less is none
    pub bucket_count: i32,
    /// By which columns they are
    pub bucket_columns: Vec<String>,
    /// The order of rows in a bucket
    pub sort_columns: Vec<SortColumnView>,
    /// Properties of the storage
    pub parameters: BTreeMap<String, String>,
}

/// A column of the sort order.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = SortColumn)]
pub struct SortColumnView {
    /// Its name
    pub column: String,
    /// Whether small values come first
    pub ascending: bool,
}

/// How the files of a new table are read and written: by the name of a format, or by classes.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewStorage {
    /// `parquet`, `orc`, `avro`, `json`, `csv` or `text`; sets the classes that are not given
    #[schema(example = "parquet")]
    pub format: Option<String>,
    /// Hadoop's input format class
    pub input_format: Option<String>,
    /// Hadoop's output format class
    pub output_format: Option<String>,
    /// The serde class
    pub serde: Option<String>,
    /// Properties of the serde, such as `field.delim`
    #[serde(default)]
    pub serde_parameters: BTreeMap<String, String>,
    /// Whether the files are compressed as a whole
    #[serde(default)]
    pub compressed: bool,
}

impl From<&Column> for ColumnView {
    fn from(column: &Column) -> Self {
        Self {
            name: column.name.clone(),
            data_type: column.data_type.clone(),
            comment: column.comment.clone(),
        }
    }
}

impl From<ColumnView> for Column {
    /// Hive keeps names in lower case.
    fn from(view: ColumnView) -> Self {
        Self {
            name: view.name.trim().to_lowercase(),
            data_type: view.data_type,
            comment: view.comment,
        }
    }
}

impl From<&StorageDescriptor> for StorageView {
    fn from(descriptor: &StorageDescriptor) -> Self {
        let serde = descriptor.serde.as_ref();
        let library = serde.and_then(|serde| serde.library.clone());
        let format = library.as_deref().and_then(StorageFormat::of_serde);
        let sorted = descriptor.sort_columns.iter().map(|one| SortColumnView {
            column: one.column.clone(),
            ascending: one.order == ASCENDING,
        });
        Self {
            format: format.map(|format| format.name.to_owned()),
            input_format: descriptor.input_format.clone(),
            output_format: descriptor.output_format.clone(),
            serde: library,
            serde_parameters: serde.map(|one| one.parameters.clone()).unwrap_or_default(),
            compressed: descriptor.compressed,
            bucket_count: descriptor.bucket_count,
            bucket_columns: descriptor.bucket_columns.clone(),
            sort_columns: sorted.collect(),
            parameters: descriptor.parameters.clone(),
        }
    }
}

impl From<NewStorage> for StorageSpec {
    fn from(new: NewStorage) -> Self {
        Self {
            format: new.format,
            input_format: new.input_format,
            output_format: new.output_format,
            serde: new.serde,
            serde_parameters: new.serde_parameters,
            compressed: new.compressed,
        }
    }
}
