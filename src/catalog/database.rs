//! Databases: create, read, alter, drop.

use super::job::DeletionJob;
use super::location::location_read;
use super::{Catalog, ObjectFault, ParameterChanges, Precondition, Unconditional};
use crate::catalog::{Action, Operations, Resource};
use crate::error::{Entity, Error, Result};
use crate::filter::name_pattern::NamePattern;
use crate::hive::object_name;
use crate::model::{
    Database, DatabaseRef, EventBody, EventKind, FunctionRef, Location, Name, NewEvent, Parameters,
    PrincipalType,
};
use crate::transact;
use async_recursion::async_recursion as boxed;

/// What a client says of a new or changed database.
#[derive(Debug, Clone, Default)]
pub struct DatabaseSpec {
    /// What it is for.
    pub description: Option<String>,
    /// Where its tables go; the default is under the warehouse.
    pub location: Option<String>,
    /// Where its managed tables go instead (Hive 4).
    pub managed_location: Option<String>,
    /// Properties.
    pub parameters: Parameters,
    /// The owner.
    pub owner: Option<String>,
    /// What the owner is.
    pub owner_type: Option<PrincipalType>,
    /// Fields of the wire that the domain does not interpret.
    pub unknown_fields: Vec<u8>,
}

/// What is to change of a database; `None` leaves a thing as it is.
#[derive(Debug, Clone, Default)]
pub struct DatabaseChange {
    /// What it is for.
    pub description: Option<String>,
    /// The new owner.
    pub owner: Option<String>,
    /// Its properties.
    pub parameters: ParameterChanges,
}

impl Operations<'_> {
    /// Makes a database and its directory.
    ///
    /// Fails with `AlreadyExists`, with `InvalidObject` for an illegal name, a name that the naming policy refuses, or an
    /// unknown catalog.
    #[boxed]
    pub async fn database_create(&self, at: DatabaseRef, spec: DatabaseSpec) -> Result<()> {
        self.authorize(Action::Create, Resource::Catalog(&at.catalog))
            .await?;
        if self
            .store
            .session()
            .await?
            .database_get(&at)
            .await?
            .is_some()
        {
            return Err(Error::AlreadyExists(Entity::Database(at)));
        }
        database_name_allowed(&at.database)
            .map_err(|ObjectFault { why, .. }| Error::InvalidObject(why))?;
        self.database_name_check(&at)?;
        let location = match non_blank(spec.location) {
            Some(location) => location_read("location", &location)?,
            None => self.database_location_default(&at.database),
        };
        let managed_location = non_blank(spec.managed_location)
            .map(|text| location_read("managed_location", &text))
            .transpose()?;
        for place in managed_location.iter().chain([&location]) {
            self.place_allow(place)?;
        }
        let database = Database {
            id: 0,
            at,
            description: spec.description,
            location,
            managed_location,
            parameters: spec.parameters,
            owner: spec.owner.or_else(|| Some(self.caller.user.clone())),
            owner_type: spec.owner_type.or(Some(PrincipalType::USER)),
            created_at: self.now(),
            unknown_fields: spec.unknown_fields,
        };
        let created = self.lake.directory_create(&database.location).await?;
        let stored = transact!(self.store, |session| {
            let id = session.database_insert(&database).await?;
            let event = database_event(
                EventKind::CreateDatabase,
                &Database {
                    id,
                    ..database.clone()
                },
            );
            session.event_append(database.created_at, &[event]).await?;
            Ok(())
        });
        if stored.is_err() {
            self.directory_discard(&created).await;
        }
        stored
    }

    /// The database, or `NotFound`.
    #[boxed]
    pub async fn database_get(&self, at: &DatabaseRef) -> Result<Database> {
        self.authorize(Action::See, Resource::Database(at)).await?;
        self.database_read(at).await
    }
}

impl Catalog {
    /// As [`Operations::database_get`], where that has been asked already.
    pub(in crate::catalog) async fn database_read(&self, at: &DatabaseRef) -> Result<Database> {
        let found = self.store.session().await?.database_get(at).await?;
        found.ok_or_else(|| Error::NotFound(Entity::Database(at.clone())))
    }
}

impl Operations<'_> {
    /// The names of a catalog's databases that match a pattern (`None`: all), ascending.
    #[boxed]
    pub async fn database_names(&self, catalog: &Name, pattern: Option<&str>) -> Result<Vec<Name>> {
        self.authorize(Action::See, Resource::Catalog(catalog))
            .await?;
        self.database_names_read(catalog, pattern).await
    }
}

