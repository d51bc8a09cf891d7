//! What a move of objects leaves behind: the sources that were copied. They are deleted as far as they have their copies, once
//! the catalog names the new place.

use super::noted::{Deletion, Noted};
use super::pending::CLOCKS_DIFFER_MAX;
use crate::catalog::Catalog;
use crate::error::Result;
use crate::lake::{DeletionWatch, Kept, LakeError, Moment, Progress};
use crate::model::{DatabaseRef, Job, JobMove, Location};
use crate::store::{NewPendingDelete, Owner, Session};
use crate::transact;
use futures::future::BoxFuture;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

/// How long an upload takes at most. A store stamps an object with the time at which its upload began.
const UPLOAD_MAX: Duration = Duration::from_hours(24);

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
                (&progress, Some(copied)),
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
    /// what the same run has copied. Ends where somebody else has finished this deletion meanwhile.
    pub(super) async fn place_delete(
        &self,
        deletion: &Deletion,
        moment: Moment,
        progress: &Arc<Progress>,
        copied: Option<&Arc<Progress>>,
    ) -> Result<Kept, LakeError> {
        let Deletion {
            id,
            location,
            copied_to,
            ..
        } = deletion;
        let still = || -> BoxFuture<'_, std::result::Result<bool, LakeError>> {
            Box::pin(async move {
                let noted = async { self.store.session().await?.pending_delete_is(*id).await };
                noted.await.map_err(|failure| LakeError::Unavailable {
                    location: location.to_string(),
                    source: failure.into(),
                })
            })
        };
        let watch = DeletionWatch {
            progress,
            copied: copied.map(|copied| &**copied),
            doubt: AtomicBool::new(deletion.is_doubtful()),
            still: &still,
        };
        let Some(copy) = copied_to else {
            let deleted = self.lake.directory_delete_older(location, moment, &watch);
            return deleted.await;
        };
        let deleted = self
            .lake
            .directory_delete_copied(location, copy, moment, &watch)
            .await;
        if watch.is_doubtful() && !deletion.is_doubtful() {
            self.doubt_note(deletion).await;
        }
        deleted
    }

    /// Writes down that the next try is not to go by times.
    async fn doubt_note(&self, deletion: &Deletion) {
        let noted = transact!(self.store, |session| {
            session.pending_delete_doubt(deletion.id).await
        });
        if let Err(failure) = noted {
            let location = &deletion.location;
            tracing::error!(%location, %failure, "cannot note that files of a moved directory were written anew: look there");
        }
    }
}
