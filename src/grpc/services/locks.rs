//! Locks of engines.

use super::Services;
use crate::catalog::LockFilter;
use crate::grpc::asked::Asked;
use crate::grpc::failure::Failure;
use crate::grpc::from_wire::{page_size, some_text};
use crate::grpc::to_wire;
use crate::model::Name;
use async_recursion::async_recursion as boxed;
use skep_wire::v1::lock_service_server::LockService;
use skep_wire::v1::{
    ExplainLockRequest, ExplainLockResponse, ListLocksRequest, ListLocksResponse,
    ReleaseLockRequest, ReleaseLockResponse,
};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl LockService for Services {
    async fn list_locks(
        &self,
        request: Request<ListLocksRequest>,
    ) -> Result<Response<ListLocksResponse>, Status> {
        self.read(request, list).await
    }

    async fn explain_lock(
        &self,
        request: Request<ExplainLockRequest>,
    ) -> Result<Response<ExplainLockResponse>, Status> {
        self.read(request, explain).await
    }

    async fn release_lock(
        &self,
        request: Request<ReleaseLockRequest>,
    ) -> Result<Response<ReleaseLockResponse>, Status> {
        self.change(request, release).await
    }
}

#[boxed]
async fn list(asked: Asked, request: ListLocksRequest) -> Result<ListLocksResponse, Failure> {
    let size = page_size(request.limit)?;
    let name = |text: &str| some_text(text).map(Name::new);
    let filter = LockFilter {
        catalog: name(&request.catalog),
        database: name(&request.database),
        table: name(&request.table),
        partition: None,
        transaction_id: None,
    };
    let found = asked.catalog().lock_list(&filter).await?;
    let mut wanted = found.into_iter().filter(|one| one.lock.id > request.after);
    let page = wanted.by_ref().take(size).map(to_wire::lock);
    let locks: Vec<_> = page.collect();
    let last = locks.last().map(|one| one.id);
    let next = last.filter(|_| wanted.next().is_some());
    Ok(ListLocksResponse { locks, next })
}

#[boxed]
async fn explain(
    asked: Asked,
    request: ExplainLockRequest,
) -> Result<ExplainLockResponse, Failure> {
    let found = asked.catalog().lock_explain(request.id).await?;
    Ok(ExplainLockResponse {
        lock: Some(to_wire::lock(found.lock)),
        waits_for: found.waits_for.into_iter().map(to_wire::lock).collect(),
    })
}

#[boxed]
async fn release(
    asked: Asked,
    request: ReleaseLockRequest,
) -> Result<ReleaseLockResponse, Failure> {
    asked.catalog().lock_release(request.id).await?;
    tracing::info!(lock = request.id, "a lock was released by an operator");
    Ok(ReleaseLockResponse {})
}
