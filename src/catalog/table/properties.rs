//! Properties of a table by which rooms above the catalog are asked for something: set and forgotten as any engine's alter does.

use super::TableChange;
use crate::catalog::{Catalog, ParameterChanges};
use crate::error::{Error, Result};
use crate::model::{Table, TableRef};

/// Fails for a property that is none of `what` is named in words; those begin with `prefix`, and are `known` by their names.
pub(crate) fn properties_check(
    changes: &ParameterChanges,
    known: impl Fn(&str) -> bool,
    (what, prefix): (&str, &str),
) -> Result<()> {
    let stranger = changes.0.keys().find(|key| !known(key));
    match stranger {
        Some(key) => Err(Error::Invalid(format!(
            "{key} is no property of {what}: those begin with {prefix}"
        ))),
        None => Ok(()),
    }
}

impl Catalog {
    /// Changes properties of a table, where `check` accepts what it is to become, or is where nothing changes. Gives the table
    /// as it is then. Whoever asks has the right to.
    pub(crate) async fn properties_change(
        &self,
        at: &TableRef,
        changes: &ParameterChanges,
        check: impl Fn(&Table) -> Result<()> + Send + Sync,
    ) -> Result<Table> {
        let change = TableChange {
            parameters: changes.clone(),
            ..TableChange::default()
        };
        let table = self.table_change_checked(at, &change, &check).await?;
        // What changes nothing was not looked at.
        check(&table)?;
        Ok(table)
    }

    /// Removes all properties of a table that begin with `prefix`. `NotFound` of the table.
    pub(crate) async fn properties_forget(&self, at: &TableRef, prefix: &str) -> Result<()> {
        let table = self.table_read(at).await?;
        let own = table.parameters.keys();
        let own = own.filter(|key| key.starts_with(prefix));
        let change = TableChange {
            parameters: ParameterChanges(own.map(|key| (key.clone(), None)).collect()),
            ..TableChange::default()
        };
        self.table_change_checked(at, &change, |_| Ok(())).await?;
        Ok(())
    }
}
