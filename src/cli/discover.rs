//! `skep discover`: looks for the partitions of a table now, and shows how far it is.

use super::cell::{Cell, word};
use super::client::Client;
use super::failure::ClientError;
use super::output::Output;
use super::place::{self, TablePlace, setting};
use super::progress::spinner;
use super::proposal::show_proposal;
use super::remote::Remote;
use crate::humane::{self, counted};
use crate::rest::view::discovery::DiscoveryView;
use crate::rest::view::proposal::AskProposal;
use crate::rest::view::run::{
    CountsView, PlanView, PlannedView, ProgressView, ReportView, RunScope, StartRun,
};
use crate::rest::view::run_line::RunLine;
use crate::rest::view::table::TableView;
use anyhow::Result;
use clap::{Args, Subcommand};
use indicatif::HumanCount;
use std::fmt::Write as _;
use std::str::FromStr;

/// What a run comes to where it could not do all.
const DONE: &str = "done";

/// Which table, and how much of it.
#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct DiscoverCommand {
    #[command(subcommand)]
    action: Option<Action>,
    /// The table
    #[arg(value_name = "DATABASE.TABLE", required = true)]
    table: Option<TablePlace>,
    /// Look where new partitions appear; the default
    #[arg(long, conflicts_with = "sweep")]
    window: bool,
    /// Look at everything
    #[arg(long)]
    sweep: bool,
    /// Only tell what a run would do
    #[arg(long)]
    dry_run: bool,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Show what would be found, before a table opts in or its settings change, or what table a place would be; nothing is
    /// written
    Plan(Plan),
}

/// What would be found of which table, by which settings.
#[derive(Debug, Args)]
struct Plan {
    /// The table, which need not have opted in, or a place that is no table yet: a location, or a path of the server's disk
    #[arg(value_name = "DATABASE.TABLE|LOCATION")]
    of: PlanOf,
    /// How directories would tell partition values, such as '{dt:%Y/%m/%d}/{hour}'; by default as the table says, and of a
    /// place as is guessed
    #[arg(long, value_name = "TEMPLATE")]
    layout: Option<String>,
    /// Another setting that the table would have, without skep.discovery. before it; may stand several times
    #[arg(long = "set", value_name = "KEY=VALUE", value_parser = setting)]
    settings: Vec<(String, String)>,
    /// Look only where new partitions appear; by default at everything
    #[arg(long)]
    window: bool,
    /// The table that a place would be; by default in the database default, with the place's last name
    #[arg(long, value_name = "DATABASE.TABLE")]
    name: Option<TablePlace>,
}

/// What is planned.
#[derive(Debug, Clone)]
enum PlanOf {
    /// A table of the catalog.
    Table(TablePlace),
    /// A place that is no table yet.
    Location(String),
}

impl FromStr for PlanOf {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text.contains(":/") {
            return Ok(Self::Location(text.to_owned()));
        }
        // A path means the server's disk, and tells nothing without its beginning.
        if text.starts_with('/') {
            return Ok(Self::Location(format!("file://{text}")));
        }
        let table = text.parse().map(Self::Table);
        table.map_err(|_: String| {
            "write DATABASE.TABLE, or a location such as s3://lake/logs or /data/logs".to_owned()
        })
    }
}

