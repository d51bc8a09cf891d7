//! Arguments that several commands read alike: `DATABASE.TABLE`, `KEY=VALUE` and numbers.

use std::fmt;
use std::str::FromStr;

/// The type of tables whose data skep deletes.
pub(super) const MANAGED: &str = "managed";

/// A table of a database.
#[derive(Debug, Clone)]
pub(super) struct TablePlace {
    pub(super) database: String,
    pub(super) table: String,
}

impl FromStr for TablePlace {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('.') {
            Some((database, table)) if !database.is_empty() && !table.is_empty() => Ok(Self {
                database: database.to_owned(),
                table: table.to_owned(),
            }),
            _ => Err("write DATABASE.TABLE".to_owned()),
        }
    }
}

impl fmt::Display for TablePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.database, self.table)
    }
}

impl TablePlace {
    /// The path of the table's resource.
    pub(super) fn path(&self) -> [&str; 4] {
        ["databases", &self.database, "tables", &self.table]
    }

    /// The path of something that belongs to the table.
    pub(super) fn below<'a>(&'a self, rest: &[&'a str]) -> Vec<&'a str> {
        self.path().iter().chain(rest).copied().collect()
    }
}

/// A number of any kind.
pub(super) fn number<T: FromStr>(text: &str) -> Result<T, String> {
    text.parse()
        .map_err(|_| "write a number that is not below 0, such as 12".to_owned())
}

/// A property and its value.
pub(super) fn property(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((key, value)) if !key.is_empty() => Ok((key.to_owned(), value.to_owned())),
        _ => Err("write KEY=VALUE".to_owned()),
    }
}
