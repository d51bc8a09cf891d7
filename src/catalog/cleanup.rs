//! Deleting data that was dropped: written down with the drop, tried at once, retried until it is done.
//!
//! Between the drop and the end of its deletion the place may be used again, on this replica or another, and engines
//! write their files *before* they create the table or add the partition. So nothing that skep knows tells old files from
//! new ones but the time of their last change, which the store stamps. The rules:
//!
//! 1. A deletion takes only files older than the drop. Whoever saw the drop answered writes younger ones.
//! 2. The first try runs before the drop is answered, with the clock of the process that committed it: only who did not
//!    wait for the answer can write meanwhile, and a second of tolerance suffices.
//! 3. A later try runs after anything may have been written, with clocks that may differ: what changed within
//!    [`CLOCKS_DIFFER_MAX`] of the drop stays, and the deletion stays written down, where an operator sees it.
//! 4. Who is about to use a place finishes the deletions that overlap it, so that the rows of a dropped table do not
//!    reappear in the next one. Where a file cannot be told from a new one, or the store does not answer, the use is
//!    refused: it is neither deleted nor mistaken for data of the new table.
//!
//! Two replicas may work on one deletion at once: both take the same old files. One gap is left that no clock closes: a
//! key of an object store that is written again, under the same name, after a bulk delete that names it was sent.

use super::Catalog;
use super::back_off::doubled_s;
use crate::error::{Error, Result};
use crate::lake::{Location, Made, Moment, Spared};
use crate::model::Database;
use crate::store::{PendingDelete, Session};
use crate::transact;
use futures::future;
use futures::stream::{self, StreamExt};
use std::time::Duration;

/// How many deletions one pass of the background task takes up.
const PENDING_DELETES_PER_PASS_MAX: usize = 100;
/// How many directories one drop deletes at the same time.
const DELETIONS_CONCURRENT_MAX: usize = 16;
/// How many directories one drop deletes between two looks at the database: enough that the looks cost little, and few
/// enough that a look is seldom older than a second.
const DELETIONS_PER_LOOK: usize = 128;
/// Seconds before a deletion that was not done at once is tried again; doubled with each further failure.
const RETRY_DELAY_S: i64 = 60;
/// Seconds between two tries at most.
const RETRY_DELAY_S_MAX: i64 = 3600;

/// How far the clocks of the replicas and of the store may differ. S3 refuses requests that are further off, so where
/// skep works at all, this holds.
const CLOCKS_DIFFER_MAX: Duration = Duration::from_mins(15);
/// Milliseconds after a commit up to which files count as written before it: they are stamped by the store.
const FIRST_TRY_TOLERANCE_MS: i64 = 1000;

/// A deletion that a transaction has written down.
#[derive(Debug)]
pub(crate) struct Doomed {
    id: i64,
    location: String,
}

impl Catalog {
    /// Writes down, inside a transaction, that a directory is to be deleted. The background task leaves it alone for
    /// a while: who dropped it deletes it right after the commit.
    pub(super) async fn doom(
        &self,
        session: &mut Session,
        location: &str,
        reason: &str,
    ) -> Result<Doomed> {
        let now = self.now();
        let mut doomed = self.doom_all(session, &[location], reason, now).await?;
        doomed
            .pop()
            .ok_or_else(|| Error::internal("one location is written down once"))
    }

    /// As [`Self::doom`], for many directories at once, which are of no use since a time (seconds since the epoch).
    pub(crate) async fn doom_all(
        &self,
        session: &mut Session,
        locations: &[&str],
        reason: &str,
        since: i64,
    ) -> Result<Vec<Doomed>> {
        let next_at = self.now() + RETRY_DELAY_S;
        let ids = session
            .pending_delete_insert_list(locations, reason, since, next_at)
            .await?;
        let doomed = ids.into_iter().zip(locations).map(|(id, location)| Doomed {
            id,
            location: (*location).to_owned(),
        });
        Ok(doomed.collect())
    }

