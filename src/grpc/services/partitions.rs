//! Partitions.

use super::batch::{add_options, batch_add, few_enough};
use super::{Answers, Services, add_stream, list_stream};
use crate::catalog::{DroppedEach, PartitionKey};
use crate::error::{Entity, Error};
use crate::grpc::asked::Asked;
use crate::grpc::failure::Failure;
use crate::grpc::{from_wire, to_wire};
use async_recursion::async_recursion as boxed;
use skep_wire::v1::partition_service_server::PartitionService;
use skep_wire::v1::{
    AddPartitionBatchRequest, AddPartitionBatchResponse, AddPartitionsRequest,
    AddPartitionsResponse, DeleteOutcome, DeletePartitionsRequest, DeletePartitionsResponse,
    DeletedPartition, GetPartitionRequest, GetPartitionResponse, ListPartitionsRequest,
    ListPartitionsResponse,
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
        .map_err(|failure| match failure {
            // A miss by the name that was asked for, not by the values that were read from it.
            Error::NotFound(Entity::Partition(at, _)) => {
                Error::NotFound(Entity::Partition(at, request.name.clone())).into()
            }
            Error::Invalid(why) => Failure::field("name", why),
            other => Failure::from(other),
        })?;
    let root = found.table_location.as_ref();
    let partition = Some(to_wire::partition(&found.partition, root));
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
