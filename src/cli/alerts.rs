//! `skep alerts`: what waits to be told and what was, and the channels.

use super::acknowledge::{Seen, acknowledge};
use super::cell::{Cell, moment as when, word};
use super::client::{Client, given};
use super::failure::ClientError;
use super::output::Output;
use super::place::number;
use super::preview::PreviewCommand;
use super::progress::while_waiting;
use super::remote::Remote;
use super::suggest::nearest;
use crate::clock::Clock;
use crate::humane::counted;
use crate::number_ranges;
use crate::period::period_s;
use crate::rest::view::alert::{
    AlertListView, AlertView, ChannelListView, MuteListView, MuteView, NewMute, SnoozeAlert,
};
use crate::rest::view::moment;
use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;
use std::ops::RangeInclusive;

/// What to do, and where.
#[derive(Debug, Args)]
pub(super) struct AlertsCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List what waits to be told and what was, the newest first
    List {
        /// Only those of this channel
        #[arg(long, value_name = "NAME")]
        channel: Option<String>,
        /// Only those about this source
        #[arg(long, value_name = "NAME")]
        source: Option<String>,
        /// Only those that stand so: pending, sent, muted, acknowledged, `given_up`, over
        #[arg(long, value_name = "STATE", value_parser = ["pending", "sent", "muted", "acknowledged", "given_up", "over"], hide_possible_values = true)]
        state: Option<String>,
        /// Only those at least as grave: breaking, risky, alarm, additive
        #[arg(long, value_name = "SEVERITY", value_parser = ["breaking", "risky", "alarm", "additive"], hide_possible_values = true)]
        severity: Option<String>,
        /// Only the latest ones
        #[arg(long, value_name = "NUMBER", default_value_t = 100, value_parser = number::<usize>)]
        limit: usize,
    },
    /// Say that alerts were seen: they are not sent any more
    Ack {
        /// Their numbers; also ranges, such as 3-7
        #[arg(required = true, value_name = "ALERT", value_parser = number_ranges::range)]
        alerts: Vec<RangeInclusive<i64>>,
    },
    /// Put an alert off; one that was sent is sent again then
    Snooze {
        /// Its number
        #[arg(value_parser = number::<i64>)]
        alert: i64,
        #[command(flatten)]
        until: Until,
    },
    /// Say beforehand what need not be told
    Mute {
        /// What: source:object with * for any text, such as 'shop:public.tmp_*'
        pattern: String,
        #[command(flatten)]
        until: Until,
        /// Why, for those who wonder
        #[arg(long, value_name = "TEXT", default_value = "")]
        why: String,
    },
    /// List what need not be told
    Mutes,
    /// Tell it again
    Unmute {
        /// The mute's number
        #[arg(value_parser = number::<i64>)]
        mute: i64,
    },
    /// Show what channels would be told of the changes of a time, without telling it
    Preview(PreviewCommand),
    /// List the channels, and how sending goes
    Channels,
    /// Send a test message on a channel
    Test {
        /// The channel
        channel: String,
    },
}

/// A moment: by itself, or by the time until then.
#[derive(Debug, Args)]
struct Until {
    /// Until a moment (RFC 3339) or a day (2026-11-22, UTC)
    #[arg(long, value_name = "MOMENT")]
    until: Option<String>,
    /// For so long: 90m, 8h, 3d
    #[arg(long = "for", value_name = "TIME", value_parser = period, conflicts_with = "until")]
    for_s: Option<i64>,
}

impl Until {
    fn moment(self) -> Option<String> {
        let after = |period: i64| moment(Clock::System.seconds().saturating_add(period));
        self.until.or_else(|| self.for_s.and_then(after))
    }
}

/// A time such as `90m`, in seconds. A number alone would leave open what it counts.
fn period(text: &str) -> Result<i64, String> {
    let bare = text.bytes().all(|byte| byte.is_ascii_digit());
    period_s(text)
        .filter(|period| *period > 0 && !bare)
        .ok_or_else(|| "write a number and m, h or d, such as 8h".to_owned())
}

impl AlertsCommand {
    /// Does it.
    pub(super) fn run(self, remote: Remote) -> Result<()> {
        let action = self.action;
        remote.run(|client, output| async move { act(action, &client, output).await })
    }
}

async fn act(action: Action, client: &Client, output: Output) -> Result<()> {
    match action {
        Action::List {
            channel,
            source,
            state,
            severity,
            limit,
        } => {
            let filter = given([
                ("channel", channel.clone()),
                ("source", source),
                ("state", state),
                ("severity", severity),
            ]);
            let split = |page: AlertListView| (page.alerts, page.next);
            let found = client.pages(&["alerts"], &filter, "before", limit, split);
            let found = found.await?;
            if let (true, Some(channel)) = (found.is_empty(), channel) {
                known(client, &channel).await?;
            }
            show(output, &found)
        }
        Action::Ack { alerts } => seen(client, output, &alerts).await,
        Action::Snooze { alert, until } => {
            let until = until.moment().ok_or_else(|| {
                ClientError::Usage("say until when: --for 8h, or --until MOMENT".to_owned())
            })?;
            let path = ["alerts", &alert.to_string(), "snooze"];
            let snoozed: AlertView = client.post(&path, &SnoozeAlert { until }).await?;
            show(output, &[snoozed])
        }
        Action::Mute {
            pattern,
            until,
            why,
        } => {
            let new = NewMute {
                pattern,
                until: until.moment(),
                why,
            };
            let added: MuteView = client.post(&["mutes"], &new).await?;
            show_mutes(output, &[added])
        }
        Action::Mutes => {
            let list: MuteListView = client.get(&["mutes"], &[]).await?;
            show_mutes(output, &list.mutes)
        }
        Action::Unmute { mute } => {
            client.delete(&["mutes", &mute.to_string()], &[]).await?;
            output.done(&format!("mute {mute} is gone"));
            Ok(())
        }
        Action::Preview(wanted) => wanted.show(client, output).await,
        Action::Channels => {
            let list: ChannelListView = client.get(&["channels"], &[]).await?;
            show_channels(output, &list)
        }
        Action::Test { channel } => {
            let path = ["channels", &channel, "test"];
            while_waiting("sending", client.post_only(&path, &json!({}))).await?;
            output.done(&format!("channel {channel} took a test message"));
            Ok(())
        }
    }
}

