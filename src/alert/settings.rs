//! What is told of channels in the configuration: `[alerts]` and `[alerts.channels.NAME]`. Addresses and keys are
//! secrets, so channels stand there alone.

use super::{Channel, Log, Poster, Slack, Webhook};
use crate::choice::choose;
use crate::hive::text_pattern::{GLOB_BYTES_MAX, glob_matches};
use crate::model::Severity;
use crate::schedule::{Schedule, ScheduleError};
use crate::secret::Secret;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Channels at most.
pub const CHANNELS_MAX: usize = 1_000;
/// Patterns of sources of one channel at most.
const SOURCE_PATTERNS_MAX: usize = 1_000;

/// `[alerts]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlertSettings {
    /// Seconds within which the same change is not told again on a channel: one that comes and goes is told once a day.
    pub dedupe_window_s: i64,
    /// The channels by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub channels: BTreeMap<String, ChannelSettings>,
}

impl Default for AlertSettings {
    fn default() -> Self {
        Self {
            dedupe_window_s: 24 * 3600,
            channels: BTreeMap::new(),
        }
    }
}

/// What a channel is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", rename_all = "snake_case")]
pub enum ChannelKind {
    /// A Slack channel, by an incoming webhook.
    Slack,
    /// Any HTTP listener.
    Webhook,
    /// skep's own log.
    #[default]
    Log,
}

impl TryFrom<String> for ChannelKind {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let all = [Self::Slack, Self::Webhook, Self::Log];
        choose("kind", &text, &all.map(|kind| (kind.as_str(), kind)))
    }
}

impl ChannelKind {
    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Webhook => "webhook",
            Self::Log => "log",
        }
    }
}

/// From which severity on something is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", rename_all = "snake_case")]
pub enum Threshold {
    /// For breaking changes alone.
    Breaking,
    /// For risky and breaking ones.
    Risky,
    /// For all.
    Additive,
    /// For none.
    Never,
}

impl TryFrom<String> for Threshold {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let words = [
            ("breaking", Self::Breaking),
            ("risky", Self::Risky),
            ("additive", Self::Additive),
            ("never", Self::Never),
        ];
        choose("severity", &text, &words)
    }
}

impl Threshold {
    /// Whether a severity is as grave as it takes.
    pub fn covers(self, severity: Severity) -> bool {
        match self {
            Self::Breaking => severity <= Severity::Breaking,
            Self::Risky => severity <= Severity::Risky,
            Self::Additive => true,
            Self::Never => false,
        }
    }
}

/// `[alerts.channels.NAME]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChannelSettings {
    /// What it is.
    pub kind: ChannelKind,
    /// Its address; none for the log.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<Secret>,
    /// A file that holds the address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url_file: Option<PathBuf>,
    /// What a webhook's requests are signed with.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signing_key: Option<Secret>,
    /// A file that holds the key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signing_key_file: Option<PathBuf>,
    /// Patterns of the sources that it is told of, `*` for any text; none means all.
    pub sources: Vec<String>,
    /// The least grave changes that it is told of; alarms always are.
    pub severity_min: Threshold,
    /// The least grave changes that do not wait for the digest.
    pub at_once: Threshold,
    /// When the digest is sent: minute, hour, day of the month, month, day of the week.
    pub digest: String,
    /// The time zone of the digest.
    pub time_zone: String,
    /// Whether a digest is sent on days without changes too.
    pub quiet_days: bool,
}

impl Default for ChannelSettings {
    fn default() -> Self {
        Self {
            kind: ChannelKind::default(),
            url: None,
            url_file: None,
            signing_key: None,
            signing_key_file: None,
            sources: Vec::new(),
            severity_min: Threshold::Additive,
            at_once: Threshold::Breaking,
            digest: "0 9 * * *".to_owned(),
            time_zone: "UTC".to_owned(),
            quiet_days: false,
        }
    }
}

impl ChannelSettings {
    /// Whether it is told of a source.
    pub fn covers(&self, source: &str) -> bool {
        self.sources.is_empty() || self.sources.iter().any(|one| glob_matches(one, source))
    }

    /// When its digest is sent. The error names the key.
    pub fn schedule(&self) -> Result<Schedule, (&'static str, String)> {
        Schedule::parse(&self.digest, &self.time_zone).map_err(|why| {
            let key = match why {
                ScheduleError::Text { .. } => "digest",
                ScheduleError::TimeZone(_) => "time_zone",
            };
            (key, why.to_string())
        })
    }

    /// The channel, whose secrets were read before. The error names the key; it never holds the address.
    pub fn open(&self, poster: &Poster) -> Result<Channel, (&'static str, String)> {
        if self.sources.len() > SOURCE_PATTERNS_MAX {
            return Err(("sources", format!("at most {SOURCE_PATTERNS_MAX} patterns")));
        }
        if self.sources.iter().any(|one| one.len() > GLOB_BYTES_MAX) {
            return Err((
                "sources",
                format!("a pattern has at most {GLOB_BYTES_MAX} bytes"),
            ));
        }
        if self.signing_key.is_some() && self.kind != ChannelKind::Webhook {
            return Err(("signing_key", "only webhooks are signed".to_owned()));
        }
        let url = match (self.kind, &self.url) {
            (ChannelKind::Log, None) => return Ok(Channel::Log(Log)),
            (ChannelKind::Log, Some(_)) => {
                return Err(("url", "the log has no address".to_owned()));
            }
            (_, None) => return Err(("url", "url or url_file must be set".to_owned())),
            (_, Some(url)) => url,
        };
        let is_http =
            url::Url::parse(url.reveal()).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
        if !is_http {
            return Err(("url", "it must begin with https:// or http://".to_owned()));
        }
        Ok(match self.kind {
            ChannelKind::Slack => Channel::Slack(Slack::new(url.clone(), poster.clone())),
            ChannelKind::Webhook | ChannelKind::Log => Channel::Webhook(Webhook::new(
                url.clone(),
                self.signing_key.clone(),
                poster.clone(),
            )),
        })
    }
}
