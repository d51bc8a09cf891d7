//! Catalogs, the level above databases. There is `hive`, which clients of every age mean when they name none.

use super::Catalog;
use crate::catalog::{Action, Operations, Resource};
use crate::error::{Entity, Error, Result};
use crate::model::{self, Name};
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
        let found = self.store.session().await?.catalog_get(name).await?;
        let mut catalog = found.ok_or_else(|| Error::NotFound(Entity::Catalog(name.clone())))?;
        self.catalog_locate(&mut catalog);
        Ok(catalog)
    }
}

impl Catalog {
    /// The catalog `hive` is made before the warehouse is known, so it is wherever the warehouse is.
    fn catalog_locate(&self, catalog: &mut model::Catalog) {
        if catalog.location.is_empty() {
            catalog.location = self.settings.warehouse_location.to_string();
        }
    }
}
