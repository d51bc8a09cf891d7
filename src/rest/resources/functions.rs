//! User-defined functions.

use super::CatalogQuery;
use crate::error::Error;
use crate::rest::asked::Asked;
use crate::rest::created::location;
use crate::rest::extract::{Body, Query, Segments, database_at};
use crate::rest::paging::{page_of, page_size};
use crate::rest::problem::Problem;
use crate::rest::view::function::{FunctionListView, FunctionView, NewFunction};
use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse;
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
    /// Functions of a page: 1 to 1000, by default 100
    limit: Option<usize>,
}

/// List the functions of a database
#[utoipa::path(get, path = "/databases/{database}/functions", tag = "functions", operation_id = "function_list",
    params(("database" = String, Path, description = "The database"), ListQuery),
    responses((status = 200, description = "A page of functions", body = FunctionListView)))]
pub(in crate::rest) async fn list(
    asked: Asked,
    Segments(database): Segments<String>,
    Query(query): Query<ListQuery>,
) -> Result<Json<FunctionListView>, Problem> {
    let size = page_size(query.limit)?;
    let at = database_at(query.catalog.as_deref(), &database);
    // One that is mistyped would look empty.
    asked.catalog().database_get(&at).await?;
    let names = asked
        .catalog()
        .function_names(&at, query.pattern.as_deref())
        .await?;
    let after = query.after.unwrap_or_default();
    let wanted = names
        .into_iter()
        .filter(|name| name.as_str() > after.as_str());
    let (names, next) = page_of(wanted.take(size + 1).collect(), size, ToString::to_string);
    let mut functions = Vec::with_capacity(names.len());
    for name in &names {
        match asked
            .catalog()
            .function_get(&at.function(name.as_str()))
            .await
        {
            Ok(found) => functions.push(FunctionView::from(found)),
            // It went in the meantime.
            Err(Error::NotFound(_)) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(Json(FunctionListView { functions, next }))
}

/// Show a function
#[utoipa::path(get, path = "/databases/{database}/functions/{function}", tag = "functions",
    operation_id = "function_get",
    params(("database" = String, Path, description = "The database"),
        ("function" = String, Path, description = "The function"), CatalogQuery),
    responses((status = 200, description = "The function", body = FunctionView)))]
pub(in crate::rest) async fn get(
    asked: Asked,
    Segments((database, function)): Segments<(String, String)>,
    Query(query): Query<CatalogQuery>,
) -> Result<Json<FunctionView>, Problem> {
    let at = database_at(query.catalog.as_deref(), &database).function(function.as_str());
    Ok(Json(asked.catalog().function_get(&at).await?.into()))
}

/// Register a function
#[utoipa::path(post, path = "/databases/{database}/functions", tag = "functions", operation_id = "function_create",
    params(("database" = String, Path, description = "The database"), CatalogQuery),
    request_body = NewFunction,
    responses((status = 201, description = "The new function", body = FunctionView)))]
pub(in crate::rest) async fn create(
    asked: Asked,
    Segments(database): Segments<String>,
    Query(query): Query<CatalogQuery>,
    Body(new): Body<NewFunction>,
) -> Result<impl IntoResponse, Problem> {
    let at = database_at(query.catalog.as_deref(), &database);
    let function = new.function(&at);
    let at = function.at.clone();
    asked.catalog().function_create(function).await?;
    let made = asked.catalog().function_get(&at).await?;
    let segments = [
        "databases",
        at.database.as_str(),
        "functions",
        at.name.as_str(),
    ];
    let location = location(&at.catalog, &segments);
    Ok((
        StatusCode::CREATED,
        location,
        Json(FunctionView::from(made)),
    ))
}

/// Drop a function
#[utoipa::path(delete, path = "/databases/{database}/functions/{function}", tag = "functions",
    operation_id = "function_delete",
    params(("database" = String, Path, description = "The database"),
        ("function" = String, Path, description = "The function"), CatalogQuery),
    responses((status = 204, description = "It is gone")))]
pub(in crate::rest) async fn delete(
    asked: Asked,
    Segments((database, function)): Segments<(String, String)>,
    Query(query): Query<CatalogQuery>,
) -> Result<StatusCode, Problem> {
    let at = database_at(query.catalog.as_deref(), &database).function(function.as_str());
    asked.catalog().function_drop(&at).await?;
    Ok(StatusCode::NO_CONTENT)
}
