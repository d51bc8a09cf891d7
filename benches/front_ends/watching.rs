//! How long after its commit an event is with all who watch.

use crate::median;
use crate::process::Process;
use anyhow::{Result, ensure};
use futures::future::try_join_all;
use skep_wire::v1::WatchEventsRequest;
use skep_wire::v1::database_service_client::DatabaseServiceClient;
use skep_wire::v1::event_service_client::EventServiceClient;
use skep_wire::v1::{CreateDatabaseRequest, DatabaseName};
use std::time::Instant;
use tokio::sync::mpsc;
use tonic::transport::Channel;

/// Streams of one connection; a connection has room for few more.
const STREAMS: usize = 60;
/// Events whose way is measured.
const EVENTS: usize = 20;

/// Measures it.
pub(crate) async fn measure(skep: &Process, watchers: usize) -> Result<()> {
    let (sender, mut heard) = mpsc::unbounded_channel::<Instant>();
    let mut watching = Vec::new();
    for first in (0..watchers).step_by(STREAMS) {
        let channel = Channel::from_shared(skep.url())?.connect().await?;
        for _ in first..watchers.min(first + STREAMS) {
            let mut client = EventServiceClient::new(channel.clone());
            let sender = sender.clone();
            let request = WatchEventsRequest::default();
            let mut events = client.watch_events(request).await?.into_inner();
            watching.push(tokio::spawn(async move {
                while let Some(message) = events.message().await? {
                    for _ in message.events {
                        // Nobody listens any more at the end.
                        let _ = sender.send(Instant::now());
                    }
                }
                Ok::<_, tonic::Status>(())
            }));
        }
    }
    let channel = Channel::from_shared(skep.url())?.connect().await?;
    let mut client = DatabaseServiceClient::new(channel);
    let (mut middle, mut last) = (Vec::new(), Vec::new());
    for number in 0..EVENTS {
        let database = format!("watched{number}");
        let request = CreateDatabaseRequest {
            name: Some(DatabaseName {
                catalog: String::new(),
                database,
            }),
            ..CreateDatabaseRequest::default()
        };
        client.create_database(request).await?;
        let committed = Instant::now();
        let mut waits = Vec::with_capacity(watchers);
        for _ in 0..watchers {
            let Some(at) = heard.recv().await else { break };
            waits.push(at.saturating_duration_since(committed).as_secs_f64() * 1e3);
        }
        ensure!(waits.len() == watchers, "a watcher went away");
        last.push(waits.iter().copied().fold(0.0, f64::max));
        middle.push(median(waits));
    }
    let most = last.iter().copied().fold(0.0, f64::max);
    println!(
        "{watchers} watchers: after the commit was answered, {:.0} ms in the middle, {:.0} ms to the last of them (median of \
         {EVENTS} events), {most:.0} ms at most; resident memory at most: {} MiB",
        median(middle),
        median(last),
        skep.resident_mib_max()?
    );
    for one in &watching {
        one.abort();
    }
    drop(try_join_all(watching).await);
    Ok(())
}
