//! Databases.

use super::CatalogQuery;
use crate::catalog::database_name_allowed;
use crate::rest::asked::Asked;
use crate::rest::conditional::{IfMatch, IfNoneMatch, Tagged};
use crate::rest::created::location;
use crate::rest::extract::{Body, Query, Segments, catalog_at, database_at};
use crate::rest::paging::{page_of, page_size};
use crate::rest::problem::Problem;
use crate::rest::view::database::{ChangeDatabase, DatabaseListView, DatabaseView, NewDatabase};
use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct ListQuery {
    /// The catalog, `hive` by default
    catalog: Option<String>,
    /// Only names that match: `*` stands for any text, `|` parts alternatives
    pattern: Option<String>,
    /// Only names after this one: `next` of the page before
    after: Option<String>,
    /// Databases of a page: 1 to 1000, by default 100
    limit: Option<usize>,
}

/// List databases
#[utoipa::path(get, path = "/databases", tag = "databases", operation_id = "database_list",
    params(ListQuery),
    responses((status = 200, description = "A page of databases", body = DatabaseListView)))]
pub(in crate::rest) async fn list(
    asked: Asked,
    Query(query): Query<ListQuery>,
) -> Result<Json<DatabaseListView>, Problem> {
    let size = page_size(query.limit)?;
    let catalog = catalog_at(query.catalog.as_deref());
    // One that is mistyped would look empty.
    asked.catalog().catalog_get(&catalog).await?;
    let found = asked
        .catalog()
        .databases(&catalog, query.pattern.as_deref())
        .await?;
    let after = query.after.unwrap_or_default();
    let wanted = found
        .into_iter()
        .filter(|one| one.at.database.as_str() > after.as_str())
        .take(size + 1)
        .map(DatabaseView::from);
    let (databases, next) = page_of(wanted.collect(), size, |one| one.name.clone());
    Ok(Json(DatabaseListView { databases, next }))
}

/// Make a database
#[utoipa::path(post, path = "/databases", tag = "databases", operation_id = "database_create",
    params(CatalogQuery), request_body = NewDatabase,
    responses((status = 201, description = "The new database", body = DatabaseView)))]
pub(in crate::rest) async fn create(
    asked: Asked,
    Query(query): Query<CatalogQuery>,
    Body(new): Body<NewDatabase>,
) -> Result<impl IntoResponse, Problem> {
    let at = database_at(query.catalog.as_deref(), &new.name);
    database_name_allowed(&at.database)?;
    asked
        .catalog()
        .database_create(at.clone(), new.into())
        .await?;
    let made = asked.catalog().database_get(&at).await?;
    let location = location(&at.catalog, &["databases", at.database.as_str()]);
    Ok((StatusCode::CREATED, location, Tagged::of(&made)))
}

/// Show a database
#[utoipa::path(get, path = "/databases/{database}", tag = "databases", operation_id = "database_get",
    params(("database" = String, Path, description = "The database"),
        ("If-None-Match" = Option<String>, Header, description = "Only where it has none of these tags"),
        CatalogQuery),
    responses((status = 200, description = "The database", body = DatabaseView),
        (status = 304, description = "It is as the client has it")))]
pub(in crate::rest) async fn get(
    asked: Asked,
    Segments(database): Segments<String>,
    Query(query): Query<CatalogQuery>,
    had: IfNoneMatch,
) -> Result<Response, Problem> {
    let at = database_at(query.catalog.as_deref(), &database);
    Ok(had.answer(&asked.catalog().database_get(&at).await?))
}

/// Change a database's description, owner or single properties
#[utoipa::path(patch, path = "/databases/{database}", tag = "databases", operation_id = "database_change",
    params(("database" = String, Path, description = "The database"),
        ("If-Match" = Option<String>, Header, description = "Only where it has one of these tags still"),
        CatalogQuery),
    request_body = ChangeDatabase,
    responses((status = 200, description = "The database as it is now", body = DatabaseView)))]
pub(in crate::rest) async fn change(
    asked: Asked,
    Segments(database): Segments<String>,
    Query(query): Query<CatalogQuery>,
    expected: IfMatch,
    Body(change): Body<ChangeDatabase>,
) -> Result<Tagged, Problem> {
    let at = database_at(query.catalog.as_deref(), &database);
    let changed = asked
        .catalog()
        .database_change(&at, &change.into(), &expected)
        .await?;
    Ok(Tagged::of(&changed))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct DeleteQuery {
    /// The catalog, `hive` by default
    catalog: Option<String>,
    /// Whether the tables and functions in it go too; otherwise it must be empty
    #[serde(default)]
    cascade: bool,
    /// Whether the data of managed tables is deleted, and the directory where nothing is left in it
    #[serde(default)]
    delete_data: bool,
}

/// Drop a database
#[utoipa::path(delete, path = "/databases/{database}", tag = "databases", operation_id = "database_delete",
    params(("database" = String, Path, description = "The database"),
        ("If-Match" = Option<String>, Header, description = "Only where it has one of these tags still"),
        DeleteQuery),
    responses((status = 204, description = "It is gone")))]
pub(in crate::rest) async fn delete(
    asked: Asked,
    Segments(database): Segments<String>,
    Query(query): Query<DeleteQuery>,
    expected: IfMatch,
) -> Result<StatusCode, Problem> {
    let at = database_at(query.catalog.as_deref(), &database);
    asked
        .catalog()
        .database_drop(&at, query.delete_data, query.cascade, &expected)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
