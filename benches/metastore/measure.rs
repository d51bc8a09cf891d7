//! One measurement: calls for a while from some clients at once, with the latency of each call, the
//! processor time of the servers behind it, and the calls that were answered with a fault.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::connection::{Connection, Request};
use super::processor;

/// Each client makes at least this many calls, so that slow operations have a median.
const CALLS_MIN: usize = 3;
/// A client gives a measurement up after so many faulty answers.
const FAULTS_MAX: usize = 100;
/// The most connections that one measurement opens: each one blocks a port for a minute.
const CONNECTS_MAX: usize = 4_000;

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
    /// From the start of its process to its first answer, if that was measured.
    pub(crate) start_ms: Option<f64>,
}

/// What a measurement found. Faulty answers count in `faults` alone.
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
    /// Calls that were answered with a fault, or not at all.
    pub(crate) faults: usize,
}

/// The calls of a client or of all of them.
#[derive(Debug, Default)]
pub(crate) struct Calls {
    latencies: Vec<Duration>,
    faults: Vec<String>,
}

impl Calls {
    fn add(&mut self, other: Self) {
        self.latencies.extend(other.latencies);
        self.faults.extend(other.faults);
    }
}

/// How the clients of a measurement call.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Way {
    /// How many of them call at once.
    pub(crate) clients: usize,
    /// Whether each call has a connection of its own.
    pub(crate) connecting: bool,
}

impl Server {
    fn processor_seconds(&self) -> (f64, f64) {
        (
            self.pid.map_or(0.0, processor::seconds_of),
            self.database_pid.map_or(0.0, processor::seconds_of_family),
        )
    }

    /// The sample of the calls that `run` makes.
    fn sample(&self, run: impl FnOnce() -> Result<Calls>) -> Result<Sample> {
        let before = self.processor_seconds();
        let started = Instant::now();
        let Calls {
            mut latencies,
            faults,
        } = run()?;
        let elapsed = started.elapsed().as_secs_f64();
        let after = self.processor_seconds();
        if let Some(first) = faults.first() {
            eprintln!("{}: {} faulty answers: {first}", self.name, faults.len());
        }
        latencies.sort_unstable();
        let good = f64::from(u32::try_from(latencies.len()).context("too many calls")?);
        // A fault costs time too.
        let all = f64::from(u32::try_from(latencies.len() + faults.len())?);
        let at = |share: usize| {
            let last = latencies.len().checked_sub(1)?;
            Some(latencies.get(last * share / 100)?.as_secs_f64() * 1e3)
        };
        Ok(Sample {
            per_second: good / elapsed,
            median_ms: at(50).unwrap_or(f64::NAN),
            p99_ms: at(99).unwrap_or(f64::NAN),
            server_ms: (after.0 - before.0) * 1e3 / all,
            database_ms: (after.1 - before.1) * 1e3 / all,
            reply_bytes: 0,
            faults: faults.len(),
        })
    }

    /// Makes these calls for this long.
    pub(crate) fn read(
        &self,
        requests: &[Request],
        way: Way,
        duration: Duration,
    ) -> Result<Sample> {
        let opened = AtomicUsize::new(0);
        let sample = self.sample(|| {
            let deadline = Instant::now() + duration;
            std::thread::scope(|scope| {
                let running: Vec<_> = (0..way.clients)
                    .map(|number| {
                        let client = Reader {
                            server: self,
                            requests,
                            opened: way.connecting.then_some(&opened),
                            deadline,
                        };
                        scope.spawn(move || client.run(number))
                    })
                    .collect();
                let mut calls = Calls::default();
                for client in running {
                    calls.add(client.join().expect("a client does not panic")?);
                }
                Ok(calls)
            })
        })?;
        Ok(Sample {
            reply_bytes: requests.last().map_or(0, Request::reply_bytes),
            ..sample
        })
    }

    /// Makes these calls once, one after the other.
    pub(crate) fn once(&self, requests: &[Request]) -> Result<Sample> {
        let mut connection = Connection::open(self.address, Vec::new())?;
        self.sample(|| {
            let mut calls = Calls::default();
            for request in requests {
                let started = Instant::now();
                if connection.call(request)? {
                    calls.latencies.push(started.elapsed());
                } else {
                    calls.faults.push(connection.fault());
                }
            }
            Ok(calls)
        })
    }
}

/// One of the clients of a measurement.
struct Reader<'a> {
    server: &'a Server,
    requests: &'a [Request],
    /// The connections that were opened, if each call makes its own.
    opened: Option<&'a AtomicUsize>,
    deadline: Instant,
}

impl Reader<'_> {
    /// Calls until the deadline. A fault does not end it, not even a closed connection.
    fn run(&self, number: usize) -> Result<Calls> {
        let mut calls = Calls::default();
        let mut buffer = Vec::new();
        let mut kept = None;
        // Clients start at different requests, so that they do not ask for the same thing at once.
        let first = number * 7 % self.requests.len();
        for request in self.requests.iter().cycle().skip(first) {
            let started = Instant::now();
            let mut connection = match kept.take() {
                Some(connection) => connection,
                None => Connection::open(self.server.address, std::mem::take(&mut buffer))?,
            };
            let mut is_lost = false;
            match connection.call(request) {
                Ok(true) => calls.latencies.push(started.elapsed()),
                Ok(false) => calls.faults.push(connection.fault()),
                Err(failure) => {
                    calls.faults.push(failure.to_string());
                    is_lost = true;
                }
            }
            if is_lost || self.opened.is_some() {
                buffer = connection.close();
            } else {
                kept = Some(connection);
            }
            if self.is_over(&calls) {
                break;
            }
        }
        Ok(calls)
    }

    fn is_over(&self, calls: &Calls) -> bool {
        if calls.faults.len() >= FAULTS_MAX {
            return true;
        }
        let exhausted = self
            .opened
            .is_some_and(|opened| opened.fetch_add(1, Ordering::Relaxed) >= CONNECTS_MAX);
        calls.latencies.len() >= CALLS_MIN && (exhausted || Instant::now() >= self.deadline)
    }
}
