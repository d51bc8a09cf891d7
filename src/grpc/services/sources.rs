//! Sources whose schemas are watched, and what changed in them.

use super::{Services, page_of};
use crate::grpc::asked::Asked;
use crate::grpc::failure::Failure;
use crate::grpc::from_wire::{page_size, severity, some_text};
use crate::grpc::to_wire;
use crate::model::{ChangeFilter, WatchCause};
use async_recursion::async_recursion as boxed;
use skep_wire::v1::source_service_server::SourceService;
use skep_wire::v1::{
    AcknowledgeSchemaChangeRequest, AcknowledgeSchemaChangeResponse, ListSchemaChangesRequest,
    ListSchemaChangesResponse, ListSourcesRequest, ListSourcesResponse, RunSourceRequest,
    RunSourceResponse,
};
use tonic::{Request, Response, Status};

/// Changes that the answer to a read shows; the list has all of them.
const CHANGES_SHOWN_MAX: usize = 1000;

#[tonic::async_trait]
impl SourceService for Services {
    async fn list_sources(
        &self,
        request: Request<ListSourcesRequest>,
    ) -> Result<Response<ListSourcesResponse>, Status> {
        self.read(request, list).await
    }

    async fn run_source(
        &self,
        request: Request<RunSourceRequest>,
    ) -> Result<Response<RunSourceResponse>, Status> {
        self.change(request, run).await
    }

    async fn list_schema_changes(
        &self,
        request: Request<ListSchemaChangesRequest>,
    ) -> Result<Response<ListSchemaChangesResponse>, Status> {
        self.read(request, changes).await
    }

    async fn acknowledge_schema_change(
        &self,
        request: Request<AcknowledgeSchemaChangeRequest>,
    ) -> Result<Response<AcknowledgeSchemaChangeResponse>, Status> {
        self.change(request, acknowledge).await
    }
}

#[boxed]
async fn list(asked: Asked, _: ListSourcesRequest) -> Result<ListSourcesResponse, Failure> {
    let found = asked.watch().source_list().await?;
    let sources = found.into_iter().map(to_wire::source).collect();
    Ok(ListSourcesResponse { sources })
}

#[boxed]
async fn run(asked: Asked, request: RunSourceRequest) -> Result<RunSourceResponse, Failure> {
    let report = asked
        .watch()
        .watch_run(&request.name, WatchCause::Manual)
        .await?;
    let mut found = report.changes;
    let changes_count = found.len() as u64;
    found.sort_by_key(|change| (change.severity, change.id));
    found.truncate(CHANGES_SHOWN_MAX);
    Ok(RunSourceResponse {
        changes: found.into_iter().map(to_wire::schema_change).collect(),
        changes_count,
    })
}

#[boxed]
async fn changes(
    asked: Asked,
    request: ListSchemaChangesRequest,
) -> Result<ListSchemaChangesResponse, Failure> {
    let size = page_size(request.limit)?;
    let filter = ChangeFilter {
        source: some_text(&request.source).map(str::to_owned),
        severity: severity(request.severity)?,
        before: (request.before != 0).then_some(request.before),
        limit: size + 1,
        ..ChangeFilter::default()
    };
    let found = asked.watch().schema_change_list(&filter).await?;
    let (found, next) = page_of(found, size, |change| change.id);
    let changes = found.into_iter().map(to_wire::schema_change).collect();
    Ok(ListSchemaChangesResponse { changes, next })
}

#[boxed]
async fn acknowledge(
    asked: Asked,
    request: AcknowledgeSchemaChangeRequest,
) -> Result<AcknowledgeSchemaChangeResponse, Failure> {
    asked.watch().schema_change_acknowledge(request.id).await?;
    Ok(AcknowledgeSchemaChangeResponse {})
}
