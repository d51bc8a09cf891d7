//! Sources whose schemas are watched: their settings, where they stand, and what a run found.

use super::change::ChangeView;
use super::moment;
use crate::model::SnapshotInfo;
use crate::source::{SourceKind, SourceSettings, SourceUrl};
use crate::watch::{SourceStatus, SourceTest, WatchReport};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;

/// What is told of a source. What is absent in a request has its default; answers have everything but absent texts.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SourceSettings)]
pub struct SourceSettingsView {
    /// `postgres`, `mysql` (MariaDB too), `sqlite`, `elasticsearch` or `catalog`: the catalog's own tables
    #[schema(value_type = String, example = "postgres")]
    pub kind: SourceKind,
    /// Its address, without a password; exactly one of `url`, `url_env` and `url_file`, none of them for the catalog
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "postgres://skep@db.internal/shop")]
    pub url: Option<SourceUrl>,
    /// The server's environment variable that holds the address; its name begins with `SKEP_SOURCE_`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url_env: Option<String>,
    /// The server's file that holds the address, below `watch.secrets_dir`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url_file: Option<String>,
    /// Patterns over `schema.table`, `*` for any text; none means everything
    #[serde(default)]
    pub include: Vec<String>,
    /// Patterns of what is left out of it
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Patterns of the tables that changes of schemas make on their way; by default those of the usual tools
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ghosts: Option<Vec<String>>,
    /// When it is read, in cron's five fields
    #[schema(example = "0 6 * * *")]
    pub schedule: Option<String>,
    /// The time zone of the schedule
    #[schema(example = "Europe/Berlin")]
    pub time_zone: Option<String>,
    /// Seconds that one read may take
    pub time_limit_s: Option<u64>,
    /// Tables and views in scope at most
    pub tables_max: Option<usize>,
    /// The server's file of certificates by which the source is known
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<String>,
    /// Whether views are watched too
    pub views: Option<bool>,
    /// Whether the schedule rests
    pub paused: Option<bool>,
}

/// A new source.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSource {
    /// Its name: lower-case letters, digits, `_` and `-`
    #[schema(example = "shop")]
    pub name: String,
    /// What is told of it
    pub settings: SourceSettingsView,
}

/// A source, and how the watch over it goes.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Source)]
pub struct SourceView {
    /// Its name
    pub name: String,
    /// `file`: it stands in the configuration, and only there can it be changed; `stored`: it was added over REST
    pub origin: String,
    /// What is told of it, without secrets
    pub settings: SourceSettingsView,
    /// When it is read next; absent is at once
    #[schema(format = DateTime)]
    pub next_at: Option<String>,
    /// When the last run ended, well or not
    #[schema(format = DateTime)]
    pub last_run_at: Option<String>,
    /// When the last run that went through ended
    #[schema(format = DateTime)]
    pub last_ok_at: Option<String>,
    /// Runs that failed since then
    pub failures: i64,
    /// What the last one failed of
    pub last_error: Option<String>,
    /// What it does not show any more that it showed: its user may have lost rights
    pub lost: Option<String>,
    /// When people were told that the watch does not work
    #[schema(format = DateTime)]
    pub alarmed_at: Option<String>,
    /// The latest snapshot; absent until it was read for the first time
    pub snapshot: Option<SnapshotView>,
}

/// A page of sources.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = SourceList)]
pub struct SourceListView {
    /// The sources, by name
    pub sources: Vec<SourceView>,
    /// What to pass as `after` for the next page; absent on the last one
    pub next: Option<String>,
}

/// A snapshot that is kept, without what is in it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Snapshot)]
pub struct SnapshotView {
    /// Its number
    pub id: i64,
    /// When it was read
    #[schema(format = DateTime)]
    pub at: Option<String>,
    /// How many tables and views it has
    pub tables: u64,
    /// How many columns they have
    pub columns: u64,
    /// Bytes that it takes in the catalog's database
    pub bytes: u64,
    /// The SHA-256 of its stored form
    pub digest: String,
}

/// The snapshots of a source that are kept.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = SnapshotList)]
pub struct SnapshotListView {
    /// The snapshots, the latest first
    pub snapshots: Vec<SnapshotView>,
}

/// What a source answered to the question whether it can be watched.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = SourceCheck)]
pub struct SourceCheckView {
    /// Who answered
    #[schema(example = "PostgreSQL 15.14")]
    pub version: String,
    /// Schemas that hold tables in scope, or could
    pub schemas: u64,
    /// Tables and views in scope whose columns can be read
    pub tables_readable: u64,
    /// Tables and views in scope that are known of and cannot be read
    pub tables_unreadable: u64,
    /// The server's rules of targets and owners that speak of the source and guard nothing, 100 at most: they match none of
    /// its tables, or lead to no table of the catalog
    #[schema(example = json!(["watch.targets: shop:public.{table} matches no table"]))]
    pub rules_unmatched: Vec<String>,
}

