//! A small object that is written, read and deleted, to see whether the store lets skep.

use super::{Bucket, path_of};
use crate::lake::error::LakeError;
use crate::model::Location;
use bytes::Bytes;
use object_store::ObjectStoreExt;

impl Bucket {
    /// Writes an object.
    pub(in crate::lake) async fn trial_write(
        &self,
        at: &Location,
        content: Bytes,
    ) -> Result<(), LakeError> {
        let put = self.store.put(&path_of(at)?, content.into()).await;
        put.map(drop)
            .map_err(|error| LakeError::from_store(at.as_str(), error))
    }

    /// The bytes of an object.
    pub(in crate::lake) async fn trial_read(&self, at: &Location) -> Result<Bytes, LakeError> {
        let fail = |error| LakeError::from_store(at.as_str(), error);
        let found = self.store.get(&path_of(at)?).await.map_err(fail)?;
        found.bytes().await.map_err(fail)
    }

    /// Deletes an object, in the way in which directories are deleted.
    pub(in crate::lake) async fn trial_delete(&self, at: &Location) -> Result<(), LakeError> {
        self.all_delete(at, &[at.key().to_owned()]).await
    }
}
