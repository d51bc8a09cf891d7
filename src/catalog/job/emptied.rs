//! The directories of truncated data: they are deleted with what is in them, and made again, since engines list them.

use crate::catalog::Catalog;
use crate::catalog::partition::PARTITIONS_PER_PAGE;
use crate::error::Result;
use crate::model::{Location, Storage};

impl Catalog {
    /// Makes the directory of truncated data again, where it was deleted with what was in it.
    pub(super) async fn directory_keep(&self, location: &Location, keeps: bool) -> Result<()> {
        if keeps {
            self.lake.directory_create(location).await?;
        }
        Ok(())
    }

    /// Makes the directories of a truncated table that were deleted with what was in them.
    pub(super) async fn truncated_directories_create(&self, table_id: i64) -> Result<()> {
        let mut session = self.store.session().await?;
        let Some(at) = session.table_place(table_id).await? else {
            return Ok(());
        };
        let Some(table) = session.table_get(&at).await? else {
            return Ok(());
        };
        drop(session);
        let root = table.location.as_ref();
        if let (Some(location), false) = (root, table.is_partitioned()) {
            self.directory_make_sure(location).await;
            return Ok(());
        }
        let mut after: Option<String> = None;
        loop {
            let mut session = self.store.session().await?;
            let page = session
                .partition_page(table.id, after.as_deref(), &[], PARTITIONS_PER_PAGE)
                .await?;
            drop(session);
            let Some(last) = page.partitions.last() else {
                return Ok(());
            };
            after = Some(last.name.clone());
            for location in page
                .partitions
                .iter()
                .filter_map(|one| one.full_location(root))
            {
                self.directory_make_sure(&location).await;
            }
        }
    }

    /// Makes a directory where it is missing; an object store has none that could be. Where it cannot be made, an engine that
    /// writes there makes it, or says why it cannot.
    pub(in crate::catalog) async fn directory_make_sure(&self, location: &Location) {
        if location.storage() != Storage::File {
            return;
        }
        if let Err(failure) = self.lake.directory_create(location).await {
            tracing::warn!(%location, %failure, "a directory is missing and cannot be made");
        }
    }
}
