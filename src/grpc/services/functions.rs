//! User-defined functions.

use super::Services;
use crate::error::Error;
use crate::grpc::asked::Asked;
use crate::grpc::failure::Failure;
use crate::grpc::from_wire::{self, page_size, some_text};
use crate::grpc::to_wire;
use async_recursion::async_recursion as boxed;
use skep_wire::v1::function_service_server::FunctionService;
use skep_wire::v1::{
    CreateFunctionRequest, CreateFunctionResponse, DeleteFunctionRequest, DeleteFunctionResponse,
    GetFunctionRequest, GetFunctionResponse, ListFunctionsRequest, ListFunctionsResponse,
};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl FunctionService for Services {
    async fn list_functions(
        &self,
        request: Request<ListFunctionsRequest>,
    ) -> Result<Response<ListFunctionsResponse>, Status> {
        self.read(request, list).await
    }

    async fn get_function(
        &self,
        request: Request<GetFunctionRequest>,
    ) -> Result<Response<GetFunctionResponse>, Status> {
        self.read(request, get).await
    }

    async fn create_function(
        &self,
        request: Request<CreateFunctionRequest>,
    ) -> Result<Response<CreateFunctionResponse>, Status> {
        self.change(request, create).await
    }

    async fn delete_function(
        &self,
        request: Request<DeleteFunctionRequest>,
    ) -> Result<Response<DeleteFunctionResponse>, Status> {
        self.change(request, delete).await
    }
}

#[boxed]
async fn list(
    asked: Asked,
    request: ListFunctionsRequest,
) -> Result<ListFunctionsResponse, Failure> {
    let size = page_size(request.limit)?;
    let at = from_wire::database("database", request.database)?;
    // One that is mistyped would look empty.
    asked.catalog().database_get(&at).await?;
    let names = asked
        .catalog()
        .function_names(&at, some_text(&request.pattern))
        .await?;
    let mut wanted = names
        .into_iter()
        .filter(|name| name.as_str() > request.after.as_str());
    let names: Vec<_> = wanted.by_ref().take(size).collect();
    let last = names.last().map(ToString::to_string);
    let next = last.filter(|_| wanted.next().is_some());
    let mut functions = Vec::with_capacity(names.len());
    for name in names {
        match asked.catalog().function_get(&at.function(name)).await {
            Ok(found) => functions.push(to_wire::function(found)),
            // It went in the meantime.
            Err(Error::NotFound(_)) => {}
            Err(failure) => return Err(failure.into()),
        }
    }
    Ok(ListFunctionsResponse { functions, next })
}

#[boxed]
async fn get(asked: Asked, request: GetFunctionRequest) -> Result<GetFunctionResponse, Failure> {
    let at = from_wire::function(request.database, &request.name)?;
    let found = asked.catalog().function_get(&at).await?;
    let function = Some(to_wire::function(found));
    Ok(GetFunctionResponse { function })
}

#[boxed]
async fn create(
    asked: Asked,
    mut request: CreateFunctionRequest,
) -> Result<CreateFunctionResponse, Failure> {
    let at = from_wire::function(request.database.take(), &request.name)?;
    let function = from_wire::new_function(at.clone(), request)?;
    asked.catalog().function_create(function).await?;
    let made = asked.catalog().function_get(&at).await?;
    let function = Some(to_wire::function(made));
    Ok(CreateFunctionResponse { function })
}

#[boxed]
async fn delete(
    asked: Asked,
    request: DeleteFunctionRequest,
) -> Result<DeleteFunctionResponse, Failure> {
    let at = from_wire::function(request.database, &request.name)?;
    asked.catalog().function_drop(&at).await?;
    Ok(DeleteFunctionResponse {})
}
