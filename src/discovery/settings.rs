//! Opting in, changing and opting out: the properties of the table, written as any engine's alter writes them.

use super::Operations;
use super::history::DiscoveryStatus;
use crate::catalog::{Action, Resource};
use crate::catalog::{ParameterChanges, TableChange};
use crate::error::{Error, Result};
use crate::model::{DISCOVERY_PROPERTY_PREFIX, TableRef, is_discovery_property};
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
        for key in changes.0.keys() {
            if !is_discovery_property(key) {
                return Err(Error::Invalid(format!(
                    "{key} is no property of discovery: those begin with {DISCOVERY_PROPERTY_PREFIX}"
                )));
            }
        }
        let change = TableChange {
            parameters: changes.clone(),
            owner: None,
        };
        self.catalog
            .table_change_checked(at, &change, |after| {
                self.discovery_site(after.clone()).map(drop)
            })
            .await?;
        self.status_read(at).await
    }
}
