//! Partitions that appear by themselves.

use super::partition_name::by_name;
use super::{Answers, Services, discovery_run, page_of, settings_refused};
use crate::catalog::ParameterChanges;
use crate::grpc::asked::Asked;
use crate::grpc::failure::Failure;
use crate::grpc::from_wire::{self, page_size};
use crate::grpc::to_wire;
use crate::model::{DISCOVERY_PROPERTY_PREFIX, Name};
use async_recursion::async_recursion as boxed;
use skep_wire::v1::discovery_service_server::DiscoveryService;
use skep_wire::v1::{
    DeleteDiscoveryRequest, DeleteDiscoveryResponse, ExplainPartitionRequest,
    ExplainPartitionResponse, GetDiscoveryRequest, GetDiscoveryResponse, ListDiscoveryRequest,
    ListDiscoveryResponse, ListDiscoveryRunsRequest, ListDiscoveryRunsResponse,
    ListSkippedDirectoriesRequest, ListSkippedDirectoriesResponse, ProposeTableRequest,
    ProposeTableResponse, ResumeDiscoveryRequest, ResumeDiscoveryResponse, RunDiscoveryRequest,
    RunDiscoveryResponse, SweepDiscoveryRequest, SweepDiscoveryResponse, UndoDiscoveryRunRequest,
    UndoDiscoveryRunResponse, UpdateDiscoveryRequest, UpdateDiscoveryResponse,
};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl DiscoveryService for Services {
    type RunDiscoveryStream = Answers<RunDiscoveryResponse>;
    type ProposeTableStream = Answers<ProposeTableResponse>;

    async fn list_discovery(
        &self,
        request: Request<ListDiscoveryRequest>,
    ) -> Result<Response<ListDiscoveryResponse>, Status> {
        self.read(request, list).await
    }

    async fn get_discovery(
        &self,
        request: Request<GetDiscoveryRequest>,
    ) -> Result<Response<GetDiscoveryResponse>, Status> {
        self.read(request, get).await
    }

    async fn update_discovery(
        &self,
        request: Request<UpdateDiscoveryRequest>,
    ) -> Result<Response<UpdateDiscoveryResponse>, Status> {
        self.change(request, update).await
    }

    async fn delete_discovery(
        &self,
        request: Request<DeleteDiscoveryRequest>,
    ) -> Result<Response<DeleteDiscoveryResponse>, Status> {
        self.change(request, delete).await
    }

    async fn sweep_discovery(
        &self,
        request: Request<SweepDiscoveryRequest>,
    ) -> Result<Response<SweepDiscoveryResponse>, Status> {
        self.change(request, sweep).await
    }

    async fn run_discovery(
        &self,
        request: Request<RunDiscoveryRequest>,
    ) -> Result<Response<Self::RunDiscoveryStream>, Status> {
        let asked = Asked::of(&self.0, &request)?;
        let told = discovery_run::run(asked, request.into_inner())?;
        Ok(Response::new(told))
    }

    async fn propose_table(
        &self,
        request: Request<ProposeTableRequest>,
    ) -> Result<Response<Self::ProposeTableStream>, Status> {
        let asked = Asked::of(&self.0, &request)?;
        let told = discovery_run::propose(asked, request.into_inner())?;
        Ok(Response::new(told))
    }

    async fn list_discovery_runs(
        &self,
        request: Request<ListDiscoveryRunsRequest>,
    ) -> Result<Response<ListDiscoveryRunsResponse>, Status> {
        self.read(request, runs).await
    }

    async fn explain_partition(
        &self,
        request: Request<ExplainPartitionRequest>,
    ) -> Result<Response<ExplainPartitionResponse>, Status> {
        self.read(request, explain).await
    }

    async fn undo_discovery_run(
        &self,
        request: Request<UndoDiscoveryRunRequest>,
    ) -> Result<Response<UndoDiscoveryRunResponse>, Status> {
        self.change(request, undo).await
    }

    async fn resume_discovery(
        &self,
        request: Request<ResumeDiscoveryRequest>,
    ) -> Result<Response<ResumeDiscoveryResponse>, Status> {
        self.change(request, resume).await
    }

    async fn list_skipped_directories(
        &self,
        request: Request<ListSkippedDirectoriesRequest>,
    ) -> Result<Response<ListSkippedDirectoriesResponse>, Status> {
        self.read(request, skipped).await
    }
}

#[boxed]
async fn list(
    asked: Asked,
    request: ListDiscoveryRequest,
) -> Result<ListDiscoveryResponse, Failure> {
    let size = page_size(request.limit)?;
    let catalog = (!request.catalog.is_empty()).then(|| Name::new(&request.catalog));
    let (page, next) = asked
        .discovery()
        .discovery_statuses(catalog.as_ref(), request.after, size)
        .await?;
    let tables = page.into_iter().map(to_wire::discovery).collect();
    Ok(ListDiscoveryResponse { tables, next })
}

