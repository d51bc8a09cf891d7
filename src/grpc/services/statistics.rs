//! Column statistics of tables and of partitions.

use super::Services;
use super::partition_name::by_name;
use crate::catalog::{
    PartitionKey, StatisticsUpdate, partition_name_meant, statistics_columns_check,
    statistics_described, statistics_wanted,
};
use crate::grpc::asked::Asked;
use crate::grpc::failure::Failure;
use crate::grpc::{from_wire, to_wire};
use crate::model::Table;
use async_recursion::async_recursion as boxed;
use skep_wire::v1::statistics_service_server::StatisticsService;
use skep_wire::v1::{
    DeleteStatisticsRequest, DeleteStatisticsResponse, GetStatisticsRequest, GetStatisticsResponse,
    UpdateStatisticsRequest, UpdateStatisticsResponse,
};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl StatisticsService for Services {
    async fn get_statistics(
        &self,
        request: Request<GetStatisticsRequest>,
    ) -> Result<Response<GetStatisticsResponse>, Status> {
        self.read(request, get).await
    }

    async fn update_statistics(
        &self,
        request: Request<UpdateStatisticsRequest>,
    ) -> Result<Response<UpdateStatisticsResponse>, Status> {
        self.change(request, update).await
    }

    async fn delete_statistics(
        &self,
        request: Request<DeleteStatisticsRequest>,
    ) -> Result<Response<DeleteStatisticsResponse>, Status> {
        self.change(request, delete).await
    }
}

#[boxed]
async fn get(
    asked: Asked,
    request: GetStatisticsRequest,
) -> Result<GetStatisticsResponse, Failure> {
    let at = from_wire::table("table", request.table)?;
    let named = from_wire::column_names(&request.columns)?;
    let engine = from_wire::engine(&request.engine)?;
    let catalog = asked.catalog();
    let wanted = statistics_wanted(&catalog.table_get(&at).await?, named)?;
    let found = if request.partition.is_empty() {
        catalog.table_statistics(&at, engine, &wanted).await?
    } else {
        let key = PartitionKey::WholeName(&request.partition);
        let there = catalog
            .partition_get(&at, key)
            .await
            .map_err(|failure| by_name("partition", &request.partition, failure))?;
        let name = there.partition.name;
        let mut found = catalog
            .partition_statistics(&at, engine, &[name.as_str()], &wanted)
            .await?;
        found.remove(&name).unwrap_or_default()
    };
    let columns = found.into_iter().map(to_wire::column_statistics);
    Ok(GetStatisticsResponse {
        engine: engine.to_owned(),
        columns: columns.collect(),
    })
}

#[boxed]
async fn update(
    asked: Asked,
    request: UpdateStatisticsRequest,
) -> Result<UpdateStatisticsResponse, Failure> {
    let at = from_wire::table("table", request.table)?;
    let specs = from_wire::statistics(request.columns)?;
    let table = asked.catalog().table_get(&at).await?;
    let update = StatisticsUpdate {
        columns: statistics_described(&table, specs)?,
        partition: stored_name(&table, &request.partition)?,
    };
    let engine = from_wire::engine(&request.engine)?;
    asked
        .catalog()
        .statistics_update(&at, engine, &[update], false)
        .await?;
    Ok(UpdateStatisticsResponse {})
}

#[boxed]
async fn delete(
    asked: Asked,
    request: DeleteStatisticsRequest,
) -> Result<DeleteStatisticsResponse, Failure> {
    let at = from_wire::table("table", request.table)?;
    let columns = from_wire::column_names(&request.columns)?;
    let table = asked.catalog().table_get(&at).await?;
    statistics_columns_check(&table, &columns)?;
    let name = stored_name(&table, &request.partition)?;
    let partition = name.as_deref().map(|name| [name]);
    let partitions = partition.as_ref().map(<[&str; 1]>::as_slice);
    let engine = Some(from_wire::engine(&request.engine)?);
    asked
        .catalog()
        .statistics_delete(&at, partitions, engine, &columns)
        .await?;
    Ok(DeleteStatisticsResponse {})
}

/// The name as it is stored of the partition that is meant; nothing for the table itself.
fn stored_name(table: &Table, partition: &str) -> Result<Option<String>, Failure> {
    if partition.is_empty() {
        return Ok(None);
    }
    let meant = partition_name_meant(table, partition);
    let meant = meant.map_err(|failure| by_name("partition", partition, failure))?;
    Ok(Some(meant))
}
