//! Deletions that were not done at once, finished: by who is about to use a place, or by the [background](super::retry). The
//! rules stand at [`deletion`](super::deletion).

use super::deletion::{RETRY_DELAY_S, kept_tell, unclear_tell};
use super::in_the_way::places_unmoved;
use super::noted::{CLOCKS_DIFFER_MAX, Deletion};
use crate::back_off::BackOff;
use crate::catalog::Catalog;
use crate::deadline;
use crate::error::{Error, Result};
use crate::lake::{Kept, Moment, Progress};
use crate::model::Location;
use crate::store::{PendingDelete, Session, Sources};
use crate::transact;
use async_recursion::async_recursion as boxed;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// How many deletions are finished between two questions for those in the way of a use.
const PENDING_DELETES_IN_THE_WAY_MAX: usize = 100;
/// How long somebody who is about to use a place waits for another one that is deleting there, and how often they look.
const TAKEN_PATIENCE_MAX: Duration = Duration::from_secs(10);
const TAKEN_LOOK: Duration = Duration::from_millis(100);
/// The pauses between two tries.
const RETRY_DELAY: BackOff = BackOff::of_seconds(RETRY_DELAY_S, 3600);

impl Catalog {
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

    /// Waits while somebody else is deleting there: a request of theirs that is on its way would take new files of the same
    /// names.
    async fn place_wait(&self, pending: &PendingDelete) -> Result<()> {
        let patience = deadline::patience().unwrap_or(TAKEN_PATIENCE_MAX);
        let until = Instant::now() + patience.min(TAKEN_PATIENCE_MAX);
        loop {
            let mut session = self.store.session().await?;
            let is_taken = session.pending_delete_is_taken(pending.id).await?;
            drop(session);
            if !is_taken {
                return Ok(());
            }
            if Instant::now() >= until {
                return Err(Error::NotAllowed(format!(
                    "location {} cannot be used yet: what was dropped there is being deleted at this moment, or the store has \
                     not answered a deletion and may still carry it out; try again in a minute",
                    pending.location
                )));
            }
            tokio::time::sleep(TAKEN_LOOK).await;
        }
    }

    async fn place_clear(&self, job: Option<i64>, pending: &PendingDelete) -> Result<()> {
        self.place_wait(pending).await?;
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
            self.place_wait(&pending).await?;
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
        let kept = self
            .place_delete(&deletion, dropped, &progress, None, None)
            .await;
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
