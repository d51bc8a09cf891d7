//! Tables whose partitions appear by themselves.

use super::ROWS_MAX;
use crate::discovery::DiscoveryStatus;
use crate::page::asked::Asked;
use crate::page::extract::Query;
use crate::page::failure::Failure;
use crate::page::shell::{Section, Shell, found};
use crate::page::show::{When, count, when};
use crate::page::{filters, links};
use askama::Template;
use axum::response::Response;
use serde::Deserialize;

#[derive(Deserialize)]
pub(in crate::page) struct DiscoveryQuery {
    /// The number of the last table of the page before.
    #[serde(default)]
    after: i64,
}

#[derive(Template)]
#[template(path = "discovery.html")]
struct DiscoveryPage {
    shell: Shell,
    tables: Vec<StatusRow>,
    next: String,
}

struct StatusRow {
    name: String,
    link: String,
    state: &'static str,
    newest: Option<When>,
    last_run: Option<When>,
    requests: String,
    error: String,
}

/// Where a table's discovery stands, in one word.
pub(super) fn state(status: &DiscoveryStatus) -> &'static str {
    match &status.settings {
        Err(_) => "misconfigured",
        Ok(settings) if !settings.on => "off",
        Ok(_) if status.state.paused_at.is_some() => "paused",
        Ok(_) if status.state.last_error.is_some() => "failing",
        Ok(_) if status.is_stale => "stale",
        Ok(_) if status.state.last_run_at.is_none() => "not looked at yet",
        Ok(_) => "well",
    }
}

/// What is wrong with it; nothing where all is well.
pub(super) fn error(status: &DiscoveryStatus) -> String {
    match &status.settings {
        Err(why) => why.clone(),
        Ok(_) => status.state.last_error.clone().unwrap_or_default(),
    }
}

impl From<&DiscoveryStatus> for StatusRow {
    fn from(status: &DiscoveryStatus) -> Self {
        let of = &status.state;
        Self {
            name: format!("{}.{}", status.at.database, status.at.table),
            link: links::discovery(&status.at),
            state: state(status),
            newest: of.freshness.and_then(|fresh| when(fresh.object_at, of.now)),
            last_run: of.last_run_at.and_then(|at| when(at, of.now)),
            requests: count(of.requests_today),
            error: error(status),
        }
    }
}

pub(in crate::page) async fn show(
    asked: Asked,
    Query(query): Query<DiscoveryQuery>,
) -> Result<Response, Failure> {
    let (statuses, next) = asked
        .discovery()
        .discovery_statuses(None, query.after, ROWS_MAX)
        .await?;
    let next = next.map(|last| links::query(&[("after", &last.to_string())]));
    Ok(found(&DiscoveryPage {
        shell: Shell::of(&asked, Section::Discovery, "Discovery"),
        tables: statuses.iter().map(StatusRow::from).collect(),
        next: next.unwrap_or_default(),
    }))
}
