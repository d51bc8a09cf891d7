//! Two replicas that are asked for the same at once: one works, both answer.

use super::fixture::{House, create, jobs_ended, rename, stand};
use crate::harness::{TestDatabase, on_every_database};

on_every_database!(replicas_that_are_asked_for_one_rename_do_it_once);

async fn replicas_that_are_asked_for_one_rename_do_it_once(database: TestDatabase) {
    // Two processes cannot write one file of SQLite at once for long, but two servers of a test can.
    let house = House::new(&database).await;
    let (one, other) = (house.server(|_| {}).await, house.server(|_| {}).await);
    create(&one, "t").await;
    house.file("w/t/a");
    let gate = house.s3.hold("CopyObject");
    let (first, second, ()) =
        tokio::join!(rename(&one, "t", "u"), rename(&other, "t", "u"), async {
            gate.arrived().await;
            gate.open();
        });
    first.unwrap();
    second.unwrap();
    let ended = jobs_ended(one.http_addr).await;
    assert_eq!(stand(&ended), [("rename_table", "done")]);
    assert_eq!(house.files(), ["w/u/a"]);
    for running in [one, other] {
        running.shutdown().await;
    }
}
