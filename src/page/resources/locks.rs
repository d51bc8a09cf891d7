//! Who holds which lock, who waits for whom, and a way out where a holder is gone for good.

use super::{ROWS_MAX, page_of};
use crate::catalog::{ListedLock, LockFilter};
use crate::humane;
use crate::model::{LockComponent, LockState};
use crate::page::asked::Asked;
use crate::page::extract::Path;
use crate::page::failure::Failure;
use crate::page::filters;
use crate::page::shell::{Section, Shell, found};
use crate::page::show::{When, when};
use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};

#[derive(Template)]
#[template(path = "locks.html")]
struct LocksPage {
    shell: Shell,
    locks: Vec<LockRow>,
    /// There are more than are shown.
    more: bool,
}

struct LockRow {
    id: i64,
    waits: bool,
    waits_for: String,
    user: String,
    host: String,
    agent: String,
    granted: Option<When>,
    idle: String,
    components: Vec<String>,
}

fn component(of: &LockComponent) -> String {
    let mut text = format!(
        "{} of {}",
        of.lock_type.as_str().replace('_', " "),
        of.database
    );
    if let Some(table) = &of.table {
        text.push('.');
        text.push_str(table.as_str());
    }
    if let Some(partition) = &of.partition {
        text.push(' ');
        text.push_str(partition);
    }
    text
}

fn row(listed: ListedLock, now: i64) -> LockRow {
    let lock = listed.lock;
    LockRow {
        id: lock.id,
        waits: lock.state == LockState::Waiting,
        waits_for: listed
            .blocked_by
            .map(|id| id.to_string())
            .unwrap_or_default(),
        user: lock.user,
        host: lock.hostname,
        agent: lock.agent_info.unwrap_or_default(),
        granted: lock.acquired_at.and_then(|at| when(at.seconds(), now)),
        idle: humane::span(lock.idle_s),
        components: lock.components.iter().map(component).collect(),
    }
}

pub(in crate::page) async fn show(asked: Asked) -> Result<Response, Failure> {
    let mut all = asked.catalog().lock_list(&LockFilter::default()).await?;
    // Those that wait first: they are what people come for.
    all.sort_by_key(|one| (one.lock.state != LockState::Waiting, one.lock.id));
    all.truncate(ROWS_MAX + 1);
    let now = asked.now();
    let (locks, more) = page_of(all.into_iter().map(|one| row(one, now)).collect());
    Ok(found(&LocksPage {
        shell: Shell::of(&asked, Section::Locks, "Locks"),
        locks,
        more,
    }))
}

/// Releases a lock, and shows what is left.
pub(in crate::page) async fn release(
    asked: Asked,
    Path(lock): Path<i64>,
) -> Result<Response, Failure> {
    asked.catalog().lock_release(lock).await?;
    tracing::info!(lock, "a lock was released by an operator");
    // Relative, since a proxy may have cut a part of the path.
    Ok((StatusCode::SEE_OTHER, [(header::LOCATION, "../../locks")]).into_response())
}
