//! User-defined functions: create, read, alter, drop. skep keeps what engines register and judges the name alone.

use super::Catalog;
use crate::catalog::{Action, Operations, Resource};
use crate::error::{Entity, Error, Result};
use crate::filter::name_pattern::NamePattern;
use crate::hive::object_name;
use crate::model::{DatabaseRef, EventBody, EventKind, Function, FunctionRef, Name, NewEvent};
use crate::transact;
use async_recursion::async_recursion as boxed;

impl Operations<'_> {
    /// Registers a function. Fails with `NotFound` of the database, `AlreadyExists`, `InvalidObject` for an illegal
    /// name or a missing class.
    #[boxed]
    pub async fn function_create(&self, function: Function) -> Result<()> {
        self.authorize(
            Action::Create,
            Resource::Database(&function.at.database_ref()),
        )
        .await?;
        function_check(&function)?;
        let now = self.now();
        let function = Function {
            created_at: now,
            ..function
        };
        transact!(self.store, |session| {
            let id = session.function_insert(&function).await?;
            let event = function_event(
                EventKind::CreateFunction,
                &Function {
                    id,
                    ..function.clone()
                },
            );
            session.event_append(now, &[event]).await?;
            Ok(())
        })
    }

    /// The function, or `NotFound`; also where the database is missing, as Hive answers.
    #[boxed]
    pub async fn function_get(&self, at: &FunctionRef) -> Result<Function> {
        self.authorize(Action::See, Resource::Function(at)).await?;
        let found = self.store.session().await?.function_get(at).await?;
        found.ok_or_else(|| missing(at))
    }

    /// The names of a database's functions that match a pattern (`None`: all), ascending. A missing database has none.
    #[boxed]
    pub async fn function_names(
        &self,
        at: &DatabaseRef,
        pattern: Option<&str>,
    ) -> Result<Vec<Name>> {
        self.authorize(Action::See, Resource::Database(at)).await?;
        let mut names = self.store.session().await?.function_names(at).await?;
        if let Some(text) = pattern {
            let pattern = NamePattern::parse(text);
            names.retain(|name| pattern.matches(name.as_str()));
        }
        Ok(names)
    }

    /// All functions of a catalog.
    #[boxed]
    pub async fn function_list(&self, catalog: &Name) -> Result<Vec<Function>> {
        self.authorize(Action::See, Resource::Catalog(catalog))
            .await?;
        self.store.session().await?.function_list(catalog).await
    }

    /// Changes everything but the resources and the time of creation, the place included. It leaves no event: Hive has
    /// none for it. Fails with `NotFound` of the function or the new database, `AlreadyExists` where the new name is taken.
    #[boxed]
    pub async fn function_alter(&self, at: &FunctionRef, new: Function) -> Result<()> {
        self.authorize(Action::Alter, Resource::Function(at))
            .await?;
        function_check(&new)?;
        if new.at.catalog != at.catalog {
            return Err(Error::NotAllowed(
                "a function cannot move to another catalog".into(),
            ));
        }
        transact!(self.store, |session| {
            let before = session.function_get_locked(at).await?.ok_or_else(|| {
                Error::NotFound(Entity::Worded(format!(
                    "function {} doesn't exist",
                    at.name
                )))
            })?;
            let after = Function {
                id: before.id,
                created_at: before.created_at,
                resources: before.resources.clone(),
                ..new.clone()
            };
            session.function_update(&after).await
        })
    }

    /// Drops a function, or `NotFound`.
    #[boxed]
    pub async fn function_drop(&self, at: &FunctionRef) -> Result<()> {
        self.authorize(Action::Drop, Resource::Function(at)).await?;
        self.function_remove(at).await
    }
}

impl Catalog {
    /// As [`Operations::function_drop`], where that has been asked already.
    pub(in crate::catalog) async fn function_remove(&self, at: &FunctionRef) -> Result<()> {
        let now = self.now();
        transact!(self.store, |session| {
            let function = session.function_get(at).await?.ok_or_else(|| missing(at))?;
            if !session.function_delete(function.id).await? {
                return Err(missing(at));
            }
            session
                .event_append(now, &[function_event(EventKind::DropFunction, &function)])
                .await?;
            Ok(())
        })
    }
}

fn function_check(function: &Function) -> Result<()> {
    object_name::check_word_name(function.at.name.as_str())
        .map_err(|failure| Error::InvalidObject(failure.to_string()))?;
    match &function.class_name {
        None => Err(Error::InvalidObject(
            "Function class name cannot be null".into(),
        )),
        Some(name) if name.trim().is_empty() => Err(Error::InvalidObject(
            "Function class name cannot be empty".into(),
        )),
        Some(_) => Ok(()),
    }
}

fn missing(at: &FunctionRef) -> Error {
    Error::NotFound(Entity::Function(at.clone()))
}

fn function_event(kind: EventKind, function: &Function) -> NewEvent {
    NewEvent {
        kind,
        catalog: function.at.catalog.clone(),
        database: Some(function.at.database.clone()),
        table: None,
        body: EventBody::Function(Box::new(function.clone())),
    }
}
