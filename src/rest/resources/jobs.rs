//! Work that takes an object store's time: what is under way, and what was.

use super::NothingQuery;
use crate::model::{JobFilter, JobKind, JobPhase};
use crate::rest::asked::Asked;
use crate::rest::extract::{Query, Segments};
use crate::rest::paging::{page_of, page_size};
use crate::rest::problem::Problem;
use crate::rest::view::job::{JobDetailView, JobListView, JobView};
use axum::Json;
use serde::Deserialize;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct ListQuery {
    /// Only jobs in this phase: `planned`, `copying`, `undoing`, `deleting`, `done`, `failed`
    phase: Option<String>,
    /// Only jobs of this kind: `rename_table`, `rename_partition`, `exchange_partitions`, `drop_table`,
    /// `drop_partitions`, `purge_partitions`, `truncate`
    kind: Option<String>,
    /// Only jobs before this number: `next` of the page before
    before: Option<i64>,
    /// Jobs of a page: 1 to 1000, by default 100
    limit: Option<usize>,
}

/// List the jobs that are under way and those that ended lately, the latest first
#[utoipa::path(get, path = "/jobs", tag = "jobs", operation_id = "job_list",
    params(ListQuery),
    responses((status = 200, description = "A page of jobs", body = JobListView)))]
pub(in crate::rest) async fn list(
    asked: Asked,
    Query(query): Query<ListQuery>,
) -> Result<Json<JobListView>, Problem> {
    let size = page_size(query.limit)?;
    let kinds = JobKind::ALL.map(JobKind::as_str);
    let phases = JobPhase::ALL.map(JobPhase::as_str);
    let filter = JobFilter {
        kind: chosen("kind", query.kind.as_deref(), JobKind::parse, &kinds)?,
        phase: chosen("phase", query.phase.as_deref(), JobPhase::parse, &phases)?,
        before: query.before,
        limit: size + 1,
    };
    let found = asked.catalog().job_list(&filter).await?;
    let (jobs, next) = page_of(found, size, |job| job.id);
    let jobs = jobs.into_iter().map(JobView::from).collect();
    Ok(Json(JobListView { jobs, next }))
}

/// Show a job
#[utoipa::path(get, path = "/jobs/{job}", tag = "jobs", operation_id = "job_get",
    params(("job" = i64, Path, description = "The job's number")),
    responses((status = 200, description = "The job", body = JobDetailView)))]
pub(in crate::rest) async fn get(
    asked: Asked,
    Segments(job): Segments<i64>,
    Query(NothingQuery {}): Query<NothingQuery>,
) -> Result<Json<JobDetailView>, Problem> {
    Ok(Json(asked.catalog().job_get(job).await?.into()))
}

/// One of the words that a parameter takes.
fn chosen<T>(
    field: &str,
    text: Option<&str>,
    parse: impl Fn(&str) -> Option<T>,
    known: &[&str],
) -> Result<Option<T>, Problem> {
    let Some(text) = text else {
        return Ok(None);
    };
    parse(text).map(Some).ok_or_else(|| {
        let known = known.join(", ");
        Problem::field(
            field,
            format!("{field} is '{text}' and must be one of {known}"),
        )
    })
}
