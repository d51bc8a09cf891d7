//! The commands that need the configuration: serving, migrating, checking it.

use super::demo::{self, Place};
use super::failure::ClientError;
use super::progress::{spinner, while_waiting};
use crate::config::Settings;
use crate::server::{Running, Server};
use crate::store::Store;
use crate::telemetry::log_start;
use crate::tls::TlsUse;
use anyhow::{Context, Result};
use clap::Args;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};

/// How long the threads of a stopped server may still take.
const THREADS_END: Duration = Duration::from_secs(2);

/// What is served.
#[derive(Debug, Args)]
pub(super) struct ServeCommand {
    /// Serve a small lake that is made on this machine, to look around in: its own catalog, files and source, in one folder
    #[arg(long, value_name = "FOLDER", num_args = 0..=1, require_equals = true, default_missing_value = "skep-demo")]
    demo: Option<PathBuf>,
}

impl ServeCommand {
    /// Serves until it is told to stop.
    pub(super) fn run(self, config: Option<&Path>) -> Result<()> {
        let started = Instant::now();
        let mut settings = Settings::load(config)?;
        log_start(&settings.log);
        let demo = self.demo.as_deref().map(demo_open).transpose()?;
        if let Some(place) = &demo {
            settings = place.settings(settings);
        }
        let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
        let served = runtime.block_on(serve_until_told(settings, demo, started));
        // What reads a file in a thread of its own cannot be cut off, and must not keep the process alive.
        runtime.shutdown_timeout(THREADS_END);
        served
    }
}

/// Opens the demo. A new one takes its time, so it is told.
fn demo_open(folder: &Path) -> Result<Place> {
    let bar = spinner("opening the demo; a new one takes some seconds");
    let opened = demo::open(folder);
    bar.finish_and_clear();
    if let Ok(place) = &opened
        && place.is_new
    {
        tracing::info!(folder = %folder.display(), "the demo's files are written; its catalog is made");
    }
    opened
}

/// Brings the database's tables up to date.
pub(super) fn migrate(config: Option<&Path>) -> Result<()> {
    let settings = Settings::load(config)?;
    log_start(&settings.log);
    let runtime = runtime::Builder::new_multi_thread().enable_all().build()?;
    runtime.block_on(migrate_store(settings))
}

async fn serve_until_told(settings: Settings, demo: Option<Place>, started: Instant) -> Result<()> {
    // Heard from the beginning, so that a signal during the start is not lost.
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let grace = Duration::from_secs(settings.server.grace_s);
    // In a thread of its own: a path that hangs must not keep signals from being heard.
    let starting = tokio::spawn(start(settings, demo.clone()));
    let running = tokio::select! {
        running = starting => running??,
        _ = terminate.recv() => return Ok(()),
        _ = interrupt.recv() => return Ok(()),
    };
    if let Some(place) = &demo {
        tracing::info!(
            "this is the demo: nothing writes to it any more, so data will lack as the hours pass; {} removes it",
            place.removal()
        );
    }
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

/// Starts the server, and fills it where it is a new demo.
async fn start(settings: Settings, demo: Option<Place>) -> Result<Running> {
    let new = demo.filter(|place| place.is_new);
    if new.is_some() && settings.http.tls == TlsUse::Required {
        let text =
            "a new demo is filled over HTTP: set http.tls to off or optional for its first start";
        return Err(ClientError::Usage(text.to_owned()).into());
    }
    if let Some(place) = &new {
        while_waiting("making the demo's source", place.source_make()).await?;
    }
    let running = Server::start(settings).await?;
    if let Some(place) = new {
        tracing::info!("the server is told of the demo's files");
        let server = format!("http://{}", reachable(running.http_addr));
        while_waiting("filling the demo's catalog", demo::fill(&place, &server))
            .await
            .context("the demo cannot be filled")?;
        place.finish()?;
    }
    Ok(running)
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
    let scheme = if running.is_https { "https" } else { "http" };
    let beside = match running.thrift_tls {
        TlsUse::Off => "",
        TlsUse::Optional => " (in TLS or without)",
        TlsUse::Required => " (in TLS)",
    };
    tracing::info!(
        "skep {} is ready after {took_ms} ms. \
         Spark: spark.hadoop.hive.metastore.uris=thrift://{thrift} · \
         Trino: hive.metastore.uri=thrift://{thrift}{beside} · Page: {scheme}://{http}/",
        env!("CARGO_PKG_VERSION"),
    );
}

/// An address that can be pasted: nobody connects to 0.0.0.0.
pub(super) fn reachable(address: SocketAddr) -> SocketAddr {
    if address.ip().is_unspecified() {
        return SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), address.port());
    }
    address
}
