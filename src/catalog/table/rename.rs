//! Renaming a table, within its database or into another, and moving the data that skep manages.

use super::alter::{AlterOptions, Expected, change_event, refused};
use super::{LAST_DDL_TIME, last_ddl_time_fill};
use crate::catalog::job::{Deletion, Handover, Relocation, UnheardRename, subject};
use crate::catalog::{Action, Catalog, Operations, Resource};
use crate::error::{Entity, Error, Result};
use crate::model::{Database, EventBody, JobKind, JobWork, Location, Table, TableRef};
use crate::store::Session;
use crate::transact;
use async_recursion::async_recursion as boxed;

/// From where to where a directory goes along with a rename.
struct Move {
    from: Location,
    to: Location,
}

impl Operations<'_> {
    /// Gives a table another name, also in another database, and gives it as it is then. The directory of a managed table at
    /// its default place goes along.
    ///
    /// Fails with `NotFound`, with `NotAllowed` where the new name is taken, illegal or in a database that does not exist,
    /// and where another client has changed the table meanwhile.
    #[boxed]
    pub async fn table_move(&self, at: &TableRef, to: &TableRef) -> Result<Table> {
        self.authorize(Action::Alter, Resource::Table(at)).await?;
        let target = to.database_ref();
        if target != at.database_ref() {
            self.authorize(Action::Create, Resource::Database(&target))
                .await?;
        }
        let seen = match self.table_read(at).await {
            Err(Error::NotFound(_)) if self.table_rename_is_unheard(at, to).await? => {
                return self.table_read(to).await;
            }
            found => found?,
        };
        let mut new = seen.clone();
        new.at = to.clone();
        new.parameters
            .insert(LAST_DDL_TIME.into(), self.now().to_string());
        super::check::table_check(&new).map_err(refused)?;
        let options = AlterOptions {
            keep_statistics: true,
            ..AlterOptions::default()
        };
        Box::pin(self.table_rename_seen(seen, new, &options)).await?;
        self.table_read(to).await
    }
}

impl Catalog {
    /// Renames a table. Its directory moves only where skep chose it: a managed table at its default place whose
    /// location the client left as it was. Then the rename is a job.
    pub(super) async fn table_rename(
        &self,
        at: &TableRef,
        new: Table,
        options: &AlterOptions,
    ) -> Result<()> {
        let seen = match self.table_read(at).await {
            Err(Error::NotFound(_)) if self.table_rename_is_unheard(at, &new.at).await? => {
                return Ok(());
            }
            found => found?,
        };
        self.table_rename_seen(seen, new, options).await
    }

    async fn table_rename_seen(
        &self,
        seen: Table,
        new: Table,
        options: &AlterOptions,
    ) -> Result<()> {
        let mut session = self.store.session().await?;
        let Some(target) = session.database_get(&new.at.database_ref()).await? else {
            return Err(Error::NotAllowed(format!(
                "Unable to change database of {}: {} does not exist",
                seen.at.table, new.at.database
            )));
        };
        let existing = session.table_get(&new.at).await?;
        drop(session);
        if let Some(existing) = existing {
            // A job may have ended since the first look.
            let is_done =
                existing.id == seen.id && self.table_rename_is_unheard(&seen.at, &new.at).await?;
            return if is_done { Ok(()) } else { Err(taken(&new.at)) };
        }
        self.table_name_check(&new.at).map_err(refused)?;
        let source = self.database_read(&seen.at.database_ref()).await?;
        let (mut after, counted) = Catalog::table_prepare(new, options);
        last_ddl_time_fill(&mut after.parameters, self.now());
        if let Some(Move { from, to }) = Catalog::table_move_plan(&seen, &after, &source, &target) {
            after.location = Some(to.clone());
            let relocation = table_relocation(seen, after, Move { from, to }, options);
            return Box::pin(self.relocate(relocation)).await;
        }
        if after.location != seen.location
            && let Some(location) = &after.location
        {
            self.places_clear(&[location]).await?;
        }
        // As in Hive: data that moves is the same as before, what lies elsewhere may have changed.
        if counted {
            self.table_figures_renew(&mut after, options).await;
        }
        self.table_rename_store(&seen, &after, options, None)
            .await
            .map(drop)
    }

