//! The notification log: what changed, for readers that follow.

use crate::catalog::{EventFilter, event_after_check};
use crate::model::{EventDigest, Name};
use crate::rest::asked::Asked;
use crate::rest::extract::Query;
use crate::rest::paging::page_size;
use crate::rest::problem::Problem;
use crate::rest::view::event::{EventListView, EventView};
use axum::Json;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct ListQuery {
    /// Only events of this catalog
    catalog: Option<String>,
    /// Only events of this database
    database: Option<String>,
    /// Only events of this table; needs a database
    table: Option<String>,
    /// Only events after this number: `next` of the page before
    #[serde(default)]
    after: i64,
    /// Events of a page: 1 to 1000, by default 100. A page of large events may hold fewer although there are more
    limit: Option<usize>,
}

/// List what changed, in the order of the commits
#[utoipa::path(get, path = "/events", tag = "events", operation_id = "event_list",
    params(ListQuery),
    responses((status = 200, description = "A page of events", body = EventListView)))]
pub(in crate::rest) async fn list(
    asked: Asked,
    Query(query): Query<ListQuery>,
) -> Result<Json<EventListView>, Problem> {
    let size = page_size(query.limit)?;
    let catalog = query.catalog.as_deref().map(Name::new);
    let filter = filter_of(query.catalog, query.database, query.table)?;
    // Read before the list, so that a follower who stops at it has missed nothing.
    let last = asked.catalog().event_last_id().await?;
    event_after_check(query.after, last)?;
    let filter = EventFilter {
        after: query.after,
        up_to: Some(last),
        ..filter
    };
    let found = asked.catalog().event_list(&filter, size).await?;
    if let Some(catalog) = catalog.filter(|_| found.is_empty()) {
        // That there is no such catalog is another answer than that nothing happened in it.
        asked.catalog().catalog_get(&catalog).await?;
    }
    let next = found.last().map_or(last, |event| event.id);
    let digests = found.into_iter().map(EventDigest::from);
    let events = digests.map(EventView::from).collect();
    Ok(Json(EventListView { events, next, last }))
}

/// Which events are meant, whatever their numbers.
pub(super) fn filter_of(
    catalog: Option<String>,
    database: Option<String>,
    table: Option<String>,
) -> Result<EventFilter, Problem> {
    if table.is_some() && database.is_none() {
        let text = "table is given without its database";
        return Err(Problem::field("table", text));
    }
    let name = |text: Option<String>| text.map(|text| Name::new(&text));
    Ok(EventFilter {
        catalog: name(catalog),
        database: name(database),
        tables: name(table).into_iter().collect(),
        ..EventFilter::default()
    })
}
