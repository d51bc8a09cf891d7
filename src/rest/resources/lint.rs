//! Names that follow no pattern.

use crate::model::Name;
use crate::rest::asked::Asked;
use crate::rest::extract::{Query, catalog_at};
use crate::rest::paging::{page_of, page_size};
use crate::rest::problem::Problem;
use crate::rest::view::lint::{NamingRulesView, OffenderListView, OffenderView, place_parse};
use axum::Json;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct ListQuery {
    /// The catalog, `hive` by default
    catalog: Option<String>,
    /// Only this database and its tables
    database: Option<String>,
    /// Only what comes after this place: `next` of the page before
    after: Option<String>,
    /// Offenders of a page: 1 to 1000, by default 100
    limit: Option<usize>,
}

/// List the databases and tables whose names follow no pattern
#[utoipa::path(get, path = "/lint", tag = "naming", operation_id = "lint",
    params(ListQuery),
    responses((status = 200, description = "A page of offenders", body = OffenderListView)))]
pub(in crate::rest) async fn list(
    asked: Asked,
    Query(query): Query<ListQuery>,
) -> Result<Json<OffenderListView>, Problem> {
    let size = page_size(query.limit)?;
    let catalog = catalog_at(query.catalog.as_deref());
    let database = query.database.as_deref().map(Name::new);
    let after = query.after.as_deref().map(place_parse);
    let found = asked
        .catalog()
        .lint(&catalog, database.as_ref(), after.as_ref(), size + 1)
        .await?;
    let views = found.into_iter().map(OffenderView::from).collect();
    let (offenders, next) = page_of(views, size, OffenderView::place);
    let rules = NamingRulesView::from(asked.catalog().settings());
    Ok(Json(OffenderListView {
        rules,
        offenders,
        next,
    }))
}
