//! The kinds of channels there are, behind one type.

use super::{Alerter, Email, Log, PagerDuty, Part, SendError, Slack, SlackBot, Teams, Webhook};
use crate::model::Notice;
use std::time::Duration;

/// A channel of any kind.
#[derive(Debug, Clone)]
pub enum Channel {
    /// A Slack channel, by an incoming webhook.
    Slack(Slack),
    /// A Slack channel, by a bot.
    SlackBot(SlackBot),
    /// A channel or chat of Microsoft Teams, by a workflow.
    Teams(Teams),
    /// Any HTTP listener.
    Webhook(Webhook),
    /// A service of PagerDuty.
    PagerDuty(PagerDuty),
    /// People who get letters.
    Email(Box<Email>),
    /// skep's own log.
    Log(Log),
}

/// Calls the same of whichever kind it is.
macro_rules! of_any {
    ($channel:expr, $one:ident => $call:expr) => {
        match $channel {
            Channel::Slack($one) => $call,
            Channel::SlackBot($one) => $call,
            Channel::Teams($one) => $call,
            Channel::Webhook($one) => $call,
            Channel::PagerDuty($one) => $call,
            Channel::Email($one) => $call,
            Channel::Log($one) => $call,
        }
    };
}

impl Channel {
    /// Whether it says answers in the thread of what they answer, and so needs one.
    pub fn has_threads(&self) -> bool {
        matches!(self, Self::SlackBot(_))
    }

    /// Whether it wants to hear that what it told was seen.
    pub fn hears_answers(&self) -> bool {
        match self {
            Self::PagerDuty(_) | Self::SlackBot(_) => true,
            Self::Slack(_) | Self::Teams(_) | Self::Webhook(_) | Self::Email(_) | Self::Log(_) => {
                false
            }
        }
    }
}

impl Alerter for Channel {
    fn parts(&self, notice: &Notice) -> Vec<Part> {
        of_any!(self, one => one.parts(notice))
    }

    fn pause(&self) -> Duration {
        of_any!(self, one => one.pause())
    }

    async fn send(&self, part: &Part) -> Result<(), SendError> {
        of_any!(self, one => one.send(part).await)
    }

    async fn send_in(
        &self,
        part: &Part,
        thread: Option<&str>,
    ) -> Result<Option<String>, SendError> {
        of_any!(self, one => one.send_in(part, thread).await)
    }
}
