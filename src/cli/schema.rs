//! `skep schema`: what changed in sources. `check` reads a source now and fails where something grave is found, so that
//! a deployment can stop before it breaks a reader.

use super::acknowledge::{Seen, acknowledge};
use super::cell::{Cell, moment, word};
use super::change::{count, show_changes, show_report};
use super::client::{Client, PAGE_SIZE, given};
use super::failure::ClientError;
use super::output::Output;
use super::place::{number, since, snapshot, time_over};
use super::progress::while_waiting;
use super::remote::Remote;
use crate::clock::Clock;
use crate::model::Severity;
use crate::number_ranges;
use crate::rest::view::alert::{AlertListView, AlertView};
use crate::rest::view::change::{AppliedView, ChangeListView, ChangeView, DiffView};
use crate::rest::view::source::{SnapshotListView, SourceView, WatchReportView};
use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;
use std::ops::RangeInclusive;

/// What to do, and where.
#[derive(Debug, Args)]
pub(super) struct SchemaCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the changes that were found, the newest first
    Log {
        /// Only those of this source
        source: Option<String>,
        /// Only those whose object begins so, such as shop.orders
        #[arg(long, value_name = "PREFIX")]
        object: Option<String>,
        /// Only those found since then: so long ago (90m, 8h, 7d), a day (2026-11-22, UTC) or a moment (RFC 3339)
        #[arg(long, value_name = "TIME", value_parser = time_over)]
        since: Option<String>,
        /// Only those found before then
        #[arg(long, value_name = "TIME", value_parser = time_over)]
        until: Option<String>,
        /// Only those at least as grave: breaking, risky, additive
        #[arg(long, value_name = "SEVERITY", value_parser = ["breaking", "risky", "additive"], hide_possible_values = true)]
        severity: Option<String>,
        /// Only the latest ones
        #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = number::<usize>)]
        limit: usize,
    },
    /// List the snapshots of a source that are kept
    Snapshots {
        /// The source
        source: String,
        /// Only the latest ones
        #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = number::<usize>)]
        limit: usize,
    },
    /// Compare two snapshots of a source; nothing is kept
    Diff {
        /// The source
        source: String,
        /// The snapshot before: its number, so long ago (7d), a day (2026-11-22, UTC) or a moment (RFC 3339)
        #[arg(long, value_name = "SNAPSHOT", value_parser = snapshot)]
        from: String,
        /// The snapshot after, or latest
        #[arg(long, value_name = "SNAPSHOT", default_value = "latest", value_parser = snapshot)]
        to: String,
    },
    /// Read a source now, keep and tell what changed, and fail where it is grave
    Check {
        /// The source
        source: String,
        /// From which gravity on it fails: breaking, risky, additive
        #[arg(long, value_name = "SEVERITY", default_value = "breaking", value_parser = severity)]
        fail_on: Severity,
    },
    /// Say that changes were seen: they are told no more, on no channel
    Ack {
        /// The changes' numbers, as messages tell them; also ranges, such as 101-112
        #[arg(required = true, value_name = "CHANGE", value_parser = number_ranges::range)]
        changes: Vec<RangeInclusive<i64>>,
    },
    /// Add to the catalog's tables the columns that a change says they lack; it does nothing else
    Apply {
        /// The change's number
        #[arg(value_parser = number::<i64>)]
        change: i64,
    },
}

fn severity(text: &str) -> Result<Severity, String> {
    Severity::parse(text)
        .filter(|severity| *severity != Severity::Alarm)
        .ok_or_else(|| "write breaking, risky or additive".to_owned())
}

impl SchemaCommand {
    /// Does it.
    pub(super) fn run(self, remote: Remote) -> Result<()> {
        let action = self.action;
        remote.run(|client, output| async move { act(action, &client, output).await })
    }
}

async fn act(action: Action, client: &Client, output: Output) -> Result<()> {
    match action {
        Action::Log {
            source,
            object,
            since: since_then,
            until,
            severity,
            limit,
        } => {
            if let Some(source) = &source {
                // A name that is mistyped would look like a source without changes.
                let _: SourceView = client.get(&["sources", source], &[]).await?;
            }
            let now = Clock::System.seconds();
            let filter = given([
                ("source", source),
                ("object", object),
                ("since", since_then.map(|text| since(&text, now))),
                ("until", until.map(|text| since(&text, now))),
                ("severity", severity),
            ]);
            let split = |page: ChangeListView| (page.changes, page.next);
            let found = client.pages(&["schema-changes"], &filter, "before", limit, split);
            show_changes(output, &found.await?)
        }
        Action::Snapshots { source, limit } => {
            let query = [("limit", limit.to_string())];
            let path = ["sources", &source, "snapshots"];
            let list: SnapshotListView = client.get(&path, &query).await?;
            show_snapshots(output, &list)
        }
        Action::Diff { source, from, to } => {
            let now = Clock::System.seconds();
            let (from, to) = (since(&from, now), since(&to, now));
            diff(client, output, &source, from, to).await
        }
        Action::Check { source, fail_on } => check(client, output, &source, fail_on).await,
        Action::Ack { changes } => seen(client, output, &changes).await,
        Action::Apply { change } => {
            let path = ["schema-changes", &change.to_string(), "apply"];
            let applied: AppliedView = client.post(&path, &json!({})).await?;
            show_applied(output, &applied)
        }
    }
}

