//! Databases.

use super::Services;
use crate::catalog::{ObjectFault, database_name_allowed};
use crate::grpc::asked::Asked;
use crate::grpc::condition::IfEtag;
use crate::grpc::failure::Failure;
use crate::grpc::from_wire::{self, page_size, some_text};
use crate::grpc::to_wire;
use async_recursion::async_recursion as boxed;
use skep_wire::v1::database_service_server::DatabaseService;
use skep_wire::v1::{
    CreateDatabaseRequest, CreateDatabaseResponse, DeleteDatabaseRequest, DeleteDatabaseResponse,
    GetDatabaseRequest, GetDatabaseResponse, ListDatabasesRequest, ListDatabasesResponse,
    UpdateDatabaseRequest, UpdateDatabaseResponse,
};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl DatabaseService for Services {
    async fn list_databases(
        &self,
        request: Request<ListDatabasesRequest>,
    ) -> Result<Response<ListDatabasesResponse>, Status> {
        self.read(request, list).await
    }

    async fn get_database(
        &self,
        request: Request<GetDatabaseRequest>,
    ) -> Result<Response<GetDatabaseResponse>, Status> {
        self.read(request, get).await
    }

    async fn create_database(
        &self,
        request: Request<CreateDatabaseRequest>,
    ) -> Result<Response<CreateDatabaseResponse>, Status> {
        self.change(request, create).await
    }

    async fn update_database(
        &self,
        request: Request<UpdateDatabaseRequest>,
    ) -> Result<Response<UpdateDatabaseResponse>, Status> {
        self.change(request, update).await
    }

    async fn delete_database(
        &self,
        request: Request<DeleteDatabaseRequest>,
    ) -> Result<Response<DeleteDatabaseResponse>, Status> {
        self.change(request, delete).await
    }
}

#[boxed]
async fn list(
    asked: Asked,
    request: ListDatabasesRequest,
) -> Result<ListDatabasesResponse, Failure> {
    let size = page_size(request.limit)?;
    let catalog = from_wire::catalog(&request.catalog);
    // One that is mistyped would look empty.
    asked.catalog().catalog_get(&catalog).await?;
    let found = asked
        .catalog()
        .databases(&catalog, some_text(&request.pattern))
        .await?;
    let mut wanted = found
        .into_iter()
        .filter(|one| one.at.database.as_str() > request.after.as_str());
    let page = wanted.by_ref().take(size).map(to_wire::database);
    let databases: Vec<_> = page.collect();
    let last = databases.last().map(|one| one.name.clone());
    let next = last.filter(|_| wanted.next().is_some());
    Ok(ListDatabasesResponse { databases, next })
}

#[boxed]
async fn get(asked: Asked, request: GetDatabaseRequest) -> Result<GetDatabaseResponse, Failure> {
    let at = from_wire::database("name", request.name)?;
    let found = asked.catalog().database_get(&at).await?;
    let database = Some(to_wire::database(found));
    Ok(GetDatabaseResponse { database })
}

#[boxed]
async fn create(
    asked: Asked,
    mut request: CreateDatabaseRequest,
) -> Result<CreateDatabaseResponse, Failure> {
    let at = from_wire::database("name", request.name.take())?;
    database_name_allowed(&at.database)
        .map_err(|fault| ObjectFault::new("name.database", fault.why))?;
    let spec = from_wire::database_spec(request);
    asked.catalog().database_create(at.clone(), spec).await?;
    let made = asked.catalog().database_get(&at).await?;
    let database = Some(to_wire::database(made));
    Ok(CreateDatabaseResponse { database })
}

#[boxed]
async fn update(
    asked: Asked,
    mut request: UpdateDatabaseRequest,
) -> Result<UpdateDatabaseResponse, Failure> {
    let at = from_wire::database("name", request.name.take())?;
    let expected = IfEtag(std::mem::take(&mut request.etag));
    let change = from_wire::database_change(request)?;
    let changed = asked
        .catalog()
        .database_change(&at, &change, &expected)
        .await?;
    let database = Some(to_wire::database(changed));
    Ok(UpdateDatabaseResponse { database })
}

#[boxed]
async fn delete(
    asked: Asked,
    request: DeleteDatabaseRequest,
) -> Result<DeleteDatabaseResponse, Failure> {
    let at = from_wire::database("name", request.name)?;
    let expected = IfEtag(request.etag);
    asked
        .catalog()
        .database_drop(&at, request.delete_data, request.cascade, &expected)
        .await?;
    Ok(DeleteDatabaseResponse {})
}
