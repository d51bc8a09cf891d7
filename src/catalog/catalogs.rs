//! Catalogs, the level above databases. There is `hive`, which clients of every age mean when they name none.

use super::Catalog;
use crate::catalog::{Action, Operations, Resource};
use crate::error::{Entity, Error, Result};
use crate::model::{self, Name};
use crate::store::Session;
use async_recursion::async_recursion as boxed;

impl Operations<'_> {
    /// The catalogs, by name.
    #[boxed]
    pub async fn catalog_list(&self) -> Result<Vec<model::Catalog>> {
        self.authorize(Action::See, Resource::Server).await?;
        let mut catalogs = self.store.session().await?.catalog_list().await?;
        for catalog in &mut catalogs {
            self.catalog_locate(catalog);
        }
        Ok(catalogs)
    }

    /// The catalog, or `NotFound`.
    #[boxed]
    pub async fn catalog_get(&self, name: &Name) -> Result<model::Catalog> {
        self.authorize(Action::See, Resource::Catalog(name)).await?;
        let mut catalog = catalog_there(&mut self.store.session().await?, name).await?;
        self.catalog_locate(&mut catalog);
        Ok(catalog)
    }
}

/// A catalog as it is stored, or `NotFound`: a list of what lies in one that is not there would look as if nothing did.
pub(crate) async fn catalog_there(session: &mut Session, name: &Name) -> Result<model::Catalog> {
    let found = session.catalog_get(name).await?;
    found.ok_or_else(|| Error::NotFound(Entity::Catalog(name.clone())))
}

impl Catalog {
    /// The catalog `hive` is made before the warehouse is known, so it is wherever the warehouse is.
    fn catalog_locate(&self, catalog: &mut model::Catalog) {
        if catalog.location.is_empty() {
            catalog.location = self.settings.warehouse_location.to_string();
        }
    }
}
