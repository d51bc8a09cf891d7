//! What the watch over a source's schema keeps: where a source stands, its snapshots, and the changes that were found
//! between them, with whom they reach.

use super::column::Column;
use super::name::TableRef;
use super::notice::Severity;
use super::source::SourceTableRef;
use crate::clock::DatabaseTime;

/// Bytes of a source's or channel's name at most.
pub const WATCH_NAME_BYTES_MAX: usize = 64;

/// Whether a source or a channel may have that name: lower-case letters, digits, `_` and `-`, so that it can stand in
/// a path, a variable and a pattern.
pub fn is_watch_name(name: &str) -> bool {
    let is_plain =
        |one: u8| one.is_ascii_lowercase() || one.is_ascii_digit() || b"_-".contains(&one);
    (1..=WATCH_NAME_BYTES_MAX).contains(&name.len()) && name.bytes().all(is_plain)
}

/// Where the settings of a source stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceOrigin {
    /// In the configuration file: only there can they be changed.
    File,
    /// In the database: added over REST.
    Stored,
}

impl SourceOrigin {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Stored => "stored",
        }
    }
}

/// Why a source is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WatchCause {
    /// Its time has come.
    Schedule,
    /// Somebody asked for it.
    Manual,
}

/// How the watch over a source goes. Times are seconds since the epoch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SourceState {
    /// The schedule and time zone that `due_at` was computed from.
    pub schedule: String,
    /// The moment of the schedule that is next to be kept; it stays where it is until a run goes through.
    pub due_at: DatabaseTime,
    /// When the next try is due: `due_at`, or later after failures.
    pub next_at: DatabaseTime,
    /// When the last run ended, well or not.
    pub last_run_at: Option<i64>,
    /// When the last run that went through ended.
    pub last_ok_at: Option<i64>,
    /// Runs that failed since then.
    pub failures: i64,
    /// What the last one failed of.
    pub last_error: Option<String>,
    /// When people were told that the watch does not work; `None` while it does.
    pub alarmed_at: Option<i64>,
    /// What it does not show any more that it showed, as people were told; `None` where it shows all.
    pub lost: Option<String>,
}

/// A snapshot that is kept, without what is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotInfo {
    /// Its number.
    pub id: i64,
    /// Whose it is.
    pub source: String,
    /// When it was read, in seconds since the epoch.
    pub at: i64,
    /// The SHA-256 of its stored form, in hexadecimal digits.
    pub digest: String,
    /// How many tables and views it has.
    pub tables: u64,
    /// How many columns they have.
    pub columns: u64,
    /// Bytes that it takes in the database.
    pub bytes: u64,
}

/// Which snapshot of a source is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SnapshotAt {
    /// That of this number.
    Id(i64),
    /// The one that held at that moment, in seconds since the epoch.
    At(i64),
    /// The latest one.
    Latest,
}

/// A change of a source that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaChange {
    /// Its number; 0 where two snapshots were compared and nothing was kept.
    pub id: i64,
    /// The source.
    pub source: String,
    /// The snapshot before.
    pub from_snapshot: i64,
    /// The snapshot after.
    pub to_snapshot: i64,
    /// When it was found, in seconds since the epoch.
    pub at: i64,
    /// What tells it from every other change, on every replica and day.
    pub key: String,
    /// Its kind, such as `column_added`.
    pub kind: String,
    /// How grave it is.
    pub severity: Severity,
    /// The table, by its name after the change.
    pub table: SourceTableRef,
    /// What it is about, such as `shop.orders.price`.
    pub object: String,
    /// What happened, in one line.
    pub text: String,
    /// What follows from it, a line each.
    pub effects: Vec<String>,
    /// Who is to look at it.
    pub owner: Option<String>,
    /// How grave it is to each engine.
    pub engines: Vec<EngineEffect>,
    /// The catalog tables that are filled from the table.
    pub targets: Vec<ChangeTarget>,
    /// Whether channels are told of it within the change that it follows from, and not by itself.
    pub is_told_within: bool,
    /// When its columns were added to the targets, in seconds since the epoch.
    pub applied_at: Option<i64>,
}

/// What a change means to one engine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EngineEffect {
    /// The engine's name.
    pub engine: String,
    /// How grave it is there.
    pub severity: Severity,
    /// Why, where it is not the same for all.
    pub why: Option<String>,
}

/// A catalog table that a change reaches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeTarget {
    /// The table, in the default catalog.
    pub table: TableRef,
    /// Whether it existed when the change was found.
    pub exists: bool,
    /// The tier of its database.
    pub tier: Option<String>,
    /// Columns that the source has and the table lacks, with the types that a dump gives them.
    pub lacks: Vec<Column>,
    /// Columns that the table has and the source lost.
    pub surplus: Vec<String>,
    /// The column whose type differs now.
    pub differs: Option<String>,
    /// Views of the catalog that name the column, as `database.view`.
    pub views: Vec<String>,
}

/// A column that was added to a catalog table because its source has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedColumn {
    /// The table.
    pub table: TableRef,
    /// The column.
    pub column: Column,
    /// Whether this call added it; false where the table had it by then.
    pub added: bool,
}

/// Which changes are asked for; the newest come first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangeFilter {
    /// Those of this source.
    pub source: Option<String>,
    /// Those whose object begins so.
    pub object_prefix: Option<String>,
    /// Those found at that time or later, in seconds since the epoch.
    pub since: Option<i64>,
    /// Those found before that time.
    pub until: Option<i64>,
    /// Those at least as grave.
    pub severity: Option<Severity>,
    /// Those with a smaller number: the page after one that ended with it.
    pub before: Option<i64>,
    /// How many at most; 0 stands for 100.
    pub limit: usize,
}

#[cfg(test)]
mod tests {
    use super::is_watch_name;

    #[test]
    fn names_are_plain() {
        for good in ["shop", "shop-eu_2", "x"] {
            assert!(is_watch_name(good), "{good}");
        }
        for bad in ["", "Shop", "a.b", "a/b", "꿀", "a b", &"x".repeat(65)] {
            assert!(!is_watch_name(bad), "{bad}");
        }
    }
}
