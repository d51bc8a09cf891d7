//! The calendar of a table.

use crate::rest::asked::Asked;
use crate::rest::extract::{Query, Segments, table_at};
use crate::rest::problem::Problem;
use crate::rest::view::calendar::CalendarView;
use axum::Json;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct CalendarQuery {
    /// The catalog, `hive` by default
    catalog: Option<String>,
    /// The year, 1 to 9998; by default that of the last partition
    #[param(minimum = 1, maximum = 9998)]
    year: Option<i16>,
}

/// Show the days of a year that have partitions
///
/// Which keys tell the day and the hour is read off the last partitions; where none of them tells a day, there is no year.
#[utoipa::path(get, path = "/databases/{database}/tables/{table}/calendar", tag = "partitions",
    operation_id = "partition_calendar",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"), CalendarQuery),
    responses((status = 200, description = "The year", body = CalendarView)))]
pub(in crate::rest) async fn get(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<CalendarQuery>,
) -> Result<Json<CalendarView>, Problem> {
    if query.year.is_some_and(|year| !(1..=9998).contains(&year)) {
        return Err(Problem::field("year", "year must lie between 1 and 9998"));
    }
    let at = table_at(query.catalog.as_deref(), &place);
    let calendar = asked.catalog().partition_calendar(&at, query.year).await?;
    Ok(Json(CalendarView::from(&calendar)))
}
