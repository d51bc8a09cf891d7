//! What tables expect of their data.

use super::{Services, settings_refused};
use crate::catalog::ParameterChanges;
use crate::grpc::asked::Asked;
use crate::grpc::failure::Failure;
use crate::grpc::from_wire::{self, page_size};
use crate::grpc::to_wire;
use crate::model::{EXPECTATION_PROPERTY_PREFIX, Name};
use async_recursion::async_recursion as boxed;
use skep_wire::v1::freshness_service_server::FreshnessService;
use skep_wire::v1::{
    CheckFreshnessRequest, CheckFreshnessResponse, DeleteFreshnessRequest, DeleteFreshnessResponse,
    GetFreshnessRequest, GetFreshnessResponse, ListFreshnessRequest, ListFreshnessResponse,
    UpdateFreshnessRequest, UpdateFreshnessResponse,
};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl FreshnessService for Services {
    async fn list_freshness(
        &self,
        request: Request<ListFreshnessRequest>,
    ) -> Result<Response<ListFreshnessResponse>, Status> {
        self.read(request, list).await
    }

    async fn get_freshness(
        &self,
        request: Request<GetFreshnessRequest>,
    ) -> Result<Response<GetFreshnessResponse>, Status> {
        self.read(request, get).await
    }

    async fn update_freshness(
        &self,
        request: Request<UpdateFreshnessRequest>,
    ) -> Result<Response<UpdateFreshnessResponse>, Status> {
        self.change(request, update).await
    }

    async fn delete_freshness(
        &self,
        request: Request<DeleteFreshnessRequest>,
    ) -> Result<Response<DeleteFreshnessResponse>, Status> {
        self.change(request, delete).await
    }

    async fn check_freshness(
        &self,
        request: Request<CheckFreshnessRequest>,
    ) -> Result<Response<CheckFreshnessResponse>, Status> {
        self.change(request, check).await
    }
}

#[boxed]
async fn list(
    asked: Asked,
    request: ListFreshnessRequest,
) -> Result<ListFreshnessResponse, Failure> {
    let size = page_size(request.limit)?;
    let catalog = (!request.catalog.is_empty()).then(|| Name::new(&request.catalog));
    let (page, next) = asked
        .freshness()
        .freshness_statuses(catalog.as_ref(), request.after, size, request.lacking)
        .await?;
    let tables = page.into_iter().map(to_wire::freshness).collect();
    Ok(ListFreshnessResponse { tables, next })
}

#[boxed]
async fn get(asked: Asked, request: GetFreshnessRequest) -> Result<GetFreshnessResponse, Failure> {
    let at = from_wire::table("name", request.name)?;
    let status = asked.freshness().freshness_status(&at).await?;
    let table = Some(to_wire::freshness(status));
    Ok(GetFreshnessResponse { table })
}

#[boxed]
async fn update(
    asked: Asked,
    request: UpdateFreshnessRequest,
) -> Result<UpdateFreshnessResponse, Failure> {
    let at = from_wire::table("name", request.name)?;
    let unset = request.unset.into_iter().map(|name| (name, None));
    let set = request.settings.into_iter();
    let all = unset.chain(set.map(|(name, value)| (name, Some(value))));
    let all = all.map(|(name, value)| (format!("{EXPECTATION_PROPERTY_PREFIX}{name}"), value));
    let changes = ParameterChanges(all.collect());
    let set = asked.freshness().freshness_set(&at, &changes).await;
    let refused = |error| settings_refused(error, EXPECTATION_PROPERTY_PREFIX, "settings");
    let status = set.map_err(refused)?;
    let table = Some(to_wire::freshness(status));
    Ok(UpdateFreshnessResponse { table })
}

#[boxed]
async fn delete(
    asked: Asked,
    request: DeleteFreshnessRequest,
) -> Result<DeleteFreshnessResponse, Failure> {
    let at = from_wire::table("name", request.name)?;
    asked.freshness().freshness_reset(&at).await?;
    Ok(DeleteFreshnessResponse {})
}

#[boxed]
async fn check(
    asked: Asked,
    request: CheckFreshnessRequest,
) -> Result<CheckFreshnessResponse, Failure> {
    let at = from_wire::table("name", request.name)?;
    let status = asked.freshness().freshness_check(&at).await?;
    let table = Some(to_wire::freshness(status));
    Ok(CheckFreshnessResponse { table })
}
