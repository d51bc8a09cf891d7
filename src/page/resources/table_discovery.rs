//! The discovery of one table: where it stands, its runs, what they left out.

use super::discovery::{error, state};
use super::table_at;
use crate::humane;
use crate::model::{DiscoveryRun, DiscoverySkip, Table, is_discovery_property};
use crate::page::asked::Asked;
use crate::page::extract::Path;
use crate::page::failure::Failure;
use crate::page::query_text::shell_word;
use crate::page::shell::{Section, Shell, found};
use crate::page::show::{When, count, when};
use crate::page::{filters, links};
use askama::Template;
use axum::response::Response;

/// Runs that are shown.
const RUNS_MAX: usize = 20;
/// Directories left out that are shown.
const SKIPS_MAX: usize = 50;

#[derive(Template)]
#[template(path = "table_discovery.html")]
struct TableDiscoveryPage {
    shell: Shell,
    table: String,
    table_link: String,
    state: &'static str,
    error: String,
    newest: Option<When>,
    lag: String,
    window: Option<When>,
    sweep: Option<When>,
    last_run: Option<When>,
    requests: String,
    cost: String,
    /// Whether a sweep can be asked for.
    can_sweep: bool,
    is_paused: bool,
    roots: Vec<RootRow>,
    runs: Vec<RunRow>,
    skips: Vec<SkipRow>,
}

#[derive(Template)]
#[template(path = "no_discovery.html")]
struct NoDiscoveryPage {
    shell: Shell,
    /// The table as a shell reads it.
    word: String,
    table: String,
    table_link: String,
    /// Whether it has partitions at all.
    has_keys: bool,
}

struct RootRow {
    name: String,
    location: String,
    layout: String,
    window: String,
}

struct RunRow {
    id: i64,
    cause: &'static str,
    outcome: &'static str,
    at: Option<When>,
    took: String,
    added: String,
    moved: String,
    dropped: String,
    skipped: String,
    requests: String,
    error: String,
    undone: bool,
    /// Whether it can be taken back.
    can_undo: bool,
}

struct SkipRow {
    path: String,
    kind: &'static str,
    reason: String,
    seen: Option<When>,
}

pub(in crate::page) async fn show(
    asked: Asked,
    Path(place): Path<(String, String)>,
) -> Result<Response, Failure> {
    let at = table_at(&place);
    let table = asked.catalog().table_get(&at).await?;
    if !table
        .parameters
        .keys()
        .any(|key| is_discovery_property(key))
    {
        return Ok(nobody_looks(&asked, &table));
    }
    let discovery = asked.discovery();
    let status = discovery.discovery_status(&at).await?;
    let runs = discovery.discovery_runs(&at, None, RUNS_MAX).await?;
    let skips = discovery.discovery_skips(&at, "", SKIPS_MAX).await?;
    let of = &status.state;
    let now = of.now;
    let due = |at: i64| if at == 0 { None } else { when(at, now) };
    let lag = of.freshness.and_then(|fresh| fresh.lag_s);
    let roots = status.roots.iter().map(|root| RootRow {
        name: root.name.clone(),
        location: root.location.clone(),
        layout: root.layout.clone(),
        window: root.window_s.map(humane::span).unwrap_or_default(),
    });
    let is_priced = status
        .roots
        .iter()
        .any(|root| !root.location.starts_with("file:"));
    let title = format!("Discovery of {}.{}", at.database, at.table);
    Ok(found(&TableDiscoveryPage {
        shell: Shell::of(&asked, Section::Discovery, title),
        table: format!("{}.{}", at.database, at.table),
        table_link: links::table(&at),
        state: state(&status),
        error: error(&status),
        newest: of.freshness.and_then(|fresh| when(fresh.object_at, now)),
        lag: lag.map(humane::span).unwrap_or_default(),
        window: due(of.window_at).filter(|_| of.paused_at.is_none()),
        sweep: due(of.sweep_at).filter(|_| of.paused_at.is_none()),
        last_run: of.last_run_at.and_then(|at| when(at, now)),
        requests: count(of.requests_today),
        cost: if is_priced {
            format!("{:.4} USD", status.cost_today_usd())
        } else {
            String::new()
        },
        can_sweep: status
            .settings
            .as_ref()
            .is_ok_and(|settings| settings.on && settings.sweep_interval_s.is_some())
            && of.paused_at.is_none(),
        is_paused: of.paused_at.is_some(),
        roots: roots.collect(),
        runs: runs.iter().map(|run| run_row(run, now)).collect(),
        skips: skips.iter().map(|skip| skip_row(skip, now)).collect(),
    }))
}

/// The page of a table that did not ask for discovery.
fn nobody_looks(asked: &Asked, table: &Table) -> Response {
    let at = &table.at;
    let title = format!("Discovery of {}.{}", at.database, at.table);
    found(&NoDiscoveryPage {
        shell: Shell::of(asked, Section::Discovery, title),
        word: shell_word(&format!("{}.{}", at.database, at.table)),
        table: format!("{}.{}", at.database, at.table),
        table_link: links::table(at),
        has_keys: !table.partition_keys.is_empty(),
    })
}

fn run_row(run: &DiscoveryRun, now: i64) -> RunRow {
    let took = run.ended_at.map(|ended| ended - run.started_at);
    RunRow {
        id: run.id,
        cause: run.cause.as_str(),
        outcome: run.outcome.as_str(),
        at: when(run.started_at, now),
        took: took.map(humane::span).unwrap_or_default(),
        added: count(run.counts.added),
        moved: count(run.counts.moved),
        dropped: count(run.counts.dropped),
        skipped: count(run.counts.skipped),
        requests: count(run.counts.requests),
        error: run.error.clone().unwrap_or_default(),
        undone: run.undone_at.is_some(),
        can_undo: run.undone_at.is_none()
            && run.ended_at.is_some()
            && run.counts.added + run.counts.moved + run.counts.dropped > 0,
    }
}

fn skip_row(skip: &DiscoverySkip, now: i64) -> SkipRow {
    SkipRow {
        path: skip.path.clone(),
        kind: skip.kind.as_str(),
        reason: skip.reason.clone(),
        seen: when(skip.last_seen_at, now),
    }
}
