//! Names that follow no pattern, and the patterns.

use crate::catalog::{CatalogSettings, LintPlace, Offender};
use crate::model::Name;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What parts database and table in a place of the walk: the one printable character that no name may hold.
const PLACE_SEPARATOR: char = '\\';

/// A database or table whose name follows no pattern of its kind.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Offender)]
pub struct OffenderView {
    /// `database` or `table`
    #[schema(example = "table")]
    pub kind: String,
    /// The database
    pub database: String,
    /// The table, where it is one
    pub table: Option<String>,
    /// The byte of the name up to which it follows the pattern
    pub at_byte: usize,
    /// What was expected there, and what was found
    pub reason: String,
    /// The pattern that it follows furthest
    #[schema(example = "{domain}_{name}_{snapshot|aggr}_{1d|7d}")]
    pub pattern: String,
}

/// The patterns in force.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = NamingRules)]
pub struct NamingRulesView {
    /// What follows when something is created or renamed against them: `off`, `warn` or `refuse`
    pub policy: String,
    /// Patterns of databases; with none every name is fine
    pub databases: Vec<String>,
    /// Patterns of tables; with none every name is fine
    pub tables: Vec<String>,
}

/// A page of offenders.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = OffenderList)]
pub struct OffenderListView {
    /// The patterns in force
    pub rules: NamingRulesView,
    /// The offenders, by database and table
    pub offenders: Vec<OffenderView>,
    /// What to pass as `after` for the next page; absent on the last one
    pub next: Option<String>,
}

impl From<Offender> for OffenderView {
    fn from(offender: Offender) -> Self {
        let LintPlace { database, table } = offender.at;
        let kind = if table.is_some() { "table" } else { "database" };
        Self {
            kind: kind.to_owned(),
            database: database.to_string(),
            table: table.map(|name| name.to_string()),
            at_byte: offender.breach.at,
            reason: offender.breach.reason,
            pattern: offender.breach.pattern,
        }
    }
}

impl From<&CatalogSettings> for NamingRulesView {
    fn from(settings: &CatalogSettings) -> Self {
        Self {
            policy: settings.naming_policy.to_string(),
            databases: settings.naming.database_patterns(),
            tables: settings.naming.table_patterns(),
        }
    }
}

impl OffenderView {
    /// Its place in the walk, as a client gives it back.
    pub fn place(&self) -> String {
        match &self.table {
            Some(table) => format!("{}{PLACE_SEPARATOR}{table}", self.database),
            None => self.database.clone(),
        }
    }
}

/// Reads a place that a client gave back.
pub fn place_parse(text: &str) -> LintPlace {
    let (database, table) = match text.split_once(PLACE_SEPARATOR) {
        Some((database, table)) => (database, Some(Name::new(table))),
        None => (text, None),
    };
    LintPlace {
        database: Name::new(database),
        table,
    }
}
