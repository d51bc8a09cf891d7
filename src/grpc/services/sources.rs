//! Sources whose schemas are watched, and what changed in them.

use super::{Services, page_of};
use crate::error::Error;
use crate::grpc::asked::Asked;
use crate::grpc::failure::Failure;
use crate::grpc::from_wire::{named, page_size, severity, snapshot_at, some_text, source_settings};
use crate::grpc::to_wire;
use crate::model::{ChangeFilter, SnapshotAt, WatchCause};
use async_recursion::async_recursion as boxed;
use skep_wire::v1::source_service_server::SourceService;
use skep_wire::v1::{
    AcknowledgeSchemaChangeRequest, AcknowledgeSchemaChangeResponse, ApplySchemaChangeRequest,
    ApplySchemaChangeResponse, CreateSourceRequest, CreateSourceResponse, DeleteSourceRequest,
    DeleteSourceResponse, DiffSnapshotsRequest, DiffSnapshotsResponse, GetSourceRequest,
    GetSourceResponse, ListSchemaChangesRequest, ListSchemaChangesResponse, ListSnapshotsRequest,
    ListSnapshotsResponse, ListSourcesRequest, ListSourcesResponse, RunSourceRequest,
    RunSourceResponse, TestSourceRequest, TestSourceResponse,
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

    async fn get_source(
        &self,
        request: Request<GetSourceRequest>,
    ) -> Result<Response<GetSourceResponse>, Status> {
        self.read(request, get).await
    }

    async fn create_source(
        &self,
        request: Request<CreateSourceRequest>,
    ) -> Result<Response<CreateSourceResponse>, Status> {
        self.change(request, create).await
    }

    async fn delete_source(
        &self,
        request: Request<DeleteSourceRequest>,
    ) -> Result<Response<DeleteSourceResponse>, Status> {
        self.change(request, delete).await
    }

    async fn test_source(
        &self,
        request: Request<TestSourceRequest>,
    ) -> Result<Response<TestSourceResponse>, Status> {
        self.read(request, test).await
    }

    async fn list_snapshots(
        &self,
        request: Request<ListSnapshotsRequest>,
    ) -> Result<Response<ListSnapshotsResponse>, Status> {
        self.read(request, snapshots).await
    }

    async fn diff_snapshots(
        &self,
        request: Request<DiffSnapshotsRequest>,
    ) -> Result<Response<DiffSnapshotsResponse>, Status> {
        self.read(request, diff).await
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

    async fn apply_schema_change(
        &self,
        request: Request<ApplySchemaChangeRequest>,
    ) -> Result<Response<ApplySchemaChangeResponse>, Status> {
        self.change(request, apply).await
    }
}

#[boxed]
async fn list(asked: Asked, _: ListSourcesRequest) -> Result<ListSourcesResponse, Failure> {
    let found = asked.watch().source_list().await?;
    let sources = found.into_iter().map(to_wire::source).collect();
    Ok(ListSourcesResponse { sources })
}

#[boxed]
async fn get(asked: Asked, request: GetSourceRequest) -> Result<GetSourceResponse, Failure> {
    let found = asked.watch().source_get(&request.name).await?;
    let source = Some(to_wire::source(found));
    Ok(GetSourceResponse { source })
}

#[boxed]
async fn create(
    asked: Asked,
    request: CreateSourceRequest,
) -> Result<CreateSourceResponse, Failure> {
    named("name", &request.name)?;
    let settings = source_settings(request.settings)?;
    let added = asked.watch().source_add(&request.name, settings).await?;
    let source = Some(to_wire::source(added));
    Ok(CreateSourceResponse { source })
}

#[boxed]
async fn delete(
    asked: Asked,
    request: DeleteSourceRequest,
) -> Result<DeleteSourceResponse, Failure> {
    asked.watch().source_remove(&request.name).await?;
    asked.shared.port.metrics.watch().source_end(&request.name);
    Ok(DeleteSourceResponse {})
}

#[boxed]
async fn test(asked: Asked, request: TestSourceRequest) -> Result<TestSourceResponse, Failure> {
    let _permit = asked.run_permit()?;
    let test = asked.watch().source_test(&request.name).await?;
    Ok(to_wire::source_test(test))
}

#[boxed]
async fn snapshots(
    asked: Asked,
    request: ListSnapshotsRequest,
) -> Result<ListSnapshotsResponse, Failure> {
    let size = page_size(request.limit)?;
    let found = asked.watch().snapshot_list(&request.name, size).await?;
    let snapshots = found.into_iter().map(to_wire::snapshot).collect();
    Ok(ListSnapshotsResponse { snapshots })
}

#[boxed]
async fn diff(
    asked: Asked,
    request: DiffSnapshotsRequest,
) -> Result<DiffSnapshotsResponse, Failure> {
    let size = page_size(request.limit)?;
    let from = snapshot_at(request.from_snapshot).ok_or_else(|| {
        Failure::field("from_snapshot", "say a snapshot by its number or a moment")
    })?;
    let to = snapshot_at(request.to_snapshot).unwrap_or(SnapshotAt::Latest);
    let changes = asked.watch().schema_diff(&request.name, from, to).await?;
    let ends = changes.first();
    let (from_snapshot, to_snapshot) = (
        ends.map(|change| change.from_snapshot),
        ends.map(|change| change.to_snapshot),
    );
    let after = usize::try_from(request.after).unwrap_or(usize::MAX);
    let end = after.saturating_add(size);
    let next = (changes.len() > end).then_some(end as u64);
    let page = changes.into_iter().skip(after).take(size);
    Ok(DiffSnapshotsResponse {
        from_snapshot,
        to_snapshot,
        changes: page.map(to_wire::schema_change).collect(),
        next,
    })
}

#[boxed]
async fn run(asked: Asked, request: RunSourceRequest) -> Result<RunSourceResponse, Failure> {
    let permit = asked.run_permit()?;
    // It goes on when its client leaves: what it has read is worth keeping.
    let running = tokio::spawn(async move {
        let _permit = permit;
        let (watch, name) = (asked.watch(), &request.name);
        let ended = watch.watch_run(name, WatchCause::Manual).await;
        let metrics = asked.shared.port.metrics.watch();
        match &ended {
            Ok(report) => metrics.ran(name, report.changes.iter().map(|one| one.severity)),
            // Nothing was read.
            Err(Error::Conflict(_) | Error::NotFound(_) | Error::Denied(_)) => {}
            Err(_) => metrics.failed(name),
        }
        ended
    });
    let ended = running.await;
    let report = ended.map_err(|_| Error::internal("a run over a source ended in a panic"))??;
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
        object_prefix: some_text(&request.object).map(str::to_owned),
        since: request.since_time.map(|since| since.seconds),
        until: request.until_time.map(|until| until.seconds),
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

#[boxed]
async fn apply(
    asked: Asked,
    request: ApplySchemaChangeRequest,
) -> Result<ApplySchemaChangeResponse, Failure> {
    let applied = asked.watch().schema_change_apply(request.id).await?;
    let columns = applied.iter().map(to_wire::applied_column).collect();
    Ok(ApplySchemaChangeResponse { columns })
}
