//! A notice in the form in which a kind of channel sends it, for who wants to see it and not to send it.

use super::{ChannelKind, Part, letter, log, pagerduty, slack, teams, webhook};
use crate::choice::choose;
use crate::model::Notice;

/// How a notice is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// As a kind of channel sends it, without its secrets.
    Of(ChannelKind),
    /// In plain words.
    Text,
}

impl Form {
    /// The form of that name: a kind of channel, or `text`. The error names them all.
    pub fn parse(name: &str) -> Result<Self, String> {
        let names = Self::all().map(|form| (form.as_str(), form));
        choose("format", name, &names.collect::<Vec<_>>())
    }

    /// The names of all of them.
    pub fn names() -> Vec<&'static str> {
        Self::all().map(Self::as_str).collect()
    }

    fn all() -> impl Iterator<Item = Self> {
        let kinds = ChannelKind::ALL.into_iter().map(Self::Of);
        kinds.chain([Self::Text])
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Of(kind) => kind.as_str(),
            Self::Text => "text",
        }
    }

    /// The messages of a notice.
    pub fn parts(self, notice: &Notice) -> Vec<Part> {
        match self {
            Self::Of(ChannelKind::Slack) => slack::parts(notice),
            Self::Of(ChannelKind::Teams) => teams::parts(notice),
            Self::Of(ChannelKind::Webhook) => webhook::parts(notice),
            Self::Of(ChannelKind::PagerDuty) => pagerduty::parts(notice),
            Self::Of(ChannelKind::Email) => letter::parts(notice),
            Self::Of(ChannelKind::Log) => log::parts(notice),
            Self::Text => {
                let letters = letter::letters(notice).into_iter();
                let parts = letters.map(|(letter, entries)| Part {
                    body: letter.text,
                    entries,
                });
                parts.collect()
            }
        }
    }
}
