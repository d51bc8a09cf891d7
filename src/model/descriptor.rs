//! The storage descriptor: all that tables and partitions of one format share. It holds everything but the location,
//! so that a million partitions of a table share one.

use super::{Column, Name, Parameters};
use std::collections::HashSet;

/// Columns, formats, serde, bucketing, sort order and skew.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct StorageDescriptor {
    /// The data columns. A partition may have none of its own (`None`: absent on the wire).
    pub columns: Option<Vec<Column>>,
    /// Hadoop's input format class.
    pub input_format: Option<String>,
    /// Hadoop's output format class.
    pub output_format: Option<String>,
    /// Whether the files are compressed.
    pub compressed: bool,
    /// Number of buckets; clients send 0 or −1 for none.
    pub bucket_count: i32,
    /// How rows are read and written.
    pub serde: Option<Serde>,
    /// Columns that rows are bucketed by.
    pub bucket_columns: Vec<String>,
    /// Order of the rows inside a bucket.
    pub sort_columns: Vec<SortColumn>,
    /// Properties.
    pub parameters: Parameters,
    /// Skewed values.
    pub skew: Skew,
    /// Whether skewed values have directories of their own.
    pub stored_as_sub_directories: bool,
}

impl StorageDescriptor {
    /// The columns whose statistics no longer hold once this has become `after`: those that are gone, or have another type.
    pub fn columns_lost(&self, after: &Self) -> Vec<Name> {
        let old = self.columns.as_deref().unwrap_or_default();
        let new = after.columns.as_deref().unwrap_or_default();
        let form = |column: &Column| (column.name.to_ascii_lowercase(), column.data_type.clone());
        let kept: HashSet<(String, String)> = new.iter().map(form).collect();
        let lost = old.iter().filter(|was| !kept.contains(&form(was)));
        lost.map(|column| Name::new(&column.name)).collect()
    }
}

/// Serializer and deserializer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Serde {
    /// Its name; Hive writes the table's.
    pub name: Option<String>,
    /// The Java class.
    pub library: Option<String>,
    /// Properties such as `field.delim` or Spark's `path`.
    pub parameters: Parameters,
    /// What it is for (Hive 3).
    pub description: Option<String>,
    /// Hive 3's class of its own for writing.
    pub serializer_class: Option<String>,
    /// Hive 3's class of its own for reading.
    pub deserializer_class: Option<String>,
    /// Hive 3's `SerdeType`, as its number.
    pub serde_type: Option<i32>,
}

/// A column of the sort order.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct SortColumn {
    /// The column's name.
    pub column: String,
    /// 1 ascending, 0 descending, as Hive numbers them.
    pub order: i32,
}

/// Skewed columns, their values, and where those live.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Skew {
    /// The columns.
    pub columns: Vec<String>,
    /// The value tuples.
    pub values: Vec<Vec<String>>,
    /// The location of each value tuple that has one.
    pub locations: Vec<(Vec<String>, String)>,
}
