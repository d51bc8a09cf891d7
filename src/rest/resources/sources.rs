//! Sources whose schemas are watched.
//!
//! A run that was asked for goes on when its client leaves: what it has read is worth keeping.

use super::NothingQuery;
use crate::error::Error;
use crate::model::{DEFAULT_CATALOG, Name, SnapshotAt, WatchCause};
use crate::rest::Shared;
use crate::rest::asked::Asked;
use crate::rest::created::location;
use crate::rest::extract::{Body, Query, Segments};
use crate::rest::paging::{PAGE_SIZE_MAX, page_of, page_size};
use crate::rest::problem::{Kind, Problem};
use crate::rest::view::change::{ChangeView, DiffView};
use crate::rest::view::moment_parse;
use crate::rest::view::source::{
    NewSource, SnapshotListView, SnapshotView, SourceCheckView, SourceListView, SourceView,
    WatchReportView,
};
use axum::Json;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use serde::Deserialize;
use std::sync::Arc;
use tokio::sync::OwnedSemaphorePermit;
use utoipa::IntoParams;

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct ListQuery {
    /// Only names after this one: `next` of the page before
    #[serde(default)]
    after: String,
    /// Sources of a page: 1 to 1000, by default 100
    limit: Option<usize>,
}

/// List the sources that are watched
#[utoipa::path(get, path = "/sources", tag = "sources", operation_id = "source_list",
    params(ListQuery),
    responses((status = 200, description = "A page of sources", body = SourceListView)))]
pub(in crate::rest) async fn list(
    asked: Asked,
    Query(query): Query<ListQuery>,
) -> Result<Json<SourceListView>, Problem> {
    let size = page_size(query.limit)?;
    let found = asked.watch().source_list().await?;
    let wanted = found
        .into_iter()
        .filter(|source| source.name > query.after)
        .take(size + 1)
        .map(SourceView::from);
    let (sources, next) = page_of(wanted.collect(), size, |one| one.name.clone());
    Ok(Json(SourceListView { sources, next }))
}

/// Watch a source from now on
///
/// Only where the server's `watch.sources_over_rest` is on. It is read for the first time within seconds; that is its
/// baseline, and nothing of it is told. An address that holds a password is refused, because it would be stored: put it
/// into a variable or a file of the server. Files lie below `watch.secrets_dir`, or below `watch.sqlite_dir`.
#[utoipa::path(post, path = "/sources", tag = "sources", operation_id = "source_add",
    request_body = NewSource,
    responses((status = 201, description = "The new source", body = SourceView)))]
pub(in crate::rest) async fn add(
    asked: Asked,
    Query(NothingQuery {}): Query<NothingQuery>,
    Body(new): Body<NewSource>,
) -> Result<impl IntoResponse, Problem> {
    let settings = new.settings.into();
    let added = asked.watch().source_add(&new.name, settings).await?;
    let added = SourceView::from(added);
    let location = location(&Name::new(DEFAULT_CATALOG), &["sources", &added.name]);
    Ok((StatusCode::CREATED, location, Json(added)))
}

/// Show a source, and how the watch over it goes
#[utoipa::path(get, path = "/sources/{source}", tag = "sources", operation_id = "source_get",
    params(("source" = String, Path, description = "The source")),
    responses((status = 200, description = "The source", body = SourceView)))]
pub(in crate::rest) async fn get(
    asked: Asked,
    Segments(source): Segments<String>,
    Query(NothingQuery {}): Query<NothingQuery>,
) -> Result<Json<SourceView>, Problem> {
    Ok(Json(asked.watch().source_get(&source).await?.into()))
}

/// Stop watching a source, and forget its snapshots, changes and alerts
#[utoipa::path(delete, path = "/sources/{source}", tag = "sources", operation_id = "source_remove",
    params(("source" = String, Path, description = "The source")),
    responses((status = 204, description = "It is gone")))]
pub(in crate::rest) async fn remove(
    asked: Asked,
    Segments(source): Segments<String>,
    Query(NothingQuery {}): Query<NothingQuery>,
) -> Result<StatusCode, Problem> {
    asked.watch().source_remove(&source).await?;
    asked.shared.port.metrics.watch().source_end(&source);
    Ok(StatusCode::NO_CONTENT)
}

/// Ask a source whether it can be watched; nothing is kept
#[utoipa::path(post, path = "/sources/{source}/test", tag = "sources", operation_id = "source_test",
    params(("source" = String, Path, description = "The source")),
    responses((status = 200, description = "It can", body = SourceCheckView)))]
pub(in crate::rest) async fn test(
    asked: Asked,
    Segments(source): Segments<String>,
    Query(NothingQuery {}): Query<NothingQuery>,
) -> Result<Json<SourceCheckView>, Problem> {
    let _permit = permit(&asked.shared)?;
    Ok(Json(asked.watch().source_test(&source).await?.into()))
}

