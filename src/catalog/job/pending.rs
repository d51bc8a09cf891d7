//! Deletions that were not done at once: taken up by the background, or by who is about to use a place. The rules stand
//! at [`deletion`](super::deletion).

use super::deletion::{RETRY_DELAY_S, kept_tell, unclear_tell};
use super::in_the_way::places_unmoved;
use super::noted::Deletion;
use crate::back_off::BackOff;
use crate::catalog::Catalog;
use crate::catalog::{Action, Operations, Resource};
use crate::error::{Error, Result};
use crate::lake::{Kept, Moment, Progress};
use crate::model::Location;
use crate::store::{PendingDelete, Session, Sources};
use crate::transact;
use async_recursion::async_recursion as boxed;
use futures::stream::{self, StreamExt};
use std::sync::Arc;
use std::time::Duration;

/// How many deletions one pass of the background task takes up.
const PENDING_DELETES_PER_PASS_MAX: usize = 100;
/// How many of them go on at the same time.
const PENDING_DELETES_CONCURRENT_MAX: usize = 4;
/// How many deletions are finished between two questions for those in the way of a use.
const PENDING_DELETES_IN_THE_WAY_MAX: usize = 100;
/// The pauses between two tries.
const RETRY_DELAY: BackOff = BackOff::of_seconds(RETRY_DELAY_S, 3600);

/// How far the clocks of the replicas and of the store may differ. S3 refuses requests that are further off, so where
/// skep works at all, this holds.
pub(super) const CLOCKS_DIFFER_MAX: Duration = Duration::from_mins(15);

impl Operations<'_> {
    /// Takes up the deletions that are due. Returns how many were tried and how many of them are not done.
    #[boxed]
    pub async fn pending_deletes_retry(&self) -> Result<(usize, usize)> {
        self.authorize(Action::Operate, Resource::Server).await?;
        self.places_fill().await?;
        let mut session = self.store.session().await?;
        let now = session.now().await?;
        let due = session
            .pending_delete_due(now, PENDING_DELETES_PER_PASS_MAX)
            .await?;
        drop(session);
        // Several at once, so that one that takes hours does not keep the others waiting.
        let tries = due.iter().map(|one| self.pending_delete_retry(one));
        let tries: Vec<_> = tries.collect();
        let mut tries = stream::iter(tries).buffer_unordered(PENDING_DELETES_CONCURRENT_MAX);
        let (mut tried, mut failed) = (0, 0);
        while let Some(outcome) = tries.next().await {
            match outcome {
                Tried::ByOthers => {}
                Tried::Done => tried += 1,
                Tried::InVain => (tried, failed) = (tried + 1, failed + 1),
            }
        }
        Ok((tried, failed))
    }
}

/// What became of a deletion that was due.
enum Tried {
    Done,
    InVain,
    /// Another replica has taken it up.
    ByOthers,
}

impl Catalog {
    async fn pending_delete_retry(&self, pending: &PendingDelete) -> Tried {
        let (location, attempts) = (&pending.location, pending.attempts + 1);
        let kept = async {
            if !self.pending_delete_claim(pending).await? {
                return Ok(None);
            }
            self.pending_delete_finish(pending, None).await.map(Some)
        };
        let reason = match kept.await {
            Ok(None) => return Tried::ByOthers,
            Ok(Some(Kept { unclear: 0, .. })) => return Tried::Done,
            Ok(Some(Kept { unclear, .. })) => unclear_tell(unclear),
            Err(failure) => failure.to_string(),
        };
        tracing::warn!(%location, attempts, "dropped data stays: {reason}");
        Tried::InVain
    }

    /// Finishes the deletions that stand at, under or above places that are about to be used again; see the module.
    ///
    /// Fails with `Unavailable` where the store does not answer, with `Invalid` where a file may be old or new, with
    /// `NotAllowed` where a job moves data to such a place or away.
    pub(crate) async fn places_clear(&self, locations: &[&Location]) -> Result<()> {
        self.places_clear_for(None, locations).await
    }

    /// The same for places that a job has taken for itself.
    pub(super) async fn places_clear_for(
        &self,
        job: Option<i64>,
        locations: &[&Location],
    ) -> Result<()> {
        if locations.is_empty() {
            return Ok(());
        }
        if !self.store.session().await?.places_are_unsettled().await? {
            return Ok(());
        }
        loop {
            let mut session = self.store.session().await?;
            places_unmoved(&mut session, job, locations, Sources::OnFile).await?;
            let most = PENDING_DELETES_IN_THE_WAY_MAX;
            let found = session.pending_delete_overlapping(locations, most).await?;
            drop(session);
            for pending in &found {
                self.place_clear(job, pending).await?;
            }
            if found.len() < most {
                return Ok(());
            }
        }
    }

