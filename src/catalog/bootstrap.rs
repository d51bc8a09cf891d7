//! What must be before the first client comes: the catalog `hive`, its database `default`, and what an earlier version did
//! not write.

use super::Catalog;
use crate::error::Result;
use crate::model::{DEFAULT_CATALOG, Database, DatabaseRef, Parameters, PrincipalType};
use crate::transact;

impl Catalog {
    /// Makes the database `default` where it is missing, and notes the places of deletions that have none. Two replicas may
    /// do so at once; the second finds it done.
    pub async fn bootstrap(&self) -> Result<()> {
        self.pending_places_fill().await?;
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
}
