//! `skep explain-partition`: why a partition is there, or is not.

use super::client::Client;
use super::output::Output;
use super::place::TablePlace;
use super::remote::Remote;
use crate::rest::view::explanation::{ExplanationView, PlaceView, RegisteredView};
use anyhow::Result;
use clap::Args;

/// Which partition, and where.
#[derive(Debug, Args)]
pub(super) struct ExplainCommand {
    #[command(flatten)]
    remote: Remote,
    /// The table
    #[arg(value_name = "DATABASE.TABLE")]
    table: TablePlace,
    /// The partition, such as dt=2026-11-22/hour=10
    name: String,
}

impl ExplainCommand {
    /// Does it.
    pub(super) fn run(self) -> Result<()> {
        let (table, name) = (self.table, self.name);
        self.remote
            .run(|client, output| async move { explain(&table, &name, &client, output).await })
    }
}

async fn explain(table: &TablePlace, name: &str, client: &Client, output: Output) -> Result<()> {
    let path = table.below(&["partitions", name, "explain"]);
    let view: ExplanationView = client.get(&path, &[]).await?;
    let mut facts = vec![("partition", view.name.clone())];
    match &view.registered {
        Some(registered) => facts.extend(told(registered)),
        None => facts.push(("registered", "no".to_owned())),
    }
    facts.push(("discovery", view.off.clone().unwrap_or_default()));
    facts.extend(view.places.iter().map(|place| ("place", sentence(place))));
    if let (Some(schedule), None) = (&view.schedule, &view.off) {
        let due = |at: &Option<String>| at.clone().unwrap_or_else(|| "at once".to_owned());
        match &schedule.paused_at {
            Some(since) => facts.push(("next look", format!("none: paused since {since}"))),
            None => facts.extend([
                ("next look", due(&schedule.window_at)),
                ("next sweep", due(&schedule.sweep_at)),
            ]),
        }
    }
    output.one(&view, &facts)
}

fn told(registered: &RegisteredView) -> Vec<(&'static str, String)> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let by = match &registered.run {
        Some(run) => format!("discovery's run {} ({})", run.id, run.cause),
        None => "somebody else, or a run that is forgotten".to_owned(),
    };
    vec![
        (
            "registered",
            format!("yes, at {}", text(&registered.created_at)),
        ),
        ("by", by),
        ("location", registered.location.clone()),
        ("root", text(&registered.root)),
        ("warning", text(&registered.schema_warning)),
    ]
}

fn sentence(place: &PlaceView) -> String {
    let at = place.location.clone().unwrap_or_else(|| place.root.clone());
    let mut text = format!("{at}: {}", place.state);
    if let Some(reason) = &place.reason {
        text = format!("{text}, {reason}");
    }
    if place.files > 0 {
        text = format!("{text}; {} files, {} bytes", place.files, place.bytes);
        if let Some(newest) = &place.newest_at {
            text = format!("{text}, the newest of {newest}");
        }
    }
    text
}
