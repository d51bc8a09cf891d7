//! Which places skep gets at, and how.

use super::{Lake, LakeError};
use crate::model::{Location, Storage};

/// Storages that engines reach by a file system of Hadoop's and skep does not: their locations are kept as they are. Any
/// other word is refused, as Hive refuses what it has no file system for: mostly it is misspelt.
const KEPT_SCHEMES: [&str; 17] = [
    "adl", "alluxio", "cos", "cosn", "dbfs", "har", "hdfs", "jfs", "ks3", "maprfs", "o3fs", "obs",
    "ofs", "oss", "swift", "tos", "viewfs",
];

/// How skep gets at a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    Disk,
    Bucket,
    /// Not at all: its location is kept.
    Kept,
}

impl Lake {
    /// Whether skep looks at a place and keeps house there.
    pub fn reaches(&self, at: &Location) -> bool {
        self.settings.reaches(at)
    }

    /// Fails with `Unsupported` for a place of a kind that no engine has a file system for, such as a misspelt one.
    pub fn place_known(&self, at: &Location) -> Result<(), LakeError> {
        if self.reaches(at) || is_known(at) {
            return Ok(());
        }
        Err(unreached(at))
    }

    pub(super) fn reach(&self, at: &Location) -> Reach {
        if !self.reaches(at) {
            Reach::Kept
        } else if at.storage().is_object_store() {
            Reach::Bucket
        } else {
            Reach::Disk
        }
    }
}

/// Whether engines have a file system for a place that skep does not reach.
pub(super) fn is_known(at: &Location) -> bool {
    at.storage().is_object_store() || KEPT_SCHEMES.contains(&at.scheme())
}

pub(super) fn unreached(at: &Location) -> LakeError {
    let what = match at.storage() {
        Storage::Gcs => "this kind of storage (storage.gcs.enabled is off)",
        Storage::Azure => "this kind of storage (storage.azure.enabled is off)",
        Storage::File | Storage::S3 | Storage::Other => "this kind of storage",
    };
    LakeError::unsupported(at.as_str(), what)
}
