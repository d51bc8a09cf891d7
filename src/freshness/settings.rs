//! What a table expects, set and forgotten: properties of the table, written as any engine's alter writes them.

use super::sizes::COUNTING_MAX;
use super::status::{FreshnessStatus, nothing_expected};
use super::{Freshness, Operations};
use crate::catalog::service::properties_check;
use crate::catalog::{Action, ParameterChanges, Resource};
use crate::error::{Error, Result};
use crate::model::{
    EXPECTATION_PROPERTY_PREFIX, Expectation, PropertyError, Table, TableRef,
    expectation_name_fault, is_expectation_property,
};
use async_recursion::async_recursion as boxed;
use std::time::Instant;

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
        let what = ("what a table expects", EXPECTATION_PROPERTY_PREFIX);
        properties_check(changes, is_expectation_property, what)?;
        self.unset_check(at, changes).await?;
        let check = |after: &Table| match Expectation::of_table(after) {
            Ok(Some(_)) => Ok(()),
            Ok(None) => Err(nothing_expected(at)),
            Err(fault) => Err(Error::Property(fault)),
        };
        let table = self.catalog.properties_change(at, changes, check).await?;
        let state = self.state_read(&table).await?;
        self.check_noted(&table, &state, Instant::now() + COUNTING_MAX)
            .await?;
        self.status_of_table(&table).await
    }

    /// Forgets all that a table expects; what lacks of it is over. Fails with `NotFound` of the table.
    #[boxed]
    pub async fn freshness_reset(&self, at: &TableRef) -> Result<()> {
        self.authorize(Action::Alter, Resource::Table(at)).await?;
        self.catalog
            .properties_forget(at, EXPECTATION_PROPERTY_PREFIX)
            .await
    }

    /// Looks at a table now, whenever it is due. Gives where it stands then; why nothing can be told of it is a part of that.
    /// `NotFound` of the table, `Invalid` where it expects nothing.
    #[boxed]
    pub async fn freshness_check(&self, at: &TableRef) -> Result<FreshnessStatus> {
        self.authorize(Action::Operate, Resource::Table(at)).await?;
        let table = self.catalog.table_read(at).await?;
        let mut state = self.state_read(&table).await?;
        // Who asks may have mended the store just now.
        state.listing_pauses.clear();
        self.check_noted(&table, &state, Instant::now() + COUNTING_MAX)
            .await?;
        self.status_of_table(&table).await
    }
}

impl Freshness {
    /// Fails where a property is to go whose name is none, and which the table does not have: a mistyped one would stay.
    async fn unset_check(&self, at: &TableRef, changes: &ParameterChanges) -> Result<()> {
        let gone = changes.0.iter().filter(|(_, value)| value.is_none());
        let faults: Vec<PropertyError> = gone
            .filter_map(|(name, _)| expectation_name_fault(name))
            .collect();
        if faults.is_empty() {
            return Ok(());
        }
        let table = self.catalog.table_read(at).await?;
        let absent = |fault: &PropertyError| !table.parameters.contains_key(&fault.property);
        match faults.into_iter().find(absent) {
            Some(fault) => Err(Error::Property(fault)),
            None => Ok(()),
        }
    }
}
