//! Column statistics of tables and of partitions.

use super::CatalogQuery;
use super::partitions::by_name;
use crate::catalog::{
    PartitionKey, StatisticsUpdate, partition_name_meant, statistics_columns_check,
    statistics_described, statistics_engine, statistics_values_fault, statistics_wanted,
};
use crate::model::{ColumnStatistics, Name, Table, TableRef};
use crate::rest::asked::Asked;
use crate::rest::extract::{Body, Query, Segments, table_at};
use crate::rest::problem::Problem;
use crate::rest::view::statistics::{ColumnStatisticsView, PutStatistics, StatisticsView};
use axum::Json;
use axum::http::StatusCode;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct ColumnsQuery {
    /// The catalog, `hive` by default
    catalog: Option<String>,
    /// The engine that made them, `hive` by default
    #[param(pattern = "^[!-~]{1,128}$")]
    engine: Option<String>,
    /// Only these columns, parted by commas; all where it is left out
    columns: Option<String>,
}

impl ColumnsQuery {
    fn engine(&self) -> Result<&str, Problem> {
        Ok(statistics_engine(self.engine.as_deref())?)
    }

    /// The columns that are named; none where all are meant.
    fn named(&self) -> Result<Vec<Name>, Problem> {
        let Some(text) = &self.columns else {
            return Ok(Vec::new());
        };
        let named = text.split(',').map(str::trim);
        let named = named.filter(|name| !name.is_empty()).map(Name::new);
        let named: Vec<Name> = named.collect();
        if named.is_empty() {
            // Nobody who means all of them says so by naming none, and they may be about to be deleted.
            return Err(Problem::field("columns", "no column is named"));
        }
        Ok(named)
    }

    fn wanted(&self, table: &Table) -> Result<Vec<Name>, Problem> {
        Ok(statistics_wanted(table, self.named()?)?)
    }

    /// The columns that are named, all of which the table has.
    fn forgotten(&self, table: &Table) -> Result<Vec<Name>, Problem> {
        let named = self.named()?;
        statistics_columns_check(table, &named)?;
        Ok(named)
    }
}

/// Show what is known of a table's columns
#[utoipa::path(get, path = "/databases/{database}/tables/{table}/statistics", tag = "statistics",
    operation_id = "table_statistics_get",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"), ColumnsQuery),
    responses((status = 200, description = "The statistics", body = StatisticsView)))]
pub(in crate::rest) async fn table_get(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<ColumnsQuery>,
) -> Result<Json<StatisticsView>, Problem> {
    let at = table_at(query.catalog.as_deref(), &place);
    let engine = query.engine()?;
    let wanted = query.wanted(&asked.catalog().table_get(&at).await?)?;
    let found = asked
        .catalog()
        .table_statistics(&at, engine, &wanted)
        .await?;
    Ok(view(engine, found))
}

/// Store what is known of a table's columns
#[utoipa::path(put, path = "/databases/{database}/tables/{table}/statistics", tag = "statistics",
    operation_id = "table_statistics_put",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"), CatalogQuery),
    request_body = PutStatistics,
    responses((status = 204, description = "They are stored")))]
pub(in crate::rest) async fn table_put(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<CatalogQuery>,
    Body(request): Body<PutStatistics>,
) -> Result<StatusCode, Problem> {
    let at = table_at(query.catalog.as_deref(), &place);
    put(&asked, &at, None, request).await
}

/// Forget what is known of a table's columns
#[utoipa::path(delete, path = "/databases/{database}/tables/{table}/statistics", tag = "statistics",
    operation_id = "table_statistics_delete",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"), ColumnsQuery),
    responses((status = 204, description = "They are gone")))]
pub(in crate::rest) async fn table_delete(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<ColumnsQuery>,
) -> Result<StatusCode, Problem> {
    let at = table_at(query.catalog.as_deref(), &place);
    let engine = query.engine()?;
    let named = query.forgotten(&asked.catalog().table_get(&at).await?)?;
    asked
        .catalog()
        .statistics_delete(&at, None, Some(engine), &named)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Show what is known of a partition's columns
#[utoipa::path(get, path = "/databases/{database}/tables/{table}/partitions/{partition}/statistics",
    tag = "statistics", operation_id = "partition_statistics_get",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"),
        ("partition" = String, Path,
            description = "The partition's name, percent-encoded as one segment: dt=2026-11-22%2Fhour=10"),
        ColumnsQuery),
    responses((status = 200, description = "The statistics", body = StatisticsView)))]
