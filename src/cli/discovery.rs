//! `skep discovery`: what tables ask of discovery, their history, and taking runs back.

use super::cell::{Cell, moment, word};
use super::client::Client;
use super::output::Output;
use super::place::{self, TablePlace, number, setting, setting_name};
use super::progress::while_waiting;
use super::remote::Remote;
use crate::period::period_shown;
use crate::rest::view::discovery::{DiscoveryListView, DiscoveryView, PatchDiscovery, RootView};
use crate::rest::view::run::{RunListView, RunView, SkippedListView};
use anyhow::Result;
use clap::{Args, Subcommand};
use serde_json::json;

/// What to do, and where.
#[derive(Debug, Args)]
pub(super) struct DiscoveryCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the tables that opted in
    List,
    /// Show where a table stands
    Show {
        /// The table
        #[arg(value_name = "DATABASE.TABLE")]
        table: TablePlace,
    },
    /// Look for partitions of a table from now on; settings that are not given stay as they are
    On {
        /// The table
        #[arg(value_name = "DATABASE.TABLE")]
        table: TablePlace,
        /// How directories tell partition values, such as '{dt:%Y/%m/%d}/{hour}'; by default key=value
        #[arg(long, value_name = "TEMPLATE")]
        layout: Option<String>,
        /// Another setting, without skep.discovery. before it; may stand several times
        #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
        settings: Vec<(String, String)>,
        /// A setting that is to have its default again; may stand several times
        #[arg(long = "unset", value_name = "KEY", value_parser = setting_name)]
        unset: Vec<String>,
    },
    /// Stop looking for partitions of a table; its settings stay
    Off {
        /// The table
        #[arg(value_name = "DATABASE.TABLE")]
        table: TablePlace,
    },
    /// Forget a table's settings, and stop looking
    Reset {
        /// The table
        #[arg(value_name = "DATABASE.TABLE")]
        table: TablePlace,
    },
    /// List the runs that changed something, failed or were asked for, the latest first
    Runs {
        /// The table
        #[arg(value_name = "DATABASE.TABLE")]
        table: TablePlace,
        /// Only the latest ones
        #[arg(long, value_name = "NUMBER", default_value_t = 20, value_parser = number::<usize>)]
        limit: usize,
    },
    /// List the directories that were left out, with the reasons
    Skipped {
        /// The table
        #[arg(value_name = "DATABASE.TABLE")]
        table: TablePlace,
    },
    /// Undo a run; the table's schedule stands still from then on
    Undo {
        /// The table
        #[arg(value_name = "DATABASE.TABLE")]
        table: TablePlace,
        /// The run's number
        #[arg(value_parser = number::<i64>)]
        run: i64,
    },
    /// Let a table's schedule go on after an undo
    Resume {
        /// The table
        #[arg(value_name = "DATABASE.TABLE")]
        table: TablePlace,
    },
}

impl DiscoveryCommand {
    /// Does it.
    pub(super) fn run(self, remote: Remote) -> Result<()> {
        let action = self.action;
        remote.run(|client, output| async move { act(action, &client, output).await })
    }
}

async fn act(action: Action, client: &Client, output: Output) -> Result<()> {
    match action {
        Action::List => list(client, output).await,
        Action::Show { table } => {
            let view = client.get(&table.below(&["discovery"]), &[]).await?;
            show(output, &view)
        }
        Action::On {
            table,
            layout,
            settings,
            unset,
        } => {
            let layout = layout.map(|template| ("layout".to_owned(), template));
            let set = layout.into_iter().chain(settings);
            let set = set.map(|(name, value)| (name, Some(value)));
            let wanted = PatchDiscovery {
                on: Some(true),
                settings: unset
                    .into_iter()
                    .map(|name| (name, None))
                    .chain(set)
                    .collect(),
            };
            let path = table.below(&["discovery"]);
            show(output, &client.patch(&path, &wanted).await?)
        }
        Action::Off { table } => {
            let wanted = PatchDiscovery {
                on: Some(false),
                ..PatchDiscovery::default()
            };
            let path = table.below(&["discovery"]);
            show(output, &client.patch(&path, &wanted).await?)
        }
        Action::Reset { table } => {
            client.delete(&table.below(&["discovery"]), &[]).await?;
            output.done(&format!("{table} asks nothing of discovery any more"));
            Ok(())
        }
        Action::Runs { table, limit } => {
            let query = [("limit", limit.to_string())];
            let path = table.below(&["discovery", "runs"]);
            let page: RunListView = client.get(&path, &query).await?;
            show_runs(output, &page.runs)
        }
        Action::Skipped { table } => skipped(client, output, &table).await,
        Action::Undo { table, run } => {
            let run = run.to_string();
            let path = table.below(&["discovery", "runs", &run, "undo"]);
            let nothing = json!({});
            let undoing = client.post(&path, &nothing);
            let undone: RunView = while_waiting("undoing", undoing).await?;
            show_runs(output, &[undone])?;
            output.done("the table's schedule stands still; skep discovery resume lets it go on");
            Ok(())
        }
        Action::Resume { table } => {
            let path = table.below(&["discovery", "resume"]);
            show(output, &client.post(&path, &json!({})).await?)
        }
    }
}

