//! Whether the database has room to write, as far as writes have told: a full disk serves reads, so that a sign of life says
//! nothing of it.

use crate::store::Store;
use crate::store::sql::failure::{Failure, FailureKind};
use std::sync::atomic::{AtomicBool, Ordering};

/// What the last write that told something told.
#[derive(Debug, Default)]
pub(in crate::store) struct Room {
    is_full: AtomicBool,
}

impl Room {
    /// Notes what became of a statement or a commit.
    pub(in crate::store) fn note_failure(&self, failure: &Failure) {
        if failure.kind == FailureKind::Full {
            self.is_full.store(true, Ordering::Relaxed);
        }
    }

    /// Notes that a transaction was committed.
    pub(in crate::store) fn note_commit(&self) {
        self.is_full.store(false, Ordering::Relaxed);
    }
}

/// Fails where writes found no room, and still do: one row is written to see, for nobody else may write any more once the
/// server is taken out of service.
pub(in crate::store) async fn room_check(store: &Store) -> Result<(), Failure> {
    if !store.room().is_full.load(Ordering::Relaxed) {
        return Ok(());
    }
    let mut session = store.begin().await?;
    session.sequence_advance("object", 1).await?;
    session.commit().await
}

#[cfg(test)]
mod tests {
    use super::{Failure, Room};
    use std::sync::atomic::Ordering;

    #[test]
    fn only_a_full_disk_is_remembered_and_a_commit_ends_it() {
        let room = Room::default();
        room.note_failure(&Failure::timeout("busy"));
        assert!(!room.is_full.load(Ordering::Relaxed));
        let mut full = Failure::timeout("no room");
        full.kind = super::FailureKind::Full;
        room.note_failure(&full);
        assert!(room.is_full.load(Ordering::Relaxed));
        room.note_commit();
        assert!(!room.is_full.load(Ordering::Relaxed));
    }
}