impl DiscoverCommand {
    /// Does it.
    pub(super) fn run(self, remote: Remote) -> Result<()> {
        let scope = |is_sweep| {
            if is_sweep {
                RunScope::Sweep
            } else {
                RunScope::Window
            }
        };
        let (table, start) = match (self.action, self.table) {
            (Some(Action::Plan(plan)), _) => {
                let table = match plan.of {
                    PlanOf::Table(table) => table,
                    PlanOf::Location(location) => {
                        if plan.window || !plan.settings.is_empty() {
                            anyhow::bail!(
                                "a place has no settings yet: give --layout and --name alone"
                            );
                        }
                        let (database, name) = match plan.name {
                            Some(TablePlace { database, table }) => (Some(database), Some(table)),
                            None => (None, None),
                        };
                        let wanted = AskProposal {
                            location,
                            database,
                            name,
                            layout: plan.layout,
                        };
                        return remote.run(|client, output| async move {
                            propose(&wanted, &client, output).await
                        });
                    }
                };
                let layout = plan.layout.map(|template| ("layout".to_owned(), template));
                let settings = layout.into_iter().chain(plan.settings);
                let start = StartRun {
                    scope: scope(!plan.window),
                    dry_run: true,
                    settings: settings.map(|(name, value)| (name, Some(value))).collect(),
                };
                (table, start)
            }
            (None, Some(table)) => {
                let start = StartRun {
                    scope: scope(self.sweep),
                    dry_run: self.dry_run,
                    ..StartRun::default()
                };
                (table, start)
            }
            // The parser asks for one of them.
            (None, None) => return Ok(()),
        };
        remote.run(|client, output| async move { discover(&table, &start, &client, output).await })
    }
}

async fn discover(
    table: &TablePlace,
    start: &StartRun,
    client: &Client,
    output: Output,
) -> Result<()> {
    let path = table.below(&["discovery", "run"]);
    let end = ended(&path, start, client).await?;
    let is_on_disk = !output.is_whole() && is_on_disk(client, table).await;
    match end {
        RunLine::Report(report) => show_report(output, &report, is_on_disk),
        RunLine::Plan(plan) => show_plan(output, &plan, is_on_disk),
        other => unexpected(other),
    }
}

/// Whether all of a table lies on a disk, whose directories cost nothing to list. Where the server does not say, it does not.
async fn is_on_disk(client: &Client, table: &TablePlace) -> bool {
    let asked = client.get(&table.below(&["discovery"]), &[]).await;
    let roots: Vec<String> = if let Ok(DiscoveryView { roots, .. }) = asked {
        roots.into_iter().map(|root| root.location).collect()
    } else {
        // It did not opt in.
        let asked: Result<TableView, _> = client.get(&table.path(), &[]).await;
        let location = asked.ok().and_then(|view| view.location);
        location.into_iter().collect()
    };
    !roots.is_empty() && roots.iter().all(|root| place::is_on_disk(root))
}

async fn propose(wanted: &AskProposal, client: &Client, output: Output) -> Result<()> {
    match ended(&["discovery", "proposals"], wanted, client).await? {
        RunLine::Proposal(proposal) => show_proposal(output, &proposal),
        other => unexpected(other),
    }
}

/// What a run failed with after it had begun.
fn unexpected(line: RunLine) -> Result<()> {
    match line {
        RunLine::Problem(problem) => Err(ClientError::Refused(problem, None).into()),
        _ => Err(anyhow::anyhow!(
            "the server answered something else than it was asked for"
        )),
    }
}

/// Shows how far a run is, and gives its last line.
pub(super) async fn ended(
    path: &[&str],
    body: &impl serde::Serialize,
    client: &Client,
) -> Result<RunLine, ClientError> {
    let bar = spinner("looking");
    let ended = client
        .post_lines(path, body, |line| match line {
            RunLine::Progress(progress) => {
                bar.set_message(message(&progress));
                None
            }
            end => Some(end),
        })
        .await;
    bar.finish_and_clear();
    ended
}

fn message(progress: &ProgressView) -> String {
    let ProgressView {
        requests,
        objects,
        prefixes,
        found,
        added,
        elapsed_ms,
    } = *progress;
    let rate = objects.saturating_mul(1000) / elapsed_ms.max(1);
    format!(
        "{} prefixes · {} objects · {} requests · {} objects/s · {} partitions, {} new",
        HumanCount(prefixes),
        HumanCount(objects),
        HumanCount(requests),
        HumanCount(rate),
        HumanCount(found),
        HumanCount(added),
    )
}

/// What was counted, in one line. Looks at a disk have no price.
fn cost(counts: &CountsView, is_on_disk: bool) -> String {
    let mut text = counted(counts.requests, "request", "requests");
    if !is_on_disk {
        // Writing to a String cannot fail.
        let _ = write!(text, " ({:.6} USD on AWS)", counts.cost_usd);
    }
    format!(
        "{text}, {}, {}",
        counted(counts.objects, "object", "objects"),
        counted(counts.prefixes, "prefix", "prefixes")
    )
}