/// Fails where no channel has the name: one that is mistyped would look like a channel that told nothing. One that left the
/// configuration may have told something, so it is asked for only where nothing was.
async fn known(client: &Client, channel: &str) -> Result<()> {
    let list: ChannelListView = client.get(&["channels"], &[]).await?;
    let names: Vec<String> = list.channels.into_iter().map(|one| one.name).collect();
    if names.iter().any(|name| name == channel) {
        return Ok(());
    }
    let hint = match nearest(channel, &names) {
        Some(name) => format!("did you mean {name}?"),
        None => "skep alerts channels shows which there are".to_owned(),
    };
    let text = format!("there is no channel {channel}");
    Err(ClientError::Missing(text, hint).into())
}

async fn seen(client: &Client, output: Output, alerts: &[RangeInclusive<i64>]) -> Result<()> {
    let seen: Seen<AlertView> = acknowledge(client, "alerts", alerts).await;
    if !seen.answers.is_empty() {
        show(output, &seen.answers)?;
    }
    if let Some(remark) = seen.end("alert", "skep alerts list")? {
        output.done(&remark);
    }
    Ok(())
}

/// Shows alerts. People get fewer columns, which a terminal of eighty has room for: what it is about as mutes write it, and
/// the remark below what is told.
fn show(output: Output, alerts: &[AlertView]) -> Result<()> {
    if output.is_for_people() {
        let head = [
            "id", "channel", "state", "severity", "object", "what", "when",
        ];
        return output.list(head, alerts, |one| {
            let mut what = vec![one.text.clone()];
            what.extend(remark(one).map(|remark| format!("- {remark}")));
            [
                one.id.into(),
                one.channel.as_str().into(),
                word(&one.state),
                word(&one.severity),
                format!("{}:{}", one.source, one.object).into(),
                Cell::Lines(what),
                moment_of(one),
            ]
        });
    }
    let head = [
        "id", "channel", "state", "severity", "source", "object", "what", "when", "remark",
    ];
    output.list(head, alerts, |one| {
        [
            one.id.into(),
            one.channel.as_str().into(),
            word(&one.state),
            word(&one.severity),
            one.source.as_str().into(),
            one.object.as_str().into(),
            one.text.as_str().into(),
            moment_of(one),
            (&remark(one)).into(),
        ]
    })
}

/// When an alert is due, where it is still to come; when it was sent otherwise.
fn moment_of(alert: &AlertView) -> Cell {
    let due = alert.due_at.as_ref();
    when(match alert.state.as_str() {
        "pending" => due,
        _ => alert.sent_at.as_ref().or(due),
    })
}

/// What went wrong when it was sent.
fn remark(alert: &AlertView) -> Option<String> {
    let error = alert.last_error.as_ref()?;
    Some(format!("{}: {error}", tries(alert.attempts)))
}

fn tries(count: i64) -> String {
    counted(count.unsigned_abs(), "try", "tries")
}

fn show_mutes(output: Output, mutes: &[MuteView]) -> Result<()> {
    output.list(["id", "pattern", "until", "why"], mutes, |one| {
        [
            one.id.into(),
            one.pattern.as_str().into(),
            Cell::MomentOr(one.until.clone(), "until removed"),
            one.why.as_str().into(),
        ]
    })
}

fn show_channels(output: Output, list: &ChannelListView) -> Result<()> {
    let failures = |count: i64| counted(count.unsigned_abs(), "failure", "failures");
    let head = [
        "name",
        "kind",
        "sources",
        "next digest",
        "waiting",
        "last sent",
        "remark",
    ];
    output.list(head, &list.channels, |one| {
        let remark = one
            .last_error
            .as_ref()
            .map(|error| format!("{}: {error}", failures(one.failures)));
        [
            one.name.as_str().into(),
            one.kind.as_str().into(),
            one.sources.join(", ").into(),
            when(one.digest_at.as_ref()),
            one.pending.into(),
            when(one.last_sent_at.as_ref()),
            (&remark).into(),
        ]
    })
}

#[cfg(test)]
mod tests {
    use super::period;

    #[test]
    fn periods_have_a_unit() {
        assert_eq!(period("90m"), Ok(5_400));
        assert_eq!(period("8h"), Ok(28_800));
        assert_eq!(period("3d"), Ok(259_200));
        for text in ["", "8", "h", "-1h", "0m", "5일"] {
            assert!(period(text).is_err(), "{text}");
        }
    }
}
