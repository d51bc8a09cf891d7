//! What a move of objects leaves behind: the sources that were copied. They are deleted as far as they have their copies, once
//! the catalog names the new place.

use super::deletion::Trying;
use super::noted::{CLOCKS_DIFFER_MAX, Deletion, Noted};
use crate::catalog::Catalog;
use crate::error::Result;
use crate::lake::{DeletionWatch, Kept, LakeError, Mark, Moment, Progress, UPLOAD_MAX};
use crate::model::{DatabaseRef, Job, JobMove, Location};
use crate::store::{NewPendingDelete, Owner, Session, Taken};
use crate::transact;
use futures::future::BoxFuture;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

impl Catalog {
    /// The sources that nobody has put data in meanwhile: what was copied of the others stays there, too.
    pub(super) async fn sources_left<'s>(
        &self,
        session: &mut Session,
        database: &DatabaseRef,
        copied: &[&'s JobMove],
    ) -> Result<Vec<&'s JobMove>> {
        let places: Vec<&Location> = copied.iter().map(|one| &one.from).collect();
        let held = self
            .places_held(session, database, &places, Owner::Nobody)
            .await?;
        let mut left = Vec::with_capacity(copied.len());
        for (one, held) in copied.iter().zip(held) {
            if let Some(why) = held {
                tracing::warn!(location = %one.from, "what was moved stays at its old place as well: {why}");
            } else {
                left.push(*one);
            }
        }
        Ok(left)
    }

    /// Writes down, inside the transaction of a move, that its sources are to be deleted.
    pub(super) async fn sources_note(
        &self,
        session: &mut Session,
        copied: &[&JobMove],
    ) -> Result<Vec<Deletion>> {
        let pending = copied.iter().map(|one| NewPendingDelete {
            copied_to: Some(&one.to),
            ..NewPendingDelete::of(&one.from)
        });
        let pending: Vec<NewPendingDelete<'_>> = pending.collect();
        self.deletions_note(session, &pending, "moved to another place", self.now())
            .await
    }

    /// Deletes the sources of a move whose commit has just written them down.
    pub(super) async fn relocation_sources_delete(
        &self,
        job: &Job,
        sources: Option<Vec<Deletion>>,
        copied: &Arc<Progress>,
    ) {
        // Where whoever committed it is gone, the pending deletions are taken up by themselves.
        let Some(sources) = sources else { return };
        let progress = Arc::new(Progress::default());
        let is_done = self
            .deletions_try(
                &sources,
                false,
                Noted::now(self.clock.millis()),
                &Trying {
                    progress: &progress,
                    copied: Some(copied),
                    late: &AtomicBool::new(false),
                },
            )
            .await;
        self.jobs.figures.add(&progress);
        if is_done {
            self.deletion_job_done(job.id, None).await;
        }
    }

    /// When the copying of a source ended that was written down at a time, in milliseconds since the epoch, as far as the
    /// times of files tell: what changed before was there at the last look, what changed after was not.
    pub(super) fn copied_at(noted_ms: i64) -> Moment {
        let milliseconds = |time: Duration| i64::try_from(time.as_millis()).unwrap_or(i64::MAX);
        Moment::between(
            noted_ms.saturating_sub(milliseconds(UPLOAD_MAX)),
            noted_ms.saturating_add(milliseconds(CLOCKS_DIFFER_MAX)),
        )
    }

    /// Deletes at a place what is older than a moment, or of what was copied elsewhere what has its copy there. `copied` is
    /// what the same run has copied, `stood` what stood there when it was last known that this is still to be done. Ends where
    /// somebody else has finished this deletion meanwhile.
    pub(super) async fn place_delete(
        &self,
        deletion: &Deletion,
        moment: Moment,
        progress: &Arc<Progress>,
        copied: Option<&Arc<Progress>>,
        stood: Option<Mark>,
    ) -> Result<Kept, LakeError> {
        let Deletion {
            id,
            location,
            copied_to,
            ..
        } = deletion;
        let holder = format!("{:016x}", fastrand::u64(..));
        let still = || -> BoxFuture<'_, std::result::Result<bool, LakeError>> {
            Box::pin(self.deletion_hold(*id, location, &holder))
        };
        let watch = DeletionWatch {
            progress,
            copied: copied.map(|copied| &**copied),
            stood,
            still: &still,
        };
        let lake = &self.lake;
        let deleted = if let Some(copy) = copied_to {
            let deleted = lake.directory_delete_copied(location, copy, moment, &watch);
            deleted.await
        } else {
            let deleted = lake.directory_delete_older(location, moment, &watch);
            deleted.await
        };
        let is_left = match &deleted {
            Ok(kept) => kept.unclear > 0,
            // The store may still do it.
            Err(LakeError::Unanswered { .. }) => false,
            Err(_) => true,
        };
        if is_left && location.storage().is_object_store() {
            self.deletion_give_back(*id, location, &holder).await;
        }
        deleted
    }

    /// Whether a deletion is still to be done. On an object store it is taken for as long as a request may take that is sent
    /// now, so that nobody uses the place before that; fails where somebody else has it.
    async fn deletion_hold(
        &self,
        id: i64,
        location: &Location,
        holder: &str,
    ) -> std::result::Result<bool, LakeError> {
        let seconds = self.lake.deletion_time_s();
        let taken = async {
            if !location.storage().is_object_store() {
                let is_noted = self.store.session().await?.pending_delete_is(id).await?;
                return Ok(if is_noted { Taken::Mine } else { Taken::Gone });
            }
            transact!(self.store, |session| {
                session.pending_delete_take(id, holder, seconds).await
            })
        };
        match taken.await {
            Ok(Taken::Mine) => Ok(true),
            Ok(Taken::Gone) => Ok(false),
            Ok(Taken::ByOthers) => Err(LakeError::Busy {
                location: location.to_string(),
            }),
            Err(failure) => Err(LakeError::Unavailable {
                location: location.to_string(),
                source: failure.into(),
            }),
        }
    }

    async fn deletion_give_back(&self, id: i64, location: &Location, holder: &str) {
        let given = transact!(self.store, |session| {
            session.pending_delete_give_back(id, holder).await
        });
        if let Err(failure) = given {
            tracing::warn!(%location, %failure, "cannot give a deletion back; it is held for a while");
        }
    }
}
