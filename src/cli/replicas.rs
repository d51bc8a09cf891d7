//! `skep replicas`: the processes that serve the catalog.

use super::cell::{moment, word};
use super::output::Output;
use super::remote::Remote;
use crate::rest::view::replica::{ReplicaListView, ReplicaView};
use anyhow::Result;
use clap::Args;

/// There is nothing to say but the server.
#[derive(Debug, Args)]
pub(super) struct ReplicasCommand {}

impl ReplicasCommand {
    /// Does it.
    pub(super) fn run(self, remote: Remote) -> Result<()> {
        let Self {} = self;
        remote.run(|client, output| async move {
            let list: ReplicaListView = client.get(&["replicas"], &[]).await?;
            show(output, &list)
        })
    }
}

fn show(output: Output, list: &ReplicaListView) -> Result<()> {
    let head = [
        "id", "state", "host", "process", "version", "http", "thrift", "started", "heard of",
    ];
    output.list(head, &list.replicas, |one| {
        [
            one.id.as_str().into(),
            word(state(one)),
            one.host.as_str().into(),
            u64::from(one.process_id).into(),
            one.version.as_str().into(),
            one.http_address.as_str().into(),
            one.thrift_address.as_str().into(),
            moment(one.started_at.as_ref()),
            moment(one.beat_at.as_ref()),
        ]
    })
}

/// One that is gone did not say so: its last sign of life tells since when.
fn state(one: &ReplicaView) -> &'static str {
    match (one.alive, one.this) {
        (true, true) => "answers",
        (true, false) => "alive",
        (false, _) => "gone",
    }
}
