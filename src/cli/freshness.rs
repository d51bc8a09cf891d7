//! `skep freshness`: what tables expect of their data, and what lacks of it.

use super::cell::{Cell, moment, word};
use super::client::Client;
use super::failure::ClientError;
use super::output::Output;
use super::place::{TablePlace, setting, setting_name};
use super::remote::Remote;
use crate::period::period_shown;
use crate::rest::view::freshness::{
    FreshnessListView, GapView, PatchFreshness, TableFreshnessView,
};
use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;

/// What the properties begin with that the settings are.
const EXPECT_PREFIX: &str = "skep.expect.";
/// How a table stands of which data lacks.
const LACKING: &str = "lacking";
/// How one stands of which nothing can be told.
const FAULTY: &str = "faulty";

/// What to do, and where.
#[derive(Debug, Args)]
pub(super) struct FreshnessCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the tables that expect data
    List {
        /// Only those of which data lacks, or cannot be told; fails where there are any
        #[arg(long)]
        lacking: bool,
    },
    /// Show what a table expects, and what lacks
    Show {
        /// The table
        #[arg(value_name = "DATABASE.TABLE")]
        table: TablePlace,
    },
    /// State what a table expects; what is not given stays as it is
    Expect {
        /// The table
        #[arg(value_name = "DATABASE.TABLE")]
        table: TablePlace,
        /// How often data comes: 1h, 2h, 3h, 4h, 6h, 8h, 12h or 1d
        #[arg(long, value_name = "PERIOD")]
        every: Option<String>,
        /// How long after the end of its hour or day it has to be there, such as 20m; by default as long as --every
        #[arg(long, value_name = "PERIOD")]
        within: Option<String>,
        /// How much it has to be beside the same time of earlier weeks, such as 50%..200%
        #[arg(long, value_name = "RANGE")]
        volume: Option<String>,
        /// The first day of which data has to come, such as 2026-11-22; by default when it is stated
        #[arg(long, value_name = "DAY")]
        since: Option<String>,
        /// Another setting, without skep.expect. before it (time-zone, weekdays, pause, sizes); may stand several times
        #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
        settings: Vec<(String, String)>,
        /// A setting that is to have its default again; may stand several times
        #[arg(long = "unset", value_name = "KEY", value_parser = setting_name)]
        unset: Vec<String>,
    },
    /// Look now whether the data of a table came
    Check {
        /// The table
        #[arg(value_name = "DATABASE.TABLE")]
        table: TablePlace,
    },
    /// Forget what a table expects
    Reset {
        /// The table
        #[arg(value_name = "DATABASE.TABLE")]
        table: TablePlace,
    },
}

impl FreshnessCommand {
    /// Does it.
    pub(super) fn run(self, remote: Remote) -> Result<()> {
        let action = self.action;
        remote.run(|client, output| async move { act(action, &client, output).await })
    }
}

/// The name of a setting, however much of the property's name was given.
fn short(name: &str) -> String {
    name.strip_prefix(EXPECT_PREFIX).unwrap_or(name).to_owned()
}

async fn act(action: Action, client: &Client, output: Output) -> Result<()> {
    match action {
        Action::List { lacking } => list(client, output, lacking).await,
        Action::Show { table } => {
            let view = client.get(&table.below(&["freshness"]), &[]).await?;
            show(output, &view)
        }
        Action::Expect {
            table,
            every,
            within,
            volume,
            since,
            settings,
            unset,
        } => {
            let named = [
                ("every", every),
                ("within", within),
                ("volume", volume),
                ("since", since),
            ];
            let named = named
                .into_iter()
                .filter_map(|(name, value)| Some((name.to_owned(), value?)));
            let settings = settings.into_iter();
            let settings = settings.map(|(name, value)| (short(&name), value));
            let set = named
                .chain(settings)
                .map(|(name, value)| (name, Some(value)));
            let unset = unset.into_iter().map(|name| (short(&name), None));
            let wanted = PatchFreshness {
                settings: unset.chain(set).collect(),
            };
            let path = table.below(&["freshness"]);
            show(output, &client.patch(&path, &wanted).await?)
        }
        Action::Check { table } => {
            let path = table.below(&["freshness", "check"]);
            let view: TableFreshnessView = client.post(&path, &json!({})).await?;
            show(output, &view)?;
            failing(usize::from(is_bad(&view)))
        }
        Action::Reset { table } => {
            client.delete(&table.below(&["freshness"]), &[]).await?;
            output.done(&format!("{table} expects no data any more"));
            Ok(())
        }
    }
}

async fn list(client: &Client, output: Output, lacking: bool) -> Result<()> {
    let split = |page: FreshnessListView| (page.tables, page.next);
    let filter: Vec<_> = lacking
        .then(|| ("lacking", "true".to_owned()))
        .into_iter()
        .collect();
    let all = client
        .pages(&["freshness"], &filter, "after", usize::MAX, split)
        .await?;
    let head = [
        "table", "standing", "every", "newest", "due", "gaps", "problem",
    ];
    output.list(head, &all, |table| {
        let every = table.expectation.as_ref().map(|one| one.every.clone());
        [
            format!("{}.{}", table.database, table.table).into(),
            word(&table.standing),
            (&every).into(),
            moment(table.newest_until.as_ref()),
            moment(table.next_due_at.as_ref()),
            (table.gaps.len() as u64).into(),
            (&table.problem).into(),
        ]
    })?;
    failing(if lacking { all.len() } else { 0 })
}

/// Whether data lacks, or nobody can tell.
fn is_bad(table: &TableFreshnessView) -> bool {
    [LACKING, FAULTY].contains(&table.standing.as_str())
}

/// Fails where data lacks, so that a job can stand guard.
fn failing(tables: usize) -> Result<()> {
    match tables {
        0 => Ok(()),
        count => Err(ClientError::Lacking(count).into()),
    }
}

fn show(output: Output, table: &TableFreshnessView) -> Result<()> {
    let expectation = table.expectation.as_ref();
    let every = expectation.map(|one| one.every.clone());
    let within = expectation.map(|one| period_shown(one.within_s));
    let volume = expectation.and_then(|one| one.volume.clone());
    let sizes = expectation.and_then(|one| one.sizes.clone());
    let time_zone = expectation.map(|one| one.time_zone.clone());
    let since = expectation.and_then(|one| one.since.clone());
    let weekdays = expectation.and_then(|one| one.weekdays.clone());
    let pause = expectation.and_then(|one| one.pause.clone());
    let gaps = table.gaps.iter().map(|gap: &GapView| gap.text.clone());
    let facts: [(&str, Cell); 15] = [
        (
            "table",
            format!("{}.{}", table.database, table.table).into(),
        ),
        ("standing", word(&table.standing)),
        ("problem", (&table.problem).into()),
        ("every", (&every).into()),
        ("within", (&within).into()),
        ("volume", (&volume).into()),
        ("sizes", (&sizes).into()),
        ("time zone", (&time_zone).into()),
        ("since", (&since).into()),
        ("weekdays", (&weekdays).into()),
        ("pause", (&pause).into()),
        ("newest until", moment(table.newest_until.as_ref())),
        ("next due", moment(table.next_due_at.as_ref())),
        ("looked at", moment(table.checked_at.as_ref())),
        ("lacks", Cell::Lines(gaps.collect())),
    ];
    output.one(table, &facts)
}
