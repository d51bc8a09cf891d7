//! User-defined functions: names of Java classes and the archives that hold them.

use super::{FunctionRef, PrincipalType};

/// A registered function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Function {
    /// Its number in the store; 0 before it is stored.
    pub id: i64,
    /// Its place.
    pub at: FunctionRef,
    /// The Java class; Trino keeps a part of its own function's text here.
    pub class_name: Option<String>,
    /// The owner.
    pub owner: Option<String>,
    /// What the owner is.
    pub owner_type: Option<PrincipalType>,
    /// Seconds since the epoch; kept by an alter.
    pub created_at: i64,
    /// Hive's `FunctionType` number; 1 is Java, the only one.
    pub function_type: Option<i32>,
    /// Archives and files; kept by an alter. Trino keeps the function's text here, in pieces.
    pub resources: Vec<FunctionResource>,
}

/// An archive or file that a function needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FunctionResource {
    /// Hive's `ResourceType` number: 1 jar, 2 file, 3 archive.
    pub resource_type: Option<i32>,
    /// Where it is.
    pub uri: Option<String>,
}
