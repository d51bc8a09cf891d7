//! The load of the figures: reads and writes of a metastore against another one, alternating in one
//! run, so that both meet the same machine. `scripts/bench` starts the servers and this program.

#![expect(clippy::print_stdout, reason = "a benchmark reports by printing")]

#[expect(dead_code, reason = "the tests use the rest of the client")]
#[path = "../../tests/it/client/mod.rs"]
mod client;
mod connection;
mod fixture;
mod measure;
mod processor;
mod report;
mod write;

use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Parser;
use client::Client;
use fixture::Operation;
use measure::{Sample, Server, Way};
use report::Line;

/// Measures one metastore against another.
#[derive(Parser)]
struct Args {
    /// The server whose advantage is printed: NAME=HOST:PORT, then =PID if its processor time and
    /// memory are wanted, then =MS if the time to its first answer was measured.
    #[arg(long)]
    first: String,
    /// The server it is compared with, written likewise.
    #[arg(long)]
    second: String,
    /// The parent process of the database behind both.
    #[arg(long)]
    database_pid: Option<u32>,
    /// How long each operation is called in each round.
    #[arg(long, default_value_t = 1.5)]
    seconds: f64,
    /// How often each operation is measured on each server.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Only operations whose name holds this text.
    #[arg(long, default_value = "")]
    only: String,
    /// Measure an answer of 100,000 partitions too, and the memory after it. Making them takes a
    /// real metastore many minutes.
    #[arg(long)]
    large: bool,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let servers = [
        server(&args.first, args.database_pid)?,
        server(&args.second, args.database_pid)?,
    ];
    let idle = resident(&servers);
    for server in &servers {
        eprintln!("preparing {} ...", server.name);
        let mut client = Client::connect(server.address)?;
        fixture::prepare(&mut client)?;
        if args.large {
            fixture::prepare_long(&mut client)?;
        }
    }
    report::heading(&servers);
    reads(&args, &servers)?;
    writes(&args, &servers)?;
    if args.large {
        operation(
            &args,
            &servers,
            &[fixture::long_read(), fixture::long_read()],
        )?;
    }
    let [a, b] = [&servers[0].name, &servers[1].name];
    println!("\n| | {a} | {b} | ratio |\n|---|--:|--:|--:|");
    let start = [servers[0].start_ms, servers[1].start_ms];
    report::compare("start to first answer", "ms", start);
    report::compare("resident memory, idle after the start", "MB", idle);
    report::compare("resident memory at the end", "MB", resident(&servers));
    Ok(())
}

/// NAME=HOST:PORT, NAME=HOST:PORT=PID or NAME=HOST:PORT=PID=MS.
fn server(text: &str, database_pid: Option<u32>) -> Result<Server> {
    let mut parts = text.split('=');
    let (Some(name), Some(address)) = (parts.next(), parts.next()) else {
        bail!("`{text}` is not NAME=HOST:PORT");
    };
    let address: SocketAddr = address
        .to_socket_addrs()?
        .next()
        .context("no such address")?;
    let pid = parts.next().map(str::parse).transpose();
    let start_ms = parts.next().map(str::parse).transpose();
    Ok(Server {
        name: name.to_owned(),
        address,
        pid: pid.context("the PID is no number")?,
        database_pid,
        start_ms: start_ms.context("the time to the first answer is no number")?,
    })
}

/// The resident memory of both servers in megabytes.
fn resident(servers: &[Server; 2]) -> [Option<f64>; 2] {
    let of = |server: &Server| server.pid.map(processor::resident_megabytes);
    [of(&servers[0]), of(&servers[1])]
}

fn reads(args: &Args, servers: &[Server; 2]) -> Result<()> {
    // Each server has requests of its own: a request remembers the length of its reply.
    for (first, second) in fixture::operations().into_iter().zip(fixture::operations()) {
        if first.name.contains(&args.only) {
            operation(args, servers, &[first, second])?;
        }
    }
    Ok(())
}

/// Measures one read in all its ways, the servers by turns.
fn operation(args: &Args, servers: &[Server; 2], operations: &[Operation; 2]) -> Result<()> {
    let duration = Duration::from_secs_f64(args.seconds);
    let way = |connecting| {
        move |&clients| Way {
            clients,
            connecting,
        }
    };
    let lasting = operations[0].connections.iter().map(way(false));
    let connecting = operations[0].connecting.iter().map(way(true));
    for (server, operation) in servers.iter().zip(operations) {
        // The first calls fill caches and let the Java machine compile.
        server.read(&operation.requests, way(false)(&1), duration)?;
    }
    for way in lasting.chain(connecting) {
        let mut samples: [Vec<Sample>; 2] = Default::default();
        for _ in 0..args.rounds {
            for (index, server) in servers.iter().enumerate() {
                samples[index].push(server.read(&operations[index].requests, way, duration)?);
            }
        }
        report::print(&Line {
            operation: operations[0].name.to_owned(),
            way,
            samples,
        });
    }
    Ok(())
}

fn writes(args: &Args, servers: &[Server; 2]) -> Result<()> {
    let wanted = |name: &str| name.contains(&args.only);
    if !write::OPERATIONS.iter().any(|name| wanted(name)) {
        return Ok(());
    }
    let mut lines = write::OPERATIONS.map(|name| Line {
        operation: name.to_owned(),
        way: Way {
            clients: 1,
            connecting: false,
        },
        samples: Default::default(),
    });
    // The first round is for the Java machine to compile and is not counted.
    for round in 0..=args.rounds {
        for (index, server) in servers.iter().enumerate() {
            let samples = match write::round(server, round) {
                Ok(samples) if round > 0 => samples,
                Ok(_) => continue,
                Err(failure) => {
                    eprintln!("{}: a round of writes is left out: {failure}", server.name);
                    continue;
                }
            };
            for (line, sample) in lines.iter_mut().zip(samples) {
                line.samples[index].push(sample);
            }
        }
    }
    for line in lines.iter().filter(|line| wanted(&line.operation)) {
        report::print(line);
    }
    Ok(())
}
