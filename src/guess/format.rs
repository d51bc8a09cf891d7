//! What a file is, and what its beginning tells.

use crate::model::Column;

/// The format of a file's rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileFormat {
    /// Its columns stand in its footer.
    Parquet,
    /// Its columns stand in its tail.
    Orc,
    /// A container file with its schema at the beginning.
    Avro,
    /// One object a line.
    Json,
    /// Values with one character between.
    Separated {
        /// The character.
        delimiter: char,
        /// Whether values stand in quotes.
        is_quoted: bool,
        /// Whether the first line names the columns.
        has_header: bool,
    },
    /// Lines of text.
    Lines,
}

/// What the beginning of a file tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its format.
    pub format: FileFormat,
    /// Its columns; none of Parquet and ORC, which tell them at their end.
    pub columns: Vec<Column>,
    /// How it is compressed as a whole.
    pub compression: Option<&'static str>,
    /// What to know of it, in words.
    pub notes: Vec<String>,
}
