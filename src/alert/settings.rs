//! What is told of channels in the configuration: `[alerts]` and `[alerts.channels.NAME]`. Addresses and keys are
//! secrets, so channels stand there alone.

use super::pagerduty::URL_DEFAULT as PAGERDUTY_URL;
use super::slack::BOT_URL;
use super::{
    Channel, Email, GapSettings, Log, PagerDuty, Poster, Slack, SlackBot, Teams, TroubleSettings,
    Webhook,
};
use crate::choice::choose;
use crate::comma_list;
use crate::hive::text_pattern::{GLOB_BYTES_MAX, glob_matches};
use crate::model::Severity;
use crate::schedule::{Schedule, ScheduleError};
use crate::secret::Secret;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Channels at most.
pub const CHANNELS_MAX: usize = 1_000;
/// Bytes of the name of a channel of Slack; names have 80 at most.
const CHANNEL_BYTES_MAX: usize = 100;
/// Patterns of sources of one channel at most.
const SOURCE_PATTERNS_MAX: usize = 1_000;

/// `[alerts]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AlertSettings {
    /// Seconds within which the same change is not told again on a channel: one that comes and goes is told once a day.
    pub dedupe_window_s: i64,
    /// How grave troubles of discovery are told.
    pub discovery: TroubleSettings,
    /// How grave it is told that data lacks.
    pub freshness: GapSettings,
    /// The channels by name.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub channels: BTreeMap<String, ChannelSettings>,
}

impl Default for AlertSettings {
    fn default() -> Self {
        Self {
            dedupe_window_s: 24 * 3600,
            discovery: TroubleSettings::default(),
            freshness: GapSettings::default(),
            channels: BTreeMap::new(),
        }
    }
}

/// What a channel is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(try_from = "String", rename_all = "lowercase")]
pub enum ChannelKind {
    /// A Slack channel, by an incoming webhook or a bot.
    Slack,
    /// A channel or chat of Microsoft Teams, by a workflow.
    Teams,
    /// Any HTTP listener.
    Webhook,
    /// A service of PagerDuty.
    PagerDuty,
    /// People who get letters.
    Email,
    /// skep's own log.
    #[default]
    Log,
}

impl TryFrom<String> for ChannelKind {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        let all = Self::ALL.map(|kind| (kind.as_str(), kind));
        choose("kind", &text, &all)
    }
}

