//! Discovery's nouns: what a table's schedule is, what a run did, what was left out. The settings that a table gives are
//! in `discovery_settings.rs`.

use super::TableRef;

/// Where a table's discovery stands. Times are seconds since the epoch by the database's clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscoveryState {
    /// The table's number.
    pub table_id: i64,
    /// When the next look at the window is due; 0 is at once.
    pub window_at: i64,
    /// When the next sweep is due; 0 is at once.
    pub sweep_at: i64,
    /// Since when the schedules are stopped, after an undo; a change of the properties or a run by hand ends it.
    pub paused_at: Option<i64>,
    /// Runs that failed since the last one that did not.
    pub failures: i64,
    /// When the last run ended, also one that changed nothing.
    pub last_run_at: Option<i64>,
    /// Why the last run failed, if it did.
    pub last_error: Option<String>,
    /// LIST requests since midnight UTC.
    pub requests_today: u64,
    /// How fresh the table is; `None` until discovery has registered something new.
    pub freshness: Option<Freshness>,
    /// Whether something is wrong that people are told of, or are to be, until a run goes well.
    pub has_troubles: bool,
    /// Whether the rows of its roots stand for its properties: a version that did not know them may have written it.
    pub roots_kept: bool,
    /// The database's time when this was read.
    pub now: i64,
}

/// A table that opted in, with its schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscoveryTable {
    /// The table.
    pub at: TableRef,
    /// Its schedule.
    pub state: DiscoveryState,
}

/// How fresh the newest data of a table is that queries see. Seconds since the epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Freshness {
    /// When the newest registered object was written.
    pub object_at: i64,
    /// When its partition was registered.
    pub registered_at: i64,
    /// Seconds from the first object of the last new partition to its registration; `None` where it was registered by
    /// a sweep, which finds old data too.
    pub lag_s: Option<i64>,
}

/// Why a run took place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunCause {
    /// The schedule's look at the window of time where new partitions appear.
    Window,
    /// The schedule's look at everything.
    Sweep,
    /// Events of the object store.
    Event,
    /// Somebody asked for it.
    Manual,
    /// Another run was undone.
    Undo,
}

impl RunCause {
    /// Every cause.
    pub const ALL: [Self; 5] = [
        Self::Window,
        Self::Sweep,
        Self::Event,
        Self::Manual,
        Self::Undo,
    ];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Window => "window",
            Self::Sweep => "sweep",
            Self::Event => "event",
            Self::Manual => "manual",
            Self::Undo => "undo",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|cause| cause.as_str() == text)
    }
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RunOutcome {
    /// It has not.
    Running,
    /// It looked at all it had to.
    Done,
    /// It stopped early (the budget of requests, a part of the listing that failed); a later run goes on.
    Incomplete,
    /// It would have dropped more than the table allows, and dropped nothing.
    Braked,
    /// It failed; what it had changed until then stays.
    Failed,
    /// Its process died.
    Abandoned,
}

impl RunOutcome {
    /// Every outcome.
    pub const ALL: [Self; 6] = [
        Self::Running,
        Self::Done,
        Self::Incomplete,
        Self::Braked,
        Self::Failed,
        Self::Abandoned,
    ];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Running => "running",
            Self::Done => "done",
            Self::Incomplete => "incomplete",
            Self::Braked => "braked",
            Self::Failed => "failed",
            Self::Abandoned => "abandoned",
        }
    }

    /// Reads the word.
    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|outcome| outcome.as_str() == text)
    }
}

/// What a run counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RunCounts {
    /// LIST requests.
    pub requests: u64,
    /// Objects that the listings named.
    pub objects: u64,
    /// Directories that the listings named.
    pub prefixes: u64,
    /// Partition directories that hold data, known ones included.
    pub found: u64,
    /// Partitions added.
    pub added: u64,
    /// Partitions moved to a better root.
    pub moved: u64,
    /// Partitions dropped.
    pub dropped: u64,
    /// Directories that were left out, each with its reason.
    pub skipped: u64,
}

/// A run of discovery.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscoveryRun {
    /// Its number.
    pub id: i64,
    /// The table's number.
    pub table_id: i64,
    /// Why it took place.
    pub cause: RunCause,
    /// How it ended.
    pub outcome: RunOutcome,
    /// Seconds since the epoch, by the database's clock.
    pub started_at: i64,
    /// Seconds since the epoch; `None` while it runs.
    pub ended_at: Option<i64>,
    /// What it counted.
    pub counts: RunCounts,
    /// Why it failed or stopped early.
    pub error: Option<String>,
    /// Since when it is undone.
    pub undone_at: Option<i64>,
}

/// Why a directory is no partition.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SkipKind {
    /// Its path does not match the layout.
    Layout,
    /// Its files do not fit the table, and the table quarantines those.
    Schema,
    /// It is not complete yet: the marker is missing, its time is not over, or skep itself still deletes or moves data there.
    Incomplete,
    /// It cannot be stored, for its name is too long.
    Name,
}

impl SkipKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Layout, Self::Schema, Self::Incomplete, Self::Name];

    /// Its word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Layout => "layout",
            Self::Schema => "schema",
            Self::Incomplete => "incomplete",
            Self::Name => "name",
        }
    }

    /// Reads the word; what a newer version wrote counts as a mismatch of the layout.
    pub fn parse(text: &str) -> Self {
        let known = Self::ALL.into_iter().find(|kind| kind.as_str() == text);
        known.unwrap_or(Self::Layout)
    }
}

/// A directory that discovery met and did not register.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiscoverySkip {
    /// Its location in full.
    pub path: String,
    /// What kind of reason.
    pub kind: SkipKind,
    /// The reason, in words.
    pub reason: String,
    /// Seconds since the epoch.
    pub first_seen_at: i64,
    /// Seconds since the epoch.
    pub last_seen_at: i64,
}
