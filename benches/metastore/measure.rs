//! One measurement: calls for a while from some clients at once, or writes one after the other, with
//! the latency of each call and the processor time of the servers behind it.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::client::Client;
use super::connection::{Connection, Request};
use super::fixture::{self, BATCH, WRITES};
use super::processor;

/// Each client makes at least this many calls, so that slow operations have a median.
const CALLS_MIN: usize = 3;
/// The most connections that one measurement opens: each one blocks a port for a minute.
const CONNECTS_MAX: usize = 4_000;
/// Tables made in one round of writes.
const CREATES: usize = 20;
/// Columns of the tables that are written.
const WRITE_COLUMNS: usize = 20;

/// A server under measurement.
pub(crate) struct Server {
    /// Its name in the report.
    pub(crate) name: String,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// Its process, if its processor time is wanted.
    pub(crate) pid: Option<u32>,
    /// The parent process of its database, if that one's processor time is wanted.
    pub(crate) database_pid: Option<u32>,
}

/// What a measurement found.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Sample {
    /// Calls a second, of all clients together.
    pub(crate) per_second: f64,
    /// Half of the calls took no longer, in milliseconds.
    pub(crate) median_ms: f64,
    /// All but one in a hundred took no longer, in milliseconds.
    pub(crate) p99_ms: f64,
    /// Processor time of the server for one call, in milliseconds.
    pub(crate) server_ms: f64,
    /// Processor time of the database for one call, in milliseconds.
    pub(crate) database_ms: f64,
    /// Bytes of the last reply.
    pub(crate) reply_bytes: usize,
}

impl Server {
    fn processor_seconds(&self) -> (f64, f64) {
        (
            self.pid.map_or(0.0, processor::seconds_of),
            self.database_pid.map_or(0.0, processor::seconds_of_family),
        )
    }

    /// Makes the sample of the calls that `run` made, which hands back their latencies.
    fn sample(&self, run: impl FnOnce() -> Result<Vec<Duration>>) -> Result<Sample> {
        let before = self.processor_seconds();
        let started = Instant::now();
        let mut latencies = run()?;
        let elapsed = started.elapsed().as_secs_f64();
        let after = self.processor_seconds();
        latencies.sort_unstable();
        let calls = f64::from(u32::try_from(latencies.len()).context("too many calls")?);
        let at = |share: usize| latencies[(latencies.len() - 1) * share / 100].as_secs_f64() * 1e3;
        Ok(Sample {
            per_second: calls / elapsed,
            median_ms: at(50),
            p99_ms: at(99),
            server_ms: (after.0 - before.0) * 1e3 / calls,
            database_ms: (after.1 - before.1) * 1e3 / calls,
            reply_bytes: 0,
        })
    }

    /// Reads for this long from this many clients, over one connection each or one for each call.
    pub(crate) fn read(
        &self,
        requests: &[Request],
        clients: usize,
        connecting: bool,
        duration: Duration,
    ) -> Result<Sample> {
        let opened = AtomicUsize::new(0);
        let sample = self.sample(|| {
            let deadline = Instant::now() + duration;
            std::thread::scope(|scope| {
                let running: Vec<_> = (0..clients)
                    .map(|client| {
                        let opened = connecting.then_some(&opened);
                        scope.spawn(move || {
                            read_until(self.address, requests, client, opened, deadline)
                        })
                    })
                    .collect();
                let mut latencies = Vec::new();
                for client in running {
                    latencies.extend(client.join().expect("a client does not panic")?);
                }
                Ok(latencies)
            })
        })?;
        Ok(Sample {
            reply_bytes: requests.last().map_or(0, Request::reply_bytes),
            ..sample
        })
    }

    /// One round of writes; each operation's name with its sample.
    pub(crate) fn write(&self, round: usize) -> Result<Vec<(&'static str, Sample)>> {
        let mut admin = Client::connect(self.address)?;
        let mut connection = Connection::open(self.address, Vec::new())?;
        let mut timed = |requests: Vec<Request>| {
            self.sample(|| {
                requests
                    .iter()
                    .map(|request| {
                        let started = Instant::now();
                        connection.call(request)?;
                        Ok(started.elapsed())
                    })
                    .collect()
            })
        };
        let name = |number: usize| format!("r{round}_{number}");
        let make =
            |name: &str, keys| json!({ "tbl": fixture::table(WRITES, name, WRITE_COLUMNS, keys) });
        let drop = |name: &str| json!({ "dbname": WRITES, "name": name, "deleteData": true });
        let tables =
            (0..CREATES).map(|number| fixture::request("create_table", make(&name(number), false)));
        let created = timed(tables.collect())?;
        for number in 0..CREATES {
            admin.call("drop_table", drop(&name(number)))?;
        }
        let parted = name(CREATES);
        admin.call("create_table", make(&parted, true))?;
        let parts: Vec<Value> = (0..BATCH)
            .map(|number| fixture::partition(WRITES, &parted, WRITE_COLUMNS, number))
            .collect();
        let adding = || {
            vec![fixture::request(
                "add_partitions",
                json!({ "new_parts": parts }),
            )]
        };
        let added = timed(adding())?;
        let stored = json!({ "db_name": WRITES, "tbl_name": parted, "max_parts": -1 });
        let mut changed = admin.call("get_partitions", stored)?;
        for part in changed.as_array_mut().into_iter().flatten() {
            part["parameters"]["numRows"] = json!("2000");
        }
        let alter = json!({ "db_name": WRITES, "tbl_name": parted, "new_parts": changed });
        let changed_all = timed(vec![fixture::request("alter_partitions", alter)])?;
        let names: Vec<String> = (0..BATCH).map(fixture::name).collect();
        let drop_request = json!({ "req": {
            "dbName": WRITES, "tblName": parted, "parts": { "names": names }, "deleteData": true, "needResult": false,
        } });
        let dropped = timed(vec![fixture::request("drop_partitions_req", drop_request)])?;
        timed(adding())?;
        let whole = timed(vec![fixture::request("drop_table", drop(&parted))])?;
        Ok(vec![
            ("create_table", created),
            ("add_partitions 1,000", added),
            ("alter_partitions 1,000", changed_all),
            ("drop_partitions 1,000", dropped),
            ("drop_table with 1,000 partitions", whole),
        ])
    }
}

/// One client's calls until the deadline; `opened` counts the connections if each call makes its own.
fn read_until(
    address: SocketAddr,
    requests: &[Request],
    client: usize,
    opened: Option<&AtomicUsize>,
    deadline: Instant,
) -> Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    let mut buffer = Vec::new();
    let mut kept = match opened {
        Some(_) => None,
        None => Some(Connection::open(address, Vec::new())?),
    };
    // Clients start at different requests, so that they do not ask for the same thing at once.
    for request in requests.iter().cycle().skip(client * 7 % requests.len()) {
        let started = Instant::now();
        if let Some(connection) = &mut kept {
            connection.call(request)?;
        } else {
            let mut connection = Connection::open(address, std::mem::take(&mut buffer))?;
            connection.call(request)?;
            buffer = connection.close();
        }
        latencies.push(started.elapsed());
        let exhausted =
            opened.is_some_and(|opened| opened.fetch_add(1, Ordering::Relaxed) >= CONNECTS_MAX);
        if latencies.len() >= CALLS_MIN && (exhausted || Instant::now() >= deadline) {
            break;
        }
    }
    Ok(latencies)
}
