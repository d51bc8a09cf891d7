//! The commands that need the configuration: serving, migrating, checking it.

use crate::config::Settings;
use crate::server::{Running, Server};
use crate::store::Store;
use crate::telemetry::log_start;
use anyhow::{Context, Result};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};

/// How long the threads of a stopped server may still take.
const THREADS_END: Duration = Duration::from_secs(2);

/// Serves until it is told to stop.
pub(super) fn serve(config: Option<&Path>) -> Result<()> {
    let started = Instant::now();
    let settings = Settings::load(config)?;
    log_start(&settings.log);
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    let served = runtime.block_on(serve_until_told(settings, started));
    // What reads a file in a thread of its own cannot be cut off, and must not keep the process alive.
    runtime.shutdown_timeout(THREADS_END);
    served
}

/// Brings the database's tables up to date.
pub(super) fn migrate(config: Option<&Path>) -> Result<()> {
    let settings = Settings::load(config)?;
    log_start(&settings.log);
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(migrate_store(settings))
}

async fn serve_until_told(settings: Settings, started: Instant) -> Result<()> {
    // Heard from the beginning, so that a signal during the start is not lost.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let grace = Duration::from_secs(settings.server.grace_s);
    // In a thread of its own: a path that hangs must not keep signals from being heard.
    let starting = tokio::spawn(Server::start(settings));
    let running = tokio::select! {
        running = starting => running??,
        _ = terminate.recv() => return Ok(()),
        _ = interrupt.recv() => return Ok(()),
    };
    banner(&running, started);
    tokio::select! {
        _ = terminate.recv() => {
            // Who stops it by hand does not want to wait.
            running.leave();
            tracing::info!(seconds = grace.as_secs(), "about to stop: /readyz fails from now on");
            tokio::select! {
                () = tokio::time::sleep(grace) => {}
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
        }
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping: running calls may end");
    if running.shutdown().await {
        tracing::info!("stopped");
    } else {
        tracing::warn!("stopped; calls that did not end in time were cut off");
    }
    Ok(())
}

async fn migrate_store(settings: Settings) -> Result<()> {
    crate::crypto::provider_install();
    let shown = settings.database.url_shown();
    let store = Store::open(settings.database.store())
        .await
        .with_context(|| format!("cannot migrate {shown}"))?;
    store.close().await;
    tracing::info!(database = shown, "the tables are up to date");
    Ok(())
}

/// The one line that says what to paste where.
fn banner(running: &Running, started: Instant) {
    let thrift = reachable(running.thrift_addr);
    let http = reachable(running.http_addr);
    let took_ms = started.elapsed().as_millis();
    tracing::info!(
        "skep {} is ready after {took_ms} ms. \
         Spark: spark.hadoop.hive.metastore.uris=thrift://{thrift} · \
         Trino: hive.metastore.uri=thrift://{thrift} · Page: http://{http}/",
        env!("CARGO_PKG_VERSION"),
    );
}

/// An address that can be pasted: nobody connects to 0.0.0.0.
fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        return SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port());
    }
    address
}
