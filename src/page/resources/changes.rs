//! What changed in the sources, the latest first.

use super::pieces::{Piece, pieces};
use super::snooze::ALERTS_MAX;
use super::told::Told;
use crate::model::{ChangeFilter, Severity};
use crate::page::asked::Asked;
use crate::page::extract::Query;
use crate::page::failure::Failure;
use crate::page::shell::{Section, Shell, found};
use crate::page::show::{When, when};
use crate::page::{filters, links};
use crate::watch::ToldChange;
use askama::Template;
use axum::response::Response;
use serde::Deserialize;
use std::collections::BTreeSet;

/// Changes on one page; the list of the watch gives no more at once.
const PAGE: usize = 100;

#[derive(Deserialize)]
pub(in crate::page) struct ChangesQuery {
    #[serde(default)]
    source: String,
    #[serde(default)]
    severity: String,
    /// The number of the last change of the page before.
    before: Option<i64>,
}

#[derive(Template)]
#[template(path = "changes.html")]
struct ChangesPage {
    shell: Shell,
    source: String,
    /// The sources that there are, and the one that is asked for.
    sources: Vec<String>,
    severity: String,
    severities: Vec<&'static str>,
    changes: Vec<ChangeRow>,
    next: String,
}

struct ChangeRow {
    id: i64,
    severity: &'static str,
    source: String,
    text: Vec<Piece>,
    effects: Vec<Vec<Piece>>,
    engines: Vec<EngineRow>,
    targets: Vec<TargetLink>,
    owner: String,
    at: Option<When>,
    applied: bool,
    /// Whether people have seen it.
    told: &'static str,
    /// The numbers of what channels were told of it and can wait, as a query has them.
    alerts: String,
    /// The link that mutes what it is about.
    mute: String,
}

struct EngineRow {
    engine: String,
    severity: &'static str,
}

struct TargetLink {
    name: String,
    /// Where it is; nothing where it does not exist.
    link: String,
}

fn row(told: &ToldChange, now: i64) -> ChangeRow {
    let change = &told.change;
    let targets = change.targets.iter().map(|target| TargetLink {
        name: format!("{}.{}", target.table.database, target.table.table),
        link: if target.exists {
            links::table(&target.table)
        } else {
            String::new()
        },
    });
    let engines = change.engines.iter().map(|engine| EngineRow {
        engine: engine.engine.clone(),
        severity: engine.severity.as_str(),
    });
    let alerts = told.alerts.iter().filter(|alert| alert.state.can_wait());
    let alerts = alerts.take(ALERTS_MAX).map(|alert| alert.id.to_string());
    let alerts: Vec<String> = alerts.collect();
    ChangeRow {
        id: change.id,
        severity: change.severity.as_str(),
        source: change.source.clone(),
        text: pieces(&change.text),
        effects: change.effects.iter().map(|effect| pieces(effect)).collect(),
        engines: engines.collect(),
        targets: targets.collect(),
        owner: change.owner.clone().unwrap_or_default(),
        at: when(change.at, now),
        applied: change.applied_at.is_some(),
        told: Told::of(told).as_str(),
        alerts: alerts.join(","),
        mute: links::mute(&change.source, &change.object),
    }
}

pub(in crate::page) async fn show(
    asked: Asked,
    Query(query): Query<ChangesQuery>,
) -> Result<Response, Failure> {
    let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let severity = some(&query.severity);
    let severity = severity.map(|text| {
        let found = Severity::parse(&text);
        found.ok_or_else(|| Failure::Faulty(format!("No change is '{text}'.")))
    });
    let filter = ChangeFilter {
        source: some(&query.source),
        severity: severity.transpose()?,
        before: query.before,
        limit: PAGE,
        ..ChangeFilter::default()
    };
    let changes = asked.watch().schema_change_list(&filter).await?;
    let last = changes.last().filter(|_| changes.len() == PAGE);
    let next = last.map(|last| {
        let before = last.id.to_string();
        links::query(&[
            ("source", &query.source),
            ("severity", &query.severity),
            ("before", &before),
        ])
    });
    let now = asked.now();
    let ids: Vec<i64> = changes.iter().map(|change| change.id).collect();
    let mut told = asked.watch().schema_changes_told(&ids).await?;
    told.sort_by_key(|one| std::cmp::Reverse(one.change.id));
    let known = asked.watch().source_list().await?.into_iter();
    let mut sources: BTreeSet<String> = known.map(|source| source.name).collect();
    sources.extend(some(&query.source));
    Ok(found(&ChangesPage {
        shell: Shell::of(&asked, Section::Changes, "Changes"),
        source: query.source,
        severity: query.severity,
        severities: Severity::ALL.map(Severity::as_str).to_vec(),
        sources: sources.into_iter().collect(),
        changes: told.iter().map(|one| row(one, now)).collect(),
        next: next.unwrap_or_default(),
    }))
}