async fn list(client: &Client, output: Output) -> Result<()> {
    let split = |page: DiscoveryListView| (page.tables, page.next);
    let all = client
        .pages(&["discovery"], &[], "after", usize::MAX, split)
        .await?;
    let head = [
        "table",
        "state",
        "last run",
        "age of data",
        "requests today",
    ];
    output.list(head, &all, |one| {
        let age_s = one.freshness.as_ref().map(|fresh| fresh.age_s);
        [
            format!("{}.{}", one.database, one.table).into(),
            word(&state(one)),
            moment(one.schedule.last_run_at.as_ref()),
            Cell::Span(age_s),
            one.requests_today.into(),
        ]
    })
}

fn state(view: &DiscoveryView) -> String {
    if let Some(problem) = &view.problem {
        return problem.clone();
    }
    if let Some(since) = &view.schedule.paused_at {
        return format!("paused since {since}");
    }
    if let Some(error) = &view.schedule.last_error {
        return error.clone();
    }
    let is_stale = view.freshness.as_ref().is_some_and(|fresh| fresh.is_stale);
    match (view.on, is_stale) {
        (false, _) => "off".to_owned(),
        (true, true) => "on, stale".to_owned(),
        (true, false) => "on".to_owned(),
    }
}

/// How far back looks at the windows of roots reach: `1 day`, or `hot: 6 hours` where there are several roots.
fn windows(view: &DiscoveryView) -> Vec<String> {
    let windows = view.roots.iter().filter_map(|root| {
        let window = period_shown(root.window_s?);
        Some(match view.roots.as_slice() {
            [_] => window,
            _ => format!("{}: {window}", root.name),
        })
    });
    windows.collect()
}

fn show(output: Output, view: &DiscoveryView) -> Result<()> {
    if output.is_whole() {
        return output.one(view, &[]);
    }
    output.one(view, &facts(view))
}

/// What looks of today came to, and on an object store what they cost.
fn requests_today(view: &DiscoveryView) -> String {
    let is_on_disk = |root: &RootView| place::is_on_disk(&root.location);
    // Where a property makes no sense there are no roots, and nothing is looked for.
    if view.roots.iter().all(is_on_disk) {
        return view.requests_today.to_string();
    }
    format!(
        "{} ({:.6} USD on AWS)",
        view.requests_today, view.cost_today_usd
    )
}

/// When a table is looked at next. After an undo nobody knows; of a table that is off there is nothing to tell.
fn next_looks(view: &DiscoveryView) -> Vec<(&'static str, Cell)> {
    let at = |due: &Option<String>| match view.schedule.paused_at {
        Some(_) => "paused".into(),
        None => moment(due.as_ref()),
    };
    if view.problem.is_some() || !view.on {
        return Vec::new();
    }
    vec![
        ("next look", at(&view.schedule.window_at)),
        ("next sweep", at(&view.schedule.sweep_at)),
    ]
}

/// Where a table stands, for a remark. `None` where it asks nothing of discovery, or nobody says.
pub(super) async fn standing(client: &Client, table: &TablePlace) -> Option<DiscoveryView> {
    client.get(&table.below(&["discovery"]), &[]).await.ok()
}

