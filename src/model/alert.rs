//! What waits to be told, and what was: one alert for each channel that a change or an alarm concerns.

use super::notice::{NoticeEntry, NoticeKind, Severity};
use crate::clock::DatabaseTime;
use std::collections::BTreeSet;

/// Where an alert stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum AlertState {
    /// It is to be sent when it is due.
    Pending,
    /// The channel took it.
    Sent,
    /// Somebody said beforehand that it need not be told.
    Muted,
    /// Somebody has seen it, so it is not sent any more.
    Acknowledged,
    /// The channel kept refusing it, or did not take it for too long: it is not sent any more.
    GivenUp,
    /// It told a beginning or its end, and both came before the channel was told either.
    Over,
}

impl AlertState {
    /// Every state.
    pub const ALL: [Self; 6] = [
        Self::Pending,
        Self::Sent,
        Self::Muted,
        Self::Acknowledged,
        Self::GivenUp,
        Self::Over,
    ];

    /// Those of what is still somebody's concern.
    pub const WAITING: [Self; 3] = [Self::Pending, Self::Sent, Self::GivenUp];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Sent => "sent",
            Self::Muted => "muted",
            Self::Acknowledged => "acknowledged",
            Self::GivenUp => "given_up",
            Self::Over => "over",
        }
    }

    /// Whether what stands so is still somebody's concern, so that it can be put off.
    pub fn can_wait(self) -> bool {
        Self::WAITING.contains(&self)
    }

    /// The state of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.as_str() == name)
    }
}

/// One thing to tell on one channel. Times are seconds since the epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    /// Its number.
    pub id: i64,
    /// The channel.
    pub channel: String,
    /// The source that it is about, or [`DISCOVERY_SUBJECT`](super::DISCOVERY_SUBJECT).
    pub subject: String,
    /// The change that it tells; `None` for an alarm.
    pub change_id: Option<i64>,
    /// How it is told: in the digest, at once, or as an alarm.
    pub kind: NoticeKind,
    /// What is told.
    pub entry: NoticeEntry,
    /// When it was written.
    pub at: i64,
    /// When it is to be sent.
    pub due_at: DatabaseTime,
    /// Where it stands.
    pub state: AlertState,
    /// How often the channel did not take it.
    pub attempts: i64,
    /// Why not, the last time.
    pub last_error: Option<String>,
    /// When the channel took it.
    pub sent_at: Option<i64>,
    /// The thread that it was told in, where the channel has threads.
    pub thread: Option<String>,
}

/// Which alerts are asked for; the newest come first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AlertFilter {
    /// Those of this channel.
    pub channel: Option<String>,
    /// Those about this source.
    pub subject: Option<String>,
    /// Those that stand so.
    pub state: Option<AlertState>,
    /// Those at least as grave.
    pub severity: Option<Severity>,
    /// Those of these numbers, as many as a page has at most.
    pub numbers: Option<BTreeSet<i64>>,
    /// Those with a smaller number: the page after one that ended with it.
    pub before: Option<i64>,
    /// How many at most; 0 stands for 100.
    pub limit: usize,
}

/// What need not be told: alerts whose `source:object` matches, written while the mute holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mute {
    /// Its number; 0 for one that is to be added.
    pub id: i64,
    /// A pattern over `source:object`, `*` for any text, such as `shop:public.tmp_*`.
    pub pattern: String,
    /// When it ends, in seconds since the epoch; `None`: when it is removed.
    pub until: Option<i64>,
    /// Why, for those who wonder.
    pub why: String,
    /// When it was added, in seconds since the epoch; set by the catalog.
    pub at: i64,
}

/// How sending on a channel goes. Times are seconds since the epoch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChannelState {
    /// When the channel may be asked again; 0 while it works.
    pub next_at: DatabaseTime,
    /// Sendings in a row that failed.
    pub failures: i64,
    /// What the last one failed of.
    pub last_error: Option<String>,
    /// When the channel last took something.
    pub last_sent_at: Option<i64>,
    /// The next moment of the digest; `None` until the channel was first looked at.
    pub digest_at: Option<DatabaseTime>,
}

/// A channel, and how sending on it goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChannelStatus {
    /// Its name.
    pub name: String,
    /// `slack`, `teams`, `webhook`, `pagerduty`, `email` or `log`.
    pub kind: String,
    /// The patterns of the sources that it is told of.
    pub sources: Vec<String>,
    /// When the next digest is due.
    pub digest_at: Option<i64>,
    /// Alerts that wait.
    pub pending: u64,
    /// When the oldest of those that are due was to be sent.
    pub oldest_due_at: Option<i64>,
    /// How sending goes.
    pub state: ChannelState,
}