impl Catalog {
    /// As [`Operations::database_names`], where that has been asked already.
    pub(in crate::catalog) async fn database_names_read(
        &self,
        catalog: &Name,
        pattern: Option<&str>,
    ) -> Result<Vec<Name>> {
        let mut names = self.store.session().await?.database_names(catalog).await?;
        if let Some(text) = pattern {
            let pattern = NamePattern::parse(text);
            names.retain(|name| pattern.matches(name.as_str()));
        }
        Ok(names)
    }
}

impl Operations<'_> {
    /// The databases of a catalog whose names match a pattern (`None`: all), ascending.
    #[boxed]
    pub async fn databases(&self, catalog: &Name, pattern: Option<&str>) -> Result<Vec<Database>> {
        self.authorize(Action::See, Resource::Catalog(catalog))
            .await?;
        let mut databases = self.store.session().await?.database_list(catalog).await?;
        if let Some(text) = pattern {
            let pattern = NamePattern::parse(text);
            databases.retain(|database| pattern.matches(database.at.database.as_str()));
        }
        Ok(databases)
    }

    /// Changes a database: parameters and owner always, description and locations only where they are not blank.
    /// No directory is created or moved. The name never changes (HMS ignores it, and Trino reads back to find out).
    #[boxed]
    pub async fn database_alter(&self, at: &DatabaseRef, spec: DatabaseSpec) -> Result<()> {
        self.authorize(Action::Alter, Resource::Database(at))
            .await?;
        let location = non_blank(spec.location)
            .map(|text| location_read("location", &text))
            .transpose()?;
        let managed_location = non_blank(spec.managed_location)
            .map(|text| location_read("managed_location", &text))
            .transpose()?;
        let now = self.now();
        transact!(self.store, |session| {
            let before = session
                .database_get_locked(at)
                .await?
                .ok_or_else(|| Error::NotFound(Entity::Database(at.clone())))?;
            let mut after = before.clone();
            after.parameters.clone_from(&spec.parameters);
            after.owner.clone_from(&spec.owner);
            after.owner_type = spec.owner_type.or(before.owner_type);
            if let Some(description) = non_blank(spec.description.clone()) {
                after.description = Some(description);
            }
            if let Some(location) = &location {
                after.location = location.clone();
            }
            if let Some(location) = &managed_location {
                after.managed_location = Some(location.clone());
            }
            for (old, new) in [
                (Some(&before.location), Some(&after.location)),
                (
                    before.managed_location.as_ref(),
                    after.managed_location.as_ref(),
                ),
            ] {
                if let Some(new) = new.filter(|_| old != new) {
                    self.place_allow(new)?;
                }
            }
            session.database_update(&after).await?;
            let event = change_event(before, after);
            session.event_append(now, &[event]).await?;
            Ok(())
        })
    }

    /// Changes what `change` names and leaves all else, and gives the database as it is then. A change that changes
    /// nothing leaves no event. Fails with `NotFound`, with `Outdated` where the database is not as `expected`.
    #[boxed]
    pub async fn database_change(
        &self,
        at: &DatabaseRef,
        change: &DatabaseChange,
        expected: &dyn Precondition<Database>,
    ) -> Result<Database> {
        self.authorize(Action::Alter, Resource::Database(at))
            .await?;
        let now = self.now();
        transact!(self.store, |session| {
            let before = session
                .database_get_locked(at)
                .await?
                .ok_or_else(|| Error::NotFound(Entity::Database(at.clone())))?;
            if !expected.holds(&before) {
                return Err(outdated(at));
            }
            let mut after = before.clone();
            change.parameters.apply(&mut after.parameters);
            after.description = change.description.clone().or(after.description);
            after.owner = change.owner.clone().or(after.owner);
            if after == before {
                return Ok(after);
            }
            session.database_update(&after).await?;
            let event = change_event(before, after.clone());
            session.event_append(now, &[event]).await?;
            Ok(after)
        })
    }

    /// Drops a database, with all that is in it where `cascade` says so. Where `delete_data` says so, the data of its
    /// managed tables goes, and its directory when nothing is left in it: data of external tables and files that
    /// nobody declared stay (Hive would delete them with the directory).
    ///
    /// Fails with `NotAllowed` where it is not empty, with `Invalid` for `default`, with `Outdated` where the database is
    /// not as `expected`.
    #[boxed]
    pub async fn database_drop(
        &self,
        at: &DatabaseRef,
        delete_data: bool,
        cascade: bool,
        expected: &dyn Precondition<Database>,
    ) -> Result<()> {
        self.authorize(Action::Drop, Resource::Database(at)).await?;
        let database = self.database_read(at).await?;
        // Before anything in it is dropped; the drop of its own row asks once more.
        if !expected.holds(&database) {
            return Err(outdated(at));
        }
        if at.database.as_str() == "default" {
            return Err(Error::Invalid("Can not drop default database".into()));
        }
        let mut deletions = Vec::new();
        let dropped = self
            .database_drop_rows(at, (delete_data, cascade), expected, &mut deletions)
            .await;
        // All rows first: the time of a call that drops much is not for files. What was dropped before a failure is
        // dropped as well.
        self.deletion_jobs_try(deletions).await;
        dropped?;
        if delete_data {
            self.directories_delete_if_empty(&database).await;
        }
        Ok(())
    }
}

