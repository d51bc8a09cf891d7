//! What the watch and the alerts are told: the configuration's sections, and what is made of them once, at the start.

use crate::alert::{
    AlertSettings, CHANNELS_MAX, Channel, ChannelSettings, GapSettings, POST_TIMEOUT, Poster,
    TroubleSettings,
};
use crate::comma_list;
use crate::diff::coercion::Engine;
use crate::diff::impact_rules::ImpactRules;
use crate::model::{OWN_SUBJECTS, PublicUrl, is_watch_name};
use crate::schedule::{Schedule, ScheduleError};
use crate::source::{RemoteBounds, SourceSettings};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Sources at most, those that were added over REST apart.
pub const SOURCES_MAX: usize = 10_000;

/// Why no source may be called as discovery or freshness is.
pub(super) const SUBJECT_TAKEN: &str = "alerts about tables go by this name";

/// `[watch]`
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct WatchSettings {
    /// Whether sources may be added over REST. Whoever may makes the server open connections.
    pub sources_over_rest: bool,
    /// The folder whose files may be named by sources that are added over REST, as addresses, certificates and keys;
    /// unset: none may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub secrets_dir: Option<PathBuf>,
    /// The folder whose `SQLite` files may be sources that are added over REST; unset: none may.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sqlite_dir: Option<PathBuf>,
    /// Sources that are read at the same time.
    pub sources_concurrent_max: usize,
    /// Seconds for which every snapshot is kept; of older ones one a month is. The latest always stays.
    pub snapshots_kept_s: i64,
    /// Seconds that changes and what was told of them are kept.
    pub changes_kept_s: i64,
    /// The engines that count, of `trino`, `presto` and `spark`.
    #[serde(deserialize_with = "comma_list::read")]
    pub engines: Vec<String>,
    /// Which catalog tables are filled from which tables of the sources.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub targets: Vec<TargetRule>,
    /// Who is to look at which tables; the first pattern that matches counts.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub owners: Vec<OwnerRule>,
    /// The names with which the databases of the tiers begin.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<String>,
}

/// An entry of `watch.targets`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TargetRule {
    /// A pattern over `source:schema.table`, such as `shop:public.{table}`, or over `schema.table` of every source.
    pub source: String,
    /// The table that is filled, such as `t1_shop.{table}_snapshot_1d_daily`.
    pub table: String,
}

/// An entry of `watch.owners`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct OwnerRule {
    /// A pattern over `source:schema.table`, or over `schema.table` of every source.
    pub pattern: String,
    /// The owner; Slack's own mentions reach people there.
    pub owner: String,
}

impl Default for WatchSettings {
    fn default() -> Self {
        Self {
            sources_over_rest: false,
            secrets_dir: None,
            sqlite_dir: None,
            sources_concurrent_max: 4,
            snapshots_kept_s: 30 * 24 * 3600,
            changes_kept_s: 400 * 24 * 3600,
            engines: Engine::ALL.map(|one| one.word().to_owned()).to_vec(),
            targets: Vec::new(),
            owners: Vec::new(),
            tiers: Vec::new(),
        }
    }
}

/// A setting of the watch that cannot work.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {why}")]
pub struct WatchSetupError {
    /// The key, such as `sources.shop.schedule`.
    pub key: String,
    /// What is wrong with it, without any secret.
    pub why: String,
}

/// A channel, ready to send.
#[derive(Debug, Clone)]
pub(super) struct ChannelSetup {
    pub(super) settings: ChannelSettings,
    pub(super) channel: Channel,
    pub(super) digest: Schedule,
}

/// The watch and the alerts, as they were configured.
#[derive(Debug, Clone, Default)]
pub struct WatchSetup {
    pub(super) sources: BTreeMap<String, SourceSettings>,
    pub(super) sources_over_rest: bool,
    pub(super) remote_bounds: RemoteBounds,
    pub(super) impact: ImpactRules,
    pub(super) engines: Vec<Engine>,
    pub(super) snapshots_kept_s: i64,
    pub(super) changes_kept_s: i64,
    pub(super) dedupe_window_s: i64,
    pub(super) troubles: TroubleSettings,
    pub(super) gaps: GapSettings,
    pub(super) channels: BTreeMap<String, ChannelSetup>,
    pub(super) pages: Option<PublicUrl>,
}

impl WatchSetup {
    /// The same, with links to the server's pages in what people are told.
    #[must_use]
    pub fn with_pages(self, pages: Option<PublicUrl>) -> Self {
        Self { pages, ..self }
    }

