//! Whether the database has room to write, as far as writes have told: a full disk serves reads, so that a sign of life says
//! nothing of it.

use crate::store::Store;
use crate::store::sql::failure::{Failure, FailureKind};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a disk that was full is taken to be full. A small write may pass between two large ones that do not, so what
/// other writes tell meanwhile ends nothing.
const FULL_FOR: Duration = Duration::from_secs(10);
/// Bytes that are written to see whether there is room again: more than the little that is free in the files that are there.
const FILLER_BYTES: usize = 1024 * 1024;

/// What writes told.
#[derive(Debug, Default)]
pub(in crate::store) struct Room {
    /// When it may be tried again; `None` while there is room.
    full_until: Mutex<Option<Instant>>,
}

/// What is known without a try.
#[derive(Debug, PartialEq, Eq)]
enum Known {
    Free,
    Full,
    /// This caller is to try; others take it to be full meanwhile.
    Try,
}

impl Room {
    fn open(&self) -> MutexGuard<'_, Option<Instant>> {
        self.full_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what became of a statement or a commit.
    pub(in crate::store) fn note_failure(&self, failure: &Failure) {
        if failure.kind == FailureKind::Full {
            *self.open() = Some(Instant::now() + FULL_FOR);
        }
    }

    fn known(&self, now: Instant) -> Known {
        let mut full_until = self.open();
        match *full_until {
            None => Known::Free,
            Some(until) if now < until => Known::Full,
            Some(_) => {
                *full_until = Some(now + FULL_FOR);
                Known::Try
            }
        }
    }
}

/// Fails where writes found no room, and still do: a row is written to see, for nobody else may write any more once the
/// server is taken out of service.
pub(in crate::store) async fn room_check(store: &Store) -> Result<(), Failure> {
    match store.room().known(Instant::now()) {
        Known::Free => Ok(()),
        Known::Full => Err(Failure::full("a write found no room a moment ago")),
        Known::Try => {
            row_write(store).await?;
            *store.room().open() = None;
            Ok(())
        }
    }
}

/// Writes a row, and removes it with those that a killed process left.
async fn row_write(store: &Store) -> Result<(), Failure> {
    // Nothing of it can be compressed away.
    let filler: Vec<u8> = std::iter::repeat_with(|| fastrand::u8(..))
        .take(FILLER_BYTES)
        .collect();
    let name = format!("{:032x}", fastrand::u128(..));
    let mut session = store.begin().await?;
    let statement = session
        .statement("INSERT INTO skep_room (name, filler) VALUES (?, ?)")
        .bind(name.as_str())
        .bind(filler.as_slice());
    session.execute(&statement).await?;
    session.commit().await?;
    let mut session = store.begin().await?;
    let statement = session.statement("DELETE FROM skep_room");
    session.execute(&statement).await?;
    session.commit().await
}

#[cfg(test)]
mod tests {
    use super::{FULL_FOR, Failure, Known, Room};
    use std::time::Instant;

    #[test]
    fn only_a_full_disk_is_remembered_and_one_caller_at_a_time_tries_it_again() {
        let room = Room::default();
        room.note_failure(&Failure::timeout("busy"));
        assert_eq!(room.known(Instant::now()), Known::Free);
        room.note_failure(&Failure::full("no room"));
        assert_eq!(room.known(Instant::now()), Known::Full);
        let later = Instant::now() + FULL_FOR;
        assert_eq!(room.known(later), Known::Try);
        assert_eq!(room.known(later), Known::Full, "one is at it");
        assert_eq!(room.known(later + FULL_FOR), Known::Try);
    }
}