    /// The moment of a drop that was committed just now, for its first try.
    pub(crate) fn dropped_now(&self) -> Moment {
        Moment::exact(self.clock.millis().saturating_add(FIRST_TRY_TOLERANCE_MS))
    }

    /// Tries deletions right after the commit that wrote them down, several at once; what is younger than the drop stays.
    /// A failure is logged and left to the background task.
    pub(crate) async fn doomed_delete(&self, doomed: Vec<Doomed>, dropped: Moment) {
        for (number, chunk) in doomed.chunks(DELETIONS_PER_LOOK).enumerate() {
            // A long list takes its time: meanwhile another replica may have finished some, to use the place.
            let chunk = if number == 0 {
                chunk.iter().collect()
            } else {
                self.doomed_still(chunk).await
            };
            // Futures do nothing before they are waited for, so a plain list of them is one of tries to come.
            let tries: Vec<_> = chunk
                .into_iter()
                .map(|one| self.doomed_try(one, dropped))
                .collect();
            let done: Vec<i64> = stream::iter(tries)
                .buffer_unordered(DELETIONS_CONCURRENT_MAX)
                .filter_map(future::ready)
                .collect()
                .await;
            let noted = transact!(self.store, |session| {
                session.pending_delete_done_list(&done).await
            });
            if let Err(failure) = noted {
                tracing::warn!(%failure, "cannot note that dropped data was deleted; it will be deleted again");
            }
        }
    }

    /// One deletion; its id where it is done.
    async fn doomed_try(&self, doomed: &Doomed, dropped: Moment) -> Option<i64> {
        let location = &doomed.location;
        match self.lake.directory_delete_older(location, dropped).await {
            Ok(spared) => {
                spared_tell(location, spared);
                Some(doomed.id)
            }
            Err(failure) => {
                tracing::warn!(location, %failure, "cannot delete dropped data; it will be retried");
                None
            }
        }
    }

