//! Catalogs as rows.

use crate::error::{Entity, Error, Result};
use crate::model::{Catalog, Name};
use crate::store::sql::failure::Failure;
use crate::store::sql::limits::{OBJECT_NAME_BYTES_MAX, check_length};
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;

fn catalog_of(row: &Row) -> Result<Catalog, Failure> {
    let mut cells = row.cells();
    Ok(Catalog {
        id: cells.integer()?,
        name: Name::new(cells.text()?),
        description: cells.string_or_null()?,
        location: cells.string()?,
        created_at: cells.integer()?,
    })
}

impl Session {
    /// The catalog of this name.
    pub async fn catalog_get(&mut self, name: &Name) -> Result<Option<Catalog>> {
        let statement = self
            .statement(
                "SELECT id, name, description, location, created_at
                 FROM skep_catalogs
                 WHERE name = ?",
            )
            .bind(name.as_str());
        let row = self.row(&statement).await?;
        Ok(row.as_ref().map(catalog_of).transpose()?)
    }

    /// All catalogs by name.
    pub async fn catalog_list(&mut self) -> Result<Vec<Catalog>> {
        let statement = self.statement(
            "SELECT id, name, description, location, created_at
             FROM skep_catalogs
             ORDER BY name",
        );
        let rows = self.rows(&statement).await?;
        Ok(rows
            .iter()
            .map(catalog_of)
            .collect::<Result<_, Failure>>()?)
    }

    /// Stores a new catalog and gives its number; its `id` is not looked at. A name that is taken is
    /// [`Error::AlreadyExists`].
    pub async fn catalog_insert(&mut self, catalog: &Catalog) -> Result<i64> {
        check_length(
            "catalog's name",
            catalog.name.as_str(),
            OBJECT_NAME_BYTES_MAX,
        )?;
        let id = self.ids_take(1).await?.start;
        let statement = self
            .statement(
                "INSERT INTO skep_catalogs (id, name, description, location, created_at)
                 VALUES (?, ?, ?, ?, ?)",
            )
            .bind(id)
            .bind(catalog.name.as_str())
            .bind(catalog.description.as_deref())
            .bind(catalog.location.as_str())
            .bind(catalog.created_at);
        let inserted = self.execute(&statement).await;
        inserted.map_err(|failure| failure.on_duplicate(Entity::Catalog(catalog.name.clone())))?;
        Ok(id)
    }

    /// Rewrites the description, location and time of the catalog with this `id`.
    pub async fn catalog_update(&mut self, catalog: &Catalog) -> Result<()> {
        let statement = self
            .statement(
                "UPDATE skep_catalogs
                 SET description = ?, location = ?, created_at = ?
                 WHERE id = ?",
            )
            .bind(catalog.description.as_deref())
            .bind(catalog.location.as_str())
            .bind(catalog.created_at)
            .bind(catalog.id);
        self.execute(&statement).await?;
        Ok(())
    }

    /// Removes a catalog; one that still has databases is [`Error::NotAllowed`].
    pub async fn catalog_delete(&mut self, id: i64) -> Result<()> {
        let statement = self
            .statement("DELETE FROM skep_catalogs WHERE id = ?")
            .bind(id);
        self.execute(&statement).await.map_err(|failure| {
            failure.on_reference(Error::NotAllowed("the catalog still has databases".into()))
        })?;
        Ok(())
    }
}
