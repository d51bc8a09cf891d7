//! Whether the database can be written, as far as writes have told: one whose disk is full or that is read-only serves reads, so
//! that a sign of life says nothing of it. Each replica notes regularly that it lives, so a write is never long ago.

use crate::store::Store;
use crate::store::sql::failure::{Failure, FailureKind};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a disk that was full is taken to be full, and a database that was read-only to be so. A small write may pass between
/// two large ones that do not, so what other writes tell meanwhile ends nothing.
const SHUT_FOR: Duration = Duration::from_secs(10);
/// Bytes that are written to see whether there is room again: more than the little that is free in the files that are there.
const FILLER_BYTES: usize = 1024 * 1024;

/// What writes told.
#[derive(Debug, Default)]
pub(in crate::store) struct Room {
    /// When it may be tried again, and what was wrong; `None` while writes pass.
    shut_until: Mutex<Option<(Instant, FailureKind)>>,
}

/// What is known without a try.
#[derive(Debug, PartialEq, Eq)]
enum Known {
    Free,
    Shut(FailureKind),
    /// This caller is to try; others take it to be shut meanwhile.
    Try,
}

impl Room {
    fn open(&self) -> MutexGuard<'_, Option<(Instant, FailureKind)>> {
        self.shut_until
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes what became of a statement or a commit.
    pub(in crate::store) fn note_failure(&self, failure: &Failure) {
        if matches!(failure.kind, FailureKind::Full | FailureKind::ReadOnly) {
            *self.open() = Some((Instant::now() + SHUT_FOR, failure.kind));
        }
    }

    fn known(&self, now: Instant) -> Known {
        let mut shut_until = self.open();
        match *shut_until {
            None => Known::Free,
            Some((until, kind)) if now < until => Known::Shut(kind),
            Some((_, kind)) => {
                *shut_until = Some((now + SHUT_FOR, kind));
                Known::Try
            }
        }
    }
}

/// Fails where writes found no room or no leave, and still do: a row is written to see, for nobody else may write any more once the
/// server is taken out of service.
pub(in crate::store) async fn room_check(store: &Store) -> Result<(), Failure> {
    match store.room().known(Instant::now()) {
        Known::Free => Ok(()),
        Known::Shut(kind) => Err(Failure::noted(kind)),
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
    use super::{Failure, FailureKind, Known, Room, SHUT_FOR};
    use std::time::Instant;

    #[test]
    fn only_what_keeps_writes_out_is_remembered_and_one_caller_at_a_time_tries_it_again() {
        for kind in [FailureKind::Full, FailureKind::ReadOnly] {
            let room = Room::default();
            room.note_failure(&Failure::timeout("busy"));
            assert_eq!(room.known(Instant::now()), Known::Free);
            room.note_failure(&Failure::noted(kind));
            assert_eq!(room.known(Instant::now()), Known::Shut(kind));
            let later = Instant::now() + SHUT_FOR;
            assert_eq!(room.known(later), Known::Try);
            assert_eq!(room.known(later), Known::Shut(kind), "one is at it");
            assert_eq!(room.known(later + SHUT_FOR), Known::Try);
        }
    }
}
