//! Databases as rows.

use crate::error::{Entity, Error, Result};
use crate::model::{Database, DatabaseRef, Location, Name, PrincipalType};
use crate::store::form::packing::{parameters_of, parameters_text};
use crate::store::form::place::Place;
use crate::store::sql::failure::Failure;
use crate::store::sql::limits::{OBJECT_NAME_BYTES_MAX, check_length};
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;
use crate::store::sql::statement::Statement;

/// Most databases that one statement of a listing gives.
const DATABASES_PER_PAGE: usize = 500;

const COLUMNS: &str =
    "SELECT d.id, d.name, d.description, d.location, d.managed_location, d.owner_name,
        d.owner_type, d.created_at, d.parameters, d.rest
 FROM skep_databases d ";

fn database_of(row: &Row, catalog: &Name) -> Result<Database, Failure> {
    let mut cells = row.cells();
    Ok(Database {
        id: cells.integer()?,
        at: DatabaseRef {
            catalog: catalog.clone(),
            database: Name::new(cells.text()?),
        },
        description: cells.string_or_null()?,
        location: Location::from_stored(cells.string()?),
        managed_location: cells.string_or_null()?.map(Location::from_stored),
        owner: cells.string_or_null()?,
        owner_type: principal_type_of(cells.integer_or_null()?)?,
        created_at: cells.integer()?,
        parameters: parameters_of(cells.text_or_null()?)?,
        unknown_fields: cells.bytes()?.to_vec(),
    })
}

/// The columns of a database that are text made for the row.
struct DatabaseTexts {
    parameters: Option<String>,
    place: Place,
    managed_place: Option<Place>,
}

impl DatabaseTexts {
    fn new(database: &Database) -> Result<Self, Failure> {
        check_length(
            "database's name",
            database.at.database.as_str(),
            OBJECT_NAME_BYTES_MAX,
        )?;
        Ok(Self {
            parameters: parameters_text(&database.parameters)?,
            place: Place::of(&database.location),
            managed_place: database.managed_location.as_ref().map(Place::of),
        })
    }
}

/// Binds the columns of a row from `name` to `managed_place`, in the order in which both writing statements name them.
fn columns_bind<'a>(
    statement: Statement<'a>,
    database: &'a Database,
    texts: &'a DatabaseTexts,
) -> Statement<'a> {
    statement
        .bind(database.at.database.as_str())
        .bind(database.description.as_deref())
        .bind(database.location.as_str())
        .bind(database.managed_location.as_ref().map(Location::as_str))
        .bind(database.owner.as_deref())
        .bind(principal_type_number(database.owner_type))
        .bind(database.created_at)
        .bind(texts.parameters.as_deref())
        .bind(database.unknown_fields.as_slice())
        .bind(texts.place.stored())
        .bind(texts.managed_place.as_ref().map(Place::stored))
}

/// Reads an owner's type as it is stored.
pub(in crate::store) fn principal_type_of(
    stored: Option<i64>,
) -> Result<Option<PrincipalType>, Failure> {
    let number = stored
        .map(i32::try_from)
        .transpose()
        .map_err(Failure::fault)?;
    Ok(number.map(PrincipalType))
}

/// The stored number of an owner's type.
pub(in crate::store) fn principal_type_number(owner_type: Option<PrincipalType>) -> Option<i64> {
    owner_type.map(|owner_type| i64::from(owner_type.0))
}

impl<'a> Statement<'a> {
    /// `(SELECT id …)`: the number of a database, NULL where it is missing.
    pub(in crate::store) fn database_id(self, at: &'a DatabaseRef) -> Self {
        self.text(
            "(SELECT db.id FROM skep_databases db
              JOIN skep_catalogs c ON c.id = db.catalog_id
              WHERE c.name = ? AND db.name = ?)",
        )
        .bind(at.catalog.as_str())
        .bind(at.database.as_str())
    }
}

impl Session {
    /// The database of this name.
    pub async fn database_get(&mut self, at: &DatabaseRef) -> Result<Option<Database>> {
        let statement = self
            .statement(COLUMNS)
            .text("WHERE d.catalog_id = (SELECT c.id FROM skep_catalogs c WHERE c.name = ?) AND d.name = ?")
            .bind(at.catalog.as_str())
            .bind(at.database.as_str());
        let row = self.row(&statement).await?;
        Ok(row.map(|row| database_of(&row, &at.catalog)).transpose()?)
    }

    /// The database of this name, held until the transaction ends: nobody else changes or drops it, or adds a
    /// table to it.
    pub async fn database_get_locked(&mut self, at: &DatabaseRef) -> Result<Option<Database>> {
        let statement = self
            .statement(COLUMNS)
            .text("WHERE d.catalog_id = (SELECT c.id FROM skep_catalogs c WHERE c.name = ?) AND d.name = ?")
            .bind(at.catalog.as_str())
            .bind(at.database.as_str())
            .row_lock();
        let row = self.row(&statement).await?;
        Ok(row.map(|row| database_of(&row, &at.catalog)).transpose()?)
    }

