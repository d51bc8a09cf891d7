//! What waits to be told and what was, what need not be told, and the channels.

use super::moment;
use crate::model::{Alert, ChannelStatus, Mute};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One thing to tell on one channel.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Alert)]
pub struct AlertView {
    /// Its number
    pub id: i64,
    /// The channel
    pub channel: String,
    /// The source that it is about
    pub source: String,
    /// The change that it tells; absent for an alarm
    pub change: Option<i64>,
    /// How it is told: `digest`, `at_once` or `alarm`; `answer` tells a channel that what it told was seen
    pub kind: String,
    /// `breaking`, `risky`, `alarm` or `additive`
    pub severity: String,
    /// What it is about
    #[schema(example = "shop.orders.price")]
    pub object: String,
    /// What happened
    pub text: String,
    /// What follows from it, a line each
    pub effects: Vec<String>,
    /// Who is to look at it
    pub owner: Option<String>,
    /// When it was written
    #[schema(format = DateTime)]
    pub at: Option<String>,
    /// When it is to be sent
    #[schema(format = DateTime)]
    pub due_at: Option<String>,
    /// `pending`, `sent`, `muted`, `acknowledged`, `given_up` or `over`
    pub state: String,
    /// How often the channel did not take it
    pub attempts: i64,
    /// Why not, the last time
    pub last_error: Option<String>,
    /// When the channel took it
    #[schema(format = DateTime)]
    pub sent_at: Option<String>,
}

/// A page of alerts.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = AlertList)]
pub struct AlertListView {
    /// The alerts, the newest first
    pub alerts: Vec<AlertView>,
    /// What to pass as `before` for the next page; absent on the last one
    pub next: Option<i64>,
}

/// Until when an alert is put off.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SnoozeAlert {
    /// A moment of RFC 3339, or a day in UTC; within a year
    #[schema(format = DateTime)]
    pub until: String,
}

/// What need not be told.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Mute)]
pub struct MuteView {
    /// Its number
    pub id: i64,
    /// A pattern over `source:object`, `*` for any text
    #[schema(example = "shop:public.tmp_*")]
    pub pattern: String,
    /// When it ends; absent: when it is removed
    #[schema(format = DateTime)]
    pub until: Option<String>,
    /// Why, for those who wonder
    pub why: String,
    /// When it was added
    #[schema(format = DateTime)]
    pub at: Option<String>,
}

/// A new mute.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewMute {
    /// A pattern over `source:object`, `*` for any text
    #[schema(example = "shop:public.tmp_*")]
    pub pattern: String,
    /// A moment of RFC 3339, or a day in UTC, at which it ends; without one it holds until it is removed
    #[schema(format = DateTime)]
    pub until: Option<String>,
    /// Why, for those who wonder
    #[serde(default)]
    pub why: String,
}

/// The mutes that hold.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = MuteList)]
pub struct MuteListView {
    /// The mutes, by number
    pub mutes: Vec<MuteView>,
}

/// A channel, and how sending on it goes. Its address is a secret, and shown nowhere.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Channel)]
pub struct ChannelView {
    /// Its name
    pub name: String,
    /// `slack`, `teams`, `webhook`, `pagerduty`, `email` or `log`
    pub kind: String,
    /// The patterns of the sources that it is told of
    pub sources: Vec<String>,
    /// When the next digest is due
    #[schema(format = DateTime)]
    pub digest_at: Option<String>,
    /// Alerts that wait
    pub pending: u64,
    /// When the oldest of those that are due was to be sent
    #[schema(format = DateTime)]
    pub oldest_due_at: Option<String>,
    /// Sendings in a row that failed
    pub failures: i64,
    /// What the last one failed of
    pub last_error: Option<String>,
    /// When the channel may be asked again after a failure
    #[schema(format = DateTime)]
    pub next_try_at: Option<String>,
    /// When the channel last took something
    #[schema(format = DateTime)]
    pub last_sent_at: Option<String>,
}

/// All channels.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = ChannelList)]
pub struct ChannelListView {
    /// The channels, by name
    pub channels: Vec<ChannelView>,
}

impl From<Alert> for AlertView {
    fn from(alert: Alert) -> Self {
        Self {
            id: alert.id,
            channel: alert.channel,
            source: alert.subject,
            change: alert.change_id,
            kind: alert.kind.as_str().to_owned(),
            severity: alert.entry.severity.as_str().to_owned(),
            object: alert.entry.object,
            text: alert.entry.text,
            effects: alert.entry.effects,
            owner: alert.entry.owner,
            at: moment(alert.at),
            due_at: moment(alert.due_at.seconds()),
            state: alert.state.as_str().to_owned(),
            attempts: alert.attempts,
            last_error: alert.last_error,
            sent_at: alert.sent_at.and_then(moment),
        }
    }
}

impl From<Mute> for MuteView {
    fn from(mute: Mute) -> Self {
        Self {
            id: mute.id,
            pattern: mute.pattern,
            until: mute.until.and_then(moment),
            why: mute.why,
            at: moment(mute.at),
        }
    }
}

impl From<ChannelStatus> for ChannelView {
    fn from(status: ChannelStatus) -> Self {
        let state = status.state;
        Self {
            name: status.name,
            kind: status.kind,
            sources: status.sources,
            digest_at: status.digest_at.and_then(moment),
            pending: status.pending,
            oldest_due_at: status.oldest_due_at.and_then(moment),
            failures: state.failures,
            last_error: state.last_error,
            next_try_at: moment(state.next_at.seconds()),
            last_sent_at: state.last_sent_at.and_then(moment),
        }
    }
}