impl Catalog {
    async fn database_drop_rows(
        &self,
        at: &DatabaseRef,
        (delete_data, cascade): (bool, bool),
        expected: &dyn Precondition<Database>,
        deletions: &mut Vec<DeletionJob>,
    ) -> Result<()> {
        if cascade {
            self.database_empty(at, delete_data, deletions).await?;
        }
        let now = self.now();
        transact!(self.store, |session| {
            let database = session
                .database_get_locked(at)
                .await?
                .ok_or_else(|| Error::NotFound(Entity::Database(at.clone())))?;
            if !expected.holds(&database) {
                return Err(outdated(at));
            }
            if !session.table_names(at, None).await?.is_empty() {
                return Err(not_empty(at, "One or more tables exist."));
            }
            if !session.function_names(at).await?.is_empty() {
                return Err(not_empty(at, "One or more functions exist."));
            }
            session.database_delete(database.id).await?;
            let event = database_event(EventKind::DropDatabase, &database);
            session.event_append(now, &[event]).await?;
            Ok(())
        })
    }

    /// Drops every function and table of a database, each in a transaction of its own as a client's
    /// cascade does: a database of 10,000 tables must not be one transaction.
    async fn database_empty(
        &self,
        at: &DatabaseRef,
        delete_data: bool,
        deletions: &mut Vec<DeletionJob>,
    ) -> Result<()> {
        let functions = self.store.session().await?.function_names(at).await?;
        for function in functions {
            let at = FunctionRef {
                catalog: at.catalog.clone(),
                database: at.database.clone(),
                name: function,
            };
            match self.function_remove(&at).await {
                Ok(()) | Err(Error::NotFound(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        // What lies inside another one goes first: while it is there, the other's directory is not emptied.
        let mut tables = self.store.session().await?.table_locations(at).await?;
        let depth = |location: &Option<Location>| location.as_ref().map(|at| at.path().len());
        tables.sort_by_key(|(_, location)| std::cmp::Reverse(depth(location)));
        for (table, _) in tables {
            match self
                .table_drop_rows(&at.table(table), delete_data, &Unconditional)
                .await
            {
                Ok(dropped) => deletions.extend(dropped),
                Err(Error::NotFound(_)) => {}
                Err(failure) => return Err(failure),
            }
        }
        Ok(())
    }
}

/// Fails for a name that no database can have.
pub fn database_name_allowed(name: &Name) -> Result<(), ObjectFault> {
    object_name::check_object_name(name.as_str()).map_err(|failure| {
        let why = format!("{} is not a valid database name", failure.name);
        ObjectFault::new("name", why)
    })
}

fn outdated(at: &DatabaseRef) -> Error {
    Error::Outdated(Entity::Database(at.clone()))
}

/// The text that Spark shows; Trino goes by the kind.
fn not_empty(at: &DatabaseRef, what: &str) -> Error {
    Error::NotAllowed(format!("Database {} is not empty. {what}", at.database))
}

fn database_event(kind: EventKind, database: &Database) -> NewEvent {
    NewEvent {
        kind,
        catalog: database.at.catalog.clone(),
        database: Some(database.at.database.clone()),
        table: None,
        body: EventBody::Database(Box::new(database.clone())),
    }
}

fn change_event(before: Database, after: Database) -> NewEvent {
    NewEvent {
        kind: EventKind::AlterDatabase,
        catalog: after.at.catalog.clone(),
        database: Some(after.at.database.clone()),
        table: None,
        body: EventBody::DatabaseChange {
            before: Box::new(before),
            after: Box::new(after),
        },
    }
}

/// Text that says something; clients send blank for absent.
fn non_blank(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.trim().is_empty())
}