    /// The names of a catalog's databases, in byte order; none for an unknown catalog.
    pub async fn database_names(&mut self, catalog: &Name) -> Result<Vec<Name>> {
        let statement = self
            .statement(
                "SELECT d.name
                 FROM skep_databases d
                 JOIN skep_catalogs c ON c.id = d.catalog_id
                 WHERE c.name = ?
                 ORDER BY d.name",
            )
            .bind(catalog.as_str());
        self.names(&statement).await
    }

    /// A catalog's databases, in byte order of their names.
    pub async fn database_list(&mut self, catalog: &Name) -> Result<Vec<Database>> {
        let mut databases: Vec<Database> = Vec::new();
        loop {
            let after = databases
                .last()
                .map_or("", |last| last.at.database.as_str());
            let statement = self
                .statement(COLUMNS)
                .text(
                    "WHERE d.catalog_id = (SELECT c.id FROM skep_catalogs c WHERE c.name = ?)
                        AND d.name > ?
                     ORDER BY d.name LIMIT ?",
                )
                .bind(catalog.as_str())
                .bind(after)
                .bind(DATABASES_PER_PAGE);
            let rows = self.rows(&statement).await?;
            let page = rows.iter().map(|row| database_of(row, catalog));
            let page = page.collect::<Result<Vec<Database>, Failure>>()?;
            let found = page.len();
            databases.extend(page);
            if found < DATABASES_PER_PAGE {
                return Ok(databases);
            }
        }
    }

    /// Stores a new database and gives its number; its `id` is not looked at. [`Error::AlreadyExists`] where the name
    /// is taken, [`Error::NotFound`] where the catalog is missing.
    pub async fn database_insert(&mut self, database: &Database) -> Result<i64> {
        let id = self.ids_take(1).await?.start;
        let texts = DatabaseTexts::new(database)?;
        let statement = self.database_insertion(id, database, &texts);
        let inserted = self.execute(&statement).await;
        inserted.map_err(|failure| {
            failure
                .or_missing(Entity::Catalog(database.at.catalog.clone()))
                .on_duplicate(Entity::Database(database.at.clone()))
        })?;
        Ok(id)
    }

    /// Stores a database unless one of its name exists, and says whether it did. For the databases that skep makes by
    /// itself: any number of replicas may do so at once.
    pub async fn database_insert_if_missing(&mut self, database: &Database) -> Result<bool> {
        if self.database_get(&database.at).await?.is_some() {
            return Ok(false);
        }
        let id = self.ids_take(1).await?.start;
        let texts = DatabaseTexts::new(database)?;
        let statement = self
            .database_insertion(id, database, &texts)
            .upsert(&["catalog_id", "name"], &[]);
        let inserted = self.execute(&statement).await;
        inserted
            .map_err(|failure| failure.or_missing(Entity::Catalog(database.at.catalog.clone())))?;
        Ok(self
            .database_get(&database.at)
            .await?
            .is_some_and(|stored| stored.id == id))
    }

    fn database_insertion<'a>(
        &self,
        id: i64,
        database: &'a Database,
        texts: &'a DatabaseTexts,
    ) -> Statement<'a> {
        let statement = self
            .statement(
                "INSERT INTO skep_databases (id, catalog_id, name, description, location, managed_location, owner_name,
                    owner_type, created_at, parameters, rest, place, managed_place)
                 VALUES (?, (SELECT c.id FROM skep_catalogs c WHERE c.name = ?), ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            )
            .bind(id)
            .bind(database.at.catalog.as_str());
        columns_bind(statement, database, texts)
    }

    /// Rewrites the database with this `id`, its name included. A name that is taken is [`Error::AlreadyExists`].
    pub async fn database_update(&mut self, database: &Database) -> Result<()> {
        let texts = DatabaseTexts::new(database)?;
        let statement = self.statement(
            "UPDATE skep_databases
                 SET name = ?, description = ?, location = ?, managed_location = ?, owner_name = ?,
                     owner_type = ?, created_at = ?, parameters = ?, rest = ?, place = ?, managed_place = ?
                 WHERE id = ?",
        );
        let statement = columns_bind(statement, database, &texts).bind(database.id);
        let updated = self.execute(&statement).await;
        updated.map_err(|failure| failure.on_duplicate(Entity::Database(database.at.clone())))?;
        Ok(())
    }

    /// Removes a database; one that still has tables or functions is [`Error::NotAllowed`].
    pub async fn database_delete(&mut self, id: i64) -> Result<()> {
        let statement = self
            .statement("DELETE FROM skep_databases WHERE id = ?")
            .bind(id);
        self.execute(&statement).await.map_err(|failure| {
            let text = "the database still has tables or functions";
            failure.on_reference(Error::NotAllowed(text.into()))
        })?;
        Ok(())
    }

    /// Runs a query whose only column is a name.
    pub(in crate::store) async fn names(&mut self, statement: &Statement<'_>) -> Result<Vec<Name>> {
        let rows = self.rows(statement).await?;
        let names = rows.iter().map(|row| Ok(Name::new(row.cells().text()?)));
        Ok(names.collect::<Result<_, Failure>>()?)
    }
}