    /// Puts the sections together; nothing is connected. The first fault is told by its key.
    pub fn new(
        watch: &WatchSettings,
        sources: &BTreeMap<String, SourceSettings>,
        alerts: &AlertSettings,
    ) -> Result<Self, WatchSetupError> {
        limits_check(watch, sources, alerts)?;
        let mut setup = Self {
            sources: sources.clone(),
            sources_over_rest: watch.sources_over_rest,
            remote_bounds: RemoteBounds {
                secrets_dir: watch.secrets_dir.clone(),
                sqlite_dir: watch.sqlite_dir.clone(),
            },
            impact: impact(watch, sources)?,
            engines: engines(watch)?,
            snapshots_kept_s: watch.snapshots_kept_s,
            changes_kept_s: watch.changes_kept_s,
            dedupe_window_s: alerts.dedupe_window_s,
            troubles: alerts.discovery.clone(),
            gaps: alerts.freshness.clone(),
            channels: BTreeMap::new(),
            pages: None,
        };
        for (name, settings) in sources {
            let at = |key: &str| format!("sources.{name}.{key}");
            name_check(name, &format!("sources.{name}"))?;
            if OWN_SUBJECTS.contains(&name.as_str()) {
                return Err(fault(format!("sources.{name}"), SUBJECT_TAKEN));
            }
            settings.check().map_err(|failure| match failure {
                crate::source::SourceError::Settings { key, why } => fault(at(key), why),
                other => fault(format!("sources.{name}"), other.to_string()),
            })?;
            Schedule::parse(&settings.schedule, &settings.time_zone).map_err(|why| {
                let key = match why {
                    ScheduleError::Text { .. } => "schedule",
                    ScheduleError::TimeZone(_) => "time_zone",
                };
                fault(at(key), why.to_string())
            })?;
        }
        let poster = Poster::new(POST_TIMEOUT);
        for (name, settings) in &alerts.channels {
            name_check(name, &format!("alerts.channels.{name}"))?;
            let at = |(key, why): (&'static str, String)| {
                fault(format!("alerts.channels.{name}.{key}"), why)
            };
            let channel = ChannelSetup {
                channel: settings.open(&poster).map_err(at)?,
                digest: settings.schedule().map_err(at)?,
                settings: settings.clone(),
            };
            setup.channels.insert(name.clone(), channel);
        }
        Ok(setup)
    }
}

/// When a source is read.
pub(super) fn source_schedule(settings: &SourceSettings) -> Result<Schedule, String> {
    Schedule::parse(&settings.schedule, &settings.time_zone).map_err(|why| why.to_string())
}

fn fault(key: impl Into<String>, why: impl Into<String>) -> WatchSetupError {
    WatchSetupError {
        key: key.into(),
        why: why.into(),
    }
}

fn name_check(name: &str, key: &str) -> Result<(), WatchSetupError> {
    if is_watch_name(name) {
        return Ok(());
    }
    let why = "a name has 1 to 64 lower-case letters, digits, - and _";
    Err(fault(key, why))
}

fn limits_check(
    watch: &WatchSettings,
    sources: &BTreeMap<String, SourceSettings>,
    alerts: &AlertSettings,
) -> Result<(), WatchSetupError> {
    for (key, value) in [
        ("watch.snapshots_kept_s", watch.snapshots_kept_s),
        ("watch.changes_kept_s", watch.changes_kept_s),
        ("alerts.dedupe_window_s", alerts.dedupe_window_s + 1),
        (
            "watch.sources_concurrent_max",
            i64::try_from(watch.sources_concurrent_max).unwrap_or(i64::MAX),
        ),
    ] {
        if value < 1 {
            return Err(fault(key, "it is too small"));
        }
    }
    if sources.len() > SOURCES_MAX {
        return Err(fault("sources", format!("at most {SOURCES_MAX}")));
    }
    if alerts.channels.len() > CHANNELS_MAX {
        return Err(fault("alerts.channels", format!("at most {CHANNELS_MAX}")));
    }
    Ok(())
}

/// The engines that count, each once, in the order in which they are told.
fn engines(watch: &WatchSettings) -> Result<Vec<Engine>, WatchSetupError> {
    let engines = Engine::ALL.into_iter();
    let words = Engine::ALL.map(Engine::word);
    if let Some(stranger) = watch
        .engines
        .iter()
        .find(|one| !words.contains(&one.as_str()))
    {
        let why = format!("{stranger:?} is none of {}", words.join(", "));
        return Err(fault("watch.engines", why));
    }
    if watch.engines.is_empty() {
        let why = format!("name at least one of {}", words.join(", "));
        return Err(fault("watch.engines", why));
    }
    let named = engines.filter(|one| watch.engines.iter().any(|word| word == one.word()));
    Ok(named.collect())
}

fn impact(
    watch: &WatchSettings,
    sources: &BTreeMap<String, SourceSettings>,
) -> Result<ImpactRules, WatchSetupError> {
    let targets = watch.targets.iter();
    let targets: Vec<_> = targets
        .map(|rule| (rule.source.clone(), rule.table.clone()))
        .collect();
    let owners = watch.owners.iter();
    let owners: Vec<_> = owners
        .map(|rule| (rule.pattern.clone(), rule.owner.clone()))
        .collect();
    // Read apart, so that the error names the list.
    ImpactRules::new(&targets, &[], &[]).map_err(|why| fault("watch.targets", why.to_string()))?;
    ImpactRules::new(&[], &owners, &[]).map_err(|why| fault("watch.owners", why.to_string()))?;
    let rules = ImpactRules::new(&targets, &owners, &watch.tiers)
        .map_err(|why| fault("watch.tiers", why.to_string()))?;
    // Where clients add sources, one of that name may come.
    let is_unknown = |name: &str| !watch.sources_over_rest && !sources.contains_key(name);
    let stray = rules.patterns().find_map(|(key, pattern)| {
        let source = pattern.source().filter(|name| is_unknown(name))?;
        Some((key, pattern, source))
    });
    if let Some((key, pattern, source)) = stray {
        let why = format!(
            "{}: there is no source {source} (and watch.sources_over_rest is off, so none can be added)",
            pattern.text()
        );
        return Err(fault(key, why));
    }
    // `shop.public.{table}` is neither form: a dot slipped in for the colon.
    let slipped = rules.patterns().find_map(|(key, pattern)| {
        let (first, rest) = pattern.text().split_once('.')?;
        let is_slip = sources.contains_key(first) && rest.contains('.');
        is_slip.then(|| (key, format!("{}: write {first}:{rest}", pattern.text())))
    });
    slipped.map_or(Ok(rules), |(key, why)| Err(fault(key, why)))
}
