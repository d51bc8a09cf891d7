//! Tables under another name.

use super::CatalogQuery;
use crate::rest::asked::Asked;
use crate::rest::conditional::Tagged;
use crate::rest::extract::{Body, Query, Segments, table_at};
use crate::rest::problem::Problem;
use crate::rest::view::table::{RenameTable, TableView};

/// Rename a table, or move it into another database
///
/// The directory of a managed table at its default place goes along; on an object store that takes its time, and is a job.
#[utoipa::path(post, path = "/databases/{database}/tables/{table}/rename", tag = "tables",
    operation_id = "table_rename",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"), CatalogQuery),
    request_body = RenameTable,
    responses((status = 200, description = "The table as it is now", body = TableView)))]
pub(in crate::rest) async fn rename(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<CatalogQuery>,
    Body(request): Body<RenameTable>,
) -> Result<Tagged, Problem> {
    let at = table_at(query.catalog.as_deref(), &place);
    if request.name.is_none() && request.database.is_none() {
        return Err(Problem::field(
            "name",
            "say the new name, the new database, or both",
        ));
    }
    let (database, table) = place;
    let target = (
        request.database.unwrap_or(database),
        request.name.unwrap_or(table),
    );
    let to = table_at(query.catalog.as_deref(), &target);
    let renamed = asked.catalog().table_move(&at, &to).await?;
    Ok(Tagged::of(&renamed))
}
