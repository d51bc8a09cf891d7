//! Rules for the names of databases and tables: patterns that a team agrees on, checked when something is
//! created and by a search for offenders. Pure: what follows from a breach is the caller's.

mod pattern;
mod rules;
mod settings;

pub use pattern::{
    Breach, CHECKED_NAME_BYTES_MAX, NAMING_PATTERN_BYTES_MAX, NamingPattern, NamingPatternError,
};
pub use rules::{NAMING_PATTERNS_MAX, NamedPlace, NamingPolicy, NamingRules, NamingRulesError};
pub use settings::NamingSettings;
