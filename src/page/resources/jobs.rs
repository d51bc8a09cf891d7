//! Work that takes an object store's time: renames, and the deletion of what was dropped.

use crate::humane;
use crate::model::{Job, JobFilter, JobPhase};
use crate::page::asked::Asked;
use crate::page::extract::Query;
use crate::page::failure::Failure;
use crate::page::shell::{Section, Shell, found};
use crate::page::show::{When, count, when};
use crate::page::{filters, links};
use askama::Template;
use axum::response::Response;
use serde::Deserialize;

/// Jobs on one page.
const PAGE: usize = 100;

#[derive(Deserialize)]
pub(in crate::page) struct JobsQuery {
    #[serde(default)]
    phase: String,
    before: Option<i64>,
}

#[derive(Template)]
#[template(path = "jobs.html")]
struct JobsPage {
    shell: Shell,
    phase: String,
    phases: Vec<&'static str>,
    jobs: Vec<JobRow>,
    next: String,
}

struct JobRow {
    id: i64,
    kind: String,
    phase: &'static str,
    subject: String,
    target: String,
    /// Such as `3 of 10 objects, 1 MiB`.
    progress: String,
    began: Option<When>,
    ended: Option<When>,
    attempts: i64,
    error: String,
}

fn row(job: &Job, now: i64) -> JobRow {
    let done = &job.progress;
    let total = done
        .objects_total
        .map(|total| format!(" of {}", count(total)));
    JobRow {
        id: job.id,
        kind: job.kind.as_str().replace('_', " "),
        phase: job.phase.as_str(),
        subject: job.subject.clone(),
        target: job.target.clone().unwrap_or_default(),
        progress: format!(
            "{}{} objects, {}",
            count(done.objects_done),
            total.unwrap_or_default(),
            humane::bytes(done.bytes_done)
        ),
        began: when(job.created_at, now),
        ended: job.ended_at.and_then(|at| when(at, now)),
        attempts: job.attempts,
        error: job
            .failure
            .as_ref()
            .map(|one| one.text.clone())
            .unwrap_or_default(),
    }
}

pub(in crate::page) async fn show(
    asked: Asked,
    Query(query): Query<JobsQuery>,
) -> Result<Response, Failure> {
    let phase = Some(query.phase.trim()).filter(|text| !text.is_empty());
    let phase = phase.map(|text| {
        let found = JobPhase::parse(text);
        found.ok_or_else(|| Failure::Faulty(format!("No job is '{text}'.")))
    });
    let filter = JobFilter {
        phase: phase.transpose()?,
        before: query.before,
        limit: PAGE,
        ..JobFilter::default()
    };
    let jobs = asked.catalog().job_list(&filter).await?;
    let last = jobs.last().filter(|_| jobs.len() == PAGE);
    let next = last.map(|last| {
        let before = last.id.to_string();
        links::query(&[("phase", &query.phase), ("before", &before)])
    });
    let now = asked.now();
    Ok(found(&JobsPage {
        shell: Shell::of(&asked, Section::Jobs, "Jobs"),
        phase: query.phase,
        phases: JobPhase::ALL.map(JobPhase::as_str).to_vec(),
        jobs: jobs.iter().map(|one| row(one, now)).collect(),
        next: next.unwrap_or_default(),
    }))
}
