//! Notification events: what changed, in the order of the commits. Readers are Impala, Hive's replication, Iceberg
//! and skep's own caches.

use super::{Database, Function, Name, Partition, Table};
use std::sync::Arc;

/// A stored event.
#[derive(Debug, Clone, PartialEq)]
pub struct Event {
    /// Dense, from 1, in the order of commits.
    pub id: i64,
    /// Seconds since the epoch.
    pub at: i64,
    /// The rest, as it was appended.
    pub event: NewEvent,
}

/// An event before it has an id.
#[derive(Debug, Clone, PartialEq)]
pub struct NewEvent {
    /// What happened.
    pub kind: EventKind,
    /// The catalog.
    pub catalog: Name,
    /// The database, where there is one.
    pub database: Option<Name>,
    /// The table, where there is one.
    pub table: Option<Name>,
    /// The objects before and after.
    pub body: EventBody,
}

/// What happened, under Hive's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum EventKind {
    /// `CREATE_DATABASE`
    CreateDatabase,
    /// `ALTER_DATABASE`
    AlterDatabase,
    /// `DROP_DATABASE`
    DropDatabase,
    /// `CREATE_TABLE`
    CreateTable,
    /// `ALTER_TABLE`
    AlterTable,
    /// `DROP_TABLE`
    DropTable,
    /// `ADD_PARTITION`
    AddPartition,
    /// `ALTER_PARTITION`
    AlterPartition,
    /// `DROP_PARTITION`
    DropPartition,
    /// `INSERT`
    Insert,
    /// `RELOAD`: readers should look at the table or partition again
    Reload,
    /// `CREATE_FUNCTION`
    CreateFunction,
    /// `DROP_FUNCTION`
    DropFunction,
    /// `UPDATE_TBL_COL_STAT_EVENT`
    UpdateTableStatistics,
    /// `DELETE_TBL_COL_STAT_EVENT`
    DeleteTableStatistics,
    /// `UPDATE_PART_COL_STAT_EVENT`
    UpdatePartitionStatistics,
    /// `DELETE_PART_COL_STAT_EVENT`
    DeletePartitionStatistics,
}

impl EventKind {
    /// Every kind.
    pub const ALL: [Self; 17] = [
        Self::CreateDatabase,
        Self::AlterDatabase,
        Self::DropDatabase,
        Self::CreateTable,
        Self::AlterTable,
        Self::DropTable,
        Self::AddPartition,
        Self::AlterPartition,
        Self::DropPartition,
        Self::Insert,
        Self::Reload,
        Self::CreateFunction,
        Self::DropFunction,
        Self::UpdateTableStatistics,
        Self::DeleteTableStatistics,
        Self::UpdatePartitionStatistics,
        Self::DeletePartitionStatistics,
    ];

    /// Hive's name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::CreateDatabase => "CREATE_DATABASE",
            Self::AlterDatabase => "ALTER_DATABASE",
            Self::DropDatabase => "DROP_DATABASE",
            Self::CreateTable => "CREATE_TABLE",
            Self::AlterTable => "ALTER_TABLE",
            Self::DropTable => "DROP_TABLE",
            Self::AddPartition => "ADD_PARTITION",
            Self::AlterPartition => "ALTER_PARTITION",
            Self::DropPartition => "DROP_PARTITION",
            Self::Insert => "INSERT",
            Self::Reload => "RELOAD",
            Self::CreateFunction => "CREATE_FUNCTION",
            Self::DropFunction => "DROP_FUNCTION",
            Self::UpdateTableStatistics => "UPDATE_TBL_COL_STAT_EVENT",
            Self::DeleteTableStatistics => "DELETE_TBL_COL_STAT_EVENT",
            Self::UpdatePartitionStatistics => "UPDATE_PART_COL_STAT_EVENT",
            Self::DeletePartitionStatistics => "DELETE_PART_COL_STAT_EVENT",
        }
    }

    /// Reads Hive's name.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }
}

/// The objects an event speaks of. Large ones are boxed so that an event stays small to move.
#[derive(Debug, Clone, PartialEq)]
pub enum EventBody {
    /// A database that was created or dropped.
    Database(Box<Database>),
    /// A database before and after.
    DatabaseChange {
        /// As it was.
        before: Box<Database>,
        /// As it is.
        after: Box<Database>,
    },
    /// A table that was created or dropped.
    Table(Box<Table>),
    /// A table before and after.
    TableChange {
        /// As it was.
        before: Box<Table>,
        /// As it is.
        after: Box<Table>,
        /// Whether its data was truncated.
        is_truncate: bool,
    },
    /// Partitions that were added or dropped, with their table.
    Partitions {
        /// The table, which events of one moment share.
        table: Arc<Table>,
        /// The partitions.
        partitions: Vec<Partition>,
    },
    /// A partition before and after, with its table.
    PartitionChange {
        /// The table, which events of one moment share.
        table: Arc<Table>,
        /// As it was.
        before: Box<Partition>,
        /// As it is.
        after: Box<Partition>,
    },
    /// Files that a writer added to a table or a partition.
    Insert {
        /// The table, which events of one moment share.
        table: Arc<Table>,
        /// The partition, where the table has them.
        partition: Option<Box<Partition>>,
        /// Whether the files replaced what was there.
        replace: bool,
        /// The files.
        files: Vec<String>,
    },
    /// A function that was created or dropped.
    Function(Box<Function>),
    /// Column statistics that were written or deleted, by partition and column.
    Statistics {
        /// The partition's name; `None` is the whole table.
        partition: Option<String>,
        /// The columns.
        columns: Vec<String>,
    },
}