impl ChannelKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Slack,
        Self::Teams,
        Self::Webhook,
        Self::PagerDuty,
        Self::Email,
        Self::Log,
    ];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Slack => "slack",
            Self::Teams => "teams",
            Self::Webhook => "webhook",
            Self::PagerDuty => "pagerduty",
            Self::Email => "email",
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
    /// Its address; none for the log, and PagerDuty's own where none is given.
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
    /// The token of a Slack bot, instead of the address of a webhook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<Secret>,
    /// A file that holds the token.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_file: Option<PathBuf>,
    /// The channel that the bot writes into: its ID, or its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<String>,
    /// The integration key of a service of PagerDuty.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub routing_key: Option<Secret>,
    /// A file that holds the integration key.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub routing_key_file: Option<PathBuf>,
    /// Who letters are from, such as `skep <skep@example.org>`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Who gets letters.
    #[serde(
        deserialize_with = "comma_list::read",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub to: Vec<String>,
    /// Certificates by which the server of letters is known beside the public authorities, in PEM.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
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
            token: None,
            token_file: None,
            channel: None,
            routing_key: None,
            routing_key_file: None,
            from: None,
            to: Vec::new(),
            ca_file: None,
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
        self.keys_check()?;
        self.open_kind(poster)
    }

    /// That nothing is set which the kind does not have. A quiet day is no incident.
    fn keys_check(&self) -> Result<(), (&'static str, String)> {
        use ChannelKind::{Email, PagerDuty, Slack, Webhook};
        let email = "only letters (kind = \"email\") have it";
        for (key, is_set, kind, why) in [
            (
                "signing_key",
                self.signing_key.is_some(),
                Webhook,
                "only webhooks are signed",
            ),
            (
                "routing_key",
                self.routing_key.is_some(),
                PagerDuty,
                "only PagerDuty has one",
            ),
            (
                "token",
                self.token.is_some(),
                Slack,
                "only bots of Slack have one",
            ),
            (
                "channel",
                self.channel.is_some(),
                Slack,
                "only bots of Slack need it",
            ),
            ("from", self.from.is_some(), Email, email),
            ("to", !self.to.is_empty(), Email, email),
            ("ca_file", self.ca_file.is_some(), Email, email),
        ] {
            if is_set && self.kind != kind {
                return Err((key, why.to_owned()));
            }
        }
        if self.quiet_days && self.kind == PagerDuty {
            return Err(("quiet_days", "a quiet day is no incident".to_owned()));
        }
        Ok(())
    }

    fn open_bot(&self, poster: Poster) -> Result<SlackBot, (&'static str, String)> {
        let needed = |key: &'static str, why: &str| (key, why.to_owned());
        let token = self.token.clone();
        let token = token.filter(|token| !token.reveal().is_empty());
        let why = "a channel needs the token of a bot: token or token_file";
        let token = token.ok_or_else(|| needed("token", why))?;
        let channel = self.channel.clone();
        let channel = channel.filter(|name| (1..=CHANNEL_BYTES_MAX).contains(&name.len()));
        let why = "a bot needs a channel, such as C0123456789";
        let channel = channel.ok_or_else(|| needed("channel", why))?;
        let url = self.url.clone();
        let url = http(url.unwrap_or_else(|| Secret::new(BOT_URL)))?;
        Ok(SlackBot::new(url, token, channel, poster))
    }

    fn open_kind(&self, poster: &Poster) -> Result<Channel, (&'static str, String)> {
        let missing = || ("url", "url or url_file must be set".to_owned());
        let poster = poster.clone();
        Ok(match self.kind {
            ChannelKind::Log if self.url.is_some() => {
                return Err(("url", "the log has no address".to_owned()));
            }
            ChannelKind::Log => Channel::Log(Log),
            ChannelKind::Email => {
                let url = self.url.as_ref().ok_or_else(missing)?;
                let from = self.from.as_deref();
                let from = from.ok_or_else(|| ("from", "it must be set".to_owned()))?;
                let ca_file = self.ca_file.as_deref();
                Channel::Email(Box::new(Email::new(url, from, &self.to, ca_file)?))
            }
            ChannelKind::PagerDuty => {
                let default = || Secret::new(PAGERDUTY_URL);
                let url = http(self.url.clone().unwrap_or_else(default))?;
                let key = self.routing_key.clone();
                let key = key.filter(|key| !key.reveal().is_empty());
                let why = "routing_key or routing_key_file must be set";
                let key = key.ok_or_else(|| ("routing_key", why.to_owned()))?;
                Channel::PagerDuty(PagerDuty::new(url, key, poster))
            }
            ChannelKind::Slack if self.token.is_some() || self.channel.is_some() => {
                Channel::SlackBot(self.open_bot(poster)?)
            }
            ChannelKind::Slack | ChannelKind::Teams | ChannelKind::Webhook => {
                let url = http(self.url.clone().ok_or_else(missing)?)?;
                match self.kind {
                    ChannelKind::Slack => Channel::Slack(Slack::new(url, poster)),
                    ChannelKind::Teams => Channel::Teams(Teams::new(url, poster)),
                    _ => Channel::Webhook(Webhook::new(url, self.signing_key.clone(), poster)),
                }
            }
        })
    }
}

/// An address that can be posted to.
fn http(url: Secret) -> Result<Secret, (&'static str, String)> {
    let parsed = url::Url::parse(url.reveal());
    if parsed.is_ok_and(|url| matches!(url.scheme(), "http" | "https")) {
        return Ok(url);
    }
    Err(("url", "it must begin with https:// or http://".to_owned()))
}
