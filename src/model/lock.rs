//! Table locks: how Iceberg and Trino keep two writers apart.

use super::Name;
use crate::clock::DatabaseTime;

/// A lock: components that are granted together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lock {
    /// Its number; smaller ones come first.
    pub id: i64,
    /// The transaction it belongs to, 0 for none.
    pub transaction_id: i64,
    /// Whether all components are granted.
    pub state: LockState,
    /// What it covers.
    pub components: Vec<LockComponent>,
    /// The user that asked for it.
    pub user: String,
    /// The machine that asked for it.
    pub hostname: String,
    /// What the client calls itself; Iceberg finds a lost lock by it.
    pub agent_info: Option<String>,
    /// When its holder last gave a sign of life.
    pub heartbeat_at: DatabaseTime,
    /// Seconds from then to the moment at which it was read, both by the database's clock.
    pub idle_s: i64,
    /// When it was granted.
    pub acquired_at: Option<DatabaseTime>,
}

/// One resource of a lock. The range grows with what is absent: no table is the whole database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LockComponent {
    /// How strong.
    pub lock_type: LockType,
    /// What kind of resource the client meant.
    pub level: LockLevel,
    /// The catalog.
    pub catalog: Name,
    /// The database.
    pub database: Name,
    /// The table; `None` is the whole database.
    pub table: Option<Name>,
    /// The partition's name; `None` is the whole table.
    pub partition: Option<String>,
    /// Hive's `DataOperationType` number, as sent.
    pub operation_type: Option<i32>,
}

/// The strengths, by Hive's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LockType {
    /// 1: readers.
    SharedRead,
    /// 2: writers that tolerate each other (Hive 4) or serialise (Hive 2 and 3).
    SharedWrite,
    /// 3: alone.
    Exclusive,
    /// 4: one writer beside readers (Hive 4).
    ExclusiveWrite,
}

impl LockType {
    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SharedRead => "shared_read",
            Self::SharedWrite => "shared_write",
            Self::Exclusive => "exclusive",
            Self::ExclusiveWrite => "exclusive_write",
        }
    }
}

/// What a lock component names, by Hive's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LockLevel {
    /// 1: a database.
    Database,
    /// 2: a table.
    Table,
    /// 3: a partition.
    Partition,
}

/// How far a lock is, by Hive's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum LockState {
    /// 1: all components are granted.
    Acquired,
    /// 2: something smaller stands in the way; the client asks again.
    Waiting,
    /// 3: its transaction was aborted.
    Aborted,
    /// 4: refused at once (Hive 4's zero-wait reads).
    NotAcquired,
}
