//! What a move of objects leaves behind: the sources that were copied. They are deleted as far as they have their copies, once
//! the catalog names the new place.

use super::noted::{Deletion, Noted};
use crate::catalog::Catalog;
use crate::error::Result;
use crate::lake::{Kept, LakeError, Moment, Progress};
use crate::model::{DatabaseRef, Job, JobMove, Location};
use crate::store::{NewPendingDelete, Owner, Session};
use std::sync::Arc;

/// Seconds that an upload takes at most. A store stamps an object with the time at which its upload began.
const UPLOAD_S_MAX: i64 = 24 * 3600;

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
        job: &Job,
        copied: &[&JobMove],
    ) -> Result<Vec<Deletion>> {
        // What was written long before was seen when it was copied, whatever has become of the copy.
        let seen_ms = job
            .created_at
            .saturating_sub(UPLOAD_S_MAX)
            .saturating_mul(1000);
        let pending = copied.iter().map(|one| NewPendingDelete {
            location: &one.from,
            newest_ms: Some(seen_ms),
            copied_to: Some(&one.to),
        });
        let pending: Vec<NewPendingDelete<'_>> = pending.collect();
        self.deletions_note(session, &pending, "moved to another place", job.created_at)
            .await
    }

    /// Deletes the sources of a move whose commit has just written them down.
    pub(super) async fn relocation_sources_delete(
        &self,
        job: &Job,
        sources: Option<Vec<Deletion>>,
    ) {
        // Where whoever committed it is gone, the pending deletions are taken up by themselves.
        let Some(sources) = sources else { return };
        let progress = Arc::new(Progress::default());
        let is_done = self
            .deletions_try(&sources, false, Noted::now(self.clock.millis()), &progress)
            .await;
        self.jobs.figures.add(&progress);
        if is_done {
            self.deletion_job_done(job.id, None).await;
        }
    }

    /// Deletes at a place what is older than a moment, or of what was copied elsewhere what has its copy there.
    pub(super) async fn place_delete(
        &self,
        location: &Location,
        copied_to: Option<&Location>,
        moment: Moment,
        progress: &Arc<Progress>,
    ) -> Result<Kept, LakeError> {
        match copied_to {
            Some(copy) => {
                self.lake
                    .directory_delete_copied(location, copy, moment, progress)
                    .await
            }
            None => {
                self.lake
                    .directory_delete_older(location, moment, progress)
                    .await
            }
        }
    }
}
