//! Renaming a table, within its database or into another, and moving the data that skep manages.

use super::alter::{AlterOptions, change_event, refused};
use super::last_ddl_time_fill;
use crate::catalog::Catalog;
use crate::catalog::cleanup::Doomed;
use crate::catalog::relocation::Relocation;
use crate::error::{Entity, Error, Result};
use crate::model::{Database, Table, TableRef};
use crate::transact;

/// From where to where a directory goes along with a rename.
struct Move {
    from: String,
    to: String,
}

impl Catalog {
    /// Renames a table. Its directory moves only where skep chose it: a managed table at its default place whose
    /// location the client left as it was. A failure after the move takes it back.
    pub(super) async fn table_rename(
        &self,
        at: &TableRef,
        new: Table,
        options: &AlterOptions,
    ) -> Result<()> {
        let seen = self.table_get(at).await?;
        let mut session = self.store.session().await?;
        let Some(target) = session.database_get(&new.at.database_ref()).await? else {
            return Err(Error::NotAllowed(format!(
                "Unable to change database of {}: {} does not exist",
                at.table, new.at.database
            )));
        };
        drop(session);
        if self
            .store
            .session()
            .await?
            .table_get(&new.at)
            .await?
            .is_some()
        {
            return Err(taken(&new.at));
        }
        self.table_name_check(&new.at).map_err(refused)?;
        let source = self.database_get(&at.database_ref()).await?;
        let (mut after, counted) = self.table_prepare(new, options)?;
        last_ddl_time_fill(&mut after.parameters, self.now());
        let mut relocations = Vec::new();
        if let Some(Move { from, to }) = self.table_move_plan(&seen, &after, &source, &target)? {
            relocations.push(self.directory_relocate(&from, &to).await?);
            after.location = Some(to);
        } else {
            if after.location != seen.location
                && let Some(location) = &after.location
            {
                self.places_clear(&[location]).await?;
            }
            // As in Hive: data that moves is the same as before, what lies elsewhere may have changed.
            if counted {
                self.table_figures_renew(&mut after, options).await;
            }
        }
        let stored = self
            .table_rename_store(&seen, &after, &relocations, options)
            .await;
        match stored {
            Ok(doomed) => {
                self.relocations_end(&relocations, doomed).await;
                Ok(())
            }
            Err(failure) => {
                self.relocations_undo(&relocations).await;
                Err(failure)
            }
        }
    }

    /// Whether data moves, and from where to where.
    fn table_move_plan(
        &self,
        before: &Table,
        after: &Table,
        source: &Database,
        target: &Database,
    ) -> Result<Option<Move>> {
        let Some(from) = before.location.clone() else {
            return Ok(None);
        };
        let owned = !before.is_view() && !before.is_external() && !after.is_iceberg();
        let untouched = after.location.is_none() || after.location == before.location;
        let at_default = from
            == self.location_qualified(&Self::table_location_default(source, &before.at.table))?;
        if !(owned && untouched && at_default) {
            return Ok(None);
        }
        let to = self.location_qualified(&Self::table_location_default(target, &after.at.table))?;
        Ok(Some(Move { from, to }))
    }

    /// Moves a directory that may be missing; the place it goes to must be free.
    async fn directory_relocate(&self, from: &str, to: &str) -> Result<Relocation> {
        self.places_clear(&[to]).await?;
        if self.lake.exists(to).await? {
            return Err(Error::NotAllowed(format!(
                "New location for this table {to} already exists"
            )));
        }
        self.relocation_begin(from, to).await
    }

    async fn table_rename_store(
        &self,
        seen: &Table,
        after: &Table,
        relocations: &[Relocation],
        options: &AlterOptions,
    ) -> Result<Vec<Doomed>> {
        let now = self.now();
        let stored = transact!(self.store, |session| {
            let before = session
                .table_get_locked(&seen.at)
                .await?
                .ok_or_else(|| Error::NotFound(Entity::Table(seen.at.clone())))?;
            if before.id != seen.id || before.location != seen.location {
                return Err(Error::NotAllowed(format!(
                    "{} was changed by another client",
                    seen.at.table
                )));
            }
            let mut after = after.clone();
            self.table_change_check(&before, &mut after, options)?;
            session.table_update(&after).await?;
            for Relocation { from, to, .. } in relocations {
                session.partition_move_locations(after.id, from, to).await?;
            }
            let doomed = self.relocations_note(session, relocations).await?;
            session
                .event_append(now, &[change_event(before, after)])
                .await?;
            Ok(doomed)
        });
        match stored {
            Err(Error::AlreadyExists(_)) => Err(taken(&after.at)),
            other => other,
        }
    }
}

/// Iceberg looks for "new table … already exists".
fn taken(at: &TableRef) -> Error {
    Error::NotAllowed(format!(
        "new table {}.{} already exists",
        at.database, at.table
    ))
}
