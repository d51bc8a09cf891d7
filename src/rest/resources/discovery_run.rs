//! Runs that somebody asks for. A first scan of a large table takes minutes, so the answer is a stream of lines: how far
//! it is, and at the end what it did.
//!
//! What fails at once fails with its status as everywhere. A run goes on when its client leaves, and stands in the
//! history; a dry run ends with its client.

use super::CatalogQuery;
use super::discovery::property;
use crate::catalog::ParameterChanges;
use crate::discovery::{ProposalWanted, RunProgress};
use crate::error::{Error, Result};
use crate::model::{Location, RunCause, TableRef};
use crate::rest::asked::Asked;
use crate::rest::extract::{Body, Query, Segments, database_at, table_at};
use crate::rest::problem::{Kind, Problem};
use crate::rest::view::proposal::AskProposal;
use crate::rest::view::run::{ProgressView, StartRun};
use crate::rest::view::run_line::RunLine;
use axum::body::{Body as ResponseBody, Bytes};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use futures::stream;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::OwnedSemaphorePermit;
use tokio::task::JoinHandle;
use tokio_util::task::AbortOnDropHandle;

/// Where a proposed table would stand unless it is said.
const DEFAULT_DATABASE: &str = "default";
/// The type of the lines.
const LINES_TYPE: &str = "application/x-ndjson";
/// How long another run that looks at the table is waited for.
const OTHER_RUN_MAX: Duration = Duration::from_secs(5);
const OTHER_RUN_LOOK: Duration = Duration::from_millis(100);
/// How long a run may take until its client hears of progress.
const SILENCE: Duration = Duration::from_millis(500);

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
    answer(Running::new(task, is_dry, progress)).await
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
    let location = Location::parse(&wanted.location)
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
    answer(Running::new(task, true, progress)).await
}

/// One of the runs that the server allows at a time.
fn permit(asked: &Asked) -> Result<OwnedSemaphorePermit, Problem> {
    let permit = Arc::clone(&asked.shared.runs).try_acquire_owned();
    permit.map_err(|_| {
        Problem::unavailable("as many runs as this server allows are under way; another one")
    })
}

/// The lines of a run: how far it is until it has ended.
async fn answer(mut running: Running) -> Result<Response, Problem> {
    match running.next().await {
        Step::Ended(Err(problem)) => Err(problem),
        Step::Ended(Ok(line)) => Ok(lines(ResponseBody::from(text(&line)))),
        Step::Goes(line) => {
            let first = stream::once(async move { Ok::<_, Infallible>(text(&line)) });
            let rest = stream::unfold(Some(running), |running| async move {
                let mut running = running?;
                Some(match running.next().await {
                    Step::Goes(line) => (Ok(text(&line)), Some(running)),
                    Step::Ended(Ok(line)) => (Ok(text(&line)), None),
                    Step::Ended(Err(problem)) => {
                        let problem = Box::new(problem.into());
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
    let begun = Instant::now();
    loop {
        let discovery = asked.discovery();
        let report = discovery.discovery_run_watched(at, scope, RunCause::Manual, progress);
        match Box::pin(report).await {
            // Who asks has often just opted in, and the schedule was quicker.
            Err(Error::Conflict(_)) if begun.elapsed() < OTHER_RUN_MAX => {
                tokio::time::sleep(OTHER_RUN_LOOK).await;
            }
            report => {
                let report = report?;
                let metrics = asked.shared.port.metrics.discovery();
                metrics.ran(RunCause::Manual, report.outcome, &report.counts);
                return Ok(RunLine::Report(Box::new(report.into())));
            }
        }
    }
}

/// A run that is under way.
struct Running {
    task: Task,
    progress: Arc<RunProgress>,
    started: Instant,
}

/// What becomes of the work when nobody waits for it any more.
enum Task {
    GoesOn(JoinHandle<Result<RunLine>>),
    Ends(AbortOnDropHandle<Result<RunLine>>),
}

/// What is to be told next.
enum Step {
    Goes(RunLine),
    Ended(Result<RunLine, Problem>),
}

impl Running {
    fn new(
        task: JoinHandle<Result<RunLine>>,
        ends_with_client: bool,
        progress: Arc<RunProgress>,
    ) -> Self {
        Self {
            task: if ends_with_client {
                Task::Ends(AbortOnDropHandle::new(task))
            } else {
                Task::GoesOn(task)
            },
            progress,
            started: Instant::now(),
        }
    }

    async fn next(&mut self) -> Step {
        let ended = match &mut self.task {
            Task::GoesOn(task) => tokio::time::timeout(SILENCE, task).await,
            Task::Ends(task) => tokio::time::timeout(SILENCE, task).await,
        };
        match ended {
            Ok(Ok(done)) => Step::Ended(done.map_err(|error: Error| error.into())),
            Ok(Err(_)) => {
                tracing::error!("a discovery run ended in a panic");
                Step::Ended(Err(Problem::new(
                    Kind::Internal,
                    "the run ended in a panic",
                )))
            }
            Err(_) => Step::Goes(RunLine::Progress(self.progress_view())),
        }
    }

    fn progress_view(&self) -> ProgressView {
        let counts = self.progress.counts();
        ProgressView {
            requests: counts.requests,
            objects: counts.objects,
            prefixes: counts.prefixes,
            found: counts.found,
            added: counts.added,
            elapsed_ms: u64::try_from(self.started.elapsed().as_millis()).unwrap_or(u64::MAX),
        }
    }
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
