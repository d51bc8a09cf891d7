//! Changing single properties of a table, whatever else is written to it at the same time.

use super::alter::change_event;
use super::{LAST_DDL_TIME, table_type_normalise};
use crate::catalog::{Catalog, ParameterChanges};
use crate::error::{Entity, Error, Result};
use crate::model::{Table, TableRef};
use crate::transact;

/// What is to change of a table.
#[derive(Debug, Clone, Default)]
pub struct TableChange {
    /// Its properties.
    pub parameters: ParameterChanges,
    /// The new owner.
    pub owner: Option<String>,
}

impl Catalog {
    /// Changes a table's properties and owner, and gives the table as it is then. A change that changes nothing leaves
    /// no event. Fails with `NotFound`.
    pub async fn table_change(&self, at: &TableRef, change: &TableChange) -> Result<Table> {
        self.table_change_checked(at, change, |_| Ok(())).await
    }

    /// As [`Self::table_change`], where `check` accepts what the table is to become.
    pub(in crate::catalog) async fn table_change_checked(
        &self,
        at: &TableRef,
        change: &TableChange,
        check: impl Fn(&Table) -> Result<()> + Send + Sync,
    ) -> Result<Table> {
        let now = self.now();
        transact!(self.store, |session| {
            let before = session
                .table_get_locked(at)
                .await?
                .ok_or_else(|| Error::NotFound(Entity::Table(at.clone())))?;
            let mut after = before.clone();
            change.parameters.apply(&mut after.parameters);
            after.owner = change.owner.clone().or(after.owner);
            if after == before {
                return Ok(after);
            }
            check(&after)?;
            after
                .parameters
                .insert(LAST_DDL_TIME.into(), now.to_string());
            table_type_normalise(&mut after);
            session.table_update(&after).await?;
            let event = change_event(before, after.clone());
            session.event_append(now, &[event]).await?;
            Ok(after)
        })
    }
}
