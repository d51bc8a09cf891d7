//! What the transaction of a drop or of a move writes down for deletion, as the process knows it that did so.

use crate::model::Location;
use crate::store::PendingDelete;
use std::ops::Range;
use std::time::{Duration, Instant};

/// How far the clocks of the replicas and of the store may differ. S3 refuses requests that are further off, so where
/// skep works at all, this holds.
pub(super) const CLOCKS_DIFFER_MAX: Duration = Duration::from_mins(15);

/// When a deletion was written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Noted {
    /// In milliseconds since the epoch by the clock of this process.
    pub(super) process_ms: i64,
    pub(super) at: Instant,
}

impl Noted {
    /// The clock tells whole milliseconds, a file system parts of one.
    pub(super) fn now(process_ms: i64) -> Self {
        Self {
            process_ms: process_ms.saturating_add(1),
            at: Instant::now(),
        }
    }
}

/// A deletion that a transaction has written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Deletion {
    pub(super) id: i64,
    pub(super) location: Location,
    /// How new its files may be, in milliseconds since the epoch by the clock that stamps them, where that is known.
    pub(super) newest_ms: Option<i64>,
    /// Where it was copied to.
    pub(super) copied_to: Option<Location>,
    /// Earlier deletions of what lies there: once this one is done, so are they.
    pub(super) covers: Vec<i64>,
}

impl Deletion {
    /// One that was written down before.
    pub(super) fn of(pending: &PendingDelete) -> Self {
        Self {
            id: pending.id,
            location: pending.location.clone(),
            newest_ms: pending.newest_ms,
            copied_to: pending.copied_to.clone(),
            covers: Vec::new(),
        }
    }

    /// The numbers of deletions.
    pub(super) fn ranges(deletions: &[Self]) -> Vec<Range<i64>> {
        let mut ranges: Vec<Range<i64>> = Vec::new();
        for Self { id, .. } in deletions {
            match ranges.last_mut() {
                Some(last) if last.end == *id => last.end += 1,
                _ => ranges.push(*id..*id + 1),
            }
        }
        ranges
    }
}

/// The job of a drop or a truncation that is committed.
#[derive(Debug)]
pub(crate) struct DeletionJob {
    pub(super) id: i64,
    pub(super) deletions: Vec<Deletion>,
    /// Whether the directories stay, empty.
    pub(super) keeps_directories: bool,
    /// When it was written down, before its commit.
    pub(super) noted: Noted,
}

impl DeletionJob {
    /// Whether some of its deletions go by the time that the clock of a store told of the drop.
    pub(super) fn goes_by_a_store(&self) -> bool {
        let mut deletions = self.deletions.iter();
        deletions.any(|one| one.newest_ms.is_some() && one.location.storage().is_object_store())
    }
}

#[cfg(test)]
mod tests {
    use super::Deletion;
    use crate::model::Location;

    #[test]
    fn numbers_in_a_row_are_one_range() {
        let deletions = [4, 5, 6, 9, 11, 12].map(|id| Deletion {
            id,
            location: Location::parse("s3://lake/t").unwrap(),
            newest_ms: None,
            copied_to: None,
            covers: Vec::new(),
        });
        assert_eq!(Deletion::ranges(&deletions), [4..7, 9..10, 11..13]);
    }
}
