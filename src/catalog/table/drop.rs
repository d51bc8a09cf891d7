//! Dropping a table: the rows first, then the data it owned.

use super::table_event;
use crate::catalog::job::DeletionJob;
use crate::catalog::partition::PARTITIONS_PER_PAGE;
use crate::catalog::{Action, Operations, Resource};
use crate::catalog::{Catalog, Precondition};
use crate::error::{Entity, Error, Result};
use crate::model::{EventKind, JobKind, Location, Table, TableRef};
use crate::store::{Owner, Session};
use crate::transact;
use async_recursion::async_recursion as boxed;

impl Operations<'_> {
    /// Drops a table with its partitions and statistics. The data goes with it where `delete_data` says so and the
    /// table is managed; an external table's data never does.
    ///
    /// The commit is the drop. What is to be deleted is written down in the same transaction, so that neither a crash
    /// nor a slow object store loses it, and the answer waits for it only as long as its call may. Fails with
    /// `NotFound`, with `Outdated` where the table is not as `expected`.
    #[boxed]
    pub async fn table_drop(
        &self,
        at: &TableRef,
        delete_data: bool,
        expected: &dyn Precondition<Table>,
    ) -> Result<()> {
        self.authorize(Action::Drop, Resource::Table(at)).await?;
        let deletion = self.table_drop_rows(at, delete_data, expected).await?;
        self.deletion_jobs_try(deletion).await;
        Ok(())
    }
}

impl Catalog {
    /// Drops the rows, and gives what is to be deleted.
    pub(in crate::catalog) async fn table_drop_rows(
        &self,
        at: &TableRef,
        delete_data: bool,
        expected: &dyn Precondition<Table>,
    ) -> Result<Option<DeletionJob>> {
        let now = self.now();
        let deletion = transact!(self.store, |session| {
            let table = session
                .table_get_held(at)
                .await?
                .ok_or_else(|| Error::NotFound(Entity::Table(at.clone())))?;
            if !expected.holds(&table) {
                return Err(Error::Outdated(Entity::Table(at.clone())));
            }
            let mut places = Vec::new();
            if delete_data {
                places = owned_locations(session, &table).await?;
            }
            // First, for it may take long: what comes next keeps others from registering places.
            session.table_delete(table.id).await?;
            let places: Vec<&Location> = places.iter().collect();
            let owner = Owner::Table(table.id);
            let deletion = self
                .deletion_job_note(session, JobKind::DropTable, &table, &places, owner)
                .await?;
            session
                .event_append(now, &[table_event(EventKind::DropTable, &table)])
                .await?;
            Ok(deletion)
        })?;
        Ok(deletion)
    }
}

/// The directories that go with a table: its own, and those of its partitions that lie outside.
async fn owned_locations(session: &mut Session, table: &Table) -> Result<Vec<Location>> {
    let Some(location) = &table.location else {
        return Ok(Vec::new());
    };
    if table.is_external() || table.is_view() {
        return Ok(Vec::new());
    }
    let mut places = vec![location.clone()];
    let mut after: Option<String> = None;
    loop {
        let own = session
            .partition_own_locations(table.id, after.as_deref(), PARTITIONS_PER_PAGE)
            .await?;
        let ended = own.len() < PARTITIONS_PER_PAGE;
        after = own.last().map(|(name, _)| name.clone());
        // What lies inside goes with it, and what holds it is more than the table's.
        let own = own.into_iter().map(|(_, place)| place);
        places.extend(own.filter(|place| !location.overlaps(place)));
        if ended {
            return Ok(places);
        }
    }
}
