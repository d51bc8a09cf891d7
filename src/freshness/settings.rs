//! What a table expects, set and forgotten: properties of the table, written as any engine's alter writes them.

use super::Operations;
use super::status::{FreshnessStatus, nothing_expected};
use crate::catalog::{Action, ParameterChanges, Resource, TableChange};
use crate::error::{Error, Result};
use crate::model::{
    EXPECTATION_PROPERTY_PREFIX, Expectation, Table, TableRef, is_expectation_property,
};
use async_recursion::async_recursion as boxed;

impl Operations<'_> {
    /// Sets (`Some`) and removes (`None`) properties of what a table expects, in one change with its event; other properties
    /// stay as they are. Gives where the table stands then.
    ///
    /// Fails with `NotFound` of the table, and with `Invalid` for a property that is none of these, and where the outcome makes
    /// no sense.
    #[boxed]
    pub async fn freshness_set(
        &self,
        at: &TableRef,
        changes: &ParameterChanges,
    ) -> Result<FreshnessStatus> {
        self.authorize(Action::Alter, Resource::Table(at)).await?;
        if let Some(stranger) = changes.0.keys().find(|key| !is_expectation_property(key)) {
            return Err(Error::Invalid(format!(
                "{stranger} is no property of what a table expects: those begin with {EXPECTATION_PROPERTY_PREFIX}"
            )));
        }
        let change = TableChange {
            parameters: changes.clone(),
            ..TableChange::default()
        };
        let check = |after: &Table| match Expectation::of_table(after) {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(nothing_expected(at)),
            Err(fault) => Err(Error::Invalid(fault.to_string())),
        };
        self.catalog
            .table_change_checked(at, &change, check)
            .await?;
        let seen = self.status_read(at).await?;
        self.check_noted(at, &seen.state).await?;
        self.status_read(at).await
    }

    /// Forgets all that a table expects; what lacks of it is over. Fails with `NotFound` of the table.
    #[boxed]
    pub async fn freshness_reset(&self, at: &TableRef) -> Result<()> {
        self.authorize(Action::Alter, Resource::Table(at)).await?;
        let table = self.catalog.table_read(at).await?;
        let own = table.parameters.keys();
        let own = own.filter(|key| is_expectation_property(key));
        let change = TableChange {
            parameters: ParameterChanges(own.map(|key| (key.clone(), None)).collect()),
            ..TableChange::default()
        };
        self.catalog
            .table_change_checked(at, &change, |_| Ok(()))
            .await?;
        Ok(())
    }

    /// Looks at a table now, whenever it is due. Gives where it stands then; why nothing can be told of it is a part of that.
    /// `NotFound` of the table, `Invalid` where it expects nothing.
    #[boxed]
    pub async fn freshness_check(&self, at: &TableRef) -> Result<FreshnessStatus> {
        self.authorize(Action::Operate, Resource::Table(at)).await?;
        let seen = self.status_read(at).await?;
        self.check_noted(at, &seen.state).await?;
        self.status_read(at).await
    }
}
