//! Creating a table: its place, its directory, its first statistics.

use super::{last_ddl_time_fill, table_event, table_type_normalise};
use crate::catalog::Catalog;
use crate::catalog::{Action, Operations, Resource};
use crate::error::{Entity, Error, Result};
use crate::model::{Database, EventKind, Location, PrincipalType, Table, TableRef};
use crate::transact;
use async_recursion::async_recursion as boxed;

impl Operations<'_> {
    /// Makes a table and, but for views, its directory.
    ///
    /// Fails with `NotFound` of the database, `AlreadyExists`, `InvalidObject` for an illegal name or type and for
    /// a name that the naming policy refuses, `Invalid` for missing parts.
    #[boxed]
    pub async fn table_create(&self, mut table: Table, gather: bool) -> Result<()> {
        self.authorize(Action::Create, Resource::Database(&table.at.database_ref()))
            .await?;
        super::check::table_check(&table)?;
        super::check::names_check(&table, None)?;
        let database = self.database_read(&table.at.database_ref()).await?;
        let outlook = self.store.session().await?.table_outlook(&table.at).await?;
        if outlook.is_there {
            return Err(Error::AlreadyExists(Entity::Table(table.at)));
        }
        self.table_name_check(&table.at)?;
        let now = self.now();
        table.created_at = now;
        table.owner_type = table.owner_type.or(Some(PrincipalType::USER));
        table_type_normalise(&mut table);
        self.table_locate(&mut table, &database)?;
        let place = table.at.clone();
        let directory = table.location.clone().filter(|_| !table.is_view());
        let created = match &directory {
            Some(location) => {
                if outlook.places_are_unsettled {
                    self.places_clear(&[location]).await?;
                }
                Some(self.lake.directory_create(location).await?)
            }
            None => None,
        };
        if gather && created.as_ref().is_some_and(|created| !created.is_new()) {
            self.table_statistics_fill(&mut table).await;
        }
        last_ddl_time_fill(&mut table.parameters, now);
        let stored = transact!(self.store, |session| {
            let id = session.table_insert(&table).await?;
            let places: Vec<&Location> = directory.iter().collect();
            self.places_clear_still(session, &places).await?;
            let event = table_event(
                EventKind::CreateTable,
                &Table {
                    id,
                    ..table.clone()
                },
            );
            session.event_append(now, &[event]).await?;
            Ok(())
        });
        if let (Err(_), Some(created)) = (&stored, &created)
            && self.table_is_missing(&place).await
        {
            self.directory_discard(created).await;
        }
        if let (Ok(()), Some(created)) = (&stored, &created)
            && !created.is_new()
        {
            // It may have been that of a table that was dropped at this moment, and gone with it.
            self.directory_make_sure(created.location()).await;
        }
        stored
    }
}

impl Catalog {
    /// Whether there is no such table for certain: another client may have made it meanwhile, or an answer of the database
    /// got lost, and then the directory is its.
    async fn table_is_missing(&self, at: &TableRef) -> bool {
        let found = async { self.store.session().await?.table_get(at).await };
        matches!(found.await, Ok(None))
    }

    /// Fills in the default location, or qualifies the one that was sent. Views have none.
    fn table_locate(&self, table: &mut Table, database: &Database) -> Result<()> {
        if table.is_view() {
            table.location = None;
            return Ok(());
        }
        if let Some(sent) = &table.location {
            self.table_location_check(table, sent)?;
        } else {
            let default = Catalog::table_location_default(database, &table.at.table);
            self.place_allow(&default)?;
            table.location = Some(default);
        }
        self.spark_path_allow(table)
    }
}
