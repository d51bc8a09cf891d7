//! Jobs: work that takes an object store's time. A row in the database says what is done and how far it is, so that it
//! goes on after its process died, and so that whoever asks for the same again waits for the same.

use super::{EventBody, Location, TableRef};
use std::ops::Range;

/// What a job does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobKind {
    /// A table gets another name, and its directory goes along.
    RenameTable,
    /// A partition gets other values, and its directory goes along.
    RenamePartition,
    /// Partitions go to another table with their directories.
    ExchangePartitions,
    /// The data of a dropped table is deleted.
    DropTable,
    /// The data of dropped partitions is deleted.
    DropPartitions,
    /// The data of partitions that are past their time is deleted.
    PurgePartitions,
    /// The data of a table or some of its partitions is deleted; they stay.
    Truncate,
}

/// How far a job is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum JobPhase {
    /// Nothing was touched yet; whether the place is free is to be found out.
    Planned,
    /// Data is being brought to its new place. What lies there is the job's own.
    Copying,
    /// The change will not be: what was brought to the new place is being taken back.
    Undoing,
    /// The change is committed, and answered as success from here on; what it left behind is being deleted.
    Deleting,
    /// All is done.
    Done,
    /// Nothing was changed, and nothing is left of it.
    Failed,
}

/// A job as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its number, in the order in which jobs began.
    pub id: i64,
    /// What it does.
    pub kind: JobKind,
    /// How far it is.
    pub phase: JobPhase,
    /// The table whose data it is about.
    pub table_id: i64,
    /// What it is about, as people name it: `hive.sales.orders`, or a partition of that.
    pub subject: String,
    /// What it becomes, where it becomes something.
    pub target: Option<String>,
    /// How often it failed and is tried again.
    pub attempts: i64,
    /// Whether somebody who asked for it was told how it ended. Who asks for the same before is told so.
    pub heard: bool,
    /// Why it failed, or why it has not ended yet.
    pub failure: Option<JobFailure>,
    /// How much is done.
    pub progress: JobProgress,
    /// The numbers of the pending deletions that it waits for.
    pub deletions: Vec<Range<i64>>,
    /// When it began, in seconds since the epoch.
    pub created_at: i64,
    /// When its row was written last, in seconds since the epoch.
    pub updated_at: i64,
    /// When it ended, in seconds since the epoch.
    pub ended_at: Option<i64>,
}

/// How much of a job is done.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct JobProgress {
    /// Objects that were copied or deleted.
    pub objects_done: u64,
    /// Objects that there are, where somebody has counted them.
    pub objects_total: Option<u64>,
    /// The bytes of those that were copied or deleted.
    pub bytes_done: u64,
    /// The bytes that there are.
    pub bytes_total: Option<u64>,
}

/// Why a job failed, in a form that outlives its process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobFailure {
    /// The kind of the error.
    pub kind: String,
    /// Its text.
    pub text: String,
}

/// What a job needs to go on that brings data to another place and then commits a change.
#[derive(Debug, Clone, PartialEq)]
pub struct JobWork {
    /// Which directories go where.
    pub moves: Vec<JobMove>,
    /// The change that is committed once the data is there.
    pub change: EventBody,
    /// The table that an exchange goes to.
    pub target: Option<JobTarget>,
    /// The parameter that must still have a value, and the value.
    pub expected: Option<(String, String)>,
}

/// A directory on its way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobMove {
    /// From where.
    pub from: Location,
    /// To where.
    pub to: Location,
    /// By what the directory is known again after it has moved; nothing where it is copied.
    pub mark: Option<String>,
}

/// The table that partitions go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobTarget {
    /// Its number.
    pub id: i64,
    /// Its place.
    pub at: TableRef,
    /// Its location.
    pub location: Option<Location>,
}

/// A job that is to be stored.
#[derive(Debug, Clone, PartialEq)]
pub struct NewJob {
    /// What it does.
    pub kind: JobKind,
    /// How far it is.
    pub phase: JobPhase,
    /// What no second job may work on at the same time.
    pub held: Option<String>,
    /// The table whose data it is about.
    pub table_id: i64,
    /// What it is about, as people name it.
    pub subject: String,
    /// What it becomes.
    pub target: Option<String>,
    /// What it needs to go on.
    pub work: Option<JobWork>,
    /// The numbers of the pending deletions that it waits for.
    pub deletions: Vec<Range<i64>>,
    /// How much there is to do, where it is known.
    pub progress: JobProgress,
}

/// Which jobs are to be listed.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    /// Only jobs in this phase.
    pub phase: Option<JobPhase>,
    /// Only jobs of this kind.
    pub kind: Option<JobKind>,
    /// Only jobs before this number.
    pub before: Option<i64>,
    /// So many at most.
    pub limit: usize,
}

impl JobKind {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::RenameTable,
        Self::RenamePartition,
        Self::ExchangePartitions,
        Self::DropTable,
        Self::DropPartitions,
        Self::PurgePartitions,
        Self::Truncate,
    ];

    /// Its stored and shown text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RenameTable => "rename_table",
            Self::RenamePartition => "rename_partition",
            Self::ExchangePartitions => "exchange_partitions",
            Self::DropTable => "drop_table",
            Self::DropPartitions => "drop_partitions",
            Self::PurgePartitions => "purge_partitions",
            Self::Truncate => "truncate",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == text)
    }

    /// What it is in a sentence: `the rename of …`.
    pub fn noun(self) -> &'static str {
        match self {
            Self::RenameTable | Self::RenamePartition => "rename",
            Self::ExchangePartitions => "exchange",
            Self::DropTable | Self::DropPartitions => "drop",
            Self::PurgePartitions => "purge",
            Self::Truncate => "truncation",
        }
    }
}

impl JobPhase {
    /// All of them, in the order of the work.
    pub const ALL: [Self; 6] = [
        Self::Planned,
        Self::Copying,
        Self::Undoing,
        Self::Deleting,
        Self::Done,
        Self::Failed,
    ];

    /// Those in which data is on its way to a place that is the job's own.
    pub const MOVING: [Self; 3] = [Self::Planned, Self::Copying, Self::Undoing];

    /// Its stored and shown text.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Copying => "copying",
            Self::Undoing => "undoing",
            Self::Deleting => "deleting",
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }

    /// Reads [`Self::as_str`].
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.as_str() == text)
    }

    /// Whether data is on its way to a new place, which the catalog does not name yet.
    pub fn is_moving(self) -> bool {
        Self::MOVING.contains(&self)
    }

    /// Whether there is nothing more to do.
    pub fn has_ended(self) -> bool {
        matches!(self, Self::Done | Self::Failed)
    }
}
