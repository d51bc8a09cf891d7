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

use std::net::{SocketAddr, ToSocketAddrs};
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Parser;
use client::Client;
use fixture::Operation;
use measure::{Sample, Server};
use report::Line;

/// Measures one metastore against another.
#[derive(Parser)]
struct Args {
    /// The server whose advantage is printed: NAME=HOST:PORT, then =PID if its processor time is wanted.
    #[arg(long)]
    first: String,
    /// The server it is compared with, written likewise.
    #[arg(long)]
    second: String,
    /// The parent process of the database behind both.
    #[arg(long)]
    database_pid: Option<u32>,
    /// How long each operation is called in each round.
    #[arg(long, default_value_t = 2.0)]
    seconds: f64,
    /// How often each operation is measured on each server.
    #[arg(long, default_value_t = 3)]
    rounds: usize,
    /// Only operations whose name holds this text.
    #[arg(long, default_value = "")]
    only: String,
    /// Cargo hands this to every benchmark.
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> Result<()> {
    let args = Args::parse();
    let servers = [
        server(&args.first, args.database_pid)?,
        server(&args.second, args.database_pid)?,
    ];
    for server in &servers {
        eprintln!("preparing {} ...", server.name);
        fixture::prepare(&mut Client::connect(server.address)?)?;
    }
    report::heading(&servers);
    reads(&args, &servers)?;
    writes(&args, &servers)?;
    for server in &servers {
        let resident = server.pid.map_or(0.0, processor::resident_megabytes);
        println!("\n{}: {resident:.0} MB resident at the end", server.name);
    }
    Ok(())
}

/// NAME=HOST:PORT or NAME=HOST:PORT=PID.
fn server(text: &str, database_pid: Option<u32>) -> Result<Server> {
    let mut parts = text.split('=');
    let (Some(name), Some(address)) = (parts.next(), parts.next()) else {
        anyhow::bail!("`{text}` is not NAME=HOST:PORT");
    };
    let address: SocketAddr = address
        .to_socket_addrs()?
        .next()
        .context("no such address")?;
    let pid = parts
        .next()
        .map(str::parse)
        .transpose()
        .context("the PID is no number")?;
    Ok(Server {
        name: name.to_owned(),
        address,
        pid,
        database_pid,
    })
}

fn reads(args: &Args, servers: &[Server; 2]) -> Result<()> {
    let duration = Duration::from_secs_f64(args.seconds);
    // Each server has requests of its own: a request remembers the length of its reply.
    let [first, second] = [fixture::operations(), fixture::operations()];
    for operations in first.iter().zip(&second) {
        let operations: [&Operation; 2] = operations.into();
        let operation = operations[0];
        if !operation.name.contains(&args.only) {
            continue;
        }
        for (server, operation) in servers.iter().zip(operations) {
            // The first calls fill caches and let the Java machine compile.
            server.read(&operation.requests, 1, false, duration)?;
        }
        let lasting = operation
            .connections
            .iter()
            .map(|&clients| (clients, false));
        let connecting = operation.connecting.iter().map(|&clients| (clients, true));
        for (clients, connecting) in lasting.chain(connecting) {
            let mut samples: [Vec<Sample>; 2] = Default::default();
            for _ in 0..args.rounds {
                for (index, server) in servers.iter().enumerate() {
                    let requests = &operations[index].requests;
                    samples[index].push(server.read(requests, clients, connecting, duration)?);
                }
            }
            let bytes = samples[0].last().map_or(0, |sample| sample.reply_bytes);
            let operation = format!("{} ({bytes} B)", operation.name);
            let way = if connecting {
                format!("{clients}, connecting")
            } else {
                clients.to_string()
            };
            report::print(
                servers,
                &Line {
                    operation,
                    way,
                    samples,
                },
            );
        }
    }
    Ok(())
}

fn writes(args: &Args, servers: &[Server; 2]) -> Result<()> {
    let mut lines: Vec<Line> = Vec::new();
    if !"writes create_table add_partitions alter_partitions drop_partitions drop_table"
        .contains(&args.only)
    {
        return Ok(());
    }
    // The first round is for the Java machine to compile and is not counted.
    for round in 0..=args.rounds {
        for (index, server) in servers.iter().enumerate() {
            let samples = server.write(round)?;
            if round == 0 {
                continue;
            }
            for (name, sample) in samples {
                let line = match lines.iter().position(|line| line.operation == name) {
                    Some(line) => &mut lines[line],
                    None => lines.push_mut(Line {
                        operation: name.to_owned(),
                        way: "1".to_owned(),
                        samples: Default::default(),
                    }),
                };
                line.samples[index].push(sample);
            }
        }
    }
    for line in &lines {
        report::print(servers, line);
    }
    Ok(())
}
