//! Identifiers: trimmed and lower-cased once, in the constructor, so that no callee has to remember it.
//!
//! Whether a name may be *created* is another question (`hive::object_name`); any text may be asked for.

use std::fmt;
use std::sync::Arc;

/// The catalog that clients mean when they name none.
pub const DEFAULT_CATALOG: &str = "hive";

/// A normalised identifier of a catalog, database, table, column or function. Hive compares these without case and
/// returns the lower-cased form. Cloning is cheap.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Name(Arc<str>);

impl Name {
    /// Trims and lower-cases `text`. What is trimmed are the characters up to the space, the control characters
    /// included, as Java's `trim` does it: a name that ends in NUL is the name without it.
    pub fn new(text: &str) -> Self {
        let trimmed = text.trim_matches(|c: char| c <= ' ');
        if trimmed
            .bytes()
            .all(|b| b.is_ascii() && !b.is_ascii_uppercase())
        {
            return Self(trimmed.into());
        }
        Self(trimmed.to_lowercase().into())
    }

    /// The normalised text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, f)
    }
}

impl From<&str> for Name {
    fn from(text: &str) -> Self {
        Self::new(text)
    }
}

/// Where a database stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DatabaseRef {
    /// The catalog, `hive` by default.
    pub catalog: Name,
    /// The database.
    pub database: Name,
}

impl DatabaseRef {
    /// A database of a catalog.
    pub fn new(catalog: impl Into<Name>, database: impl Into<Name>) -> Self {
        Self {
            catalog: catalog.into(),
            database: database.into(),
        }
    }

    /// A table of this database.
    pub fn table(&self, table: impl Into<Name>) -> TableRef {
        TableRef {
            catalog: self.catalog.clone(),
            database: self.database.clone(),
            table: table.into(),
        }
    }
}

/// Where a table or view stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TableRef {
    /// The catalog, `hive` by default.
    pub catalog: Name,
    /// The database.
    pub database: Name,
    /// The table.
    pub table: Name,
}

impl TableRef {
    /// The database this table stands in.
    pub fn database_ref(&self) -> DatabaseRef {
        DatabaseRef {
            catalog: self.catalog.clone(),
            database: self.database.clone(),
        }
    }

    /// The table as people call it, `shop.orders`; the default catalog goes without saying.
    pub fn shown(&self) -> String {
        let table = format!("{}.{}", self.database, self.table);
        match self.catalog.as_str() {
            DEFAULT_CATALOG => table,
            catalog => format!("{catalog}.{table}"),
        }
    }
}

/// Where a function stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FunctionRef {
    /// The catalog, `hive` by default.
    pub catalog: Name,
    /// The database.
    pub database: Name,
    /// The function.
    pub name: Name,
}

impl DatabaseRef {
    /// A function of this database.
    pub fn function(&self, name: impl Into<Name>) -> FunctionRef {
        FunctionRef {
            catalog: self.catalog.clone(),
            database: self.database.clone(),
            name: name.into(),
        }
    }
}

impl FunctionRef {
    /// The database this function stands in.
    pub fn database_ref(&self) -> DatabaseRef {
        DatabaseRef {
            catalog: self.catalog.clone(),
            database: self.database.clone(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_trimmed_and_lower_cased() {
        assert_eq!(Name::new("  Sales_DB ").as_str(), "sales_db");
        assert_eq!(Name::new("매출").as_str(), "매출");
        assert_eq!(Name::new("ÄB").as_str(), "äb");
        assert_eq!(Name::new("\u{1}t\u{0}\n").as_str(), "t");
        assert_eq!(Name::new("\u{a0}t").as_str(), "\u{a0}t");
    }
}
