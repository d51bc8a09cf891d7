//! Kill −9 in the middle of a sweep: after the next start every partition is there, and each was told once.

use crate::client::Client;
use crate::faults::killed::Process;
use crate::harness::{TestDatabase, on_every_database};
use crate::s3::{ACCESS_KEY_ID, S3Server, SECRET_ACCESS_KEY};
use crate::thrift::objects::partitioned;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::Arc;

on_every_database!(a_killed_sweep_is_taken_up_by_the_next_process);

/// Partitions that the sweep finds: several transactions.
const PARTITIONS: u64 = 6_500;

fn count(address: SocketAddr) -> u64 {
    let mut client = Client::connect(address).expect("it accepts");
    let args = json!({ "db_name": "default", "tbl_name": "t", "filter": "" });
    let count = client.call("get_num_partitions_by_filter", args);
    count.expect("a count").as_u64().expect("a number")
}

fn create(address: SocketAddr) {
    let mut table = partitioned("default", "t", &[("n", "string")]);
    table["tableType"] = json!("EXTERNAL_TABLE");
    table["sd"]["location"] = json!("s3://lake/t");
    table["parameters"] = json!({ "EXTERNAL": "TRUE", "skep.discovery": "on" });
    let mut client = Client::connect(address).expect("it accepts");
    client
        .call("create_table", json!({ "tbl": table }))
        .expect("the table is made");
}

async fn a_killed_sweep_is_taken_up_by_the_next_process(database: TestDatabase) {
    let s3 = Arc::new(S3Server::start(&["lake"]).await);
    for number in 0..PARTITIONS {
        s3.put("lake", &format!("t/n={number:05}/part-0"), "x");
    }
    let environment = vec![
        ("SKEP_STORAGE__S3__ENDPOINT", s3.endpoint()),
        ("SKEP_STORAGE__S3__ACCESS_KEY_ID", ACCESS_KEY_ID.to_owned()),
        (
            "SKEP_STORAGE__S3__SECRET_ACCESS_KEY",
            SECRET_ACCESS_KEY.to_owned(),
        ),
    ];
    let folder = tempfile::tempdir().expect("a folder");
    for round in 0..3 {
        let (url, environment) = (database.url().to_owned(), environment.clone());
        let path = folder.path().to_owned();
        tokio::task::spawn_blocking(move || {
            let mut server = Process::start_with(&url, &path, &environment);
            if round == 0 {
                create(server.thrift);
            }
            let before = count(server.thrift);
            assert!(before < PARTITIONS || round > 1, "killed too late");
            // As soon as it has gone on by a transaction, it dies in the next one.
            while count(server.thrift) <= before && before < PARTITIONS {}
            server.kill();
        })
        .await
        .expect("the round ends");
        // The dead process's leases end with the time.
        database
            .execute("UPDATE skep_leases SET expires_at = expires_at - 60")
            .await;
    }
    let url = database.url().to_owned();
    let events = tokio::task::spawn_blocking(move || {
        let server = Process::start_with(&url, folder.path(), &environment);
        while count(server.thrift) < PARTITIONS {}
        told(server.thrift)
    })
    .await
    .expect("it converges");
    assert_eq!(events.len() as u64, PARTITIONS, "each is told once");
    let once: BTreeSet<&String> = events.iter().collect();
    assert_eq!(once.len() as u64, PARTITIONS);
}

/// The values of the partitions that events tell of.
fn told(address: SocketAddr) -> Vec<String> {
    let mut client = Client::connect(address).expect("it accepts");
    let mut told = Vec::new();
    let mut last = 0;
    loop {
        let after = json!({ "rqst": { "lastEvent": last, "maxEvents": 1 } });
        let events = client.call("get_next_notification", after).expect("events");
        let Some(event) = events["events"].as_array().expect("a list").first() else {
            return told;
        };
        last = event["eventId"].as_i64().expect("a number");
        if event["eventType"] == "ADD_PARTITION" {
            let message = event["message"].as_str().expect("a text");
            let message: Value = serde_json::from_str(message).expect("JSON");
            let partitions = message["partitions"].as_array().expect("a list");
            let values = partitions.iter().map(|one| one["n"].as_str());
            told.extend(values.map(|value| value.expect("a value").to_owned()));
        }
    }
}
