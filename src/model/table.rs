//! Tables and views.

use super::{Column, Location, Parameters, Storage, StorageDescriptor, TableRef};
use std::sync::Arc;

/// A table, view or materialized view.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its number in the store; 0 before it is stored. A rename keeps it.
    pub id: i64,
    /// Its place.
    pub at: TableRef,
    /// What it is.
    pub table_type: TableType,
    /// The owner.
    pub owner: Option<String>,
    /// What the owner is.
    pub owner_type: Option<PrincipalType>,
    /// Seconds since the epoch; never changed by an alter.
    pub created_at: i64,
    /// Seconds since the epoch, as sent.
    pub last_access_at: i64,
    /// As sent; no engine gives it a meaning.
    pub retention: i32,
    /// The partition keys, in order; empty for an unpartitioned table.
    pub partition_keys: Vec<Column>,
    /// Where its data lies; views have none.
    pub location: Option<Location>,
    /// Everything else about the storage.
    pub descriptor: Arc<StorageDescriptor>,
    /// Properties.
    pub parameters: Parameters,
    /// The text of a view as its author wrote it.
    pub view_original_text: Option<String>,
    /// The text of a view with all names resolved.
    pub view_expanded_text: Option<String>,
    /// Fields of the wire that the domain does not interpret, in the front end's own encoding.
    pub unknown_fields: Vec<u8>,
}

impl Table {
    /// Whether skep must leave the data alone: decided by the parameter, as in Hive, not by the declared type.
    pub fn is_external(&self) -> bool {
        self.parameters
            .get("EXTERNAL")
            .is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    /// Whether its data lies on a machine's own file system.
    pub fn is_local(&self) -> bool {
        let location = self.location.as_ref();
        location.is_some_and(|location| location.storage() == Storage::File)
    }

    /// Whether it is a view without data of its own.
    pub fn is_view(&self) -> bool {
        self.table_type == TableType::VirtualView
    }

    /// Whether Iceberg owns its schema and files (`table_type=ICEBERG`, in any case).
    pub fn is_iceberg(&self) -> bool {
        self.parameters
            .get("table_type")
            .is_some_and(|value| value.eq_ignore_ascii_case("iceberg"))
    }

    /// Whether it has partition keys.
    pub fn is_partitioned(&self) -> bool {
        !self.partition_keys.is_empty()
    }
}

/// What listings show of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableMeta {
    /// Its place.
    pub at: TableRef,
    /// What it is.
    pub table_type: TableType,
    /// Its comment.
    pub comment: Option<String>,
    /// The owner.
    pub owner: Option<String>,
}

/// The kinds of table that Hive knows; other texts are kept as they came.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum TableType {
    /// Data that skep deletes with the table.
    Managed,
    /// Data that skep never deletes.
    External,
    /// A view.
    VirtualView,
    /// A materialized view.
    MaterializedView,
    /// Any other text.
    Other(String),
}

impl TableType {
    /// Reads Hive's text; the comparison is exact, as Hive's.
    pub fn parse(text: &str) -> Self {
        match text {
            "MANAGED_TABLE" => Self::Managed,
            "EXTERNAL_TABLE" => Self::External,
            "VIRTUAL_VIEW" => Self::VirtualView,
            "MATERIALIZED_VIEW" => Self::MaterializedView,
            other => Self::Other(other.to_owned()),
        }
    }

    /// Hive's text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Managed => "MANAGED_TABLE",
            Self::External => "EXTERNAL_TABLE",
            Self::VirtualView => "VIRTUAL_VIEW",
            Self::MaterializedView => "MATERIALIZED_VIEW",
            Self::Other(text) => text,
        }
    }
}

/// What an owner is. Numbers other than Hive's three survive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PrincipalType(pub i32);

impl PrincipalType {
    /// A user.
    pub const USER: Self = Self(1);
    /// A role.
    pub const ROLE: Self = Self(2);
    /// A group.
    pub const GROUP: Self = Self(3);
}
