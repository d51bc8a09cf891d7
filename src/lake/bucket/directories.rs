//! Directories that are things of their own, as Azure's data lake has them: they stay when their files are deleted.

use super::requests::Repeats;
use super::{Bucket, LakeError, Object};
use crate::lake::bucket::failure::RequestFailure;
use crate::lake::moment::{Moment, Side};
use crate::lake::progress::DeletionWatch;
use crate::model::Location;
use reqwest::StatusCode;

/// Directories that one deletion remembers: about 20 MB. The others stay, empty, which no reader minds.
const DIRECTORIES_MAX: usize = 100_000;

/// The directories that a deletion met.
#[derive(Debug, Default)]
pub(super) struct Directories(Vec<String>);

impl Directories {
    /// Notes those that are older than a moment.
    pub(super) fn note(&mut self, met: Vec<Object>, moment: Moment) {
        let old = met
            .into_iter()
            .filter(|one| moment.side(one.modified) == Side::Before);
        let room = DIRECTORIES_MAX - self.0.len();
        self.0.extend(old.take(room).map(|one| one.key));
    }
}

impl Bucket {
    /// Deletes the directories that are empty by now, the deepest first. The store refuses to delete another one.
    pub(super) async fn directories_delete(
        &self,
        at: &Location,
        mut directories: Directories,
        watch: &DeletionWatch<'_>,
    ) -> Result<(), LakeError> {
        directories.0.sort_unstable();
        for key in directories.0.iter().rev() {
            if !(watch.still)().await? {
                return Ok(());
            }
            match self.requests.delete_addressed(key, Repeats::None).await {
                Ok(())
                | Err(RequestFailure::Told {
                    status: StatusCode::CONFLICT,
                    ..
                }) => {}
                Err(failure) => return Err(failure.at(at.as_str())),
            }
        }
        Ok(())
    }
}
