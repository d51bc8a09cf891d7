//! How people are told: Slack, Teams, PagerDuty, e-mail, any HTTP listener, the log. Each channel gives a [`Notice`] its own form, in as many
//! parts as its limits ask for, and sends one part at a time, so that a failure in the middle repeats nothing.
//!
//! It knows neither the catalog nor the outbox: who is told what, when to try again and what was told already is
//! decided above. Addresses of webhooks are secrets and stand in no error and no log.

mod channel;
mod email;
mod fold;
mod form;
mod gap;
mod heading;
mod letter;
mod log;
mod mask;
mod pagerduty;
mod piece;
mod post;
mod settings;
mod slack;
mod teams;
mod text;
mod told;
mod trouble;
mod webhook;

pub use channel::Channel;
pub use email::Email;
pub use form::Form;
pub use gap::GapSettings;
pub use log::Log;
pub use pagerduty::PagerDuty;
pub use post::{POST_TIMEOUT, Poster};
pub use settings::{AlertSettings, CHANNELS_MAX, ChannelKind, ChannelSettings, Threshold};
pub use slack::{Slack, SlackBot};
pub use teams::Teams;
pub use trouble::{TroubleSettings, TroubleSeverity};
pub use webhook::{SIGNATURE_HEADER, Webhook};

use crate::model::Notice;
use std::ops::Range;
use std::time::Duration;

/// One message as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// The body; JSON but for the log.
    pub body: String,
    /// Which entries of the notice it tells. The parts of a notice tell all of them, in order, each once.
    pub entries: Range<usize>,
}

/// A way to tell people something.
pub trait Alerter: Send + Sync {
    /// Gives a notice this channel's form. There is always at least one part; none is over the channel's limits.
    fn parts(&self, notice: &Notice) -> Vec<Part>;

    /// How long is waited after a part before the next one is sent.
    fn pause(&self) -> Duration {
        Duration::ZERO
    }

    /// Sends one part, once. Whether it is tried again, and when, is the caller's to decide.
    fn send(&self, part: &Part) -> impl Future<Output = Result<(), SendError>> + Send;

    /// The same, in the thread of a message that was sent before, where the channel has threads. Gives what the thread of
    /// the message goes by, `None` where there are none.
    fn send_in(
        &self,
        part: &Part,
        _thread: Option<&str>,
    ) -> impl Future<Output = Result<Option<String>, SendError>> + Send {
        async { self.send(part).await.map(|()| None) }
    }
}

/// Why a part was not taken.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// The address or the message is wrong: trying again changes nothing until somebody mends the channel.
    #[error("the channel refused the message: {0}")]
    Refused(String),
    /// Too many messages; the channel says when to come back, where it does.
    #[error("the channel asks for a pause")]
    Busy {
        /// How long, at least.
        retry_after: Option<Duration>,
    },
    /// Nobody answered, or not in time, or with a fault of their own. Whether the message was shown is not known.
    #[error("the channel is not available: {0}")]
    Unavailable(String),
}

impl SendError {
    /// Whether the same message may be taken later without anybody's help.
    pub fn retryable(&self) -> bool {
        match self {
            Self::Refused(_) => false,
            Self::Busy { .. } | Self::Unavailable(_) => true,
        }
    }
}
