//! One server, put together and taken down in order: store, lake, catalog, the listeners, the
//! background tasks. Tests start it in their own process, on ports that the system chooses.

mod background;

use crate::auth::Authenticator;
use crate::budget::Budget;
use crate::catalog::{Catalog, CatalogSettings};
use crate::clock::Clock;
use crate::config::{ConfigError, Settings};
use crate::discovery::Discovery;
use crate::error::Error;
use crate::freshness::Freshness;
use crate::lake::{Lake, Queue, QueueError};
use crate::model::{Location, LocationError, ReplicaIdentity};
use crate::naming::NamingRulesError;
use crate::search::Search;
use crate::store::Store;
use crate::tasks::{Runner, TlsFiles};
use crate::telemetry::{Metrics, Tracer, TracesError, host_name};
use crate::tls::{Door, Tls, TlsError, TlsUse};
use crate::watch::{Watch, WatchSetup, WatchSetupError};
use crate::{grpc, http, page, rest, thrift};
use axum::Router;
use background::{own_tasks_start, tasks_start};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// How long the good-bye to the other replicas may take: without it this one is taken for dead for a while, which is no harm.
const LEAVE_TIMEOUT: Duration = Duration::from_secs(2);

/// Why a server did not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address is taken, or not this machine's.
    #[error("cannot listen on {address} ({key})")]
    Listen {
        /// The setting that names it.
        key: &'static str,
        /// The address.
        address: SocketAddr,
        /// What the system says.
        source: io::Error,
    },
    /// The database cannot be opened or brought up to date.
    #[error("cannot open the catalog's database")]
    Store(#[source] Error),
    /// The warehouse is none.
    #[error("cannot use the warehouse")]
    Warehouse(#[source] LocationError),
    /// The places that are listed are none.
    #[error("cannot use the settings of storage")]
    Places(#[source] ConfigError),
    /// A naming pattern is none.
    #[error("cannot use the naming rules (naming)")]
    Naming(#[source] NamingRulesError),
    /// The queue of the object store's messages is none.
    #[error("cannot use the queue (storage.queue.url)")]
    Queue(#[source] QueueError),
    /// The watch or a channel is configured wrongly.
    #[error("cannot watch the sources")]
    Watch(#[source] WatchSetupError),
    /// A name of the HTTP port is none.
    #[error("cannot use the names of the HTTP port (http.hosts)")]
    Hosts(#[source] http::HostRuleError),
    /// A rule by which clients are known cannot work.
    #[error("cannot tell who asks ({0}): {1}")]
    Security(String, String),
    /// A file of TLS is of no use.
    #[error("cannot speak TLS")]
    Tls(#[source] TlsError),
    /// The address of the pages is none.
    #[error("cannot use the address of the pages (server.public_url): {0}")]
    PublicUrl(String),
    /// Spans of requests cannot be sent.
    #[error("cannot send traces (traces.otlp_endpoint)")]
    Traces(#[source] TracesError),
    /// The first database cannot be made.
    #[error("cannot prepare the catalog")]
    Catalog(#[source] Error),
}

/// Starts servers.
#[derive(Debug)]
pub struct Server;

/// A server that runs until it is shut down.
#[derive(Debug)]
pub struct Running {
    /// Where the Hive Metastore protocol is spoken.
    pub thrift_addr: SocketAddr,
    /// Where the web page, the health checks and the metrics are.
    pub http_addr: SocketAddr,
    /// What is spoken on the Thrift port.
    pub thrift_tls: TlsUse,
    /// Whether nothing but TLS is spoken on the HTTP port.
    pub is_https: bool,
    /// The operations, for whoever runs the server in its own process.
    pub catalog: Arc<Catalog>,
    /// Discovery, for the same.
    pub discovery: Arc<Discovery>,
    /// Freshness, for the same.
    pub freshness: Arc<Freshness>,
    /// Search, for the same.
    pub search: Arc<Search>,
    /// The watch, for the same.
    pub watch: Arc<Watch>,
    /// The counters, for the same.
    pub metrics: Arc<Metrics>,
    /// The name of this process among those that serve the catalog.
    pub replica: String,
    shutdown: CancellationToken,
    leaving: CancellationToken,
    listeners: Vec<JoinHandle<()>>,
    tasks: Runner,
    store: Store,
    tracer: Tracer,
    drain_timeout: Duration,
}

impl Server {
    /// Starts a server with the machine's clock. When this returns, it serves.
    pub async fn start(settings: Settings) -> Result<Running, StartError> {
        Self::start_at(settings, Clock::System).await
    }

    /// Starts a server that lives in the time of `clock`.
    pub async fn start_at(settings: Settings, clock: Clock) -> Result<Running, StartError> {
        crate::crypto::provider_install();
        // Bound first: a taken port is the most common fault, and costs nothing to find.
        let thrift_listener = listen("thrift.listen", settings.thrift.listen).await?;
        let http_listener = listen("http.listen", settings.http.listen).await?;
        let thrift_addr = address_of(&thrift_listener, settings.thrift.listen);
        let http_addr = address_of(&http_listener, settings.http.listen);

        let tls = tls_open(&settings).map_err(StartError::Tls)?;
        names_tell(&settings);
        let store = Store::open(settings.database.store())
            .await
            .map_err(StartError::Store)?;
        let started_at = clock.seconds();
        let parts = parts_open(&settings, store.clone(), clock).await?;
        let queue = Queue::open(&settings.storage.queue, &settings.storage.s3)
            .map_err(StartError::Queue)?;
        let metrics = Arc::new(Metrics::new(thrift::served_methods()));
        let tracer = Tracer::start(&settings.traces).map_err(StartError::Traces)?;
        let (shutdown, leaving) = (CancellationToken::new(), CancellationToken::new());
        let own = identity(&settings, http_addr, thrift_addr);
        let asking = Asking {
            parts: &parts,
            replica: &own.id,
            metrics: &metrics,
            tracer: &tracer,
            tls: tls.as_ref(),
            thrift_port: thrift_addr.port(),
            started_at,
            leaving: &leaving,
            ending: &shutdown,
        };
        let (over_thrift, port, router) = asking.front_ends(&settings)?;
        let tasks = tasks_start(&settings, &parts, queue, &metrics, &shutdown);
        own_tasks_start(&tasks, &settings, &parts.catalog, &port, own.clone());
        if let Some(tls) = tls {
            tasks.spawn(TlsFiles::new(tls), settings.tls.reload_interval_s);
        }
        let is_https = port.door.is_tls_alone();
        let ending = shutdown.clone();
        let listeners = vec![
            tokio::spawn(thrift::serve(thrift_listener, over_thrift, ending.clone())),
            tokio::spawn(http::serve(http_listener, port, router, ending)),
        ];
        Ok(Running {
            thrift_addr,
            http_addr,
            thrift_tls: settings.thrift.tls,
            is_https,
            replica: own.id,
            metrics,
            tasks,
            catalog: parts.catalog,
            discovery: parts.discovery,
            freshness: parts.freshness,
            search: parts.search,
            watch: parts.watch,
            shutdown,
            leaving,
            listeners,
            store,
            tracer,
            drain_timeout: Duration::from_secs(settings.server.drain_timeout_s),
        })
    }
}

impl Running {
    /// Says on `/readyz` that the server is about to end; everything is served as before.
    pub fn leave(&self) {
        self.leaving.cancel();
    }

    /// Stops accepting, lets running calls end within `server.drain_timeout_s`, and closes the
    /// database. Returns whether everything ended in time; what did not was cut off, which is no
    /// worse than a crash: every change is one transaction.
    pub async fn shutdown(self) -> bool {
        self.shutdown.cancel();
        let aborts: Vec<_> = self
            .listeners
            .iter()
            .map(JoinHandle::abort_handle)
            .collect();
        let drained = tokio::time::timeout(self.drain_timeout, async {
            for listener in self.listeners {
                if let Err(failure) = listener.await {
                    tracing::error!(%failure, "a listener ended badly");
                }
            }
            self.tasks.ended().await;
        });
        let in_time = drained.await.is_ok();
        // Work that takes hours does not hold up the end: another process goes on with it.
        drop(tokio::time::timeout(self.drain_timeout, self.catalog.jobs_stop()).await);
        for abort in aborts {
            abort.abort();
        }
        let system = self.catalog.for_system();
        let left = system.replica_leave(&self.replica);
        if !matches!(tokio::time::timeout(LEAVE_TIMEOUT, left).await, Ok(Ok(()))) {
            tracing::debug!("the other replicas were not told that this one ends");
        }
        self.tracer.end().await;
        // The connections are given up with the process in any case.
        drop(tokio::time::timeout(self.drain_timeout, self.store.close()).await);
        in_time
    }
}

/// What this process tells of itself to those beside it.
fn identity(settings: &Settings, http: SocketAddr, thrift: SocketAddr) -> ReplicaIdentity {
    let beats_every_s = settings.tasks.replica_beat_interval_s;
    ReplicaIdentity {
        id: format!("{:032x}", fastrand::u128(..)),
        host: host_name(),
        process_id: std::process::id(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        http_address: http.to_string(),
        thrift_address: thrift.to_string(),
        beats_every_s: i64::try_from(beats_every_s).unwrap_or(i64::MAX),
    }
}

async fn listen(key: &'static str, address: SocketAddr) -> Result<TcpListener, StartError> {
    TcpListener::bind(address)
        .await
        .map_err(|source| StartError::Listen {
            key,
            address,
            source,
        })
}

/// The address that was really taken: the system chooses where the setting says port 0.
fn address_of(listener: &TcpListener, asked: SocketAddr) -> SocketAddr {
    listener.local_addr().unwrap_or(asked)
}

/// What is asked: the catalog, and what stands on it.
struct Parts {
    catalog: Arc<Catalog>,
    discovery: Arc<Discovery>,
    freshness: Arc<Freshness>,
    search: Arc<Search>,
    watch: Arc<Watch>,
}

/// What front ends are made of.
struct Asking<'a> {
    parts: &'a Parts,
    replica: &'a str,
    metrics: &'a Arc<Metrics>,
    tracer: &'a Tracer,
    tls: Option<&'a Arc<Tls>>,
    thrift_port: u16,
    started_at: i64,
    leaving: &'a CancellationToken,
    ending: &'a CancellationToken,
}

impl Asking<'_> {
    /// What answers on the Thrift port, and what on the HTTP port.
    fn front_ends(
        &self,
        settings: &Settings,
    ) -> Result<(Arc<thrift::Shared>, Arc<http::Shared>, Router), StartError> {
        let catalog = &self.parts.catalog;
        let budget = Budget::new(settings.server.budget());
        let authenticator = Authenticator::new(&settings.security)
            .map(Arc::new)
            .map_err(|(key, why)| StartError::Security(key, why))?;
        let port = Arc::new(http::Shared {
            metrics: Arc::clone(self.metrics),
            tracer: self.tracer.clone(),
            budget: budget.clone(),
            limits: settings.http.limits(),
            door: Door::new(settings.http.tls, self.tls, true),
            authenticator: Arc::clone(&authenticator),
            pages: settings.server.pages().map_err(StartError::PublicUrl)?,
            hosts: settings.http.host_rules().map_err(StartError::Hosts)?,
            leaving: self.leaving.clone(),
            ending: self.ending.clone(),
        });
        let over_thrift = Arc::new(thrift::Shared {
            catalog: Arc::clone(catalog),
            settings: settings.thrift.clone(),
            door: Door::new(settings.thrift.tls, self.tls, false),
            authenticator,
            budget,
            metrics: Arc::clone(self.metrics),
            tracer: self.tracer.clone(),
            started_at: self.started_at,
        });
        let runs = Arc::new(Semaphore::new(rest::RUNS_CONCURRENT_MAX));
        let over_rest = rest::Shared {
            catalog: Arc::clone(catalog),
            discovery: Arc::clone(&self.parts.discovery),
            freshness: Arc::clone(&self.parts.freshness),
            search: Arc::clone(&self.parts.search),
            watch: Arc::clone(&self.parts.watch),
            port: Arc::clone(&port),
            runs: Arc::clone(&runs),
            replica: self.replica.to_owned(),
        };
        let pages = page::Shared {
            catalog: Arc::clone(catalog),
            discovery: Arc::clone(&self.parts.discovery),
            freshness: Arc::clone(&self.parts.freshness),
            search: Arc::clone(&self.parts.search),
            watch: Arc::clone(&self.parts.watch),
            port: Arc::clone(&port),
            interface: page::Interface::new(rest::document),
            facts: self.facts(settings),
        };
        let over_grpc = grpc::Shared {
            catalog: Arc::clone(catalog),
            discovery: Arc::clone(&self.parts.discovery),
            watch: Arc::clone(&self.parts.watch),
            freshness: Arc::clone(&self.parts.freshness),
            runs,
            search: Arc::clone(&self.parts.search),
            replica: self.replica.to_owned(),
            port: Arc::clone(&port),
        };
        let router = rest::router(Arc::new(over_rest), page::no_such_page)
            .merge(page::router(Arc::new(pages)))
            .merge(thrift::http_router(Arc::clone(&over_thrift)))
            .merge(grpc::router(Arc::new(over_grpc)));
        Ok((over_thrift, port, router))
    }

    /// What the pages say of this process.
    fn facts(&self, settings: &Settings) -> page::Facts {
        let warehouse = &self.parts.catalog.settings().warehouse_location;
        page::Facts {
            thrift_port: self.thrift_port,
            thrift_tls: settings.thrift.tls,
            asks_certificate: settings.tls.client_ca.is_some(),
            database: settings.database.url_shown(),
            warehouse: warehouse.to_string(),
            settings: settings.to_toml(),
            replica: self.replica.to_owned(),
            started_at: self.started_at,
        }
    }
}

/// Says of each port that asks for no proof what the names are that its clients give.
fn names_tell(settings: &Settings) {
    for (port, usage) in [("thrift", settings.thrift.tls), ("http", settings.http.tls)] {
        if !settings.tls.proves_all(usage) {
            tracing::info!(
                port,
                "nobody has to prove who it is here: a user's name is only a name"
            );
        }
    }
}

/// What the ports speak TLS with, where one does.
fn tls_open(settings: &Settings) -> Result<Option<Arc<Tls>>, TlsError> {
    let opened = settings
        .speaks_tls()
        .then(|| Tls::open(settings.tls.clone()));
    Ok(opened.transpose()?.map(Arc::new))
}

async fn parts_open(settings: &Settings, store: Store, clock: Clock) -> Result<Parts, StartError> {
    let warehouse_location =
        Location::parse(&settings.warehouse.location).map_err(StartError::Warehouse)?;
    let places = settings
        .place_rules(warehouse_location.clone())
        .map_err(StartError::Places)?;
    let lake = Lake::new(&settings.storage, &places.houses());
    let naming = settings.naming.rules().map_err(StartError::Naming)?;
    let catalog = Catalog::new(
        store,
        lake,
        clock,
        CatalogSettings {
            places,
            warehouse_location,
            lock_timeout_s: settings.hive.lock_timeout_s,
            disallow_incompatible_column_changes: settings
                .hive
                .disallow_incompatible_column_changes,
            partitions_per_request_max: settings.hive.partitions_per_request_max,
            gather_statistics: settings.hive.gather_statistics,
            naming,
            naming_policy: settings.naming.policy,
        },
    );
    let watch = WatchSetup::new(&settings.watch, &settings.sources, &settings.alerts)
        .map_err(StartError::Watch)?
        .with_pages(settings.server.pages().map_err(StartError::PublicUrl)?);
    catalog.bootstrap().await.map_err(StartError::Catalog)?;
    let catalog = Arc::new(catalog);
    let discovery = Discovery::new(Arc::clone(&catalog));
    discovery
        .for_system()
        .discovery_roots_catch_up()
        .await
        .map_err(StartError::Catalog)?;
    Ok(Parts {
        discovery: Arc::new(discovery),
        freshness: Arc::new(Freshness::new(Arc::clone(&catalog))),
        search: Arc::new(Search::new(Arc::clone(&catalog))),
        watch: Arc::new(Watch::new(Arc::clone(&catalog), watch)),
        catalog,
    })
}