    /// Whether this rename was done by a job of whose end nobody has heard yet.
    async fn table_rename_is_unheard(&self, old: &TableRef, new: &TableRef) -> Result<bool> {
        let renamed = self.store.session().await?.table_get(new).await?;
        let Some(renamed) = renamed else {
            return Ok(false);
        };
        self.rename_is_unheard(UnheardRename {
            kind: JobKind::RenameTable,
            table_id: renamed.id,
            subject: &subject(old),
            target: &subject(new),
        })
        .await
    }

    /// Whether data moves, and from where to where.
    fn table_move_plan(
        before: &Table,
        after: &Table,
        source: &Database,
        target: &Database,
    ) -> Option<Move> {
        let from = before.location.clone()?;
        let owned = !before.is_view() && !before.is_external() && !after.is_iceberg();
        let untouched = after.location.is_none() || after.location == before.location;
        let at_default = from == Catalog::table_location_default(source, &before.at.table);
        if !(owned && untouched && at_default) {
            return None;
        }
        let to = Catalog::table_location_default(target, &after.at.table);
        // Two databases may share a directory, by whichever word.
        (from != to).then_some(Move { from, to })
    }

    /// The rename itself, which a job commits once the data is in its new place. Gives what is to be deleted then.
    pub(in crate::catalog) async fn table_rename_store(
        &self,
        seen: &Table,
        after: &Table,
        options: &AlterOptions,
        moved: Option<(&JobWork, &Handover<'_>)>,
    ) -> Result<Vec<Deletion>> {
        let now = self.now();
        let stored = transact!(self.store, |session| {
            let before = table_unchanged(session, seen, moved.is_some()).await?;
            let mut after = after.clone();
            self.table_change_check(&before, &mut after, options)?;
            session.table_update(&after).await?;
            if let (Some(location), None, true) =
                (&after.location, moved, before.location != after.location)
            {
                self.places_clear_still(session, &[location]).await?;
            }
            let mut deletions = Vec::new();
            if let Some((work, handover)) = moved {
                for one in &work.moves {
                    session
                        .partition_move_locations(&after, &one.from, &one.to)
                        .await?;
                }
                deletions = self.relocation_hand_over(session, handover).await?;
            }
            session
                .event_append(now, &[change_event(before, after)])
                .await?;
            Ok(deletions)
        });
        match stored {
            Err(Error::AlreadyExists(_)) => Err(taken(&after.at)),
            other => other,
        }
    }

    /// The commit of a job that renames a table.
    pub(in crate::catalog) async fn table_rename_commit(
        &self,
        seen: &Table,
        after: &Table,
        work: &JobWork,
        handover: &Handover<'_>,
    ) -> Result<Vec<Deletion>> {
        let expected = work.expected.clone();
        let options = AlterOptions {
            expected: expected.map(|(key, value)| Expected { key, value }),
            ..AlterOptions::default()
        };
        self.table_rename_store(seen, after, &options, Some((work, handover)))
            .await
    }
}

fn table_relocation(
    seen: Table,
    after: Table,
    Move { from, to }: Move,
    options: &AlterOptions,
) -> Relocation {
    let expected = options.expected.as_ref();
    Relocation {
        kind: JobKind::RenameTable,
        held: format!("table:{}", seen.id),
        table_id: seen.id,
        subject: subject(&seen.at),
        target: subject(&after.at),
        moves: vec![(from, to)],
        change: EventBody::TableChange {
            before: Box::new(seen),
            after: Box::new(after),
            is_truncate: false,
        },
        to: None,
        expected: expected.map(|one| (one.key.clone(), one.value.clone())),
    }
}

/// The table as it is, held; it must be as it was when the rename was asked for. The job that moves it may have it.
async fn table_unchanged(session: &mut Session, seen: &Table, is_job: bool) -> Result<Table> {
    let before = if is_job {
        session.table_get_held(&seen.at).await?
    } else {
        session.table_get_locked(&seen.at).await?
    };
    let before = before.ok_or_else(|| Error::NotFound(Entity::Table(seen.at.clone())))?;
    // What was changed since would be written over.
    if before == *seen {
        return Ok(before);
    }
    Err(Error::NotAllowed(format!(
        "{} was changed by another client",
        seen.at.table
    )))
}

/// Iceberg looks for "new table … already exists".
fn taken(at: &TableRef) -> Error {
    Error::NotAllowed(format!(
        "new table {}.{} already exists",
        at.database, at.table
    ))
}
