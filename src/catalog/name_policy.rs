//! The names that a team agreed on: checked where something is created or renamed, and looked for among what exists.

use super::Catalog;
use crate::catalog::{Action, Operations, Resource};
use crate::error::{Error, Result};
use crate::model::{DatabaseRef, Name, TableRef};
use crate::naming::{Breach, NamingPolicy};
use async_recursion::async_recursion as boxed;

/// The database that is always there; nobody chose its name.
const ALWAYS_THERE: &str = "default";

/// A database or table whose name follows no pattern of its kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offender {
    /// Where it is.
    pub at: LintPlace,
    /// Where its name leaves the pattern that it follows furthest.
    pub breach: Breach,
}

/// A place of the walk over all names: a database, or a table of it. They are in the order of the walk.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LintPlace {
    /// The database.
    pub database: Name,
    /// The table; none for the database itself.
    pub table: Option<Name>,
}

impl Operations<'_> {
    /// The first `limit` offenders of a catalog, or of one database of it, after a place: by database and then by
    /// table, a database before its tables. Reads the names alone.
    ///
    /// Fails with `NotFound` where the one database does not exist.
    #[boxed]
    pub async fn lint(
        &self,
        catalog: &Name,
        database: Option<&Name>,
        after: Option<&LintPlace>,
        limit: usize,
    ) -> Result<Vec<Offender>> {
        self.authorize(Action::See, Resource::Catalog(catalog))
            .await?;
        let databases = match database {
            Some(name) => {
                let at = DatabaseRef::new(catalog.clone(), name.clone());
                vec![self.database_read(&at).await?.at.database]
            }
            None => self.database_names_read(catalog, None).await?,
        };
        let mut found = Vec::new();
        for database in databases {
            if after.is_some_and(|after| database < after.database) {
                continue;
            }
            let at = DatabaseRef::new(catalog.clone(), database);
            self.lint_database(&at, after, &mut found).await?;
            if found.len() >= limit {
                found.truncate(limit);
                break;
            }
        }
        Ok(found)
    }
}

impl Catalog {
    async fn lint_database(
        &self,
        at: &DatabaseRef,
        after: Option<&LintPlace>,
        found: &mut Vec<Offender>,
    ) -> Result<()> {
        let rules = &self.settings.naming;
        let mut look = |table: Option<Name>, checked: Result<(), Breach>| {
            let at = LintPlace {
                database: at.database.clone(),
                table,
            };
            if let Err(breach) = checked
                && after.is_none_or(|after| at > *after)
            {
                found.push(Offender { at, breach });
            }
        };
        let database = at.database.as_str();
        if database != ALWAYS_THERE {
            look(None, rules.database(database));
        }
        for table in self.store.session().await?.table_names(at, None).await? {
            let checked = rules.table(database, table.as_str());
            look(Some(table), checked);
        }
        Ok(())
    }

    /// What the policy makes of the name of a database that is to be created.
    pub(super) fn database_name_check(&self, at: &DatabaseRef) -> Result<()> {
        self.name_judge(
            "database",
            self.settings.naming.database(at.database.as_str()),
        )
    }

    /// What the policy makes of the name that a table is to get.
    pub(super) fn table_name_check(&self, at: &TableRef) -> Result<()> {
        let rules = &self.settings.naming;
        self.name_judge(
            "table",
            rules.table(at.database.as_str(), at.table.as_str()),
        )
    }

    fn name_judge(&self, what: &str, checked: Result<(), Breach>) -> Result<()> {
        let Err(breach) = checked else { return Ok(()) };
        match self.settings.naming_policy {
            NamingPolicy::Off => Ok(()),
            NamingPolicy::Warn => {
                tracing::warn!(%breach, "the name of a new {what} follows no naming pattern");
                Ok(())
            }
            NamingPolicy::Refuse => Err(Error::InvalidObject(format!(
                "the name of the {what} follows no naming pattern: {breach}"
            ))),
        }
    }
}
