//! `skep events`: what changed.

use super::cell::moment;
use super::client::Client;
use super::output::Output;
use super::place::number;
use super::remote::Remote;
use crate::rest::view::event::{EventListView, EventView};
use anyhow::Result;
use clap::Args;
use std::time::Duration;

/// Partition names shown of one event; the JSON has all.
const NAMES_SHOWN_MAX: usize = 3;
/// How long a follower waits where nothing is new.
const FOLLOW_PAUSE: Duration = Duration::from_secs(1);

/// Which events, and from where.
#[derive(Debug, Args)]
pub(super) struct EventsCommand {
    /// Only events after this number
    #[arg(long, value_name = "NUMBER", default_value_t = 0, value_parser = number::<i64>)]
    after: i64,
    /// Only events of this database
    #[arg(long, value_name = "NAME")]
    database: Option<String>,
    /// Only events of this table of the database
    #[arg(long, value_name = "NAME", requires = "database")]
    table: Option<String>,
    /// Go on showing what changes, until interrupted
    #[arg(long)]
    follow: bool,
}

/// What a command asks for, apart from the server.
struct Wanted {
    after: i64,
    database: Option<String>,
    table: Option<String>,
    follow: bool,
}

impl EventsCommand {
    /// Does it.
    pub(super) fn run(self, remote: Remote) -> Result<()> {
        let wanted = Wanted {
            after: self.after,
            database: self.database,
            table: self.table,
            follow: self.follow,
        };
        remote.run(|client, output| async move { show(wanted, &client, output).await })
    }
}

/// Shows page by page: the log may be long.
async fn show(mut wanted: Wanted, client: &Client, output: Output) -> Result<()> {
    let mut is_first = true;
    loop {
        let mut query = vec![
            ("after", wanted.after.to_string()),
            ("limit", "1000".to_owned()),
        ];
        query.extend(wanted.database.clone().map(|name| ("database", name)));
        query.extend(wanted.table.clone().map(|name| ("table", name)));
        let page: EventListView = client.get(&["events"], &query).await?;
        // Nobody is left without an answer; a follower waits for one.
        let is_whole = is_first && page.next >= page.last && !wanted.follow;
        if !page.events.is_empty() || is_whole {
            print(output, &page.events)?;
        }
        is_first = false;
        if page.next < page.last {
            if page.next <= wanted.after {
                return Err(client.standstill().into());
            }
            wanted.after = page.next;
            continue;
        }
        wanted.after = page.next;
        if !wanted.follow {
            return Ok(());
        }
        tokio::time::sleep(FOLLOW_PAUSE).await;
    }
}

fn print(output: Output, events: &[EventView]) -> Result<()> {
    output.list(["id", "at", "kind", "on", "what"], events, |event| {
        let on = [&event.database, &event.table];
        let on: Vec<&str> = on.into_iter().flatten().map(String::as_str).collect();
        [
            event.id.into(),
            moment(event.at.as_ref()),
            event.kind.as_str().into(),
            on.join(".").into(),
            what(event).into(),
        ]
    })
}

fn what(event: &EventView) -> String {
    if let Some(name) = &event.renamed_to {
        return format!("renamed to {name}");
    }
    let shown = event.partitions.iter().take(NAMES_SHOWN_MAX).cloned();
    let mut text = shown.collect::<Vec<_>>().join(" ");
    let more = event.partitions.len().saturating_sub(NAMES_SHOWN_MAX);
    if more > 0 {
        text = format!("{text} and {more} more");
    }
    text
}