    /// Asks once more, inside the transaction that registers places and before its end, what [`Self::places_clear`] found a
    /// while ago: a drop that began since has not seen what is registered here, and would take its data along.
    pub(crate) async fn places_clear_still(
        &self,
        session: &mut Session,
        locations: &[&Location],
    ) -> Result<()> {
        if locations.is_empty() {
            return Ok(());
        }
        session.jobs_hold().await?;
        if !session.places_are_unsettled().await? {
            return Ok(());
        }
        places_unmoved(session, None, locations, Sources::OnFile).await?;
        let found = session.pending_delete_overlapping(locations, 1).await?;
        found.first().map_or(Ok(()), |pending| {
            Err(Error::NotAllowed(format!(
                "location {} cannot be used yet: it was dropped at this moment; try again",
                pending.location
            )))
        })
    }

    async fn place_clear(&self, job: Option<i64>, pending: &PendingDelete) -> Result<()> {
        let Kept { unclear, .. } = self.pending_delete_finish(pending, job).await?;
        if unclear == 0 {
            return Ok(());
        }
        Err(Error::Invalid(format!(
            "location {} cannot be used yet: what was dropped there is not deleted, and {unclear} of its files changed at \
             about the time of the drop, so they may be new; remove them, or try again where another client is dropping \
             it at this moment",
            pending.location
        )))
    }

    /// Takes up what is to be deleted at places where a job has come to its end. A failure is left to the background.
    pub(super) async fn pending_deletes_finish_at(&self, locations: &[&Location]) {
        let finished = async {
            let most = PENDING_DELETES_IN_THE_WAY_MAX;
            let mut session = self.store.session().await?;
            let found = session.pending_delete_overlapping(locations, most).await?;
            drop(session);
            for pending in &found {
                if self.pending_delete_claim(pending).await? {
                    self.pending_delete_finish(pending, None).await?;
                }
            }
            transact!(self.store, |session| {
                session.job_deletions_hurry().await
            })?;
            Ok::<(), Error>(())
        };
        if let Err(failure) = finished.await {
            tracing::warn!(%failure, "what was dropped where a job was at work stays for now");
        }
    }

    /// Moves the next try into the future before this one begins, so that no other replica takes the same one up.
    pub(super) async fn pending_delete_claim(&self, pending: &PendingDelete) -> Result<bool> {
        let delay_s = RETRY_DELAY.pause_s(pending.attempts);
        transact!(self.store, |session| {
            let next_at = session.now().await?.plus_s(delay_s);
            session
                .pending_delete_postpone(pending.id, pending.attempts, next_at)
                .await
        })
    }

    /// Deletes what is older than the drop for certain, and strikes the deletion off unless something may be. Where it is
    /// not done, the row says why: also where a job, but for one, is at work there.
    pub(super) async fn pending_delete_finish(
        &self,
        pending: &PendingDelete,
        job: Option<i64>,
    ) -> Result<Kept> {
        let kept = self.pending_delete_take(pending, job).await;
        let reason = match &kept {
            Ok(Kept { unclear: 0, .. }) => return kept,
            Ok(Kept { unclear, .. }) => unclear_tell(*unclear),
            Err(failure) => failure.to_string(),
        };
        let noted = transact!(self.store, |session| {
            session.pending_delete_failed(&[pending.id], &reason).await
        });
        if let Err(failure) = noted {
            tracing::warn!(location = %pending.location, %failure, "cannot note why dropped data stays");
        }
        kept
    }

    /// Before copies are deleted, or move on: deletes the sources that they were made of, which could be told from what
    /// nobody has copied no more. What then is left there has no copy. Fails where that cannot be done now.
    pub(super) async fn copied_sources_delete(&self, copies: &[&Location]) -> Result<()> {
        let mut session = self.store.session().await?;
        let found = session.pending_delete_copied_to(copies).await?;
        drop(session);
        for pending in found {
            self.pending_delete_finish(&pending, None).await?;
        }
        Ok(())
    }

    #[boxed]
    async fn pending_delete_take(&self, pending: &PendingDelete, job: Option<i64>) -> Result<Kept> {
        if let Some((reason, _)) = self.job_met(job, &[&pending.location]).await? {
            return Err(Error::NotAllowed(reason));
        }
        // No circle: where something was copied to, nothing is left to be deleted.
        self.copied_sources_delete(&[&pending.location]).await?;
        let dropped = match (pending.newest_ms, &pending.copied_to) {
            (_, Some(_)) => Self::copied_at(pending.created_at.saturating_mul(1000)),
            (Some(newest_ms), None) => Moment::exact(newest_ms),
            (None, None) => {
                Moment::about(pending.created_at.saturating_mul(1000), CLOCKS_DIFFER_MAX)
            }
        };
        let progress = Arc::new(Progress::default());
        let deletion = Deletion::of(pending);
        let kept = self.place_delete(&deletion, dropped, &progress, None).await;
        self.jobs.figures.add(&progress);
        let kept = kept?;
        if kept.unclear == 0 {
            transact!(self.store, |session| {
                session.pending_delete_done(pending.id).await
            })?;
            kept_tell(&pending.location, kept);
        }
        Ok(kept)
    }
}
