//! Opting in, changing and opting out: the properties of the table, written as any engine's alter writes them.

use super::Operations;
use super::history::DiscoveryStatus;
use super::site::unpartitioned;
use crate::catalog::service;
use crate::catalog::{Action, ParameterChanges, Resource};
use crate::error::Result;
use crate::model::{DISCOVERY_PROPERTY_PREFIX, Table, TableRef, is_discovery_property};
use async_recursion::async_recursion as boxed;

impl Operations<'_> {
    /// Sets (`Some`) and removes (`None`) properties of a table's discovery and retention, in one change with its event;
    /// other properties stay as they are. Gives where the table stands then; it is due at once.
    ///
    /// Fails with `NotFound` of the table, with `Invalid` for a property that is none of discovery's, and where the
    /// outcome makes no sense or asks for nothing any more.
    #[boxed]
    pub async fn discovery_set(
        &self,
        at: &TableRef,
        changes: &ParameterChanges,
    ) -> Result<DiscoveryStatus> {
        self.authorize(Action::Alter, Resource::Table(at)).await?;
        properties_check(changes)?;
        let check = |after: &Table| {
            self.discovery_site(after.clone())?;
            let is_asked_for = after
                .parameters
                .get(DISCOVERY_PROPERTY_PREFIX)
                .is_some_and(|switch| matches!(switch.as_str(), "on" | "true"));
            if is_asked_for && !after.is_partitioned() {
                return Err(unpartitioned(at));
            }
            Ok(())
        };
        self.catalog.properties_change(at, changes, check).await?;
        self.status_read(at).await
    }

    /// Forgets all that a table says of discovery: its properties `skep.discovery…` go. Hive's own stay. Fails with `NotFound`
    /// of the table.
    #[boxed]
    pub async fn discovery_reset(&self, at: &TableRef) -> Result<()> {
        self.authorize(Action::Alter, Resource::Table(at)).await?;
        self.catalog
            .properties_forget(at, DISCOVERY_PROPERTY_PREFIX)
            .await
    }
}

/// Fails for a property that is none of discovery's.
pub(super) fn properties_check(changes: &ParameterChanges) -> Result<()> {
    let what = ("discovery", DISCOVERY_PROPERTY_PREFIX);
    service::properties_check(changes, is_discovery_property, what)
}
