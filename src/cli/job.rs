//! `skep job`: the work that takes an object store's time, what is under way and what was.

use super::client::{Client, given};
use super::failure::ClientError;
use super::output::Output;
use super::remote::Remote;
use crate::rest::view::job::{JobDetailView, JobListView, JobView};
use anyhow::Result;
use clap::{Args, Subcommand};
use indicatif::{HumanBytes, ProgressBar, ProgressStyle};
use std::time::Duration;

/// How often a watched job is asked for.
const LOOK_EVERY: Duration = Duration::from_millis(500);

/// Which job, and what of it.
#[derive(Debug, Args)]
pub(super) struct JobCommand {
    #[command(flatten)]
    remote: Remote,
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List jobs, the latest first
    List {
        /// Only jobs in this phase: planned, copying, undoing, deleting, done, failed
        #[arg(long, value_name = "PHASE")]
        phase: Option<String>,
        /// Only jobs of this kind, such as `rename_table`
        #[arg(long, value_name = "KIND")]
        kind: Option<String>,
        /// So many at most
        #[arg(long, value_name = "COUNT", default_value_t = 100)]
        limit: usize,
    },
    /// Show a job
    Show {
        /// Its number
        #[arg(value_name = "JOB")]
        job: i64,
        /// Show how far it is until it has ended; fails where it failed
        #[arg(long)]
        watch: bool,
    },
}

impl JobCommand {
    /// Does it.
    pub(super) fn run(self) -> Result<()> {
        let action = self.action;
        self.remote
            .run(|client, output| async move { act(action, &client, output).await })
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
    let bar = bar();
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
        bar.set_message(format!("{} {}", job.phase, HumanBytes(job.bytes_done)));
        if job.ended_at.is_some() {
            break detail;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    };
    bar.finish_and_clear();
    show(output, &ended)?;
    if ended.job.phase == "failed" {
        return Err(ClientError::Unfinished(ended.job.phase).into());
    }
    Ok(())
}

/// On standard error, and only where that is a terminal.
fn bar() -> ProgressBar {
    let bar = ProgressBar::new(0);
    if let Ok(style) =
        ProgressStyle::with_template("{spinner} {elapsed} {wide_bar} {pos}/{len} objects {msg}")
    {
        bar.set_style(style);
    }
    bar
}

/// How many of how many.
fn counted(done: u64, total: Option<u64>) -> String {
    match total {
        Some(total) => format!("{done} of {total}"),
        None => done.to_string(),
    }
}

fn list(output: Output, jobs: &[JobView]) -> Result<()> {
    let head = [
        "id", "kind", "phase", "subject", "target", "objects", "began", "ended", "remark",
    ];
    output.list(head, jobs, |job| {
        [
            job.id.to_string(),
            job.kind.clone(),
            job.phase.clone(),
            job.subject.clone(),
            job.target.clone().unwrap_or_default(),
            counted(job.objects_done, job.objects_total),
            job.created_at.clone().unwrap_or_default(),
            job.ended_at.clone().unwrap_or_default(),
            job.error.clone().unwrap_or_default(),
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
    let facts = [
        ("id", job.id.to_string()),
        ("kind", job.kind.clone()),
        ("phase", job.phase.clone()),
        ("subject", job.subject.clone()),
        ("target", job.target.clone().unwrap_or_default()),
        ("moves", first_of(moves, detail.moves_total)),
        ("to be deleted", first_of(deletions, detail.deletions_left)),
        ("objects", counted(job.objects_done, job.objects_total)),
        ("bytes", counted(job.bytes_done, job.bytes_total)),
        ("attempts", job.attempts.to_string()),
        ("error", job.error.clone().unwrap_or_default()),
        ("began", job.created_at.clone().unwrap_or_default()),
        ("heard of", job.updated_at.clone().unwrap_or_default()),
        ("ended", job.ended_at.clone().unwrap_or_default()),
    ];
    output.one(detail, &facts)
}

/// A line each of the first of so many.
fn first_of(first: impl Iterator<Item = String>, total: u64) -> String {
    let mut lines: Vec<String> = first.collect();
    let shown = lines.len() as u64;
    if total > shown {
        lines.push(format!("and {} more", total - shown));
    }
    lines.join("\n")
}
