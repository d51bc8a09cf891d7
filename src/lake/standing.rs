//! What stands at a place.

use super::reach::{Reach, unreached};
use super::{Lake, LakeError, blocking, local, on_disk};
use crate::model::Location;
use std::collections::HashMap;

/// By what a directory of a file system is known again wherever it is moved on it; nothing where there is none.
pub type Mark = Option<String>;

impl Lake {
    /// Whether the directory is there: on S3, whether any key lies below it.
    pub async fn exists(&self, at: &Location) -> Result<bool, LakeError> {
        match self.reach(at) {
            Reach::Disk => on_disk(at, local::exists).await,
            Reach::Bucket => self.bucket(at)?.exists(at).await,
            Reach::Kept => Err(unreached(at)),
        }
    }

    /// By what a directory is known again after it has moved; nothing where it is copied, or is missing.
    pub async fn directory_mark(&self, at: &Location) -> Result<Mark, LakeError> {
        match self.reach(at) {
            Reach::Disk => on_disk(at, local::directory_mark).await,
            Reach::Bucket | Reach::Kept => Ok(None),
        }
    }

    /// The same of many places at once. What is not on a file system, or cannot be looked at, is not among it.
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
}
