//! Whether a place lets skep write, read and delete: tried with one small file of a name that nobody else has.

use super::reach::{Reach, unreached};
use super::{Lake, LakeError, on_disk};
use crate::model::Location;
use bytes::Bytes;
use std::fs;

/// What the names of the files begin with: engines pass over what begins with `_`.
const NAME_BEGIN: &str = "_skep_trial_";
/// What is written.
const CONTENT: &[u8] = b"written by skep doctor\n";

/// What was tried of a place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrialStep {
    /// Writing a file.
    Write,
    /// Reading it back.
    Read,
    /// Deleting it.
    Delete,
}

impl TrialStep {
    /// As words go on after "skep cannot".
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Write => "write",
            Self::Read => "read what it has written",
            Self::Delete => "delete what it has written",
        }
    }
}

/// What a place did not let skep do.
#[derive(Debug, thiserror::Error)]
#[error("skep cannot {} there", .step.as_str())]
pub struct TrialFailure {
    /// What failed first.
    pub step: TrialStep,
    /// The file that is still there, or may be.
    pub left: Option<Location>,
    /// Why.
    pub source: LakeError,
}

impl Lake {
    /// Writes a small file at a place, reads it back and deletes it. A directory of the file system that is missing is made for
    /// that and removed again. What was written is deleted whatever fails after it, as far as the place lets it. The number is to
    /// be one of chance: it makes the file's name one of its own.
    pub async fn rights_try(&self, at: &Location, number: u128) -> Result<(), TrialFailure> {
        let fails = |step, left, source| TrialFailure { step, left, source };
        let made = self.directory_create(at).await;
        let made = made.map_err(|source| fails(TrialStep::Write, None, source))?;
        let file = at.below(&format!("{NAME_BEGIN}{number:032x}"));
        let tried = self.file_try(&file).await;
        // One that others have filled meanwhile stays.
        let removed = self.directory_remove(&made).await;
        tried?;
        removed.map_err(|source| fails(TrialStep::Delete, None, source))
    }

    async fn file_try(&self, file: &Location) -> Result<(), TrialFailure> {
        let left = || Some(file.clone());
        let fails = |step, left, source| TrialFailure { step, left, source };
        let content = Bytes::from_static(CONTENT);
        let written = self.trial_write(file, content.clone()).await;
        // An answer that did not come does not say that nothing was written.
        let may_stay = matches!(written, Err(LakeError::Unavailable { .. }));
        if let Err(source) = written {
            let left = if may_stay { left() } else { None };
            return Err(fails(TrialStep::Write, left, source));
        }
        let read = self.trial_read(file).await.and_then(|read| {
            if read == content {
                return Ok(());
            }
            let why = "it gave other bytes than it was given";
            Err(LakeError::invalid(file.as_str(), why))
        });
        let deleted = self.trial_delete(file).await;
        match (read, deleted) {
            (Ok(()), Ok(())) => Ok(()),
            (Err(source), deleted) => {
                let left = if deleted.is_err() { left() } else { None };
                Err(fails(TrialStep::Read, left, source))
            }
            (Ok(()), Err(source)) => Err(fails(TrialStep::Delete, left(), source)),
        }
    }

    async fn trial_write(&self, file: &Location, content: Bytes) -> Result<(), LakeError> {
        match self.reach(file) {
            Reach::Disk => {
                on_disk(file, move |file| {
                    let written = fs::write(file.path(), content);
                    written.map_err(|error| LakeError::from_io(file.as_str(), error))
                })
                .await
            }
            Reach::Bucket => self.bucket(file)?.trial_write(file, content).await,
            Reach::Kept => Err(unreached(file)),
        }
    }

    async fn trial_read(&self, file: &Location) -> Result<Bytes, LakeError> {
        match self.reach(file) {
            Reach::Disk => {
                on_disk(file, |file| {
                    let read = fs::read(file.path());
                    read.map(Bytes::from)
                        .map_err(|error| LakeError::from_io(file.as_str(), error))
                })
                .await
            }
            Reach::Bucket => self.bucket(file)?.trial_read(file).await,
            Reach::Kept => Err(unreached(file)),
        }
    }

    async fn trial_delete(&self, file: &Location) -> Result<(), LakeError> {
        match self.reach(file) {
            Reach::Disk => {
                on_disk(file, |file| {
                    let removed = fs::remove_file(file.path());
                    removed.map_err(|error| LakeError::from_io(file.as_str(), error))
                })
                .await
            }
            Reach::Bucket => self.bucket(file)?.trial_delete(file).await,
            Reach::Kept => Err(unreached(file)),
        }
    }
}