pub(in crate::rest) async fn partition_get(
    asked: Asked,
    Segments((database, table, partition)): Segments<(String, String, String)>,
    Query(query): Query<ColumnsQuery>,
) -> Result<Json<StatisticsView>, Problem> {
    let at = table_at(query.catalog.as_deref(), &(database, table));
    let engine = query.engine()?;
    let wanted = query.wanted(&asked.catalog().table_get(&at).await?)?;
    let there = asked
        .catalog()
        .partition_get(&at, PartitionKey::WholeName(&partition))
        .await
        .map_err(|failure| by_name(failure, &partition))?;
    let name = there.partition.name;
    let mut found = asked
        .catalog()
        .partition_statistics(&at, engine, &[name.as_str()], &wanted)
        .await?;
    Ok(view(engine, found.remove(&name).unwrap_or_default()))
}

/// Store what is known of a partition's columns
#[utoipa::path(put, path = "/databases/{database}/tables/{table}/partitions/{partition}/statistics",
    tag = "statistics", operation_id = "partition_statistics_put",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"),
        ("partition" = String, Path,
            description = "The partition's name, percent-encoded as one segment: dt=2026-11-22%2Fhour=10"),
        CatalogQuery),
    request_body = PutStatistics,
    responses((status = 204, description = "They are stored")))]
pub(in crate::rest) async fn partition_put(
    asked: Asked,
    Segments((database, table, partition)): Segments<(String, String, String)>,
    Query(query): Query<CatalogQuery>,
    Body(request): Body<PutStatistics>,
) -> Result<StatusCode, Problem> {
    let at = table_at(query.catalog.as_deref(), &(database, table));
    put(&asked, &at, Some(&partition), request).await
}

/// Forget what is known of a partition's columns
#[utoipa::path(delete, path = "/databases/{database}/tables/{table}/partitions/{partition}/statistics",
    tag = "statistics", operation_id = "partition_statistics_delete",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"),
        ("partition" = String, Path,
            description = "The partition's name, percent-encoded as one segment: dt=2026-11-22%2Fhour=10"),
        ColumnsQuery),
    responses((status = 204, description = "They are gone")))]
pub(in crate::rest) async fn partition_delete(
    asked: Asked,
    Segments((database, table, partition)): Segments<(String, String, String)>,
    Query(query): Query<ColumnsQuery>,
) -> Result<StatusCode, Problem> {
    let at = table_at(query.catalog.as_deref(), &(database, table));
    let table = asked.catalog().table_get(&at).await?;
    let engine = query.engine()?;
    let named = query.forgotten(&table)?;
    let name = partition_name_meant(&table, &partition)?;
    let partitions = [name.as_str()];
    asked
        .catalog()
        .statistics_delete(&at, Some(&partitions), Some(engine), &named)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

fn view(engine: &str, found: Vec<ColumnStatistics>) -> Json<StatisticsView> {
    Json(StatisticsView {
        engine: engine.to_owned(),
        columns: found.into_iter().map(ColumnStatisticsView::from).collect(),
    })
}

async fn put(
    asked: &Asked,
    at: &TableRef,
    partition: Option<&str>,
    request: PutStatistics,
) -> Result<StatusCode, Problem> {
    let engine = statistics_engine(request.engine.as_deref())?;
    let table = asked.catalog().table_get(at).await?;
    let mut specs = Vec::with_capacity(request.columns.len());
    for (index, column) in request.columns.into_iter().enumerate() {
        let spec = column.spec();
        specs.push(spec.map_err(|why| statistics_values_fault(index, why))?);
    }
    let columns = statistics_described(&table, specs)?;
    let partition = partition
        .map(|name| partition_name_meant(&table, name))
        .transpose()?;
    let update = StatisticsUpdate { partition, columns };
    asked
        .catalog()
        .statistics_update(at, engine, &[update], false)
        .await?;
    Ok(StatusCode::NO_CONTENT)
}