fn show_report(output: Output, report: &ReportView, is_on_disk: bool) -> Result<()> {
    let counts = &report.counts;
    let run = report.run.map(|run| run.to_string());
    let facts: [(&str, Cell); 9] = [
        ("run", (&run).into()),
        ("outcome", word(&report.outcome)),
        ("why", (&report.error).into()),
        ("found", counts.found.into()),
        ("added", counts.added.into()),
        ("moved", counts.moved.into()),
        ("dropped", counts.dropped.into()),
        ("skipped", counts.skipped.into()),
        ("cost", cost(counts, is_on_disk).into()),
    ];
    output.one(report, &facts)?;
    if report.outcome == DONE {
        return Ok(());
    }
    Err(ClientError::Unfinished(report.outcome.clone()).into())
}

fn show_plan(output: Output, plan: &PlanView, is_on_disk: bool) -> Result<()> {
    if output.is_whole() {
        return output.one(plan, &[]);
    }
    let of = |what: &'static str, list: &[PlannedView]| {
        let row = |one: &PlannedView| Planned {
            what,
            name: one.name.clone(),
            location: one.location.clone(),
            why: match &one.from {
                Some(from) => format!("from {from}"),
                None => format!(
                    "{}, {}",
                    counted(one.files, "file", "files"),
                    humane::bytes(one.bytes)
                ),
            },
        };
        let mut rows: Vec<Planned> = list.iter().map(row).collect();
        // They come in the order in which directories were listed, several at a time.
        rows.sort_by(|a, b| a.name.cmp(&b.name));
        rows
    };
    let mut rows = of("add", &plan.added);
    rows.extend(of("move", &plan.moved));
    rows.extend(of("drop", &plan.dropped));
    rows.extend(of("missing", &plan.missing));
    rows.extend(plan.skipped.iter().map(|one| Planned {
        what: "skip",
        name: String::new(),
        location: one.path.clone(),
        why: one.reason.clone(),
    }));
    output.list_named(1, ["what", "partition", "location", "why"], &rows, |row| {
        [
            row.what.into(),
            (&row.name).into(),
            (&row.location).into(),
            (&row.why).into(),
        ]
    })?;
    let CountsView {
        added,
        moved,
        dropped,
        skipped,
        ..
    } = plan.counts;
    output.done(&format!(
        "a run would add {added}, move {moved}, drop {dropped} and skip {skipped}; {}",
        cost(&plan.counts, is_on_disk)
    ));
    for why in [&plan.stopped, &plan.braked].into_iter().flatten() {
        output.done(why);
    }
    Ok(())
}

/// A line of a plan.
#[derive(serde::Serialize)]
struct Planned {
    what: &'static str,
    name: String,
    location: String,
    why: String,
}

#[cfg(test)]
mod tests {
    use super::{CountsView, PlanOf, cost};

    #[test]
    fn a_path_is_a_place_of_the_servers_disk() {
        let location = |text: &str| match text.parse() {
            Ok(PlanOf::Location(location)) => Some(location),
            _ => None,
        };
        assert_eq!(location("/data/x").as_deref(), Some("file:///data/x"));
        assert_eq!(location("s3://lake/x").as_deref(), Some("s3://lake/x"));
        assert_eq!(location("shop.orders"), None);
        assert!("data".parse::<PlanOf>().is_err());
    }

    #[test]
    fn only_requests_of_an_object_store_have_a_price() {
        let counts = CountsView {
            requests: 1,
            objects: 2,
            prefixes: 1,
            cost_usd: 0.000_005,
            ..CountsView::default()
        };
        assert_eq!(cost(&counts, true), "1 request, 2 objects, 1 prefix");
        assert_eq!(
            cost(&counts, false),
            "1 request (0.000005 USD on AWS), 2 objects, 1 prefix"
        );
    }
}