/// What a run found.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = WatchReport)]
pub struct WatchReportView {
    /// The source
    pub source: String,
    /// Whether this was the first sight of the source: nothing of it is a change
    pub baseline: bool,
    /// Tables and views that were read
    pub tables: u64,
    /// Columns that were read
    pub columns: u64,
    /// Known tables of which the source tells nothing any more: rights may be missing
    pub unread: u64,
    /// What the source does not show any more that it showed, in one line
    pub lost: Option<String>,
    /// How long the source took to answer
    pub read_ms: u64,
    /// How long the whole run took
    pub elapsed_ms: u64,
    /// How many changes were found
    pub changes_count: u64,
    /// The first 1,000 changes; the others stand in `/schema-changes`
    pub changes: Vec<ChangeView>,
}

impl From<SourceSettings> for SourceSettingsView {
    fn from(settings: SourceSettings) -> Self {
        Self {
            kind: settings.kind,
            url: settings.url,
            url_env: settings.url_env,
            url_file: settings.url_file.map(|path| path.display().to_string()),
            include: settings.include,
            exclude: settings.exclude,
            ghosts: Some(settings.ghosts),
            schedule: Some(settings.schedule),
            time_zone: Some(settings.time_zone),
            time_limit_s: Some(settings.time_limit_s),
            tables_max: Some(settings.tables_max),
            ca_file: settings.ca_file.map(|path| path.display().to_string()),
            views: Some(settings.views),
            paused: Some(settings.paused),
        }
    }
}

impl From<SourceSettingsView> for SourceSettings {
    fn from(view: SourceSettingsView) -> Self {
        let default = Self::new(view.kind, None);
        Self {
            kind: view.kind,
            url: view.url,
            url_env: view.url_env,
            url_file: view.url_file.map(Into::into),
            include: view.include,
            exclude: view.exclude,
            ghosts: view.ghosts.unwrap_or(default.ghosts),
            schedule: view.schedule.unwrap_or(default.schedule),
            time_zone: view.time_zone.unwrap_or(default.time_zone),
            time_limit_s: view.time_limit_s.unwrap_or(default.time_limit_s),
            tables_max: view.tables_max.unwrap_or(default.tables_max),
            ca_file: view.ca_file.map(Into::into),
            views: view.views.unwrap_or(default.views),
            paused: view.paused.unwrap_or(default.paused),
        }
    }
}

impl From<SourceStatus> for SourceView {
    fn from(status: SourceStatus) -> Self {
        let state = status.state;
        Self {
            name: status.name,
            origin: status.origin.as_str().to_owned(),
            settings: status.settings.into(),
            next_at: moment(state.next_at.seconds()),
            last_run_at: state.last_run_at.and_then(moment),
            last_ok_at: state.last_ok_at.and_then(moment),
            failures: state.failures,
            last_error: state.last_error,
            lost: state.lost,
            alarmed_at: state.alarmed_at.and_then(moment),
            snapshot: status.snapshot.map(SnapshotView::from),
        }
    }
}

impl From<SnapshotInfo> for SnapshotView {
    fn from(info: SnapshotInfo) -> Self {
        Self {
            id: info.id,
            at: moment(info.at),
            tables: info.tables,
            columns: info.columns,
            bytes: info.bytes,
            digest: info.digest,
        }
    }
}

impl From<SourceTest> for SourceCheckView {
    fn from(test: SourceTest) -> Self {
        let check = test.check;
        Self {
            rules_unmatched: test.rules_unmatched,
            version: check.version,
            schemas: check.schemas,
            tables_readable: check.tables_readable,
            tables_unreadable: check.tables_unreadable,
        }
    }
}

impl WatchReportView {
    /// The report with its gravest changes, in their order; what one run finds may be as large as the source.
    pub fn with_first(report: WatchReport, changes_max: usize) -> Self {
        let millis = |time: Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let count = report.changes.len() as u64;
        let mut changes: Vec<_> = (0..).zip(report.changes).collect();
        if changes.len() > changes_max {
            changes.sort_by_key(|(_, change): &(usize, _)| change.severity);
            changes.truncate(changes_max);
            changes.sort_by_key(|(place, _)| *place);
        }
        Self {
            source: report.source,
            baseline: report.baseline,
            tables: report.tables,
            columns: report.columns,
            unread: report.unread,
            lost: report.lost,
            read_ms: millis(report.read),
            elapsed_ms: millis(report.elapsed),
            changes_count: count,
            changes: changes.into_iter().map(|(_, one)| one.into()).collect(),
        }
    }
}
