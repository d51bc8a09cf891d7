//! What stands at a place.

use super::reach::{Reach, unreached};
use super::{Lake, LakeError, local, on_disk};
use crate::model::Location;

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
}
