//! What was told where, and what waits to be.

use super::mute::{self, MuteRow};
use super::pieces::{Piece, pieces};
use crate::model::{Alert, AlertFilter, AlertState};
use crate::page::asked::Asked;
use crate::page::extract::Query;
use crate::page::failure::Failure;
use crate::page::shell::{Section, Shell, found};
use crate::page::show::{When, when};
use crate::page::{filters, links};
use askama::Template;
use axum::response::Response;
use serde::Deserialize;

/// Alerts on one page; the list of the watch gives no more at once.
const PAGE: usize = 100;

#[derive(Deserialize)]
pub(in crate::page) struct AlertsQuery {
    #[serde(default)]
    channel: String,
    #[serde(default)]
    state: String,
    before: Option<i64>,
}

#[derive(Template)]
#[template(path = "alerts.html")]
struct AlertsPage {
    shell: Shell,
    channels: Vec<ChannelRow>,
    channel: String,
    state: String,
    states: Vec<&'static str>,
    alerts: Vec<AlertRow>,
    next: String,
    mutes: Vec<MuteRow>,
    /// There are more mutes than are shown.
    mutes_more: bool,
}

struct ChannelRow {
    name: String,
    kind: String,
    sources: String,
    pending: u64,
    digest: Option<When>,
    last_sent: Option<When>,
    error: String,
}

struct AlertRow {
    id: i64,
    channel: String,
    subject: String,
    severity: &'static str,
    state: &'static str,
    /// When it is to be sent; nothing where it does not wait.
    due: Option<When>,
    /// Whether it can be put off.
    can_wait: bool,
    /// The link that mutes what it is about.
    mute: String,
    text: Vec<Piece>,
    at: Option<When>,
    sent: Option<When>,
    error: String,
}

fn row(alert: &Alert, now: i64) -> AlertRow {
    AlertRow {
        id: alert.id,
        channel: alert.channel.clone(),
        subject: alert.subject.clone(),
        severity: alert.entry.severity.as_str(),
        state: alert.state.as_str(),
        due: match alert.state {
            AlertState::Pending => when(alert.due_at.seconds(), now),
            _ => None,
        },
        can_wait: alert.state.can_wait(),
        mute: links::mute(&alert.subject, &alert.entry.object),
        text: pieces(&alert.entry.text),
        at: when(alert.at, now),
        sent: alert.sent_at.and_then(|at| when(at, now)),
        error: alert.last_error.clone().unwrap_or_default(),
    }
}

pub(in crate::page) async fn show(
    asked: Asked,
    Query(query): Query<AlertsQuery>,
) -> Result<Response, Failure> {
    let some = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
    let state = some(&query.state).map(|text| {
        let found = AlertState::parse(&text);
        found.ok_or_else(|| Failure::Faulty(format!("No alert is '{text}'.")))
    });
    let filter = AlertFilter {
        channel: some(&query.channel),
        state: state.transpose()?,
        before: query.before,
        limit: PAGE,
        ..AlertFilter::default()
    };
    let alerts = asked.watch().alert_list(&filter).await?;
    let now = asked.now();
    let channels = asked.watch().channel_list().await?;
    let channels = channels.into_iter().map(|one| ChannelRow {
        name: one.name,
        kind: one.kind,
        sources: if one.sources.is_empty() {
            "everything".to_owned()
        } else {
            one.sources.join(", ")
        },
        pending: one.pending,
        digest: one.digest_at.and_then(|at| when(at, now)),
        last_sent: one.state.last_sent_at.and_then(|at| when(at, now)),
        error: one.state.last_error.unwrap_or_default(),
    });
    let (mutes, mutes_more) = mute::rows(&asked).await?;
    let last = alerts.last().filter(|_| alerts.len() == PAGE);
    let next = last.map(|last| {
        let before = last.id.to_string();
        links::query(&[
            ("channel", &query.channel),
            ("state", &query.state),
            ("before", &before),
        ])
    });
    Ok(found(&AlertsPage {
        shell: Shell::of(&asked, Section::Alerts, "Alerts"),
        channels: channels.collect(),
        channel: query.channel,
        state: query.state,
        states: AlertState::ALL.map(AlertState::as_str).to_vec(),
        alerts: alerts.iter().map(|one| row(one, now)).collect(),
        next: next.unwrap_or_default(),
        mutes,
        mutes_more,
    }))
}
