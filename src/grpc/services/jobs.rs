//! Work that takes an object store's time.

use super::Services;
use crate::grpc::asked::Asked;
use crate::grpc::failure::Failure;
use crate::grpc::from_wire::page_size;
use crate::grpc::to_wire;
use crate::model::{Job, JobFilter, JobKind, JobPhase};
use async_recursion::async_recursion as boxed;
use skep_wire::v1;
use skep_wire::v1::job_service_server::JobService;
use skep_wire::v1::{GetJobRequest, GetJobResponse, ListJobsRequest, ListJobsResponse};
use tonic::{Request, Response, Status};

#[tonic::async_trait]
impl JobService for Services {
    async fn list_jobs(
        &self,
        request: Request<ListJobsRequest>,
    ) -> Result<Response<ListJobsResponse>, Status> {
        self.read(request, list).await
    }

    async fn get_job(
        &self,
        request: Request<GetJobRequest>,
    ) -> Result<Response<GetJobResponse>, Status> {
        self.read(request, get).await
    }
}

/// What a number of the contract stands for; nothing for the unspecified one.
fn chosen<T: Copy>(
    field: &str,
    number: i32,
    all: &[T],
    number_of: fn(T) -> i32,
) -> Result<Option<T>, Failure> {
    if number == 0 {
        return Ok(None);
    }
    let found = all.iter().find(|one| number_of(**one) == number);
    found.map(|one| Some(*one)).ok_or_else(|| {
        let why = format!("{number} is none of the numbers of {field}");
        Failure::field(field, why)
    })
}

fn kind(kind: JobKind) -> i32 {
    let word = match kind {
        JobKind::RenameTable => v1::JobKind::RenameTable,
        JobKind::RenamePartition => v1::JobKind::RenamePartition,
        JobKind::ExchangePartitions => v1::JobKind::ExchangePartitions,
        JobKind::DropTable => v1::JobKind::DropTable,
        JobKind::DropPartitions => v1::JobKind::DropPartitions,
        JobKind::PurgePartitions => v1::JobKind::PurgePartitions,
        JobKind::Truncate => v1::JobKind::Truncate,
    };
    word.into()
}

fn phase(phase: JobPhase) -> i32 {
    let word = match phase {
        JobPhase::Planned => v1::JobPhase::Planned,
        JobPhase::Copying => v1::JobPhase::Copying,
        JobPhase::Undoing => v1::JobPhase::Undoing,
        JobPhase::Deleting => v1::JobPhase::Deleting,
        JobPhase::Done => v1::JobPhase::Done,
        JobPhase::Failed => v1::JobPhase::Failed,
    };
    word.into()
}

fn told(job: Job) -> v1::Job {
    v1::Job {
        id: job.id,
        kind: kind(job.kind),
        phase: phase(job.phase),
        subject: job.subject,
        target: job.target,
        objects_done: job.progress.objects_done,
        objects_total: job.progress.objects_total,
        bytes_done: job.progress.bytes_done,
        bytes_total: job.progress.bytes_total,
        attempts: job.attempts,
        error: job.failure.map(|failure| failure.text),
        create_time: to_wire::moment(job.created_at),
        update_time: to_wire::moment(job.updated_at),
        end_time: job.ended_at.and_then(to_wire::moment),
    }
}

#[boxed]
async fn list(asked: Asked, request: ListJobsRequest) -> Result<ListJobsResponse, Failure> {
    let size = page_size(request.limit)?;
    let filter = JobFilter {
        kind: chosen("kind", request.kind, &JobKind::ALL, kind)?,
        phase: chosen("phase", request.phase, &JobPhase::ALL, phase)?,
        before: (request.before != 0).then_some(request.before),
        limit: size + 1,
    };
    let mut found = asked.catalog().job_list(&filter).await?;
    let is_more = found.len() > size;
    found.truncate(size);
    let next = found.last().map(|job| job.id).filter(|_| is_more);
    let jobs = found.into_iter().map(told).collect();
    Ok(ListJobsResponse { jobs, next })
}

#[boxed]
async fn get(asked: Asked, request: GetJobRequest) -> Result<GetJobResponse, Failure> {
    let found = asked.catalog().job_get(request.id).await?;
    let moves = found.moves.into_iter().map(|one| v1::JobMove {
        from: one.from.to_string(),
        to: one.to.to_string(),
    });
    let deletions = found.deletions.into_iter().map(|one| v1::JobDeletion {
        location: one.location.to_string(),
        attempts: one.attempts,
        error: one.failure,
    });
    Ok(GetJobResponse {
        job: Some(told(found.job)),
        moves_total: found.moves_total,
        moves: moves.collect(),
        deletions_left: found.deletions_left,
        deletions: deletions.collect(),
    })
}
