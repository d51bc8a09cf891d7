//! Functions as rows.

use crate::error::{Entity, Result};
use crate::model::{DatabaseRef, Function, FunctionRef, FunctionResource, Name};
use crate::store::form::packing::{from_json, to_json};
use crate::store::hive::database::{principal_type_number, principal_type_of};
use crate::store::sql::failure::Failure;
use crate::store::sql::limits::{OBJECT_NAME_BYTES_MAX, check_length};
use crate::store::sql::row::Row;
use crate::store::sql::session::Session;
use crate::store::sql::statement::Statement;

const COLUMNS: &str =
    "SELECT f.id, d.name, f.name, f.class_name, f.owner_name, f.owner_type, f.created_at,
        f.function_type, f.resources
 FROM skep_functions f
 JOIN skep_databases d ON d.id = f.database_id
 JOIN skep_catalogs c ON c.id = d.catalog_id
 WHERE c.name = ? ";

/// A resource as `[type, uri]`.
type ResourceForm = (Option<i32>, Option<String>);

fn resources_text(resources: &[FunctionResource]) -> Result<Option<String>, Failure> {
    if resources.is_empty() {
        return Ok(None);
    }
    let forms: Vec<ResourceForm> = resources
        .iter()
        .map(|resource| (resource.resource_type, resource.uri.clone()))
        .collect();
    to_json(&forms).map(Some)
}

fn resources_of(text: Option<&str>) -> Result<Vec<FunctionResource>, Failure> {
    let forms: Vec<ResourceForm> = text.map_or_else(|| Ok(Vec::new()), from_json)?;
    let resources = forms.into_iter();
    Ok(resources
        .map(|(resource_type, uri)| FunctionResource { resource_type, uri })
        .collect())
}

fn function_of(row: &Row, catalog: &Name) -> Result<Function, Failure> {
    let mut cells = row.cells();
    let id = cells.integer()?;
    let at = FunctionRef {
        catalog: catalog.clone(),
        database: Name::new(cells.text()?),
        name: Name::new(cells.text()?),
    };
    Ok(Function {
        id,
        at,
        class_name: cells.string_or_null()?,
        owner: cells.string_or_null()?,
        owner_type: principal_type_of(cells.integer_or_null()?)?,
        created_at: cells.integer()?,
        function_type: cells
            .integer_or_null()?
            .map(i32::try_from)
            .transpose()
            .map_err(Failure::fault)?,
        resources: resources_of(cells.text_or_null()?)?,
    })
}

impl Session {
    /// The function of this name.
    pub async fn function_get(&mut self, at: &FunctionRef) -> Result<Option<Function>> {
        let statement = self.function_statement(at);
        let row = self.row(&statement).await?;
        Ok(row.map(|row| function_of(&row, &at.catalog)).transpose()?)
    }

    /// As [`Session::function_get`]; the row is held until the transaction ends.
    pub async fn function_get_locked(&mut self, at: &FunctionRef) -> Result<Option<Function>> {
        let statement = self.function_statement(at).row_lock();
        let row = self.row(&statement).await?;
        Ok(row.map(|row| function_of(&row, &at.catalog)).transpose()?)
    }

    fn function_statement<'a>(&self, at: &'a FunctionRef) -> Statement<'a> {
        self.statement(COLUMNS)
            .text("AND d.name = ? AND f.name = ?")
            .bind(at.catalog.as_str())
            .bind(at.database.as_str())
            .bind(at.name.as_str())
    }

    /// The names of a database's functions, in byte order; none for an unknown database.
    pub async fn function_names(&mut self, database: &DatabaseRef) -> Result<Vec<Name>> {
        let statement = self
            .statement("SELECT f.name FROM skep_functions f WHERE f.database_id = ")
            .database_id(database)
            .text(" ORDER BY f.name");
        self.names(&statement).await
    }

    /// All functions of a catalog, in byte order of databases and names.
    pub async fn function_list(&mut self, catalog: &Name) -> Result<Vec<Function>> {
        let statement = self
            .statement(COLUMNS)
            .text("ORDER BY d.name, f.name")
            .bind(catalog.as_str());
        let rows = self.rows(&statement).await?;
        let functions = rows.iter().map(|row| function_of(row, catalog));
        Ok(functions.collect::<Result<_, Failure>>()?)
    }

    /// Stores a new function and gives its number; its `id` is not looked at. [`Error::AlreadyExists`] where the name
    /// is taken, [`Error::NotFound`] where the database is missing.
    ///
    /// [`Error::AlreadyExists`]: crate::error::Error::AlreadyExists
    /// [`Error::NotFound`]: crate::error::Error::NotFound
    pub async fn function_insert(&mut self, function: &Function) -> Result<i64> {
        check_length(
            "function's name",
            function.at.name.as_str(),
            OBJECT_NAME_BYTES_MAX,
        )?;
        let database = function.at.database_ref();
        let resources = resources_text(&function.resources)?;
        let id = self.ids_take(1).await?.start;
        let statement = self
            .statement(
                "INSERT INTO skep_functions (id, name, class_name, owner_name, owner_type, created_at,
                    function_type, resources, database_id)
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?, ",
            )
            .bind(id)
            .bind(function.at.name.as_str())
            .bind(function.class_name.as_deref())
            .bind(function.owner.as_deref())
            .bind(principal_type_number(function.owner_type))
            .bind(function.created_at)
            .bind(function.function_type.map(i64::from))
            .bind(resources.as_deref())
            .database_id(&database)
            .text(")");
        self.execute(&statement).await.map_err(|failure| {
            failure
                .or_missing(Entity::Database(database.clone()))
                .on_duplicate(Entity::Function(function.at.clone()))
        })?;
        Ok(id)
    }

    /// Rewrites the function with this `id`, its name and database included. Errors as [`Self::function_insert`].
    pub async fn function_update(&mut self, function: &Function) -> Result<()> {
        check_length(
            "function's name",
            function.at.name.as_str(),
            OBJECT_NAME_BYTES_MAX,
        )?;
        let database = function.at.database_ref();
        let resources = resources_text(&function.resources)?;
        let statement = self
            .statement(
                "UPDATE skep_functions
                 SET name = ?, class_name = ?, owner_name = ?, owner_type = ?, created_at = ?,
                     function_type = ?, resources = ?, database_id = ",
            )
            .bind(function.at.name.as_str())
            .bind(function.class_name.as_deref())
            .bind(function.owner.as_deref())
            .bind(principal_type_number(function.owner_type))
            .bind(function.created_at)
            .bind(function.function_type.map(i64::from))
            .bind(resources.as_deref())
            .database_id(&database)
            .text(" WHERE id = ?")
            .bind(function.id);
        self.execute(&statement).await.map_err(|failure| {
            failure
                .or_missing(Entity::Database(database.clone()))
                .on_duplicate(Entity::Function(function.at.clone()))
        })?;
        Ok(())
    }

    /// Removes a function and says whether it was there.
    pub async fn function_delete(&mut self, id: i64) -> Result<bool> {
        let statement = self
            .statement("DELETE FROM skep_functions WHERE id = ?")
            .bind(id);
        Ok(self.execute(&statement).await? > 0)
    }
}
