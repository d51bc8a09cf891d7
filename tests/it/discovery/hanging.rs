//! A bucket that answers nothing holds up its own tables alone.

use super::fixture::{World, at};
use crate::s3::S3Server;
use skep::clock::Clock;
use std::sync::Arc;

const DT: [(&str, &str); 1] = [("dt", "string")];
const ON: (&str, &str) = ("skep.discovery", "on");
/// More than there are places for runs.
const HANGING: usize = 20;

#[tokio::test(flavor = "multi_thread")]
async fn windows_of_other_tables_go_on_while_a_bucket_hangs() {
    let s3 = Arc::new(S3Server::start(&["lake", "hot"]).await);
    let world = World::start(None, s3, Clock::System, |settings| {
        // Longer than the test lasts: what hangs does not fail meanwhile.
        settings.storage.s3.request_timeout_s = 600;
    })
    .await;
    let names: Vec<String> = (0..HANGING).map(|one| format!("hanging{one}")).collect();
    for name in &names {
        let location = format!("s3://hot/{name}");
        world.table_at(name, &location, &DT, &[]).await;
    }
    let hanging = world.s3.hang("hot");
    for name in &names {
        world.alter(name, &[ON]).await;
    }
    // Several runs are under way and wait for an answer.
    hanging.arrived(3).await;
    world.table("t", &DT, &[ON]).await;
    let mut wanted: Vec<String> = Vec::new();
    for round in 1..=3 {
        let name = format!("dt=2026-11-0{round}");
        world.s3.put("lake", &format!("t/{name}/part-0"), "x");
        wanted.push(name);
        // A change makes the table due at once, but for one that comes while its last run is just ending.
        let interval = format!("{}s", 10 + round);
        world
            .alter("t", &[("skep.discovery.interval", interval.as_str())])
            .await;
        let wanted: Vec<&str> = wanted.iter().map(String::as_str).collect();
        world.until_names("t", &wanted).await;
    }
    for name in &names {
        let discovery = world.discovery().for_system();
        let runs = discovery.discovery_runs(&at(name), None, 10).await;
        assert!(runs.unwrap().is_empty(), "{name} is still waited for");
    }
    hanging.end();
}
