//! `skep explain-partition`: why a partition is there, or is not.

use super::cell::{Cell, moment};
use super::client::Client;
use super::output::Output;
use super::place::TablePlace;
use super::remote::Remote;
use crate::humane;
use crate::rest::view::discovery::DiscoveryView;
use crate::rest::view::explanation::{ExplanationView, PlaceView, RegisteredView};
use anyhow::Result;
use clap::Args;

/// Which partition, and where.
#[derive(Debug, Args)]
pub(super) struct ExplainCommand {
    /// The table
    #[arg(value_name = "DATABASE.TABLE")]
    table: TablePlace,
    /// The partition, such as dt=2026-11-22/hour=10
    name: String,
}

impl ExplainCommand {
    /// Does it.
    pub(super) fn run(self, remote: Remote) -> Result<()> {
        let (table, name) = (self.table, self.name);
        remote.run(|client, output| async move { explain(&table, &name, &client, output).await })
    }
}

async fn explain(table: &TablePlace, name: &str, client: &Client, output: Output) -> Result<()> {
    let path = table.below(&["partitions", name, "explain"]);
    let view: ExplanationView = client.get(&path, &[]).await?;
    let mut facts: Vec<(&str, Cell)> = vec![("partition", (&view.name).into())];
    match &view.registered {
        Some(registered) => facts.extend(told(registered)),
        None => facts.push(("registered", "no".into())),
    }
    facts.push(("discovery", (&view.off).into()));
    facts.extend(
        view.places
            .iter()
            .map(|place| ("place", sentence(place).into())),
    );
    if let (Some(schedule), None) = (&view.schedule, &view.off) {
        let due = |at: &Option<String>| match at {
            Some(_) => moment(at.as_ref()),
            None => "at once".into(),
        };
        match &schedule.paused_at {
            Some(since) => facts.push(("next look", format!("none: paused since {since}").into())),
            None => facts.extend([
                ("next look", due(&schedule.window_at)),
                ("next sweep", due(&schedule.sweep_at)),
            ]),
        }
    }
    if output.is_for_people() {
        facts.push((
            "still there",
            (&why_still_there(client, table, &view).await).into(),
        ));
    }
    output.one(&view, &facts)
}

/// Why a registered partition is there although its data is gone or its time is over, and what takes it away.
async fn why_still_there(
    client: &Client,
    table: &TablePlace,
    view: &ExplanationView,
) -> Option<String> {
    let registered = view.registered.as_ref()?;
    let at = registered.location.trim_end_matches('/');
    let is_here = |place: &&PlaceView| {
        let location = place.location.as_deref().unwrap_or_default();
        location.trim_end_matches('/') == at
    };
    let place = view.places.iter().find(is_here)?;
    let by_hand = format!("skep partition drop {table} {}", view.name);
    let (is_expired, why) = match place.state.as_str() {
        "empty" => (false, "its directory holds no data any more"),
        "expired" => (
            true,
            "its time (partition.retention.period) is over; files that came late do not keep it",
        ),
        _ => return None,
    };
    let what = match &view.off {
        Some(_) => format!("nothing looks for partitions of this table: {by_hand}"),
        None if is_expired => "the next sweep drops it".to_owned(),
        None => {
            let path = table.below(&["discovery"]);
            let discovery: DiscoveryView = client.get(&path, &[]).await.ok()?;
            match discovery.settings?.mode.as_str() {
                "sync" => "the next sweep that sees everything drops it, unless that were too many at once".to_owned(),
                _ => format!("the table's mode only adds: {by_hand}, or skep discovery on {table} --set mode=sync"),
            }
        }
    };
    Some(format!("{why}; {what}"))
}

fn told(registered: &RegisteredView) -> Vec<(&'static str, Cell)> {
    let by = match &registered.run {
        Some(run) => format!("discovery's run {} ({})", run.id, run.cause),
        None => "somebody else, or a run that is forgotten".to_owned(),
    };
    vec![
        ("registered", "yes".into()),
        ("since", moment(registered.created_at.as_ref())),
        ("by", by.into()),
        ("location", (&registered.location).into()),
        ("root", (&registered.root).into()),
        ("warning", (&registered.schema_warning).into()),
    ]
}

fn sentence(place: &PlaceView) -> String {
    let at = place.location.clone().unwrap_or_else(|| place.root.clone());
    let mut text = format!("{at}: {}", place.state);
    if let Some(reason) = &place.reason {
        text = format!("{text}, {reason}");
    }
    if place.files > 0 {
        text = format!(
            "{text}; {}, {}",
            humane::counted(place.files, "file", "files"),
            humane::bytes(place.bytes)
        );
        if let Some(newest) = &place.newest_at {
            text = format!("{text}, the newest of {newest}");
        }
    }
    text
}
