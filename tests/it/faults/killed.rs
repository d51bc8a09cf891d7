//! Kill −9 in the middle of writes: whatever was acknowledged is there afterwards, with its event, and nothing is half
//! done.

use crate::client::Client;
use crate::harness::{TestDatabase, address, on_every_database};
use crate::thrift::objects::table;
use serde_json::json;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

on_every_database!(what_was_acknowledged_survives_kill_9);

/// A server in a process of its own.
pub(crate) struct Process {
    child: Child,
    pub(crate) thrift: SocketAddr,
    pub(crate) http: SocketAddr,
}

impl Process {
    /// Starts the binary and waits for the line that says where it listens.
    fn start(url: &str, folder: &Path) -> Self {
        Self::start_with(url, folder, &[])
    }

    /// The same with further variables.
    pub(crate) fn start_with(url: &str, folder: &Path, variables: &[(&str, String)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_skep"));
        command
            .arg("serve")
            .env("SKEP_DATABASE__URL", url)
            .env(
                "SKEP_WAREHOUSE__LOCATION",
                format!("file://{}/warehouse", folder.display()),
            )
            .envs(variables.iter().map(|(name, value)| (*name, value)));
        Self::of(command)
    }

    /// The same of a command that serves.
    pub(crate) fn of(mut command: Command) -> Self {
        let mut child = command
            .env("SKEP_THRIFT__LISTEN", "127.0.0.1:0")
            .env("SKEP_HTTP__LISTEN", "127.0.0.1:0")
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let lines = BufReader::new(child.stderr.take().expect("its output"));
        for line in lines.lines() {
            let line = line.expect("a line");
            if let (Some(thrift), Some(http)) = (address(&line, "thrift"), address(&line, "http")) {
                return Self {
                    child,
                    thrift,
                    http,
                };
            }
        }
        child.wait().expect("it ends");
        panic!("the server ended before it said where it listens");
    }

    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("it can be killed");
        self.child.wait().expect("it ends");
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Creates tables until the server is gone; gives the names of those that were acknowledged.
fn write_until_killed(address: SocketAddr, writer: usize, round: usize) -> Vec<String> {
    let mut acknowledged = Vec::new();
    let Ok(mut client) = Client::connect(address) else {
        return acknowledged;
    };
    for number in 0.. {
        let name = format!("t_{round}_{writer}_{number}");
        if client
            .call("create_table", json!({ "tbl": table("default", &name) }))
            .is_err()
        {
            break;
        }
        acknowledged.push(name);
    }
    acknowledged
}

async fn what_was_acknowledged_survives_kill_9(database: TestDatabase) {
    let url = database.url().to_owned();
    tokio::task::spawn_blocking(move || rounds(&url))
        .await
        .expect("the rounds end");
}

fn rounds(url: &str) {
    let folder = tempfile::tempdir().expect("a folder");
    let mut acknowledged = Vec::new();
    for round in 0..3 {
        let mut server = Process::start(url, folder.path());
        let address = server.thrift;
        let writers: Vec<_> = (0..4)
            .map(|writer| std::thread::spawn(move || write_until_killed(address, writer, round)))
            .collect();
        wait_for_writes(address, acknowledged.len() + 20 * (round + 1));
        server.kill();
        for writer in writers {
            acknowledged.extend(writer.join().expect("the writer ends"));
        }
    }
    let server = Process::start(url, folder.path());
    let mut client = Client::connect(server.thrift).expect("it accepts");
    let stored = client
        .call("get_all_tables", json!({ "db_name": "default" }))
        .unwrap();
    let stored: Vec<&str> = stored
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|name| name.as_str())
        .collect();
    for name in &acknowledged {
        assert!(
            stored.contains(&name.as_str()),
            "{name} was acknowledged and is lost"
        );
    }
    let events = client
        .call(
            "get_next_notification",
            json!({ "rqst": { "lastEvent": 0, "maxEvents": -1 } }),
        )
        .unwrap();
    let events = events["events"].as_array().unwrap();
    let ids: Vec<i64> = events
        .iter()
        .map(|event| event["eventId"].as_i64().unwrap())
        .collect();
    assert_eq!(
        ids,
        (1..=i64::try_from(ids.len()).unwrap()).collect::<Vec<_>>(),
        "ids are dense"
    );
    assert_eq!(
        events.len(),
        stored.len(),
        "each table has its event, and no event is without its table"
    );
}

/// Waits until so many tables are there.
fn wait_for_writes(address: SocketAddr, count: usize) {
    let mut client = Client::connect(address).expect("it accepts");
    loop {
        let names = client
            .call("get_all_tables", json!({ "db_name": "default" }))
            .expect("it answers");
        if names.as_array().unwrap().len() >= count {
            return;
        }
    }
}
