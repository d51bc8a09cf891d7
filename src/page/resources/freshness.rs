//! The tables that expect data, and what lacks of it.

use super::ROWS_MAX;
use super::pieces::{Piece, pieces};
use crate::freshness::{FreshnessStatus, Standing};
use crate::humane::span;
use crate::model::{Table, is_expectation_property};
use crate::page::asked::Asked;
use crate::page::extract::Query;
use crate::page::failure::Failure;
use crate::page::shell::{Section, Shell, found};
use crate::page::show::{When, when};
use crate::page::{filters, links};
use askama::Template;
use axum::response::Response;
use serde::Deserialize;

/// Gaps that are shown of one table; those that follow each other are one.
const GAPS_MAX: usize = 20;

#[derive(Deserialize)]
pub(in crate::page) struct FreshnessQuery {
    /// The number of the last table of the page before.
    #[serde(default)]
    after: i64,
}

#[derive(Template)]
#[template(path = "freshness.html")]
struct FreshnessPage {
    shell: Shell,
    tables: Vec<FreshnessRow>,
    next: String,
}

/// Where a table stands that expects data.
pub(super) struct FreshnessRow {
    pub(super) name: String,
    pub(super) link: String,
    pub(super) standing: &'static str,
    /// What it expects, such as `1h, within 20 mins`.
    pub(super) expected: String,
    pub(super) newest: Option<When>,
    pub(super) due: Option<When>,
    pub(super) problem: String,
    pub(super) gaps: Vec<GapLine>,
    pub(super) gaps_more: usize,
}

/// A time of which data lacks.
pub(super) struct GapLine {
    pub(super) kind: &'static str,
    pub(super) text: Vec<Piece>,
    pub(super) noticed: Option<When>,
}

impl FreshnessRow {
    /// The row of a table.
    pub(super) fn of(status: &FreshnessStatus) -> Self {
        let now = status.state.now.seconds();
        let expected = status.expectation.as_ref().map(|expectation| {
            let volume = expectation
                .volume
                .map(|range| format!(", {range} of the usual volume"));
            let sizes = if expectation.lists_sizes {
                ", listed where nobody noted it"
            } else {
                ""
            };
            let within = span(expectation.within_s);
            let zone = match expectation.zone_name() {
                "UTC" => String::new(),
                zone => format!(", in {zone}"),
            };
            let days = expectation.weekdays_text.as_ref();
            let days = days.map(|days| format!(", {days}")).unwrap_or_default();
            let pause = expectation.pause_text.as_ref();
            let pause = pause
                .map(|pause| format!(", not on {pause}"))
                .unwrap_or_default();
            format!(
                "{}, within {within}{}{sizes}{zone}{days}{pause}",
                expectation.every,
                volume.unwrap_or_default()
            )
        });
        let gaps = status.gaps.iter().take(GAPS_MAX).map(|gap| GapLine {
            kind: gap.kind.as_str(),
            text: pieces(said_of(&gap.text)),
            noticed: when(gap.began_at, now),
        });
        Self {
            name: format!("{}.{}", status.at.database, status.at.table),
            link: links::table(&status.at),
            standing: match status.standing() {
                Standing::Waiting => "waiting",
                other => other.as_str(),
            },
            expected: expected.unwrap_or_default(),
            newest: status.state.newest.and_then(|at| when(at, now)),
            due: status.next_due_at().and_then(|at| when(at, now)),
            problem: status.fault().unwrap_or_default().to_owned(),
            gaps: gaps.collect(),
            gaps_more: status.gaps.len().saturating_sub(GAPS_MAX),
        }
    }
}

/// What is told of a gap, without the table, whose row or page it stands in.
fn said_of(text: &str) -> &str {
    let rest = text.strip_prefix("table `");
    let rest = rest.and_then(|rest| rest.split_once("`: "));
    rest.map_or(text, |(_, said)| said)
}

/// Where a table stands; nothing where it expects no data.
pub(super) async fn row_of(asked: &Asked, table: &Table) -> Result<Option<FreshnessRow>, Failure> {
    let status = status_of(asked, table).await?;
    Ok(status.as_ref().map(FreshnessRow::of))
}

/// The same as it is known, before it is shown.
pub(super) async fn status_of(
    asked: &Asked,
    table: &Table,
) -> Result<Option<FreshnessStatus>, Failure> {
    let mut keys = table.parameters.keys();
    if !keys.any(|key| is_expectation_property(key)) {
        return Ok(None);
    }
    Ok(Some(asked.freshness().freshness_status(&table.at).await?))
}

pub(in crate::page) async fn show(
    asked: Asked,
    Query(query): Query<FreshnessQuery>,
) -> Result<Response, Failure> {
    let (statuses, next) = asked
        .freshness()
        .freshness_statuses(None, query.after, ROWS_MAX, false)
        .await?;
    let next = next.map(|last| links::query(&[("after", &last.to_string())]));
    Ok(found(&FreshnessPage {
        shell: Shell::of(&asked, Section::Freshness, "Freshness"),
        tables: statuses.iter().map(FreshnessRow::of).collect(),
        next: next.unwrap_or_default(),
    }))
}
