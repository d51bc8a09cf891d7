//! What is known of the data that tables get: rows beside the tables, and the times at which something lacked.

use super::TroubleEnd;
use super::expectation::EXPECTED_SIZES;
use crate::clock::DatabaseTime;
use std::collections::BTreeMap;

/// What is wrong with the data of a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum GapKind {
    /// There is no partition of it.
    Missing,
    /// It is less than is usual.
    Thin,
    /// It is more than is usual.
    Swollen,
    /// It cannot be told: what the table expects makes no sense, or its partitions tell no time. No lack of a time, but it
    /// begins, is told and ends as one.
    Faulty,
}

impl GapKind {
    /// Every kind.
    pub const ALL: [Self; 4] = [Self::Missing, Self::Thin, Self::Swollen, Self::Faulty];
    /// The kinds of what lacks.
    pub const LACKS: [Self; 3] = [Self::Missing, Self::Thin, Self::Swollen];

    /// Its word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Thin => "thin",
            Self::Swollen => "swollen",
            Self::Faulty => "faulty",
        }
    }

    /// The kind of that word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// A time of a table in which something lacks, without an hour or a day between that is as it has to be. Times are seconds
/// since the epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreshnessGap {
    /// The table's number.
    pub table_id: i64,
    /// What lacks.
    pub kind: GapKind,
    /// Where it begins.
    pub from: i64,
    /// Where it ends.
    pub to: i64,
    /// The table as it was called then: `shop.orders`.
    pub table: String,
    /// What lacks, in one line, with the table in backticks; once it is over, how it ended.
    pub text: String,
    /// When it was noticed, by the database's clock.
    pub began_at: i64,
    /// When people were told; `None` until then.
    pub told_at: Option<i64>,
    /// How it ended; `None` while it lasts.
    pub end: Option<TroubleEnd>,
}

/// A pause in which directories are not listed again, after they were listed in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ListingPause {
    /// How often in a row they were.
    pub failures: i64,
    /// When it ends, in seconds since the epoch.
    pub until: i64,
}

/// Where the look at a table's data stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FreshnessState {
    /// The table's number.
    pub table_id: i64,
    /// The properties that the row was made for.
    pub properties: String,
    /// When it is looked at next.
    pub due_at: DatabaseTime,
    /// Since when the table expects something: what was to come before is nobody's lack.
    pub since: DatabaseTime,
    /// The end of the last stretch that was judged, in seconds since the epoch; `None` before the first.
    pub judged_until: Option<i64>,
    /// The end of the newest stretch with data that was seen, in seconds since the epoch.
    pub newest: Option<i64>,
    /// When it was looked at.
    pub checked_at: Option<i64>,
    /// Why that came to nothing.
    pub error: Option<String>,
    /// Stretches whose directories were listed in vain, by their beginning in seconds since the epoch.
    pub listing_pauses: BTreeMap<i64, ListingPause>,
    /// The database's time as it is read.
    pub now: DatabaseTime,
}

impl FreshnessState {
    /// Whether directories may have to be listed for a look at the table.
    pub fn lists_sizes(&self) -> bool {
        self.properties.contains(EXPECTED_SIZES)
    }
}
