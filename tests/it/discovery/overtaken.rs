//! Tables that are altered while a run looks at them.

use super::fixture::{World, at};
use serde_json::json;
use skep::discovery::{DiscoveryReport, DiscoveryScope};
use skep::model::{RunCause, RunOutcome};
use std::sync::Arc;

const DT: [(&str, &str); 1] = [("dt", "string")];
const ON: (&str, &str) = ("skep.discovery", "on");

/// A sweep of `t`, in whose middle `change` happens.
async fn swept_while(world: &World, change: impl AsyncFnOnce(&World)) -> DiscoveryReport {
    world.table("t", &DT, &[ON]).await;
    world.s3.put("lake", "t/dt=1/part-0", "x");
    let gate = world.s3.hold("ListObjectsV2");
    let discovery = Arc::clone(world.discovery());
    let sweep = tokio::spawn(async move {
        discovery
            .for_system()
            .discovery_run(&at("t"), DiscoveryScope::Sweep, RunCause::Manual)
            .await
    });
    gate.arrived().await;
    change(world).await;
    gate.open();
    sweep.await.unwrap().unwrap()
}

#[tokio::test]
async fn an_alter_that_does_not_concern_discovery_does_not_stop_a_run() {
    let world = World::quiet().await;
    let report = swept_while(&world, async |world| {
        world
            .alter(
                "t",
                &[
                    ("comment", "changed"),
                    ("skep.discovery.interval", "90s"),
                    ("skep.discovery.fresh-within", "2d"),
                ],
            )
            .await;
        world
            .ask(|client| {
                let get = json!({ "dbname": "default", "tbl_name": "t" });
                let mut table = client.call("get_table", get).expect("the table");
                table["partitionKeys"][0]["comment"] = json!("the day");
                let alter = json!({ "dbname": "default", "tbl_name": "t", "new_tbl": table });
                client.call("alter_table", alter).expect("it is altered");
            })
            .await;
    })
    .await;
    assert_eq!(report.outcome, RunOutcome::Done, "{report:?}");
    assert_eq!(world.names("t").await, ["dt=1"]);
}

#[tokio::test]
async fn a_table_that_opted_out_meanwhile_gets_nothing_and_has_not_failed() {
    let world = World::quiet().await;
    let report = swept_while(&world, async |world| {
        world.alter("t", &[("skep.discovery", "off")]).await;
    })
    .await;
    assert_eq!(report.outcome, RunOutcome::Incomplete, "{report:?}");
    assert!(report.error.unwrap().contains("was changed while a run"));
    assert_eq!(world.names("t").await, Vec::<String>::new());
    let status = world
        .discovery()
        .for_system()
        .discovery_status(&at("t"))
        .await
        .unwrap();
    assert_eq!(status.state.failures, 0);
    assert!(
        status.state.sweep_at <= status.state.now,
        "it is due at once"
    );
}
