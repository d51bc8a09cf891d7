//! Dropping a table: the rows first, then the data it owned.

use super::table_event;
use crate::catalog::Catalog;
use crate::catalog::cleanup::is_inside;
use crate::error::{Entity, Error, Result};
use crate::model::{EventKind, TableRef};
use crate::transact;

impl Catalog {
    /// Drops a table with its partitions and statistics. The data goes with it where `delete_data` says so and the
    /// table is managed; an external table's data never does.
    ///
    /// What is to be deleted is written down in the same transaction, so that neither a crash nor a slow object store
    /// loses it. Fails with `NotFound`.
    pub async fn table_drop(&self, at: &TableRef, delete_data: bool) -> Result<()> {
        let now = self.now();
        let reason = format!("table {}.{} was dropped", at.database, at.table);
        let doomed = transact!(self.store, |session| {
            let table = session
                .table_get_locked(at)
                .await?
                .ok_or_else(|| Error::NotFound(Entity::Table(at.clone())))?;
            let mut doomed = Vec::new();
            if delete_data
                && !table.is_external()
                && !table.is_view()
                && let Some(location) = &table.location
            {
                doomed.push(self.doom(session, location, &reason).await?);
                for outside in session.partition_own_locations(table.id).await? {
                    if is_inside(&outside, location) {
                        continue;
                    }
                    doomed.push(self.doom(session, &outside, &reason).await?);
                }
            }
            session.table_delete(table.id).await?;
            session
                .event_append(now, &[table_event(EventKind::DropTable, &table)])
                .await?;
            Ok(doomed)
        })?;
        self.doomed_delete(doomed, self.dropped_now()).await;
        Ok(())
    }
}
