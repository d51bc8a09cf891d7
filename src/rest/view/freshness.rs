//! Freshness: what tables expect of their data, and what lacks of it.

use super::moment;
use crate::freshness::FreshnessStatus;
use crate::model::{Expectation, FreshnessGap};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What a table expects of its data, and what lacks of it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = TableFreshness)]
pub struct TableFreshnessView {
    /// The catalog
    pub catalog: String,
    /// The database
    pub database: String,
    /// The table
    pub table: String,
    /// `well`, `lacking`, `waiting` (nothing had to come yet) or `faulty` (see `problem`)
    pub standing: String,
    /// Why it cannot be told whether the data came
    pub problem: Option<String>,
    /// What the table's properties state, defaults filled in
    pub expectation: Option<ExpectationView>,
    /// The end of the newest hour, day or stretch of hours of which there is data
    #[schema(format = DateTime)]
    pub newest_until: Option<String>,
    /// When the next data has to be there
    #[schema(format = DateTime)]
    pub next_due_at: Option<String>,
    /// When the table was looked at
    #[schema(format = DateTime)]
    pub checked_at: Option<String>,
    /// What lacks, in the order of its time: a thousand at most, in a list of tables a hundred of each
    pub gaps: Vec<GapView>,
}

/// A page of tables that expect data.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = FreshnessList)]
pub struct FreshnessListView {
    /// Where each stands
    pub tables: Vec<TableFreshnessView>,
    /// What to pass as `after` for the next page; absent on the last one
    pub next: Option<i64>,
}

/// What a table expects.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = Expectation)]
pub struct ExpectationView {
    /// How often data comes
    #[schema(example = "1h")]
    pub every: String,
    /// Seconds after the end of an hour, a day or a stretch within which its data has to be there
    pub within_s: i64,
    /// How much there has to be, in per cent of what is usual; absent where any amount will do
    #[schema(example = "50%..200%")]
    pub volume: Option<String>,
    /// `list` where the directory of a new partition is listed when nobody noted its size
    pub sizes: Option<String>,
    /// The time zone of the times that partitions tell
    pub time_zone: String,
    /// The first day of which data has to come; absent where that is when it was stated
    pub since: Option<String>,
    /// The days of the week on which data comes; absent is every day
    #[schema(example = "mon-fri")]
    pub weekdays: Option<String>,
    /// The days on which none has to come
    pub pause: Option<String>,
}

/// A time of which data lacks.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = FreshnessGap)]
pub struct GapView {
    /// `missing`, `thin` or `swollen`
    pub kind: String,
    /// Where it begins
    #[schema(format = DateTime)]
    pub from: Option<String>,
    /// Where it ends
    #[schema(format = DateTime)]
    pub to: Option<String>,
    /// When it was noticed
    #[schema(format = DateTime)]
    pub noticed_at: Option<String>,
    /// What people are told of it
    pub text: String,
}

/// What is to change of what a table expects; what is absent stays as it is.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PatchFreshness {
    /// Properties without `skep.expect.` before their names; null removes one
    #[serde(default)]
    #[schema(example = json!({"every": "1h", "within": "20m", "volume": "50%..200%", "pause": null}))]
    pub settings: BTreeMap<String, Option<String>>,
}

impl From<FreshnessStatus> for TableFreshnessView {
    fn from(status: FreshnessStatus) -> Self {
        let expectation = status.expectation.as_ref().ok();
        Self {
            catalog: status.at.catalog.to_string(),
            database: status.at.database.to_string(),
            table: status.at.table.to_string(),
            standing: status.standing().as_str().to_owned(),
            problem: status.fault().map(str::to_owned),
            expectation: expectation.map(ExpectationView::from),
            newest_until: status.state.newest.and_then(moment),
            next_due_at: status.next_due_at().and_then(moment),
            checked_at: status.state.checked_at.and_then(moment),
            gaps: status.gaps.into_iter().map(GapView::from).collect(),
        }
    }
}

impl From<&Expectation> for ExpectationView {
    fn from(expectation: &Expectation) -> Self {
        Self {
            every: expectation.every.to_string(),
            within_s: expectation.within_s,
            volume: expectation.volume.map(|range| range.to_string()),
            sizes: expectation.lists_sizes.then(|| "list".to_owned()),
            time_zone: expectation.zone_name().to_owned(),
            since: expectation.since.map(|day| day.to_string()),
            weekdays: expectation.weekdays_text.clone(),
            pause: expectation.pause_text.clone(),
        }
    }
}

impl From<FreshnessGap> for GapView {
    fn from(gap: FreshnessGap) -> Self {
        Self {
            kind: gap.kind.as_str().to_owned(),
            from: moment(gap.from),
            to: moment(gap.to),
            noticed_at: moment(gap.began_at),
            text: gap.text,
        }
    }
}