fn facts(view: &DiscoveryView) -> Vec<(&'static str, Cell)> {
    let mut facts: Vec<(&'static str, Cell)> = vec![
        ("table", format!("{}.{}", view.database, view.table).into()),
        ("state", word(&state(view))),
    ];
    let roots = view.roots.iter();
    facts.extend(roots.map(|root| {
        (
            "root",
            format!("{} {} {}", root.name, root.location, root.layout).into(),
        )
    }));
    if let Some(settings) = &view.settings {
        facts.extend([
            ("mode", (&settings.mode).into()),
            ("time zone", (&settings.time_zone).into()),
            ("looks every", Cell::Span(settings.interval_s)),
            ("window", windows(view).join(", ").into()),
            ("sweeps every", Cell::Span(settings.sweep_interval_s)),
            ("schema", (&settings.schema).into()),
            ("kept for", Cell::Span(settings.retention_s)),
        ]);
    }
    facts.extend(next_looks(view));
    facts.extend([
        ("last run", moment(view.schedule.last_run_at.as_ref())),
        ("last error", (&view.schedule.last_error).into()),
        ("requests today", requests_today(view).into()),
    ]);
    if let Some(fresh) = &view.freshness {
        facts.extend([
            ("newest data", moment(fresh.object_at.as_ref())),
            ("registered after", Cell::Span(fresh.lag_s)),
        ]);
    }
    facts
}

fn show_runs(output: Output, runs: &[RunView]) -> Result<()> {
    let head = [
        "run", "cause", "outcome", "started", "added", "moved", "dropped", "requests", "remark",
    ];
    output.list(head, runs, |run| {
        let undone = run.undone_at.as_ref().map(|at| format!("undone {at}"));
        let remark = undone.or_else(|| run.error.clone());
        [
            run.id.into(),
            run.cause.as_str().into(),
            word(&run.outcome),
            moment(run.started_at.as_ref()),
            run.counts.added.into(),
            run.counts.moved.into(),
            run.counts.dropped.into(),
            run.counts.requests.into(),
            (&remark).into(),
        ]
    })
}

async fn skipped(client: &Client, output: Output, table: &TablePlace) -> Result<()> {
    let path = table.below(&["discovery", "skipped"]);
    let split = |page: SkippedListView| (page.skipped, page.next);
    let all = client.pages(&path, &[], "after", usize::MAX, split).await?;
    output.list(["path", "kind", "since", "reason"], &all, |one| {
        [
            one.path.as_str().into(),
            one.kind.as_str().into(),
            moment(one.first_seen_at.as_ref()),
            one.reason.as_str().into(),
        ]
    })
}

#[cfg(test)]
mod tests {
    use super::{DiscoveryView, next_looks, requests_today, windows};
    use serde_json::json;

    fn view(roots: &[(&str, &str, &str)]) -> DiscoveryView {
        let roots: Vec<_> = roots
            .iter()
            .map(|(name, location, layout)| json!({"name": name, "location": location, "layout": layout}))
            .collect();
        let view = json!({"database": "d", "table": "t", "on": true, "problem": null, "settings": null, "roots": roots,
            "schedule": {"failures": 0}, "requests_today": 3, "cost_today_usd": 0.000_015, "freshness": null});
        serde_json::from_value(view).expect("a view")
    }

    #[test]
    fn a_window_is_told_where_the_layout_has_a_time() {
        let of = |windows_s: &[(&str, Option<i64>)]| {
            let places = windows_s
                .iter()
                .map(|(name, _)| (*name, "s3://lake/t", "{dt}"));
            let mut view = view(&places.collect::<Vec<_>>());
            for (root, (_, window_s)) in view.roots.iter_mut().zip(windows_s) {
                root.window_s = *window_s;
            }
            windows(&view)
        };
        assert_eq!(of(&[("table", Some(86_400))]), ["1 day"]);
        assert!(of(&[("table", None)]).is_empty());
        let both = [("cold", Some(172_800)), ("hot", Some(21_600))];
        assert_eq!(of(&both), ["cold: 2 days", "hot: 6 hours"]);
    }

    #[test]
    fn what_stands_still_has_no_next_look() {
        let told = |view: &DiscoveryView| {
            let looks = next_looks(view).into_iter();
            looks.map(|(_, at)| at.exact()).collect::<Vec<_>>()
        };
        let mut view = view(&[("table", "s3://lake/t", "{dt}")]);
        view.schedule.sweep_at = Some("2026-11-22T10:00:00Z".to_owned());
        assert_eq!(told(&view).last(), view.schedule.sweep_at.as_ref());
        view.schedule.paused_at = Some("2026-11-22T09:00:00Z".to_owned());
        assert_eq!(told(&view), ["paused", "paused"]);
        view.on = false;
        assert!(told(&view).is_empty());
    }

    #[test]
    fn only_looks_at_an_object_store_have_a_price() {
        let of = |location| requests_today(&view(&[("table", location, "{dt}")]));
        assert_eq!(of("file:/data/t"), "3");
        assert_eq!(of("s3://lake/t"), "3 (0.000015 USD on AWS)");
        assert_eq!(requests_today(&view(&[])), "3", "a property makes no sense");
    }
}
