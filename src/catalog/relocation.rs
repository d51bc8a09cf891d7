//! Bringing the directory of a managed table or partition to another place, together with the change of the catalog that
//! says so: first the transfer, then the transaction, then the end of the source.
//!
//! On an object store everything is copied first, and the transaction that points to the copy writes the source down for
//! deletion. So a crash, a deadline or a lost database leaves the data whole at the place that the catalog names; at worst
//! there are copies at a place that nothing names. On a file system a directory moves at once, and the window between that
//! and the commit is open: it is taken back when the transaction fails, but not after a kill.

use super::Catalog;
use super::cleanup::Doomed;
use crate::error::Result;
use crate::lake::{Moment, Transfer};
use crate::store::Session;

/// A directory that was brought to another place.
#[derive(Debug)]
pub(super) struct Relocation {
    pub(super) from: String,
    pub(super) to: String,
    done: Transfer,
    /// Milliseconds since the epoch. What is written to the source later was perhaps not copied, so it stays.
    started_ms: i64,
}

impl Catalog {
    /// Does the transfer. The caller has cleared the place and found nothing there.
    pub(super) async fn relocation_begin(&self, from: &str, to: &str) -> Result<Relocation> {
        let started_ms = self.clock.millis();
        let done = self.lake.directory_transfer(from, to).await?;
        Ok(Relocation {
            from: from.to_owned(),
            to: to.to_owned(),
            done,
            started_ms,
        })
    }

    /// Writes down, inside the transaction of the change, which sources are to be deleted.
    pub(super) async fn relocations_note(
        &self,
        session: &mut Session,
        relocations: &[Relocation],
    ) -> Result<Vec<Doomed>> {
        let sources: Vec<&str> = copied(relocations).map(|one| one.from.as_str()).collect();
        let Some(started_ms) = started_ms(relocations) else {
            return Ok(Vec::new());
        };
        let since = started_ms.div_euclid(1000);
        self.doom_all(session, &sources, "moved to another place", since)
            .await
    }

    /// Deletes the sources after the commit.
    pub(super) async fn relocations_end(&self, relocations: &[Relocation], doomed: Vec<Doomed>) {
        if let Some(started_ms) = started_ms(relocations) {
            self.doomed_delete(doomed, Moment::exact(started_ms)).await;
        }
    }

    /// Takes transfers back whose change was not committed.
    pub(super) async fn relocations_undo(&self, relocations: &[Relocation]) {
        for Relocation { from, to, done, .. } in relocations.iter().rev() {
            if let Err(failure) = self.lake.directory_transfer_undo(from, to, *done).await {
                tracing::error!(from, to, %failure, "cannot take the move of a directory back");
            }
        }
    }
}

fn copied(relocations: &[Relocation]) -> impl Iterator<Item = &Relocation> {
    relocations
        .iter()
        .filter(|one| one.done == Transfer::Copied)
}

/// When the first of the copies began.
fn started_ms(relocations: &[Relocation]) -> Option<i64> {
    copied(relocations).map(|one| one.started_ms).min()
}
