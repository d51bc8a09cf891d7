//! Catalogs.

use super::moment;
use crate::model::Catalog;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A catalog: the level above databases.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Catalog)]
pub struct CatalogView {
    /// Its name
    pub name: String,
    /// What it is for
    pub description: Option<String>,
    /// Where its databases go
    pub location: String,
    /// When it was made
    #[schema(format = DateTime)]
    pub created_at: Option<String>,
}

/// All catalogs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = CatalogList)]
pub struct CatalogListView {
    /// The catalogs, by name
    pub catalogs: Vec<CatalogView>,
}

impl From<Catalog> for CatalogView {
    fn from(catalog: Catalog) -> Self {
        Self {
            name: catalog.name.to_string(),
            description: catalog.description,
            location: catalog.location,
            created_at: moment(catalog.created_at),
        }
    }
}
