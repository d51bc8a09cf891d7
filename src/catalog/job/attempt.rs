//! One try of deletions that are still to be done, several at once.

use super::deletion::{Trying, kept_tell, unclear_tell};
use super::noted::{CLOCKS_DIFFER_MAX, Deletion, Noted};
use crate::catalog::Catalog;
use crate::error::Error;
use crate::lake::{Kept, LakeError, Mark, Moment, OldDirectory};
use crate::model::Location;
use futures::stream::{self, StreamExt};
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};

/// How many directories of object stores one drop deletes at the same time.
const DELETIONS_CONCURRENT_MAX: usize = 16;
/// Milliseconds after a drop up to which objects count as written before it: the store stamps them, with its own clock and
/// in whole seconds.
const STORE_TOLERANCE_MS: i64 = 1000;

/// A deletion that is done, or the number of one that is not, with why.
pub(super) type Attempted<'d> = Result<&'d Deletion, (i64, String)>;

impl Catalog {
    /// Tries deletions of what stood there; whether the directories stay, empty, and when they were written down.
    pub(super) async fn deletions_attempt<'d>(
        &self,
        deletions: Vec<&'d Deletion>,
        stood: &HashMap<Location, Mark>,
        (keeps_directories, noted): (bool, Noted),
        trying: &Trying<'_>,
    ) -> Vec<Attempted<'d>> {
        let (mut here, mut directories, mut tries) = (Vec::new(), Vec::new(), Vec::new());
        for one in deletions {
            let mark = stood.get(&one.location);
            if let (Some(mark), Some(newest_ms), None) = (mark, one.newest_ms, &one.copied_to) {
                here.push(one);
                directories.push(OldDirectory {
                    at: one.location.clone(),
                    moment: Moment::exact(newest_ms),
                    mark: mark.clone(),
                });
            } else {
                // Futures do nothing before they are waited for, so a plain list of them is one of tries to come.
                let stood = mark.cloned();
                tries.push(self.deletion_try(one, stood, (keeps_directories, noted), trying));
            }
        }
        let deleted = self
            .lake
            .directories_delete_older(&directories, trying.progress)
            .await;
        let mut ends = Vec::with_capacity(here.len() + tries.len());
        for (one, deleted) in here.into_iter().zip(deleted) {
            ends.push(self.deletion_end(one, deleted, keeps_directories).await);
        }
        let tries = stream::iter(tries).buffer_unordered(DELETIONS_CONCURRENT_MAX);
        ends.extend(tries.collect::<Vec<_>>().await);
        ends
    }

    /// What the clock of a store showed when a deletion was written down. One that does not tell it is taken to agree with
    /// this process's as long as nobody was answered, who could write by the store's clock.
    async fn noted_by_store(&self, location: &Location, noted: Noted, late: &AtomicBool) -> Moment {
        let since = i64::try_from(noted.at.elapsed().as_millis()).unwrap_or(i64::MAX);
        match self.lake.latest_ms(location).await {
            Some(latest_ms) => Moment::exact(latest_ms.saturating_sub(since)),
            None if late.load(Ordering::SeqCst) => {
                Moment::about(noted.process_ms, CLOCKS_DIFFER_MAX)
            }
            None => Moment::exact(noted.process_ms.saturating_add(STORE_TOLERANCE_MS)),
        }
    }

    /// One deletion of what stood there.
    async fn deletion_try<'d>(
        &self,
        deletion: &'d Deletion,
        stood: Option<Mark>,
        (keeps_directory, noted): (bool, Noted),
        trying: &Trying<'_>,
    ) -> Attempted<'d> {
        let location = &deletion.location;
        let copied_to = deletion.copied_to.as_ref();
        let dropped = match (deletion.newest_ms, copied_to) {
            (_, Some(_)) => Self::copied_at(noted.process_ms),
            (Some(newest_ms), None) => Moment::exact(newest_ms),
            (None, None) => self.noted_by_store(location, noted, trying.late).await,
        };
        let (progress, copied) = (trying.progress, trying.copied);
        let deleted = self.place_delete(deletion, dropped, progress, copied, stood);
        self.deletion_end(deletion, deleted.await, keeps_directory)
            .await
    }

    /// What became of one, where nothing but what is certainly younger may be left.
    async fn deletion_end<'d>(
        &self,
        deletion: &'d Deletion,
        deleted: Result<Kept, LakeError>,
        keeps_directory: bool,
    ) -> Attempted<'d> {
        let location = &deletion.location;
        let outcome = match deleted {
            Ok(Kept { unclear, .. }) if unclear > 0 => Err(Error::Invalid(unclear_tell(unclear))),
            Ok(kept) => {
                kept_tell(location, kept);
                self.directory_keep(location, keeps_directory).await
            }
            Err(failure) => Err(failure.into()),
        };
        match outcome {
            Ok(()) => Ok(deletion),
            Err(failure) => {
                tracing::warn!(%location, %failure, "cannot delete dropped data; it will be retried");
                Err((deletion.id, failure.to_string()))
            }
        }
    }
}
