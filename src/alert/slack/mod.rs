//! Slack, by an incoming webhook or a bot's token: Block Kit messages within Slack's limits.

mod blocks;
mod bot;
mod mrkdwn;

pub(super) use blocks::parts;
pub use bot::SlackBot;
pub(super) use bot::URL_DEFAULT as BOT_URL;

use super::{Alerter, Part, Poster, SendError};
use crate::model::Notice;
use crate::secret::Secret;
use std::time::Duration;

/// Slack takes a message a second from a webhook, and refuses bursts that last.
const PAUSE: Duration = Duration::from_secs(1);

/// A Slack channel.
#[derive(Debug, Clone)]
pub struct Slack {
    url: Secret,
    poster: Poster,
}

impl Slack {
    /// The channel behind an incoming webhook's address.
    pub fn new(url: Secret, poster: Poster) -> Self {
        Self { url, poster }
    }
}

impl Alerter for Slack {
    fn parts(&self, notice: &Notice) -> Vec<Part> {
        blocks::parts(notice)
    }

    fn pause(&self) -> Duration {
        PAUSE
    }

    async fn send(&self, part: &Part) -> Result<(), SendError> {
        self.poster
            .post((&self.url, &[]), part.body.clone(), &[])
            .await
    }
}
