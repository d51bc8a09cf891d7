//! `skep job`: the work that takes an object store's time, what is under way and what was.

use super::cell::{Cell, moment, word};
use super::client::{Client, given};
use super::failure::ClientError;
use super::output::Output;
use super::place::number;
use super::progress::counter;
use super::remote::Remote;
use crate::humane;
use crate::rest::view::job::{JobDetailView, JobListView, JobView};
use anyhow::Result;
use clap::{Args, Subcommand};
use std::time::Duration;

/// The phase of a job that did not do what it was to do.
const FAILED: &str = "failed";
/// The phase of a job whose change is committed and whose data is being deleted.
const DELETING: &str = "deleting";
/// How often a watched job is asked for.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Which job, and what of it.
#[derive(Debug, Args)]
pub(super) struct JobCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List jobs, the latest first
    List {
        /// Only jobs in this phase: planned, copying, undoing, deleting, done, failed
        #[arg(long, value_name = "PHASE", value_parser = ["planned", "copying", "undoing", "deleting", "done", "failed"], hide_possible_values = true)]
        phase: Option<String>,
        /// Only jobs of this kind, such as `rename_table`
        #[arg(long, value_name = "KIND")]
        kind: Option<String>,
        /// So many at most
        #[arg(long, value_name = "COUNT", default_value_t = 100, value_parser = number::<usize>)]
        limit: usize,
    },
    /// Show a job
    Show {
        /// Its number
        #[arg(value_name = "JOB", value_parser = number::<i64>)]
        job: i64,
        /// Show how far it is until it has ended; fails where it failed
        #[arg(long)]
        watch: bool,
    },
}

impl JobCommand {
    /// Does it.
    pub(super) fn run(self, remote: Remote) -> Result<()> {
        let action = self.action;
        remote.run(|client, output| async move { act(action, &client, output).await })
    }
}

async fn act(action: Action, client: &Client, output: Output) -> Result<()> {
    match action {
        Action::List { phase, kind, limit } => {
            let filter = given([("phase", phase), ("kind", kind)]);
            let split = |page: JobListView| (page.jobs, page.next);
            let found = client.pages(&["jobs"], &filter, "before", limit, split);
            list(output, &found.await?)
        }
        Action::Show { job, watch: false } => show(output, &get(client, job).await?),
        Action::Show { job, watch: true } => watch(client, job, output).await,
    }
}

async fn get(client: &Client, job: i64) -> Result<JobDetailView, ClientError> {
    client.get(&["jobs", &job.to_string()], &[]).await
}

async fn watch(client: &Client, id: i64, output: Output) -> Result<()> {
    let bar = counter(0, "objects");
    let ended = loop {
        let detail = match get(client, id).await {
            Ok(detail) => detail,
            Err(failure) => {
                bar.finish_and_clear();
                return Err(failure.into());
            }
        };
        let job = &detail.job;
        if let Some(total) = job.objects_total {
            bar.set_length(total);
        }
        bar.set_position(job.objects_done);
        bar.set_message(format!("{} {}", job.phase, humane::bytes(job.bytes_done)));
        if job.ended_at.is_some() {
            break detail;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    };
    bar.finish_and_clear();
    show(output, &ended)?;
    if ended.job.phase == FAILED {
        return Err(ClientError::JobFailed(id).into());
    }
    Ok(())
}

/// How many of how many.
fn counted(done: u64, total: Option<u64>, shown: fn(u64) -> String) -> String {
    match total {
        Some(total) => format!("{} of {}", shown(done), shown(total)),
        None => shown(done),
    }
}

fn list(output: Output, jobs: &[JobView]) -> Result<()> {
    let head = [
        "id", "kind", "phase", "subject", "target", "objects", "began", "ended", "remark",
    ];
    output.list(head, jobs, |job| {
        [
            job.id.into(),
            job.kind.as_str().into(),
            word(&job.phase),
            job.subject.as_str().into(),
            (&job.target).into(),
            counted(job.objects_done, job.objects_total, |n| n.to_string()).into(),
            moment(job.created_at.as_ref()),
            moment(job.ended_at.as_ref()),
            (&job.error).into(),
        ]
    })
}

fn show(output: Output, detail: &JobDetailView) -> Result<()> {
    let job = &detail.job;
    let moves = detail.moves.iter();
    let moves = moves.map(|one| format!("{} -> {}", one.from, one.to));
    let deletions = detail.deletions.iter().map(|one| match &one.error {
        Some(error) => format!("{}: {error}", one.location),
        None => one.location.clone(),
    });
    let facts: [(&str, Cell); 15] = [
        ("id", job.id.into()),
        ("kind", (&job.kind).into()),
        ("phase", word(&job.phase)),
        ("subject", (&job.subject).into()),
        ("target", (&job.target).into()),
        ("moves", first_of(moves, detail.moves_total)),
        ("to be deleted", first_of(deletions, detail.deletions_left)),
        (
            "objects",
            counted(job.objects_done, job.objects_total, |n| n.to_string()).into(),
        ),
        (
            "size",
            counted(job.bytes_done, job.bytes_total, humane::bytes).into(),
        ),
        ("attempts", job.attempts.into()),
        ("error", (&job.error).into()),
        ("to do", (&to_do(detail)).into()),
        ("began", moment(job.created_at.as_ref())),
        ("heard of", moment(job.updated_at.as_ref())),
        ("ended", moment(job.ended_at.as_ref())),
    ];
    output.one(detail, &facts)
}

/// What a person may do about a job that met a fault; `None` where there is nothing to do.
fn to_do(detail: &JobDetailView) -> Option<String> {
    let failed_deletions = detail.deletions.iter().any(|one| one.error.is_some());
    match detail.job.phase.as_str() {
        DELETING if failed_deletions => Some(
            "nothing in the catalog: skep tries it again by itself; what the error names must be mended".to_owned(),
        ),
        FAILED if detail.deletions_left > 0 => Some(
            "what the catalog held is as it was; the directories above are left and may be removed by hand".to_owned(),
        ),
        FAILED => Some("what the catalog held is as it was: ask for the same again".to_owned()),
        _ => None,
    }
}

/// A line each of the first of so many.
fn first_of(first: impl Iterator<Item = String>, total: u64) -> Cell {
    let mut lines: Vec<String> = first.collect();
    let shown = lines.len() as u64;
    if total > shown {
        lines.push(format!("and {} more", total - shown));
    }
    Cell::Lines(lines)
}