async fn seen(client: &Client, output: Output, changes: &[RangeInclusive<i64>]) -> Result<()> {
    let seen: Seen<AlertListView> = acknowledge(client, "schema-changes", changes).await;
    if !seen.answers.is_empty() {
        show_seen(output, &seen.answers)?;
    }
    if let Some(remark) = seen.end("change", "skep schema log")? {
        output.done(&remark);
    }
    Ok(())
}

/// How many changes were seen; for scripts the alerts that are told no more.
fn show_seen(output: Output, seen: &[AlertListView]) -> Result<()> {
    if output.is_for_people() {
        output.done(&format!("{} seen", count(seen.len() as u64)));
        return Ok(());
    }
    let alerts: Vec<&AlertView> = seen.iter().flat_map(|list| &list.alerts).collect();
    output.list(["alert", "channel", "state"], &alerts, |one| {
        [one.id.into(), one.channel.as_str().into(), word(&one.state)]
    })
}

/// All that differs. After the first page the snapshots are asked for by number: the latest one may be another by then.
async fn diff(
    client: &Client,
    output: Output,
    source: &str,
    mut from: String,
    mut to: String,
) -> Result<()> {
    let mut all: Vec<ChangeView> = Vec::new();
    let mut after = 0;
    loop {
        let query = [
            ("from", from.clone()),
            ("to", to.clone()),
            ("after", after.to_string()),
            ("limit", PAGE_SIZE.to_string()),
        ];
        let page = client.get(&["sources", source, "diff"], &query).await;
        let page: DiffView = page.map_err(|failure| with_snapshots(failure, source))?;
        all.extend(page.changes);
        from = page.from_snapshot.map_or(from, |id| id.to_string());
        to = page.to_snapshot.map_or(to, |id| id.to_string());
        match page.next {
            Some(next) if next > after => after = next,
            Some(_) => return Err(client.standstill().into()),
            None => break,
        }
    }
    if !(all.is_empty() && output.is_for_people()) {
        show_changes(output, &all)?;
    }
    output.done(&count(all.len() as u64));
    Ok(())
}

/// A snapshot that does not exist is one of those that are listed, by another number or moment.
fn with_snapshots(failure: ClientError, source: &str) -> ClientError {
    match failure {
        ClientError::Refused(problem, None) if problem.detail.contains("snapshot") => {
            let hint = format!(
                "skep schema snapshots {source} shows which there are, and when they were taken"
            );
            ClientError::Refused(problem, Some(hint))
        }
        other => other,
    }
}

async fn check(client: &Client, output: Output, source: &str, fail_on: Severity) -> Result<()> {
    let path = ["sources", source, "run"];
    let nothing = json!({});
    let reading = client.post(&path, &nothing);
    let report: WatchReportView = while_waiting(format!("reading {source}"), reading).await?;
    show_report(output, &report)?;
    let is_grave = |change: &&ChangeView| {
        // The gravest comes first in the order.
        Severity::parse(&change.severity).is_none_or(|severity| severity <= fail_on)
    };
    let grave = report.changes.iter().filter(is_grave).count();
    // The gravest are shown: of the others some may be as grave where all of these are.
    let unseen = report.changes_count - report.changes.len() as u64;
    let is_least = unseen > 0 && grave == report.changes.len();
    if grave == 0 {
        // What it does not show may have changed in any way.
        return match report.unread {
            0 => Ok(()),
            tables => Err(ClientError::Blind {
                source_name: source.to_owned(),
                tables,
            }
            .into()),
        };
    }
    Err(ClientError::Grave {
        source_name: source.to_owned(),
        changes: if is_least {
            format!("{grave} or more")
        } else {
            grave.to_string()
        },
        severity: match fail_on {
            Severity::Risky => "risky or breaking",
            Severity::Additive => "additive, risky or breaking",
            Severity::Breaking | Severity::Alarm => "breaking",
        },
    }
    .into())
}

fn show_snapshots(output: Output, list: &SnapshotListView) -> Result<()> {
    let head = ["id", "at", "tables", "columns", "size", "digest"];
    output.list(head, &list.snapshots, |one| {
        [
            one.id.into(),
            moment(one.at.as_ref()),
            one.tables.into(),
            one.columns.into(),
            Cell::Bytes(one.bytes),
            one.digest.chars().take(12).collect::<String>().into(),
        ]
    })
}

fn show_applied(output: Output, applied: &AppliedView) -> Result<()> {
    let head = ["table", "column", "type", "added"];
    output.list(head, &applied.columns, |one| {
        [
            format!("{}.{}", one.database, one.table).into(),
            one.column.name.as_str().into(),
            Cell::Column(one.column.data_type.clone()),
            if one.added { "yes" } else { "was there" }.into(),
        ]
    })
}
