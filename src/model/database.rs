//! Catalogs and the databases in them.

use super::{DatabaseRef, Location, Name, Parameters, PrincipalType};

/// A catalog: the level above databases, from Hive 3. Older clients see `hive` alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Catalog {
    /// Its number in the store; 0 before it is stored.
    pub id: i64,
    /// Its name.
    pub name: Name,
    /// What it is for.
    pub description: Option<String>,
    /// The location new databases are made under, as sent.
    pub location: String,
    /// Seconds since the epoch.
    pub created_at: i64,
}

/// A database (schema, namespace).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Database {
    /// Its number in the store; 0 before it is stored. A rename keeps it.
    pub id: i64,
    /// Its place.
    pub at: DatabaseRef,
    /// What it is for.
    pub description: Option<String>,
    /// The location that new tables are made under.
    pub location: Location,
    /// Where managed tables go instead, from Hive 4; stored only when it was sent.
    pub managed_location: Option<Location>,
    /// Properties.
    pub parameters: Parameters,
    /// The owner.
    pub owner: Option<String>,
    /// What the owner is.
    pub owner_type: Option<PrincipalType>,
    /// Seconds since the epoch.
    pub created_at: i64,
    /// Fields of the wire that the domain does not interpret, in the front end's own encoding.
    pub unknown_fields: Vec<u8>,
}
