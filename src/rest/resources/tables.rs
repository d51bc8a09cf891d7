//! Tables and views.

use super::CatalogQuery;
use crate::catalog::TableSpecFault;
use crate::rest::asked::Asked;
use crate::rest::conditional::{IfMatch, IfNoneMatch, Tagged};
use crate::rest::created::location;
use crate::rest::extract::{Body, Query, Segments, database_at, table_at};
use crate::rest::paging::{page_of, page_size};
use crate::rest::problem::Problem;
use crate::rest::view::table::{
    ChangeTable, NewTable, TableListView, TableSummaryView, TableView, type_parse,
};
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
    /// Only tables of this type: `managed`, `external`, `view`, `materialized_view`
    r#type: Option<String>,
    /// Only names after this one: `next` of the page before
    after: Option<String>,
    /// Tables of a page: 1 to 1000, by default 100
    limit: Option<usize>,
}

/// List the tables of a database
#[utoipa::path(get, path = "/databases/{database}/tables", tag = "tables", operation_id = "table_list",
    params(("database" = String, Path, description = "The database"), ListQuery),
    responses((status = 200, description = "A page of tables", body = TableListView)))]
pub(in crate::rest) async fn list(
    asked: Asked,
    Segments(database): Segments<String>,
    Query(query): Query<ListQuery>,
) -> Result<Json<TableListView>, Problem> {
    let size = page_size(query.limit)?;
    let at = database_at(query.catalog.as_deref(), &database);
    let table_type = query.r#type.as_deref().map(type_parse);
    let names = asked
        .catalog()
        .table_names(&at, query.pattern.as_deref(), table_type.as_ref())
        .await?;
    let after = query.after.unwrap_or_default();
    let wanted = names
        .into_iter()
        .filter(|name| name.as_str() > after.as_str());
    let (names, next) = page_of(wanted.take(size + 1).collect(), size, ToString::to_string);
    let tables = asked.catalog().tables_by_name(&at, &names).await?;
    let tables = tables.iter().map(TableSummaryView::from).collect();
    Ok(Json(TableListView { tables, next }))
}

/// Make a table
#[utoipa::path(post, path = "/databases/{database}/tables", tag = "tables", operation_id = "table_create",
    params(("database" = String, Path, description = "The database"), CatalogQuery),
    request_body = NewTable,
    responses((status = 201, description = "The new table", body = TableView)))]
pub(in crate::rest) async fn create(
    asked: Asked,
    Segments(database): Segments<String>,
    Query(query): Query<CatalogQuery>,
    Body(new): Body<NewTable>,
) -> Result<impl IntoResponse, Problem> {
    let at = database_at(query.catalog.as_deref(), &database);
    let table = new.spec().table(&at).map_err(|fault| match fault {
        TableSpecFault::Field(field, why) => Problem::field(field, why),
        TableSpecFault::Object(fault) => fault.into(),
    })?;
    let at = table.at.clone();
    asked.catalog().table_create(table, true).await?;
    let made = asked.catalog().table_get(&at).await?;
    let segments = [
        "databases",
        at.database.as_str(),
        "tables",
        at.table.as_str(),
    ];
    let location = location(&at.catalog, &segments);
    Ok((StatusCode::CREATED, location, Tagged::of(&made)))
}

/// Show a table
#[utoipa::path(get, path = "/databases/{database}/tables/{table}", tag = "tables", operation_id = "table_get",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"),
        ("If-None-Match" = Option<String>, Header, description = "Only where it has none of these tags"),
        CatalogQuery),
    responses((status = 200, description = "The table", body = TableView),
        (status = 304, description = "It is as the client has it")))]
pub(in crate::rest) async fn get(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<CatalogQuery>,
    had: IfNoneMatch,
) -> Result<Response, Problem> {
    let at = table_at(query.catalog.as_deref(), &place);
    Ok(had.answer(&asked.catalog().table_get(&at).await?))
}

/// Change single things of a table
///
/// What is absent stays. No data moves, and none is rewritten.
#[utoipa::path(patch, path = "/databases/{database}/tables/{table}", tag = "tables", operation_id = "table_change",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"),
        ("If-Match" = Option<String>, Header, description = "Only where it has one of these tags still"),
        CatalogQuery),
    request_body = ChangeTable,
    responses((status = 200, description = "The table as it is now", body = TableView)))]
pub(in crate::rest) async fn change(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<CatalogQuery>,
    expected: IfMatch,
    Body(change): Body<ChangeTable>,
) -> Result<Tagged, Problem> {
    let at = table_at(query.catalog.as_deref(), &place);
    let change = change
        .read()
        .map_err(|(field, why)| Problem::field(field, why))?;
    let changed = asked
        .catalog()
        .table_change(&at, &change, &expected)
        .await?;
    Ok(Tagged::of(&changed))
}

/// The query of drops that may take data with them.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct DeleteQuery {
    /// The catalog, `hive` by default
    pub(super) catalog: Option<String>,
    /// Whether the data goes too; data of external tables never does
    #[serde(default)]
    pub(super) delete_data: bool,
}

/// Drop a table
#[utoipa::path(delete, path = "/databases/{database}/tables/{table}", tag = "tables", operation_id = "table_delete",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"),
        ("If-Match" = Option<String>, Header, description = "Only where it has one of these tags still"),
        DeleteQuery),
    responses((status = 204, description = "It is gone")))]
pub(in crate::rest) async fn delete(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<DeleteQuery>,
    expected: IfMatch,
) -> Result<StatusCode, Problem> {
    let at = table_at(query.catalog.as_deref(), &place);
    asked
        .catalog()
        .table_drop(&at, query.delete_data, &expected)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
