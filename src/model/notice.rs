//! What people are told: changes that were found and alarms, before any channel has given them its own form.
//!
//! All texts are one line, with what is foreign (names, types, defaults) in backticks, which come in pairs. They may hold
//! whatever a foreign database calls its tables: a channel escapes them.

use super::PublicUrl;
use std::ops::Range;

/// What alerts about discovery are about, where others name a source. No source is called so.
pub const DISCOVERY_SUBJECT: &str = "discovery";
/// The same of alerts about data that lacks.
pub const FRESHNESS_SUBJECT: &str = "freshness";
/// All of them.
pub const OWN_SUBJECTS: [&str; 2] = [DISCOVERY_SUBJECT, FRESHNESS_SUBJECT];
/// What the key of an entry ends with that tells the end of what the key before it began.
pub const OVER: &str = ":over";
/// What the key of an entry ends with that tells that what the key before it told was seen.
pub const SEEN: &str = ":seen";
/// What keys of troubles of tables begin with.
const TROUBLE: &str = "trouble:";

/// One message, of any number of entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// Why it is sent.
    pub kind: NoticeKind,
    /// What it is about: the name of a source or a catalog.
    pub subject: String,
    /// When it was made, in seconds since the epoch.
    pub at: i64,
    /// What happened, the gravest first. Empty for [`NoticeKind::Quiet`] and [`NoticeKind::Test`].
    pub entries: Vec<NoticeEntry>,
    /// Where people reach the pages of the server, where that is known: what they are told links there.
    pub pages: Option<PublicUrl>,
}

/// Why a notice is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoticeKind {
    /// The changes of a day.
    Digest,
    /// Changes that cannot wait for the digest.
    AtOnce,
    /// Something that watches does not work: a source is not reached, a run did not take place.
    Alarm,
    /// Nothing has changed, told because somebody asked to be told so.
    Quiet,
    /// A test of the channel.
    Test,
    /// What was told was seen, for channels that want to hear of it.
    Answer,
}

/// One thing to tell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeEntry {
    /// What tells this entry from every other: the same change has the same key on every replica.
    pub key: String,
    /// The number of the change that it tells; `None` for an alarm.
    pub change: Option<i64>,
    /// How grave it is.
    pub severity: Severity,
    /// Whose the object is, where the notice is about several sources.
    pub source: Option<String>,
    /// What it is about, such as `shop.orders.price`.
    pub object: String,
    /// The column that it is about, which ends the object; `None` for a table or the watch itself.
    pub column: Option<String>,
    /// What happened, in one line: ``column `price` of `shop.orders` dropped (`int`)``.
    pub text: String,
    /// What follows from it, a line each: engines that will fail, tables that lack a column, views that name it.
    pub effects: Vec<String>,
    /// Who is to look at it. Slack's own mentions (`<@U0123>`, `<!subteam^S0123>`) reach people there.
    pub owner: Option<String>,
}

impl NoticeEntry {
    /// What it is about, and whose that is where the notice says so.
    pub fn object_shown(&self) -> String {
        match &self.source {
            Some(source) => format!("{source}:{}", self.object),
            None => self.object.clone(),
        }
    }

    /// Whether it tells the end of what another entry told.
    pub fn is_over(&self) -> bool {
        self.key.ends_with(OVER)
    }

    /// Whether it is about a trouble of a table.
    pub fn is_trouble(&self) -> bool {
        self.key.starts_with(TROUBLE)
    }

    /// The table that it is about, or the object where no column is.
    pub fn table(&self) -> &str {
        let column = self.column.as_deref();
        let table = column.and_then(|column| self.object.strip_suffix(column)?.strip_suffix('.'));
        table.unwrap_or(&self.object)
    }
}

/// How grave an entry is, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Readers or jobs will fail.
    Breaking,
    /// Readers or jobs may fail, or give other results.
    Risky,
    /// The watch itself needs help.
    Alarm,
    /// Nothing breaks.
    Additive,
}

impl Severity {
    /// Every severity, the gravest first.
    pub const ALL: [Self; 4] = [Self::Breaking, Self::Risky, Self::Alarm, Self::Additive];

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Risky => "risky",
            Self::Alarm => "alarm",
            Self::Additive => "additive",
        }
    }

    /// The severity of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }
}

impl NoticeKind {
    /// Every kind.
    pub const ALL: [Self; 6] = [
        Self::Digest,
        Self::AtOnce,
        Self::Alarm,
        Self::Quiet,
        Self::Test,
        Self::Answer,
    ];

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.as_str() == name)
    }

    /// Its name.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Digest => "digest",
            Self::AtOnce => "at_once",
            Self::Alarm => "alarm",
            Self::Quiet => "quiet",
            Self::Test => "test",
            Self::Answer => "answer",
        }
    }
}

impl Notice {
    /// How many entries there are of each severity, in words: `2 breaking, 1 risky changes, 1 over`.
    pub fn summary(&self) -> String {
        match self.kind {
            NoticeKind::Quiet => return "no changes".to_owned(),
            NoticeKind::Test => return "a test message".to_owned(),
            NoticeKind::Answer => return "seen".to_owned(),
            NoticeKind::Digest | NoticeKind::AtOnce | NoticeKind::Alarm => {}
        }
        let (over, lasting): (Vec<_>, Vec<_>) =
            self.entries.iter().partition(|entry| entry.is_over());
        let counts = Severity::ALL.into_iter().filter_map(|severity| {
            let count = lasting.iter().filter(|one| one.severity == severity);
            let count = count.count();
            (count > 0).then(|| match severity {
                Severity::Alarm => format!("{count} alarm{}", plural(count)),
                other => format!("{count} {}", other.as_str()),
            })
        });
        let mut counts: Vec<String> = counts.collect();
        let only_alarms = lasting.iter().all(|one| one.severity == Severity::Alarm);
        let troubles = lasting.iter().filter(|one| one.is_trouble()).count();
        if let (Some(last), false) = (counts.last_mut(), only_alarms) {
            let noun = match troubles {
                0 => "change",
                all if all == lasting.len() => "trouble",
                _ => "changes and trouble",
            };
            *last = format!("{last} {noun}{}", plural(lasting.len()));
        }
        if !over.is_empty() {
            counts.push(format!("{} over", over.len()));
        }
        counts.join(", ")
    }

    /// The pages on which people say that they have seen the changes among some of its entries. None where there are none, where
    /// the address of the pages is not known, and where they were seen.
    pub fn acknowledge(&self, entries: Range<usize>) -> Vec<String> {
        let pages = self.pages.as_ref();
        let pages = pages.filter(|_| self.kind != NoticeKind::Answer);
        let (Some(pages), Some(entries)) = (pages, self.entries.get(entries)) else {
            return Vec::new();
        };
        pages.acknowledge(entries.iter().filter_map(|entry| entry.change))
    }
}

fn plural(count: usize) -> &'static str {
    if count == 1 { "" } else { "s" }
}
