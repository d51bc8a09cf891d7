//! What a place would be as a table: what a proposal tells, and how the table is made of what was seen.

use super::plan::DiscoveryPlan;
use crate::guess::{FileFormat, LayoutGuess};
use crate::hive::storage_format::StorageFormat;
use crate::layout::Layout;
use crate::model::{
    Column, DISCOVERY_PROPERTY_PREFIX, Location, Parameters, Serde, StorageDescriptor, Table,
    TableRef, TableType,
};
use std::sync::Arc;

/// A table that a place most likely is. Nothing is stored of it.
#[derive(Debug, Clone)]
pub struct Proposal {
    /// The table as it would be made.
    pub table: Table,
    /// The table as a statement for Hive and Spark; nothing where its columns could not be told.
    pub create_table: Option<String>,
    /// How its directories tell partition values, what that rests on, and what it would leave out.
    pub layout: LayoutGuess,
    /// Whether the layout was given and not guessed.
    pub is_given: bool,
    /// The files that were looked into.
    pub files: Vec<ProposedFile>,
    /// What to know of the files, in words.
    pub notes: Vec<String>,
    /// Requests of the sample.
    pub requests: u64,
    /// Whether the sample is all there is.
    pub is_whole: bool,
    /// The partitions that a sweep of the table would find, as far as its budget reached.
    pub plan: DiscoveryPlan,
}

/// A file that was looked into.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProposedFile {
    /// Its path below the place.
    pub path: String,
    /// Its size.
    pub bytes: u64,
    /// What it is, or why that cannot be told.
    pub found: Result<FileKind, String>,
}

/// What a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileKind {
    /// The format of its rows.
    pub format: FileFormat,
    /// How it is compressed as a whole.
    pub compression: Option<&'static str>,
    /// How many columns it tells of.
    pub columns: usize,
}

/// The name of a table at a place: the last name of the location, as every engine takes it.
pub(super) fn table_name(location: &Location) -> String {
    let last = location.path().rsplit('/').find(|part| !part.is_empty());
    let word = |text: &str| -> String {
        let plain = |c: char| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '_'
            }
        };
        text.chars().map(plain).collect()
    };
    let name = word(last.unwrap_or(location.bucket()));
    match name.trim_matches('_') {
        "" => "files".to_owned(),
        // Not every engine takes a name that begins with a digit.
        name if name.starts_with(|c: char| c.is_ascii_digit()) => format!("t_{name}"),
        name => name.to_owned(),
    }
}

/// The table of these columns and this layout.
pub(super) fn table(
    at: TableRef,
    location: Location,
    layout: &LayoutGuess,
    format: Option<&FileFormat>,
    columns: Vec<Column>,
) -> Table {
    if let Some(kit) = layout.kit {
        return kit.table(at, location);
    }
    let mut parameters = Parameters::from([("EXTERNAL".to_owned(), "TRUE".to_owned())]);
    if !layout.keys.is_empty() {
        parameters.insert(DISCOVERY_PROPERTY_PREFIX.to_owned(), "on".to_owned());
        if Layout::hive(&layout.keys).template() != layout.template {
            let name = format!("{DISCOVERY_PROPERTY_PREFIX}.layout");
            parameters.insert(name, layout.template.clone());
        }
    }
    if let Some(FileFormat::Separated {
        has_header: true, ..
    }) = format
    {
        parameters.insert("skip.header.line.count".to_owned(), "1".to_owned());
    }
    Table {
        id: 0,
        at,
        table_type: TableType::External,
        owner: None,
        owner_type: None,
        created_at: 0,
        last_access_at: 0,
        retention: 0,
        partition_keys: layout.keys.clone(),
        location: Some(location),
        descriptor: Arc::new(descriptor(format, columns)),
        parameters,
        view_original_text: None,
        view_expanded_text: None,
        unknown_fields: Vec::new(),
    }
}

fn descriptor(format: Option<&FileFormat>, columns: Vec<Column>) -> StorageDescriptor {
    let mut parameters = Parameters::new();
    let name = match format {
        Some(FileFormat::Parquet) => "parquet",
        Some(FileFormat::Orc) => "orc",
        Some(FileFormat::Avro) => "avro",
        Some(FileFormat::Json) => "json",
        Some(FileFormat::Separated {
            delimiter,
            is_quoted: true,
            ..
        }) => {
            parameters.insert("separatorChar".to_owned(), delimiter.to_string());
            "csv"
        }
        Some(FileFormat::Separated { delimiter, .. }) => {
            // Spark goes by the one, Hive and Trino by the other.
            for key in ["field.delim", "serialization.format"] {
                parameters.insert(key.to_owned(), delimiter.to_string());
            }
            "text"
        }
        Some(FileFormat::Lines) | None => "text",
    };
    let format = StorageFormat::parse(name);
    StorageDescriptor {
        columns: Some(columns),
        input_format: format.map(|format| format.input_format.to_owned()),
        output_format: format.map(|format| format.output_format.to_owned()),
        bucket_count: -1,
        serde: Some(Serde {
            library: format.map(|format| format.serde.to_owned()),
            parameters,
            ..Serde::default()
        }),
        ..StorageDescriptor::default()
    }
}

#[cfg(test)]
mod tests {
    use super::table_name;
    use crate::model::Location;

    #[test]
    fn a_table_has_a_name_that_every_engine_takes() {
        let of = |text: &str| table_name(&Location::parse(text).expect("it is a location"));
        assert_eq!(of("s3://lake/raw/Click-Events/"), "click_events");
        assert_eq!(of("s3://my-bucket"), "my_bucket");
        assert_eq!(of("s3://bucket/2026"), "t_2026");
        assert_eq!(of("file:///data/日"), "files");
    }
}
