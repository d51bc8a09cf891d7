//! Deleting data that was dropped: written down with the drop, tried at once, retried until it is done.

use super::Catalog;
use crate::error::{Error, Result};
use crate::lake::Made;
use crate::model::Database;
use crate::store::{PendingDelete, Session};
use crate::transact;
use futures::future::join_all;

/// How many deletions one pass of the background task takes up.
const PENDING_DELETES_PER_PASS_MAX: usize = 100;
/// How many directories one drop deletes at the same time.
const DELETIONS_CONCURRENT_MAX: usize = 16;
/// Seconds before a deletion that was not done at once is tried again; doubled with each further failure.
const RETRY_DELAY_S: i64 = 60;
/// Seconds between two tries at most.
const RETRY_DELAY_S_MAX: i64 = 3600;

/// A deletion that a transaction has written down.
#[derive(Debug)]
pub(super) struct Doomed {
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
        let mut doomed = self.doom_all(session, &[location], reason).await?;
        doomed
            .pop()
            .ok_or_else(|| Error::internal("one location is written down once"))
    }

    /// As [`Self::doom`], for many directories at once.
    pub(super) async fn doom_all(
        &self,
        session: &mut Session,
        locations: &[&str],
        reason: &str,
    ) -> Result<Vec<Doomed>> {
        let now = self.now();
        let ids = session
            .pending_delete_insert_list(locations, reason, now, now + RETRY_DELAY_S)
            .await?;
        let doomed = ids.into_iter().zip(locations).map(|(id, location)| Doomed {
            id,
            location: (*location).to_owned(),
        });
        Ok(doomed.collect())
    }

    /// Tries deletions right after the commit that wrote them down, several at once. A failure is logged and left to
    /// the background task.
    pub(super) async fn doomed_delete(&self, doomed: Vec<Doomed>) {
        for (number, chunk) in doomed.chunks(DELETIONS_CONCURRENT_MAX).enumerate() {
            // A long list takes its time: what was called off meanwhile is in use again.
            let chunk = if number == 0 {
                chunk.iter().collect()
            } else {
                self.doomed_still(chunk).await
            };
            let deleted = join_all(
                chunk
                    .iter()
                    .map(|one| self.lake.directory_delete(&one.location)),
            )
            .await;
            let mut done = Vec::with_capacity(chunk.len());
            for (one, outcome) in chunk.iter().zip(deleted) {
                match outcome {
                    Ok(()) => done.push(one.id),
                    Err(failure) => {
                        tracing::warn!(location = one.location, %failure, "cannot delete dropped data; it will be retried");
                    }
                }
            }
            let noted = transact!(self.store, |session| {
                session.pending_delete_done_list(&done).await
            });
            if let Err(failure) = noted {
                tracing::warn!(%failure, "cannot note that dropped data was deleted; it will be deleted again");
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

    /// Takes up the deletions that are due. Returns how many were tried and how many of them failed again.
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
            if let Err(failure) = self.doomed_delete_one(one.id, &one.location).await {
                let attempts = one.attempts + 1;
                tracing::warn!(location = one.location, attempts, %failure, "cannot delete dropped data");
                failed += 1;
            }
        }
        Ok((tried, failed))
    }

    /// Finishes the deletions that stand at, under or above a place that is about to be used again: a retry must not
    /// take away what a new table puts there.
    pub(super) async fn pending_deletes_under(&self, location: &str) -> Result<()> {
        for (id, location) in self.pending_deletes_overlapping(&[location]).await? {
            self.doomed_delete_one(id, &location).await?;
        }
        Ok(())
    }

    /// Calls off the deletions that stand at, under or above places where partitions are about to be added. Engines
    /// write the files of a partition before they add it, so what lies there now may be new.
    pub(super) async fn pending_deletes_cancel(&self, locations: &[&str]) -> Result<()> {
        let found = self.pending_deletes_overlapping(locations).await?;
        if found.is_empty() {
            return Ok(());
        }
        for (_, location) in &found {
            tracing::warn!(
                location,
                "dropped data that could not be deleted stays: its place is used again"
            );
        }
        let ids: Vec<i64> = found.into_iter().map(|(id, _)| id).collect();
        transact!(self.store, |session| {
            session.pending_delete_done_list(&ids).await
        })
    }

    /// The deletions, due or not, that overlap one of these places. Usually there are none at all.
    async fn pending_deletes_overlapping(&self, locations: &[&str]) -> Result<Vec<(i64, String)>> {
        let mut session = self.store.session().await?;
        let mut found = Vec::new();
        let mut after = 0;
        loop {
            let page = session
                .pending_delete_page(after, PENDING_DELETES_PER_PASS_MAX)
                .await?;
            let Some((last, _)) = page.last() else {
                return Ok(found);
            };
            after = *last;
            let ended = page.len() < PENDING_DELETES_PER_PASS_MAX;
            found.extend(page.into_iter().filter(|(_, pending)| {
                locations.iter().any(|location| overlap(pending, location))
            }));
            if ended {
                return Ok(found);
            }
        }
    }

    /// Moves the next try into the future before this one begins, so that no other replica takes the same one up.
    async fn pending_delete_claim(&self, pending: &PendingDelete) -> Result<bool> {
        let delay = RETRY_DELAY_S.saturating_mul(1 << pending.attempts.clamp(0, 10));
        let next_at = self.now() + delay.min(RETRY_DELAY_S_MAX);
        transact!(self.store, |session| {
            session
                .pending_delete_postpone(pending.id, pending.attempts, next_at)
                .await
        })
    }

    async fn doomed_delete_one(&self, id: i64, location: &str) -> Result<()> {
        self.lake.directory_delete(location).await?;
        transact!(self.store, |session| {
            session.pending_delete_done(id).await
        })
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

/// Whether one place is the other or stands inside it, either way round.
fn overlap(one: &str, other: &str) -> bool {
    is_inside(one, other) || is_inside(other, one)
}

/// Whether a place is a directory or stands inside it.
pub(super) fn is_inside(place: &str, directory: &str) -> bool {
    let rest = place
        .trim_end_matches('/')
        .strip_prefix(directory.trim_end_matches('/'));
    rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}
