//! Catalogs.

use super::Services;
use crate::grpc::asked::Asked;
use crate::grpc::failure::Failure;
use crate::grpc::to_wire;
use async_recursion::async_recursion as boxed;
use skep_wire::v1::catalog_service_server::CatalogService;
use skep_wire::v1::{ListCatalogsRequest, ListCatalogsResponse};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl CatalogService for Services {
    async fn list_catalogs(
        &self,
        request: Request<ListCatalogsRequest>,
    ) -> Result<Response<ListCatalogsResponse>, Status> {
        self.read(request, list).await
    }
}

#[boxed]
async fn list(asked: Asked, _: ListCatalogsRequest) -> Result<ListCatalogsResponse, Failure> {
    let found = asked.catalog().catalog_list().await?;
    let catalogs = found.into_iter().map(to_wire::catalog).collect();
    Ok(ListCatalogsResponse { catalogs })
}
