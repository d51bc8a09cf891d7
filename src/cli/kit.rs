//! `skep kit`: ready tables for the logs that AWS services write.

use super::output::Output;
use super::remote::Remote;
use crate::rest::view::kit::KitListView;
use anyhow::Result;
use clap::{Args, Subcommand};

/// What to do with kits, and where.
#[derive(Debug, Args)]
pub(super) struct KitCommand {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the kits; `skep table create DATABASE.TABLE --kit cloudtrail --location s3://logs` makes a table from one
    List,
}

impl KitCommand {
    /// Does it.
    pub(super) fn run(self, remote: Remote) -> Result<()> {
        let Action::List = self.action;
        remote.run(|client, output| async move {
            let list: KitListView = client.get(&["kits"], &[]).await?;
            show(output, &list)
        })
    }
}

fn show(output: Output, list: &KitListView) -> Result<()> {
    output.list(["name", "log", "layout"], &list.kits, |kit| {
        [
            kit.name.as_str().into(),
            kit.title.as_str().into(),
            kit.layout.as_str().into(),
        ]
    })
}
