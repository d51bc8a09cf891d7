//! Removing directories that were created in vain, or that nothing is left in.

use super::Catalog;
use crate::lake::CreatedDirectory;
use crate::model::Database;

impl Catalog {
    /// Removes a directory that was created for something that could not be stored.
    pub(super) async fn directory_discard(&self, created: &CreatedDirectory) {
        if let Err(failure) = self.lake.directory_remove(created).await {
            tracing::warn!(location = %created.location(), %failure, "cannot remove a directory created in vain");
        }
    }

    /// Removes the directories of a dropped database where nothing is left in them.
    pub(super) async fn directories_delete_if_empty(&self, database: &Database) {
        for location in [Some(&database.location), database.managed_location.as_ref()]
            .into_iter()
            .flatten()
        {
            let Some(parent) = location.parent() else {
                continue;
            };
            // What stands above a (missing) child is the directory itself.
            let child = location.below("-");
            if let Err(failure) = self.lake.parents_delete_if_empty(&child, &parent).await {
                tracing::warn!(%location, %failure, "cannot remove the directory of a dropped database");
            }
        }
    }
}