#[boxed]
async fn get(asked: Asked, request: GetDiscoveryRequest) -> Result<GetDiscoveryResponse, Failure> {
    let at = from_wire::table("name", request.name)?;
    let status = asked.discovery().discovery_status(&at).await?;
    let table = Some(to_wire::discovery(status));
    Ok(GetDiscoveryResponse { table })
}

#[boxed]
async fn update(
    asked: Asked,
    request: UpdateDiscoveryRequest,
) -> Result<UpdateDiscoveryResponse, Failure> {
    let at = from_wire::table("name", request.name)?;
    let property = |name: String| format!("{DISCOVERY_PROPERTY_PREFIX}.{name}");
    let unset = request.unset.into_iter().map(|name| (property(name), None));
    let set = request.settings.into_iter();
    let set = set.map(|(name, value)| (property(name), Some(value)));
    let switch = request.on.map(|on| {
        let word = if on { "on" } else { "off" };
        (DISCOVERY_PROPERTY_PREFIX.to_owned(), Some(word.to_owned()))
    });
    let changes = ParameterChanges(unset.chain(set).chain(switch).collect());
    let set = asked.discovery().discovery_set(&at, &changes).await;
    let prefix = property(String::new());
    let status = set.map_err(|error| settings_refused(error, &prefix, "on"))?;
    let table = Some(to_wire::discovery(status));
    Ok(UpdateDiscoveryResponse { table })
}

#[boxed]
async fn delete(
    asked: Asked,
    request: DeleteDiscoveryRequest,
) -> Result<DeleteDiscoveryResponse, Failure> {
    let at = from_wire::table("name", request.name)?;
    asked.discovery().discovery_reset(&at).await?;
    Ok(DeleteDiscoveryResponse {})
}

#[boxed]
async fn sweep(
    asked: Asked,
    request: SweepDiscoveryRequest,
) -> Result<SweepDiscoveryResponse, Failure> {
    let at = from_wire::table("name", request.name)?;
    asked.discovery().discovery_sweep_now(&at).await?;
    Ok(SweepDiscoveryResponse {})
}

#[boxed]
async fn runs(
    asked: Asked,
    request: ListDiscoveryRunsRequest,
) -> Result<ListDiscoveryRunsResponse, Failure> {
    let size = page_size(request.limit)?;
    let at = from_wire::table("name", request.name)?;
    let before = (request.before != 0).then_some(request.before);
    let found = asked
        .discovery()
        .discovery_runs(&at, before, size + 1)
        .await?;
    let (runs, next) = page_of(found, size, |run| run.id);
    let runs = runs.into_iter().map(to_wire::discovery_run).collect();
    Ok(ListDiscoveryRunsResponse { runs, next })
}

#[boxed]
async fn undo(
    asked: Asked,
    request: UndoDiscoveryRunRequest,
) -> Result<UndoDiscoveryRunResponse, Failure> {
    let at = from_wire::table("name", request.name)?;
    let run = asked.discovery().discovery_undo(&at, request.id).await?;
    let run = Some(to_wire::discovery_run(run));
    Ok(UndoDiscoveryRunResponse { run })
}

#[boxed]
async fn resume(
    asked: Asked,
    request: ResumeDiscoveryRequest,
) -> Result<ResumeDiscoveryResponse, Failure> {
    let at = from_wire::table("name", request.name)?;
    asked.discovery().discovery_resume(&at).await?;
    Ok(ResumeDiscoveryResponse {})
}

#[boxed]
async fn skipped(
    asked: Asked,
    request: ListSkippedDirectoriesRequest,
) -> Result<ListSkippedDirectoriesResponse, Failure> {
    let size = page_size(request.limit)?;
    let at = from_wire::table("name", request.name)?;
    let found = asked
        .discovery()
        .discovery_skips(&at, &request.after, size + 1)
        .await?;
    let (found, next) = page_of(found, size, |skip| skip.path.clone());
    let directories = found.into_iter().map(to_wire::skipped_directory).collect();
    Ok(ListSkippedDirectoriesResponse { directories, next })
}

#[boxed]
async fn explain(
    asked: Asked,
    request: ExplainPartitionRequest,
) -> Result<ExplainPartitionResponse, Failure> {
    let at = from_wire::table("table", request.table)?;
    from_wire::named("name", &request.name)?;
    let explained = asked
        .discovery()
        .discovery_explain(&at, &request.name)
        .await
        .map_err(|failure| by_name("name", &request.name, failure))?;
    Ok(to_wire::explanation(explained))
}
