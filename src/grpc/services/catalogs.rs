//! Catalogs, and the names in them.

use super::{Services, page_of};
use crate::catalog::LintPlace;
use crate::grpc::asked::Asked;
use crate::grpc::failure::Failure;
use crate::grpc::from_wire::{self, named, page_size, some_text};
use crate::grpc::to_wire;
use crate::model::Name;
use async_recursion::async_recursion as boxed;
use skep_wire::v1::catalog_service_server::CatalogService;
use skep_wire::v1::{
    LintRequest, LintResponse, ListCatalogsRequest, ListCatalogsResponse, ListReplicasRequest,
    ListReplicasResponse,
};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl CatalogService for Services {
    async fn list_catalogs(
        &self,
        request: Request<ListCatalogsRequest>,
    ) -> Result<Response<ListCatalogsResponse>, Status> {
        self.read(request, list).await
    }

    async fn lint(&self, request: Request<LintRequest>) -> Result<Response<LintResponse>, Status> {
        self.read(request, lint).await
    }

    async fn list_replicas(
        &self,
        request: Request<ListReplicasRequest>,
    ) -> Result<Response<ListReplicasResponse>, Status> {
        self.read(request, replicas).await
    }
}

#[boxed]
async fn list(asked: Asked, _: ListCatalogsRequest) -> Result<ListCatalogsResponse, Failure> {
    let found = asked.catalog().catalog_list().await?;
    let catalogs = found.into_iter().map(to_wire::catalog).collect();
    Ok(ListCatalogsResponse { catalogs })
}

#[boxed]
async fn lint(asked: Asked, request: LintRequest) -> Result<LintResponse, Failure> {
    let size = page_size(request.limit)?;
    let catalog = from_wire::catalog(&request.catalog);
    let database = some_text(&request.database).map(Name::new);
    let after = request.after.map(|place| {
        let database = named("after.database", &place.database)?;
        Ok::<_, Failure>(LintPlace {
            database: Name::new(database),
            table: place.table.as_deref().map(Name::new),
        })
    });
    let after = after.transpose()?;
    let found = asked
        .catalog()
        .lint(&catalog, database.as_ref(), after.as_ref(), size + 1)
        .await?;
    let (found, next) = page_of(found, size, |one| to_wire::lint_place(&one.at));
    Ok(LintResponse {
        rules: Some(to_wire::naming_rules(asked.catalog().settings())),
        offenders: found.into_iter().map(to_wire::offender).collect(),
        next,
    })
}

#[boxed]
async fn replicas(asked: Asked, _: ListReplicasRequest) -> Result<ListReplicasResponse, Failure> {
    let own = asked.shared.replica.as_str();
    let found = asked.catalog().replica_list().await?.into_iter();
    let replicas = found.map(|one| to_wire::replica(one, own)).collect();
    Ok(ListReplicasResponse { replicas })
}
