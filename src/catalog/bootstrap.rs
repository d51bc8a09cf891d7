//! What must be before the first client comes: the catalog `hive`, its database `default`, and what an earlier version did
//! not write.

use super::Catalog;
use crate::error::Result;
use crate::model::{DEFAULT_CATALOG, Database, DatabaseRef, Parameters, PrincipalType};
use crate::transact;

impl Catalog {
    /// Makes the database `default` where it is missing, and writes the places into rows that have none. Two replicas may
    /// do so at once; the second finds it done.
    pub async fn bootstrap(&self) -> Result<()> {
        self.places_fill().await?;
        let at = DatabaseRef::new(DEFAULT_CATALOG, "default");
        if self
            .store
            .session()
            .await?
            .database_get(&at)
            .await?
            .is_some()
        {
            return Ok(());
        }
        let database = Database {
            id: 0,
            at,
            description: Some("Default Hive database".into()),
            location: self.settings.warehouse_location.clone(),
            managed_location: None,
            parameters: Parameters::new(),
            owner: Some("public".into()),
            owner_type: Some(PrincipalType::ROLE),
            created_at: self.now(),
            unknown_fields: Vec::new(),
        };
        self.lake.directory_create(&database.location).await?;
        transact!(self.store, |session| {
            session.database_insert_if_missing(&database).await
        })?;
        Ok(())
    }

    /// Writes the places into the rows that a version of skep wrote which knew of none: when a process starts, and what such
    /// a version writes later with the next pass of the upkeep.
    pub(in crate::catalog) async fn places_fill(&self) -> Result<()> {
        let mut filled = 0;
        loop {
            let met = transact!(self.store, |session| { session.places_fill().await })?;
            if met == 0 {
                break;
            }
            filled += met;
        }
        if filled > 0 {
            tracing::info!(rows = filled, "places were written into rows that had none");
        }
        Ok(())
    }
}