    /// Those that are still written down. Where that cannot be found out, none: the background task will.
    async fn doomed_still<'a>(&self, doomed: &'a [Doomed]) -> Vec<&'a Doomed> {
        let ids: Vec<i64> = doomed.iter().map(|one| one.id).collect();
        let existing = match self.store.session().await {
            Ok(mut session) => session.pending_delete_existing(&ids).await,
            Err(failure) => Err(failure),
        };
        let existing = existing.unwrap_or_default();
        doomed
            .iter()
            .filter(|one| existing.contains(&one.id))
            .collect()
    }

    /// Takes up the deletions that are due. Returns how many were tried and how many of them are not done.
    pub async fn pending_deletes_retry(&self) -> Result<(usize, usize)> {
        let mut session = self.store.session().await?;
        let due = session
            .pending_delete_due(self.now(), PENDING_DELETES_PER_PASS_MAX)
            .await?;
        drop(session);
        let (mut tried, mut failed) = (0, 0);
        for one in due {
            if !self.pending_delete_claim(&one).await? {
                continue;
            }
            tried += 1;
            let (location, attempts) = (&one.location, one.attempts + 1);
            match self.pending_delete_finish(&one).await {
                Ok(Spared { unclear: 0, .. }) => {}
                Ok(Spared { unclear, .. }) => {
                    failed += 1;
                    tracing::warn!(
                        location,
                        attempts,
                        unclear,
                        "dropped data stays: files that changed at about the time of the drop may be new"
                    );
                }
                Err(failure) => {
                    failed += 1;
                    tracing::warn!(location, attempts, %failure, "cannot delete dropped data");
                }
            }
        }
        Ok((tried, failed))
    }

    /// Finishes the deletions that stand at, under or above places that are about to be used again; see the module.
    ///
    /// Fails with `Unavailable` where the store does not answer, with `Invalid` where a file may be old or new.
    pub(super) async fn places_clear(&self, locations: &[&str]) -> Result<()> {
        for pending in self.pending_deletes_overlapping(locations).await? {
            let Spared { unclear, .. } = self.pending_delete_finish(&pending).await?;
            if unclear > 0 {
                return Err(Error::Invalid(format!(
                    "location {} cannot be used yet: what was dropped there is not deleted, and {unclear} of its files \
                     changed at about the time of the drop, so they may be new; remove them, or try again where \
                     another client is dropping it at this moment",
                    pending.location
                )));
            }
        }
        Ok(())
    }

    /// The deletions, due or not, that overlap one of these places. Usually there are none at all.
    async fn pending_deletes_overlapping(&self, locations: &[&str]) -> Result<Vec<PendingDelete>> {
        let mut session = self.store.session().await?;
        let places: Vec<Location> = locations.iter().copied().filter_map(place).collect();
        let mut found = Vec::new();
        let mut after = 0;
        loop {
            let page = session
                .pending_delete_page(after, PENDING_DELETES_PER_PASS_MAX)
                .await?;
            let Some(last) = page.last() else {
                return Ok(found);
            };
            after = last.id;
            let ended = page.len() < PENDING_DELETES_PER_PASS_MAX;
            found.extend(page.into_iter().filter(|pending| {
                place(&pending.location).is_some_and(|doomed| {
                    places
                        .iter()
                        .any(|used| doomed.contains(used) || used.contains(&doomed))
                })
            }));
            if ended {
                return Ok(found);
            }
        }
    }

    /// Moves the next try into the future before this one begins, so that no other replica takes the same one up.
    async fn pending_delete_claim(&self, pending: &PendingDelete) -> Result<bool> {
        let delay_s = doubled_s(RETRY_DELAY_S, pending.attempts, RETRY_DELAY_S_MAX);
        let next_at = self.now() + delay_s;
        transact!(self.store, |session| {
            session
                .pending_delete_postpone(pending.id, pending.attempts, next_at)
                .await
        })
    }

    /// Deletes what is older than the drop for certain, and strikes the deletion off unless something may be.
    async fn pending_delete_finish(&self, pending: &PendingDelete) -> Result<Spared> {
        let dropped = Moment::about(pending.created_at.saturating_mul(1000), CLOCKS_DIFFER_MAX);
        let spared = self
            .lake
            .directory_delete_older(&pending.location, dropped)
            .await?;
        if spared.unclear == 0 {
            transact!(self.store, |session| {
                session.pending_delete_done(pending.id).await
            })?;
            spared_tell(&pending.location, spared);
        }
        Ok(spared)
    }

    /// Removes a directory that was made for something that could not be stored.
    pub(super) async fn directory_discard(&self, made: &Made) {
        if let Err(failure) = self.lake.directory_unmake(made).await {
            tracing::warn!(location = made.location(), %failure, "cannot remove a directory made in vain");
        }
    }

    /// Removes the directories of a dropped database where nothing is left in them.
    pub(super) async fn directories_delete_if_empty(&self, database: &Database) {
        for location in [Some(&database.location), database.managed_location.as_ref()]
            .into_iter()
            .flatten()
        {
            let Some((parent, _)) = location.trim_end_matches('/').rsplit_once('/') else {
                continue;
            };
            // What stands above a (missing) child is the directory itself.
            let child = format!("{location}/-");
            if let Err(failure) = self.lake.parents_delete_if_empty(&child, parent).await {
                tracing::warn!(location, %failure, "cannot remove the directory of a dropped database");
            }
        }
    }
}

/// A stored location, in the form that is compared. What cannot be read is no place that a file could have.
fn place(location: &str) -> Option<Location> {
    Location::parse(location).ok()
}

/// Files that a deletion left behind are worth a line: they belong to who wrote them, or to nobody.
fn spared_tell(location: &str, spared: Spared) {
    if spared.younger > 0 {
        let files = spared.younger;
        tracing::warn!(
            location,
            files,
            "files written after the drop were not deleted"
        );
    }
}

/// Whether a place is a directory or stands inside it.
pub(crate) fn is_inside(place: &str, directory: &str) -> bool {
    let rest = place
        .trim_end_matches('/')
        .strip_prefix(directory.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
