//! Discovery: where a table stands, and what it asks for.

use super::{moment, money};
use crate::discovery::DiscoveryStatus;
use crate::model::{DiscoveryMode, DiscoverySettings, DiscoveryState, SchemaPolicy};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Where a table's discovery stands.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Discovery)]
pub struct DiscoveryView {
    /// The database
    pub database: String,
    /// The table
    pub table: String,
    /// Whether partitions are looked for
    pub on: bool,
    /// Which property of the table makes no sense, and why: nothing is looked for then
    pub problem: Option<String>,
    /// What the table's properties ask for, defaults filled in
    pub settings: Option<SettingsView>,
    /// The places of its partitions, the preferred one first
    pub roots: Vec<RootView>,
    /// When it is looked at
    pub schedule: ScheduleView,
    /// LIST requests since midnight UTC
    pub requests_today: u64,
    /// What they cost on AWS, in US dollars
    pub cost_today_usd: f64,
    /// How fresh its data is; absent until discovery has registered something
    pub freshness: Option<FreshnessView>,
}

/// All tables that opted in.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = DiscoveryList)]
pub struct DiscoveryListView {
    /// Where each stands
    pub tables: Vec<DiscoveryView>,
    /// What to pass as `after` for the next page; absent on the last one
    pub next: Option<i64>,
}

/// What a table's properties ask for.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = DiscoverySettings)]
pub struct SettingsView {
    /// `add`, or `sync`: also drop what is gone
    pub mode: String,
    /// The time zone of the times in directories
    pub time_zone: String,
    /// Seconds between two looks at the window; absent where the layout decides
    pub interval_s: Option<i64>,
    /// Seconds between two sweeps; absent is never
    pub sweep_interval_s: Option<i64>,
    /// What is done with files that do not fit the table: `off`, `warn` or `quarantine`
    pub schema: String,
    /// LIST requests of a day at most
    pub requests_per_day_max: u64,
    /// Partitions that one run may drop
    pub drop_count_max: u64,
    /// Per cent of the table's partitions that one run may drop
    pub drop_share_max: u64,
    /// Seconds after which the newest data counts as stale; absent is never
    pub fresh_within_s: Option<i64>,
    /// Seconds that partitions are kept; absent is for ever
    pub retention_s: Option<i64>,
    /// Whether retention deletes the data too
    pub retention_purges: bool,
}

/// A place where partitions of a table lie.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = DiscoveryRoot)]
pub struct RootView {
    /// Its name in properties
    pub name: String,
    /// Where it is
    pub location: String,
    /// The template of its directories
    #[schema(example = "{dt:%Y/%m/%d}/{hour}")]
    pub layout: String,
    /// Seconds that looks at the window reach back; absent where the layout has no time, and so no window
    pub window_s: Option<i64>,
}

/// When a table is looked at.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = DiscoverySchedule)]
pub struct ScheduleView {
    /// When the next look at the window is due; absent is at once
    #[schema(format = DateTime)]
    pub window_at: Option<String>,
    /// When the next sweep is due; absent is at once
    #[schema(format = DateTime)]
    pub sweep_at: Option<String>,
    /// Since when the schedule stands still, after an undo
    #[schema(format = DateTime)]
    pub paused_at: Option<String>,
    /// Runs that failed since the last one that did not
    pub failures: i64,
    /// When the last run ended, also one that changed nothing
    #[schema(format = DateTime)]
    pub last_run_at: Option<String>,
    /// Why the last run failed
    pub last_error: Option<String>,
}

/// How fresh the newest data is that queries see.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Freshness)]
pub struct FreshnessView {
    /// When the newest registered object was written
    #[schema(format = DateTime)]
    pub object_at: Option<String>,
    /// When its partition was registered
    #[schema(format = DateTime)]
    pub registered_at: Option<String>,
    /// Seconds from the first object of the last new partition to its registration
    pub lag_s: Option<i64>,
    /// Seconds since the newest object was written
    pub age_s: i64,
    /// Whether that is more than `skep.discovery.fresh-within` allows
    pub is_stale: bool,
}

/// What a table is to ask of discovery: all its properties `skep.discovery…`, of which those that are absent here are
/// removed.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutDiscovery {
    /// Whether partitions are looked for
    pub on: bool,
    /// The other properties, without `skep.discovery.` before their names
    #[serde(default)]
    #[schema(example = json!({"layout": "{dt:%Y/%m/%d}/{hour}", "window": "6h", "mode": "add"}))]
    pub settings: BTreeMap<String, String>,
}

/// What is to change of what a table asks of discovery; what is absent stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchDiscovery {
    /// Whether partitions are looked for
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on: Option<bool>,
    /// Other properties, without `skep.discovery.` before their names; null removes one
    #[serde(default)]
    #[schema(example = json!({"window": "6h", "mode": null}))]
    pub settings: BTreeMap<String, Option<String>>,
}

impl From<DiscoveryStatus> for DiscoveryView {
    fn from(status: DiscoveryStatus) -> Self {
        let freshness = status.state.freshness.map(|freshness| FreshnessView {
            object_at: moment(freshness.object_at),
            registered_at: moment(freshness.registered_at),
            lag_s: freshness.lag_s,
            age_s: status.age_s().unwrap_or_default(),
            is_stale: status.is_stale,
        });
        let cost_today_usd = money(status.cost_today_usd());
        let roots = status.roots.into_iter();
        let (settings, problem) = match status.settings {
            Ok(settings) => (Some(settings), None),
            Err(why) => (None, Some(why)),
        };
        Self {
            database: status.at.database.to_string(),
            table: status.at.table.to_string(),
            on: settings.as_ref().is_some_and(|settings| settings.on),
            problem,
            settings: settings.as_ref().map(SettingsView::from),
            roots: roots
                .map(|root| RootView {
                    name: root.name,
                    location: root.location,
                    layout: root.layout,
                    window_s: root.window_s,
                })
                .collect(),
            requests_today: status.state.requests_today,
            schedule: ScheduleView::from(status.state),
            cost_today_usd,
            freshness,
        }
    }
}

impl From<&DiscoverySettings> for SettingsView {
    fn from(settings: &DiscoverySettings) -> Self {
        let mode = match settings.mode {
            DiscoveryMode::Add => "add",
            DiscoveryMode::Sync => "sync",
        };
        let schema = match settings.schema {
            SchemaPolicy::Off => "off",
            SchemaPolicy::Warn => "warn",
            SchemaPolicy::Quarantine => "quarantine",
        };
        Self {
            mode: mode.to_owned(),
            time_zone: settings.time_zone.clone(),
            interval_s: settings.interval_s,
            sweep_interval_s: settings.sweep_interval_s,
            schema: schema.to_owned(),
            requests_per_day_max: settings.requests_per_day_max,
            drop_count_max: settings.drop_count_max,
            drop_share_max: settings.drop_share_max,
            fresh_within_s: settings.fresh_within_s,
            retention_s: settings.retention.map(|retention| retention.period_s),
            retention_purges: settings.retention.is_some_and(|retention| retention.purge),
        }
    }
}

impl From<DiscoveryState> for ScheduleView {
    fn from(state: DiscoveryState) -> Self {
        Self {
            window_at: moment(state.window_at),
            sweep_at: moment(state.sweep_at),
            paused_at: state.paused_at.and_then(moment),
            failures: state.failures,
            last_run_at: state.last_run_at.and_then(moment),
            last_error: state.last_error,
        }
    }
}
