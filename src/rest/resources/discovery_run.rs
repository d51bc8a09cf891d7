//! Runs that somebody asks for. A first scan of a large table takes minutes, so the answer is a stream of lines: how far
//! it is, and at the end what it did.
//!
//! What fails at once fails with its status as everywhere. A run goes on when its client leaves, and stands in the
//! history; a dry run ends with its client.

use super::CatalogQuery;
use super::discovery::property;
use crate::catalog::ParameterChanges;
use crate::discovery::{ProposalWanted, RunProgress, Running, Step, run_asked_for};
use crate::error::Result;
use crate::model::{Location, RunCause, RunCounts, TableRef};
use crate::rest::asked::Asked;
use crate::rest::extract::{Body, Query, Segments, database_at, table_at};
use crate::rest::problem::Problem;
use crate::rest::view::proposal::AskProposal;
use crate::rest::view::run::{ProgressView, StartRun};
use crate::rest::view::run_line::RunLine;
use axum::body::{Body as ResponseBody, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::stream;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;

/// Where a proposed table would stand unless it is said.
const DEFAULT_DATABASE: &str = "default";
/// The type of the lines.
const LINES_TYPE: &str = "application/x-ndjson";

/// Look for partitions now
///
/// Answers one JSON object a line: any number of `progress`, then `report` or, of a dry run, `plan`; `problem` where it
/// failed after it had begun.
#[utoipa::path(post, path = "/databases/{database}/tables/{table}/discovery/run", tag = "discovery",
    operation_id = "discovery_run",
    params(("database" = String, Path, description = "The database"),
        ("table" = String, Path, description = "The table"), CatalogQuery),
    request_body = StartRun,
    responses((status = 200, description = "Lines", body = RunLine, content_type = "application/x-ndjson")))]
pub(in crate::rest) async fn start(
    asked: Asked,
    Segments(place): Segments<(String, String)>,
    Query(query): Query<CatalogQuery>,
    Body(wanted): Body<StartRun>,
) -> Result<Response, Problem> {
    let at = table_at(query.catalog.as_deref(), &place);
    if !wanted.dry_run && !wanted.settings.is_empty() {
        let why = "only a dry run takes settings: change the table's with PATCH …/discovery";
        return Err(Problem::field("settings", why));
    }
    let permit = permit(&asked)?;
    let progress = Arc::new(RunProgress::default());
    let watched = Arc::clone(&progress);
    let is_dry = wanted.dry_run;
    let task = tokio::spawn(async move {
        let _permit = permit;
        run(&asked, &at, &wanted, &watched).await
    });
    let running = if is_dry {
        Running::that_ends(task, progress)
    } else {
        Running::that_goes_on(task, progress)
    };
    answer(running).await
}

/// Propose a table for a place
///
/// Looks at some directories and files of a place that is no table yet and tells what table it would be: columns,
/// partition keys and layout, guessed or given, with what that rests on and what it would leave out. Nothing is made. Answers
/// one JSON object a line: any number of `progress`, then `proposal`; `problem` where it failed after it had begun.
#[utoipa::path(post, path = "/discovery/proposals", tag = "discovery", operation_id = "discovery_propose",
    params(CatalogQuery), request_body = AskProposal,
    responses((status = 200, description = "Lines", body = RunLine, content_type = "application/x-ndjson")))]
pub(in crate::rest) async fn propose(
    asked: Asked,
    Query(query): Query<CatalogQuery>,
    Body(wanted): Body<AskProposal>,
) -> Result<Response, Problem> {
    let location = Location::parse_asked(&wanted.location)
        .map_err(|failure| Problem::field("location", failure.why))?;
    let database = wanted.database.as_deref().unwrap_or(DEFAULT_DATABASE);
    let wanted = ProposalWanted {
        location,
        database: database_at(query.catalog.as_deref(), database),
        name: wanted.name,
        layout: wanted.layout,
    };
    let permit = permit(&asked)?;
    let progress = Arc::new(RunProgress::default());
    let watched = Arc::clone(&progress);
    let task = tokio::spawn(async move {
        let _permit = permit;
        let discovery = asked.discovery();
        let proposal = Box::pin(discovery.discovery_propose(&wanted, &watched)).await?;
        Ok(RunLine::Proposal(Box::new(proposal.into())))
    });
    answer(Running::that_ends(task, progress)).await
}

/// One of the runs that the server allows at a time.
fn permit(asked: &Asked) -> Result<OwnedSemaphorePermit, Problem> {
    let permit = Arc::clone(&asked.shared.runs).try_acquire_owned();
    permit.map_err(|_| {
        Problem::unavailable("as many runs as this server allows are under way; another one")
    })
}

/// The lines of a run: how far it is until it has ended.
async fn answer(mut running: Running<RunLine>) -> Result<Response, Problem> {
    match running.next().await {
        Step::Ended(done) => Ok(lines(ResponseBody::from(text(&done?)))),
        Step::Goes(counts, elapsed) => {
            let line = text(&progress_line(counts, elapsed));
            let first = stream::once(async move { Ok::<_, Infallible>(line) });
            let rest = stream::unfold(Some(running), |running| async move {
                let mut running = running?;
                Some(match running.next().await {
                    Step::Goes(counts, elapsed) => {
                        (Ok(text(&progress_line(counts, elapsed))), Some(running))
                    }
                    Step::Ended(Ok(line)) => (Ok(text(&line)), None),
                    Step::Ended(Err(failure)) => {
                        let problem = Box::new(Problem::from(failure).into());
                        (Ok(text(&RunLine::Problem(problem))), None)
                    }
                })
            });
            let body = futures::StreamExt::chain(first, rest);
            Ok(lines(ResponseBody::from_stream(body)))
        }
    }
}

async fn run(
    asked: &Asked,
    at: &TableRef,
    wanted: &StartRun,
    progress: &Arc<RunProgress>,
) -> Result<RunLine> {
    let scope = wanted.scope.into();
    if wanted.dry_run {
        let discovery = asked.discovery();
        let settings = wanted.settings.iter();
        let wanted = settings.map(|(name, value)| (property(name), value.clone()));
        let wanted = ParameterChanges(wanted.collect());
        let plan = discovery.discovery_plan_watched(at, scope, &wanted, progress);
        let plan = Box::pin(plan).await?;
        return Ok(RunLine::Plan(Box::new(plan.into())));
    }
    let report = run_asked_for(asked.discovery(), at, scope, progress).await?;
    let metrics = asked.shared.port.metrics.discovery();
    metrics.ran(RunCause::Manual, report.outcome, &report.counts);
    Ok(RunLine::Report(Box::new(report.into())))
}

fn progress_line(counts: RunCounts, elapsed: Duration) -> RunLine {
    RunLine::Progress(ProgressView {
        requests: counts.requests,
        objects: counts.objects,
        prefixes: counts.prefixes,
        found: counts.found,
        added: counts.added,
        elapsed_ms: u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX),
    })
}

fn lines(body: ResponseBody) -> Response {
    ([(header::CONTENT_TYPE, LINES_TYPE)], body).into_response()
}

fn text(line: &RunLine) -> Bytes {
    // Views are plain objects of texts and numbers: these always serialize.
    let mut text = serde_json::to_vec(line).unwrap_or_default();
    text.push(b'\n');
    text.into()
}