/// Read a source now and keep what changed
///
/// The changes are told on the channels as those of any other run. Where the source takes longer than the server's
/// request timeout the answer is a problem, and the run goes on.
#[utoipa::path(post, path = "/sources/{source}/run", tag = "sources", operation_id = "source_run",
    params(("source" = String, Path, description = "The source")),
    responses((status = 200, description = "What the run found", body = WatchReportView)))]
pub(in crate::rest) async fn run(
    asked: Asked,
    Segments(source): Segments<String>,
    Query(NothingQuery {}): Query<NothingQuery>,
) -> Result<Json<WatchReportView>, Problem> {
    let permit = permit(&asked.shared)?;
    let running = tokio::spawn(async move {
        let _permit = permit;
        let ended = asked.watch().watch_run(&source, WatchCause::Manual).await;
        let metrics = asked.shared.port.metrics.watch();
        match &ended {
            Ok(report) => {
                metrics.ran(&source, report.changes.iter().map(|change| change.severity));
            }
            // Nothing was read.
            Err(Error::Conflict(_) | Error::NotFound(_) | Error::Denied(_)) => {}
            Err(_) => metrics.failed(&source),
        }
        ended
    });
    let report = running.await.map_err(|_| {
        tracing::error!("a run over a source ended in a panic");
        Problem::new(Kind::Internal, "the run ended in a panic")
    })??;
    Ok(Json(WatchReportView::with_first(report, PAGE_SIZE_MAX)))
}

/// Room for work on a source that a client asked for.
fn permit(shared: &Shared) -> Result<OwnedSemaphorePermit, Problem> {
    let room = Arc::clone(&shared.runs).try_acquire_owned();
    room.map_err(|_| {
        Problem::unavailable("as many runs as this server allows are under way; another one")
    })
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct SnapshotsQuery {
    /// The latest ones: 1 to 1000, by default 100
    limit: Option<usize>,
}

/// List the snapshots of a source that are kept
#[utoipa::path(get, path = "/sources/{source}/snapshots", tag = "sources", operation_id = "snapshot_list",
    params(("source" = String, Path, description = "The source"), SnapshotsQuery),
    responses((status = 200, description = "The snapshots", body = SnapshotListView)))]
pub(in crate::rest) async fn snapshots(
    asked: Asked,
    Segments(source): Segments<String>,
    Query(query): Query<SnapshotsQuery>,
) -> Result<Json<SnapshotListView>, Problem> {
    let size = page_size(query.limit)?;
    let found = asked.watch().snapshot_list(&source, size).await?;
    let snapshots = found.into_iter().map(SnapshotView::from).collect();
    Ok(Json(SnapshotListView { snapshots }))
}

#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub(in crate::rest) struct DiffQuery {
    /// The snapshot before: its number, `latest`, or the one that held at a moment of RFC 3339 or on a day in UTC
    from: String,
    /// The snapshot after, as `from`; by default `latest`
    to: Option<String>,
    /// How many changes to pass over: `next` of the page before
    #[serde(default)]
    after: usize,
    /// Changes of a page: 1 to 1000, by default 100
    limit: Option<usize>,
}

/// Compare two snapshots of a source; nothing is kept
#[utoipa::path(get, path = "/sources/{source}/diff", tag = "sources", operation_id = "schema_diff",
    params(("source" = String, Path, description = "The source"), DiffQuery),
    responses((status = 200, description = "A page of what differs", body = DiffView)))]
pub(in crate::rest) async fn diff(
    asked: Asked,
    Segments(source): Segments<String>,
    Query(query): Query<DiffQuery>,
) -> Result<Json<DiffView>, Problem> {
    let size = page_size(query.limit)?;
    let from = snapshot_of("from", &query.from)?;
    let to = snapshot_of("to", query.to.as_deref().unwrap_or(LATEST))?;
    let changes = asked.watch().schema_diff(&source, from, to).await?;
    let ends = changes.first();
    let (from_snapshot, to_snapshot) = (
        ends.map(|change| change.from_snapshot),
        ends.map(|change| change.to_snapshot),
    );
    let end = query.after.saturating_add(size);
    let next = (changes.len() > end).then_some(end);
    let page = changes.into_iter().skip(query.after).take(size);
    Ok(Json(DiffView {
        from_snapshot,
        to_snapshot,
        changes: page.map(ChangeView::from).collect(),
        next,
    }))
}

/// The word for the newest snapshot.
const LATEST: &str = "latest";

fn snapshot_of(field: &'static str, text: &str) -> Result<SnapshotAt, Problem> {
    if text == LATEST {
        return Ok(SnapshotAt::Latest);
    }
    if let Ok(id) = text.parse() {
        return Ok(SnapshotAt::Id(id));
    }
    let at = moment_parse(text).map(SnapshotAt::At);
    at.ok_or_else(|| {
        let why = "the number of a snapshot, latest, or a moment such as 2026-11-22T10:00:00Z";
        Problem::field(field, format!("{field} is '{text}' and must be {why}"))
    })
}
