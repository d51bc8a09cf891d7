//! Partitions.

use super::batch::{add_options, batch_add, few_enough};
use super::partition_name::by_name;
use super::{Answers, Services, add_stream, batch_get, calendar, list_stream, partition_changes};
use crate::catalog::{DroppedEach, PartitionKey};
use crate::grpc::asked::Asked;
use crate::grpc::failure::Failure;
use crate::grpc::{from_wire, to_wire};
use async_recursion::async_recursion as boxed;
use skep_wire::v1::partition_service_server::PartitionService;
use skep_wire::v1::{
    AddPartitionBatchRequest, AddPartitionBatchResponse, AddPartitionsRequest,
    AddPartitionsResponse, BatchGetPartitionsRequest, BatchGetPartitionsResponse, DeleteOutcome,
    DeletePartitionRequest, DeletePartitionResponse, DeletePartitionsRequest,
    DeletePartitionsResponse, DeletedPartition, GetCalendarRequest, GetCalendarResponse,
    GetPartitionRequest, GetPartitionResponse, ListPartitionsRequest, ListPartitionsResponse,
    RenamePartitionRequest, RenamePartitionResponse, TouchPartitionRequest, TouchPartitionResponse,
    UpdatePartitionRequest, UpdatePartitionResponse,
};
use tonic::{Request, Response, Status, Streaming};

#[tonic::async_trait]
impl PartitionService for Services {
    type ListPartitionsStream = Answers<ListPartitionsResponse>;
    type AddPartitionsStream = Answers<AddPartitionsResponse>;

    async fn get_partition(
        &self,
        request: Request<GetPartitionRequest>,
    ) -> Result<Response<GetPartitionResponse>, Status> {
        self.read(request, get).await
    }

    async fn batch_get_partitions(
        &self,
        request: Request<BatchGetPartitionsRequest>,
    ) -> Result<Response<BatchGetPartitionsResponse>, Status> {
        self.read(request, batch_get::get).await
    }

    async fn list_partitions(
        &self,
        request: Request<ListPartitionsRequest>,
    ) -> Result<Response<Self::ListPartitionsStream>, Status> {
        let asked = Asked::of(&self.0, &request)?;
        let pages = list_stream::pages(asked, request.into_inner()).await?;
        Ok(Response::new(pages))
    }

    async fn add_partitions(
        &self,
        request: Request<Streaming<AddPartitionsRequest>>,
    ) -> Result<Response<Self::AddPartitionsStream>, Status> {
        let asked = Asked::of(&self.0, &request)?;
        let answers = add_stream::answers(asked, request.into_inner());
        Ok(Response::new(answers))
    }

    async fn add_partition_batch(
        &self,
        request: Request<AddPartitionBatchRequest>,
    ) -> Result<Response<AddPartitionBatchResponse>, Status> {
        self.change(request, add_batch).await
    }

    async fn update_partition(
        &self,
        request: Request<UpdatePartitionRequest>,
    ) -> Result<Response<UpdatePartitionResponse>, Status> {
        self.change(request, partition_changes::update).await
    }

    async fn touch_partition(
        &self,
        request: Request<TouchPartitionRequest>,
    ) -> Result<Response<TouchPartitionResponse>, Status> {
        self.change(request, partition_changes::touch).await
    }

    async fn rename_partition(
        &self,
        request: Request<RenamePartitionRequest>,
    ) -> Result<Response<RenamePartitionResponse>, Status> {
        self.change(request, partition_changes::rename).await
    }

    async fn delete_partition(
        &self,
        request: Request<DeletePartitionRequest>,
    ) -> Result<Response<DeletePartitionResponse>, Status> {
        self.change(request, partition_changes::delete).await
    }

    async fn get_calendar(
        &self,
        request: Request<GetCalendarRequest>,
    ) -> Result<Response<GetCalendarResponse>, Status> {
        self.read(request, calendar::get).await
    }

    async fn delete_partitions(
        &self,
        request: Request<DeletePartitionsRequest>,
    ) -> Result<Response<DeletePartitionsResponse>, Status> {
        self.change(request, delete).await
    }
}

#[boxed]
async fn get(asked: Asked, request: GetPartitionRequest) -> Result<GetPartitionResponse, Failure> {
    let at = from_wire::table("table", request.table)?;
    let found = asked
        .catalog()
        .partition_get(&at, PartitionKey::WholeName(&request.name))
        .await
        .map_err(|failure| by_name("name", &request.name, failure))?;
    let partition = Some(to_wire::partition(&found));
    Ok(GetPartitionResponse { partition })
}

#[boxed]
async fn add_batch(
    asked: Asked,
    request: AddPartitionBatchRequest,
) -> Result<AddPartitionBatchResponse, Failure> {
    let at = from_wire::table("table", request.table)?;
    let options = add_options(request.options);
    let partitions = batch_add(&asked, &at, options, request.partitions).await?;
    Ok(AddPartitionBatchResponse { partitions })
}

#[boxed]
async fn delete(
    asked: Asked,
    request: DeletePartitionsRequest,
) -> Result<DeletePartitionsResponse, Failure> {
    let at = from_wire::table("table", request.table)?;
    few_enough("names", request.names.len())?;
    let told = asked
        .catalog()
        .partitions_drop_each(&at, &request.names, request.delete_data)
        .await?;
    let partitions = request.names.into_iter().zip(told).map(|(name, became)| {
        let (outcome, detail) = match became {
            DroppedEach::Dropped => (DeleteOutcome::Deleted, None),
            DroppedEach::Missing => (DeleteOutcome::Missing, None),
            DroppedEach::Invalid(why) => (DeleteOutcome::Invalid, Some(why)),
        };
        DeletedPartition {
            name,
            outcome: outcome.into(),
            detail,
        }
    });
    let partitions = partitions.collect();
    Ok(DeletePartitionsResponse { partitions })
}
