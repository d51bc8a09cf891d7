//! Tables by any word that is said of them.

use crate::rest::asked::Asked;
use crate::rest::extract::{Query, catalog_at};
use crate::rest::paging::page_size;
use crate::rest::problem::Problem;
use crate::rest::view::search::{HitListView, HitView};
use crate::search::SEARCH_CHARS_MAX;
use axum::Json;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct SearchQuery {
    /// What is looked for: words, all of which are to be found; `shop.orders` looks in the database `shop`. 256 characters at most
    #[param(example = "customer_id")]
    q: String,
    /// The catalog, `hive` by default
    catalog: Option<String>,
    /// Tables at most: 1 to 1000, by default 100
    limit: Option<usize>,
}

/// Find tables by their names, columns, comments and owners
///
/// The very name comes first, then names that begin so, then names that have it, then what has a column, an owner or a comment of
/// which a word begins so. What is not a name is found within seconds of its writing.
#[utoipa::path(get, path = "/search", tag = "tables", operation_id = "search",
    params(SearchQuery),
    responses((status = 200, description = "What was found, the best first", body = HitListView)))]
pub(in crate::rest) async fn list(
    asked: Asked,
    Query(query): Query<SearchQuery>,
) -> Result<Json<HitListView>, Problem> {
    let size = page_size(query.limit)?;
    if query.q.chars().count() > SEARCH_CHARS_MAX {
        let why = format!("what is looked for has more than {SEARCH_CHARS_MAX} characters");
        return Err(Problem::field("q", why));
    }
    let catalog = catalog_at(query.catalog.as_deref());
    let found = asked
        .search()
        .search_tables(&catalog, &query.q, size)
        .await?;
    Ok(Json(HitListView {
        tables: found.hits.into_iter().map(HitView::from).collect(),
        has_more: found.has_more,
    }))
}
