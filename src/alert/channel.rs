//! The kinds of channels there are, behind one type.

use super::{Alerter, Log, Part, SendError, Slack, Webhook};
use crate::model::Notice;
use std::time::Duration;

/// A channel of any kind.
#[derive(Debug, Clone)]
pub enum Channel {
    /// A Slack channel, by an incoming webhook.
    Slack(Slack),
    /// Any HTTP listener.
    Webhook(Webhook),
    /// skep's own log.
    Log(Log),
}

impl Alerter for Channel {
    fn parts(&self, notice: &Notice) -> Vec<Part> {
        match self {
            Self::Slack(slack) => slack.parts(notice),
            Self::Webhook(webhook) => webhook.parts(notice),
            Self::Log(log) => log.parts(notice),
        }
    }

    fn pause(&self) -> Duration {
        match self {
            Self::Slack(slack) => slack.pause(),
            Self::Webhook(webhook) => webhook.pause(),
            Self::Log(log) => log.pause(),
        }
    }

    async fn send(&self, part: &Part) -> Result<(), SendError> {
        match self {
            Self::Slack(slack) => slack.send(part).await,
            Self::Webhook(webhook) => webhook.send(part).await,
            Self::Log(log) => log.send(part).await,
        }
    }
}
