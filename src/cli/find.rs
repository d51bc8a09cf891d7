//! `skep find`: which table has that column, and whose is it.

use super::client::{Client, given};
use super::output::Output;
use super::remote::Remote;
use crate::rest::view::search::HitListView;
use anyhow::Result;
use clap::Args;

/// What to look for.
#[derive(Debug, Args)]
pub(super) struct FindCommand {
    /// Words, all of which are to be found in the name, a column, the owner or a comment of a table; shop.orders looks in the
    /// database shop
    #[arg(required = true, value_name = "WORD")]
    words: Vec<String>,
    /// Tables at most
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    limit: usize,
}

impl FindCommand {
    /// Does it.
    pub(super) fn run(self, remote: Remote) -> Result<()> {
        remote.run(|client, output| async move { find(self, &client, output).await })
    }
}

async fn find(command: FindCommand, client: &Client, output: Output) -> Result<()> {
    let asked = given([
        ("q", Some(command.words.join(" "))),
        ("limit", Some(command.limit.to_string())),
    ]);
    let found: HitListView = client.get(&["search"], &asked).await?;
    // Scripts get an empty list as any other: CSV has its head.
    if found.tables.is_empty() && output.is_for_people() {
        output.done("no table has all of these words");
        return Ok(());
    }
    output.list(
        ["table", "found in", "owner", "comment"],
        &found.tables,
        |one| {
            let place = match &one.column {
                Some(column) => format!("{} {column}", one.found_in),
                None => one.found_in.clone(),
            };
            [
                format!("{}.{}", one.database, one.table).into(),
                place.into(),
                (&one.owner).into(),
                (&one.comment).into(),
            ]
        },
    )?;
    if found.has_more {
        output.done("there are more: a longer word, or one more, finds fewer");
    }
    Ok(())
}
