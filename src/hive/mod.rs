//! Hive's own rules, without a store or a wire: how partition names, object names, directory names,
//! column types and the statistics flag are written, checked and compared.
//!
//! Nothing here knows a table, a request or a database connection: each file is one rule over text,
//! so that every front end, discovery and the store apply the same one.

pub mod calendar_key;
pub mod catalog_prefix;
pub mod column_change;
pub mod directory_name;
pub mod hive_type;
pub mod name_range;
pub mod object_name;
pub mod partition_name;
pub mod spark_schema;
pub mod stats_json;
pub mod storage_format;
pub mod text_pattern;
pub mod type_change;
pub mod type_check;
pub mod written_column;
pub mod written_type;
