//! Jobs as JSON.

use super::moment;
use crate::catalog::JobDetail;
use crate::model::Job;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Work that takes an object store's time
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = Job)]
pub struct JobView {
    /// Its number
    pub id: i64,
    /// `rename_table`, `rename_partition`, `exchange_partitions`, `drop_table`, `drop_partitions`, `purge_partitions` or
    /// `truncate`
    pub kind: String,
    /// `planned`, `copying`, `undoing`, `deleting` (the change is committed), `done` or `failed`
    pub phase: String,
    /// What it is about
    pub subject: String,
    /// What it becomes
    #[serde(skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// Objects that were copied or deleted
    pub objects_done: u64,
    /// Objects that there are, where they were counted
    #[serde(skip_serializing_if = "Option::is_none")]
    pub objects_total: Option<u64>,
    /// The bytes of those that were copied or deleted
    pub bytes_done: u64,
    /// The bytes that there are
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes_total: Option<u64>,
    /// How often it was looked at again in vain
    pub attempts: i64,
    /// Why it failed, or why it is being taken back
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// When it began
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<String>,
    /// When it was heard of last
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated_at: Option<String>,
    /// When it ended
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<String>,
}

/// A job with what it has to do
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = JobDetail)]
pub struct JobDetailView {
    /// The job
    #[serde(flatten)]
    pub job: JobView,
    /// How many directories it moves; none once it has ended
    #[serde(default)]
    pub moves_total: u64,
    /// The first of them
    #[serde(default)]
    pub moves: Vec<JobMoveView>,
    /// How many directories are still to be deleted
    pub deletions_left: u64,
    /// The first of them
    #[serde(default)]
    pub deletions: Vec<JobDeletionView>,
}

/// A directory on its way
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = JobMove)]
pub struct JobMoveView {
    /// From where
    pub from: String,
    /// To where
    pub to: String,
}

/// A directory that is to be deleted
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = JobDeletion)]
pub struct JobDeletionView {
    /// Where it is
    pub location: String,
    /// How often it was tried in vain
    pub attempts: i64,
    /// What the last try met
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// A page of jobs
#[derive(Debug, Serialize, Deserialize, ToSchema)]
#[schema(as = JobList)]
pub struct JobListView {
    /// The jobs, the latest first
    pub jobs: Vec<JobView>,
    /// What `before` asks for the next page with; absent on the last one
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<i64>,
}

impl From<Job> for JobView {
    fn from(job: Job) -> Self {
        Self {
            id: job.id,
            kind: job.kind.as_str().to_owned(),
            phase: job.phase.as_str().to_owned(),
            subject: job.subject,
            target: job.target,
            objects_done: job.progress.objects_done,
            objects_total: job.progress.objects_total,
            bytes_done: job.progress.bytes_done,
            bytes_total: job.progress.bytes_total,
            attempts: job.attempts,
            error: job.failure.map(|failure| failure.text),
            created_at: moment(job.created_at),
            updated_at: moment(job.updated_at),
            ended_at: job.ended_at.and_then(moment),
        }
    }
}

impl From<JobDetail> for JobDetailView {
    fn from(detail: JobDetail) -> Self {
        let moves = detail.moves.into_iter().map(|one| JobMoveView {
            from: one.from.to_string(),
            to: one.to.to_string(),
        });
        let deletions = detail.deletions.into_iter().map(|one| JobDeletionView {
            location: one.location.to_string(),
            attempts: one.attempts,
            error: one.failure,
        });
        Self {
            job: detail.job.into(),
            moves_total: detail.moves_total,
            moves: moves.collect(),
            deletions_left: detail.deletions_left,
            deletions: deletions.collect(),
        }
    }
}
