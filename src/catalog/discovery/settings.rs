//! Opting in, changing and opting out: the properties of the table, written as any engine's alter writes them.

use super::history::DiscoveryStatus;
use crate::catalog::Catalog;
use crate::catalog::table::{LAST_DDL_TIME, change_event};
use crate::error::{Entity, Error, Result};
use crate::model::{DISCOVERY_PROPERTIES, DISCOVERY_PROPERTY_PREFIX, TableRef};
use crate::transact;
use std::collections::BTreeMap;

impl Catalog {
    /// Sets (`Some`) and removes (`None`) properties of a table's discovery and retention, in one change with its event;
    /// other properties stay as they are. Gives where the table stands then; it is due at once.
    ///
    /// Fails with `NotFound` of the table, with `Invalid` for a property that is none of discovery's, and where the
    /// outcome makes no sense or asks for nothing any more.
    pub async fn discovery_set(
        &self,
        at: &TableRef,
        changes: &BTreeMap<String, Option<String>>,
    ) -> Result<DiscoveryStatus> {
        for key in changes.keys() {
            let is_ours = key.starts_with(DISCOVERY_PROPERTY_PREFIX)
                || DISCOVERY_PROPERTIES.contains(&key.as_str());
            if !is_ours {
                return Err(Error::Invalid(format!(
                    "{key} is no property of discovery: those begin with {DISCOVERY_PROPERTY_PREFIX}"
                )));
            }
        }
        let now = self.now();
        transact!(self.store, |session| {
            let before = session
                .table_get_locked(at)
                .await?
                .ok_or_else(|| Error::NotFound(Entity::Table(at.clone())))?;
            let mut after = before.clone();
            for (key, value) in changes {
                match value {
                    Some(value) => after.parameters.insert(key.clone(), value.clone()),
                    None => after.parameters.remove(key),
                };
            }
            if after.parameters == before.parameters {
                return Ok(());
            }
            self.discovery_site(after.clone())?;
            let time = now.to_string();
            after.parameters.insert(LAST_DDL_TIME.into(), time);
            session.table_update(&after).await?;
            session
                .event_append(now, &[change_event(before, after)])
                .await?;
            Ok(())
        })?;
        self.discovery_status(at).await
    }
}
