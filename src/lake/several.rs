//! What is done at many directories of a file system at once, by few threads: to hand each one to a thread of its own takes
//! longer than what is done there.

use super::moment::{Kept, Moment};
use super::progress::Progress;
use super::reach::Reach;
use super::standing::Mark;
use super::{Lake, LakeError, blocking, local, local_deletion};
use crate::model::Location;
use futures::future::join_all;
use std::collections::HashMap;
use std::sync::Arc;

/// Threads that work for one call at most: a file system of the network takes several requests at once.
const THREADS_MAX: usize = 16;

/// A directory that is to be deleted as far as it is old.
#[derive(Debug, Clone)]
pub struct OldDirectory {
    /// Where it is.
    pub at: Location,
    /// What was there before that goes.
    pub moment: Moment,
    /// By what it is known: another one that has taken its place stays.
    pub mark: Mark,
}

impl Lake {
    /// By what directories are known again after they have moved, of many places at once. What is not on a file system, or
    /// cannot be looked at, is not among it.
    pub async fn directory_marks(&self, places: &[&Location]) -> HashMap<Location, Mark> {
        let here = places.iter().filter(|at| self.reach(at) == Reach::Disk);
        let here: Vec<Location> = here.map(|at| (*at).clone()).collect();
        if here.is_empty() {
            return HashMap::new();
        }
        let look = |at: Location| {
            let mark = local::directory_mark(&at).ok()?;
            Some((at, mark))
        };
        let marks = blocking(move || Ok(here.into_iter().filter_map(look).collect()));
        marks.await.unwrap_or_default()
    }

    /// Deletes directories of the file system as [`Lake::directory_delete_older`] does one, and says of each, in their order,
    /// what became of it.
    pub async fn directories_delete_older(
        &self,
        directories: &[OldDirectory],
        progress: &Arc<Progress>,
    ) -> Vec<Result<Kept, LakeError>> {
        let each = directories.len().div_ceil(THREADS_MAX).max(1);
        let parts = directories.chunks(each);
        let parts = parts.map(|part| self.part_delete_older(part, Arc::clone(progress)));
        join_all(parts).await.into_iter().flatten().collect()
    }

    async fn part_delete_older(
        &self,
        part: &[OldDirectory],
        progress: Arc<Progress>,
    ) -> Vec<Result<Kept, LakeError>> {
        let places = part.iter().map(|one| {
            let held_by = self.rails(&one.at).map(|()| self.holder(&one.at));
            (one.clone(), held_by)
        });
        let places: Vec<_> = places.collect();
        let delete = move |(one, held_by): (OldDirectory, Result<Option<Location>, LakeError>)| {
            local::links_refuse(held_by?.as_ref(), &one.at)?;
            let mark = one.mark.as_deref();
            local_deletion::directory_delete_older(&one.at, one.moment, mark, &progress)
        };
        let deleted = blocking(move || Ok(places.into_iter().map(delete).collect()));
        deleted.await.unwrap_or_else(|failure: LakeError| {
            let failed = |one: &OldDirectory| {
                Err(LakeError::Unavailable {
                    location: one.at.to_string(),
                    source: failure.to_string().into(),
                })
            };
            part.iter().map(failed).collect()
        })
    }
}
