//! A whole server: started by the library in the test's process, and as the binary.

use skep::budget::Budget;
use skep::catalog::{Catalog, CatalogSettings, PlaceRules};
use skep::clock::Clock;
use skep::config::{HttpSettings, ServerSettings, Settings};
use skep::discovery::Discovery;
use skep::lake::{Lake, StorageSettings};
use skep::naming::{NamingPolicy, NamingRules};
use skep::secret::Secret;
use skep::server::{Running, Server, StartError};
use skep::store::{Store, StoreSettings};
use skep::telemetry::Metrics;
use skep::watch::{Watch, WatchSetup};
use skep::{http, page, rest};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStderr, Command, Stdio};
use std::sync::Arc;
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

/// Settings of a server that keeps everything in `directory` and takes free ports.
pub(crate) fn settings_in(directory: &Path) -> Settings {
    let mut settings = Settings::default();
    settings.thrift.listen = "127.0.0.1:0".parse().unwrap();
    settings.http.listen = "127.0.0.1:0".parse().unwrap();
    let database = directory.join("skep.db");
    settings.database.url = Secret::new(format!("sqlite:{}", database.display()));
    settings.warehouse.location = directory.join("warehouse").display().to_string();
    settings.check().unwrap();
    settings
}

async fn get(running: &Running, path: &str) -> reqwest::Response {
    reqwest::get(format!("http://{}{path}", running.http_addr))
        .await
        .unwrap()
}

#[tokio::test]
async fn it_tells_its_health_its_counters_and_how_to_reach_it() {
    let directory = tempfile::tempdir().unwrap();
    let running = Server::start(settings_in(directory.path())).await.unwrap();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(get(&running, path).await.status(), 200, "{path}");
    }
    let metrics = get(&running, "/metrics").await;
    let kind = metrics.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(kind.starts_with("application/openmetrics-text"), "{kind}");
    let text = metrics.text().await.unwrap();
    assert!(
        text.contains("skep_thrift_calls_total{") && text.ends_with("# EOF\n"),
        "{text}"
    );

    let page = get(&running, "/connect").await.text().await.unwrap();
    let thrift = format!(
        "hive.metastore.uri=thrift://127.0.0.1:{}",
        running.thrift_addr.port()
    );
    assert!(page.contains(&thrift), "{page}");

    let missing = get(&running, "/no/such/path").await;
    assert_eq!(missing.status(), 404);
    assert_eq!(
        missing.headers()["content-type"],
        "application/problem+json"
    );
    assert!(missing.text().await.unwrap().contains("/no/such/path"));
    assert!(running.shutdown().await);
}

#[tokio::test]
async fn it_drains_although_a_client_stays_connected() {
    let directory = tempfile::tempdir().unwrap();
    let running = Server::start(settings_in(directory.path())).await.unwrap();
    let mut idle = TcpStream::connect(running.thrift_addr).await.unwrap();
    let address = running.thrift_addr;
    assert!(
        running.shutdown().await,
        "an idle connection holds nothing up"
    );
    assert_eq!(idle.read(&mut [0]).await.unwrap_or(0), 0, "it is closed");
    assert!(
        TcpStream::connect(address).await.is_err(),
        "and nobody comes in any more"
    );
}

#[tokio::test]
async fn it_starts_again_on_what_it_left() {
    let directory = tempfile::tempdir().unwrap();
    for _ in 0..2 {
        let running = Server::start(settings_in(directory.path())).await.unwrap();
        assert_eq!(get(&running, "/readyz").await.status(), 200);
        assert!(running.shutdown().await);
    }
}

#[tokio::test]
async fn a_taken_port_is_named() {
    let directory = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let mut settings = settings_in(directory.path());
    settings.thrift.listen = taken.local_addr().unwrap();
    let error = Server::start(settings).await.unwrap_err();
    assert!(
        matches!(
            error,
            StartError::Listen {
                key: "thrift.listen",
                ..
            }
        ),
        "{error:?}"
    );
    assert!(
        error
            .to_string()
            .contains(&taken.local_addr().unwrap().to_string()),
        "{error}"
    );
}

#[tokio::test]
async fn it_is_alive_but_not_ready_while_its_database_is_away() {
    let directory = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", directory.path().join("skep.db").display());
    let store = Store::open(StoreSettings::new(url)).await.unwrap();
    let warehouse_location = format!("file:{}", directory.path().display());
    let catalog = Catalog::new(
        store.clone(),
        Lake::new(&StorageSettings::default(), &[]),
        Clock::System,
        CatalogSettings {
            places: PlaceRules::everywhere(crate::harness::place(&warehouse_location)),
            warehouse_location: crate::harness::place(&warehouse_location),
            lock_timeout_s: 300,
            disallow_incompatible_column_changes: true,
            partitions_per_request_max: -1,
            gather_statistics: true,
            naming: NamingRules::default(),
            naming_policy: NamingPolicy::Off,
        },
    );
    let catalog = Arc::new(catalog);
    let port = Arc::new(http::Shared {
        metrics: Arc::new(Metrics::new([])),
        tracer: skep::telemetry::Tracer::default(),
        budget: Budget::new(ServerSettings::default().budget()),
        limits: HttpSettings::default().limits(),
        authenticator: Arc::new(
            skep::auth::Authenticator::new(&skep::auth::SecuritySettings::default()).unwrap(),
        ),
        door: skep::tls::Door::new(skep::tls::TlsUse::Off, None, true),
        pages: None,
        hosts: Vec::new(),
        leaving: CancellationToken::new(),
        ending: CancellationToken::new(),
    });
    let shared = rest::Shared {
        discovery: Arc::new(Discovery::new(Arc::clone(&catalog))),
        freshness: Arc::new(skep::freshness::Freshness::new(Arc::clone(&catalog))),
        search: Arc::new(skep::search::Search::new(Arc::clone(&catalog))),
        watch: Arc::new(Watch::new(Arc::clone(&catalog), WatchSetup::default())),
        catalog,
        port: Arc::clone(&port),
        runs: Arc::new(tokio::sync::Semaphore::new(1)),
        replica: "this".to_owned(),
    };
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let shutdown = CancellationToken::new();
    let serving = tokio::spawn(http::serve(
        listener,
        port,
        rest::router(Arc::new(shared), page::no_such_page),
        shutdown.clone(),
    ));
    skep::crypto::provider_install();
    let ask = |path: &str| reqwest::get(format!("http://{address}{path}"));
    assert_eq!(ask("/readyz").await.unwrap().status(), 200);
    store.close().await;
    let answer = ask("/readyz").await.unwrap();
    assert_eq!(answer.status(), 503);
    assert_eq!(answer.headers()["content-type"], "application/problem+json");
    assert_eq!(ask("/healthz").await.unwrap().status(), 200);
    shutdown.cancel();
    serving.await.unwrap();
}

/// The binary in a directory of its own, without the settings of whoever runs the tests.
fn binary(directory: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_skep"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("SKEP_")) {
        command.env_remove(name);
    }
    command
        .args(arguments)
        .current_dir(directory)
        .env("SKEP_THRIFT__LISTEN", "127.0.0.1:0")
        .env("SKEP_HTTP__LISTEN", "127.0.0.1:0")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Reads the binary's log until it serves; gives the line that says so.
fn ready_line(child: &mut Child) -> (String, BufReader<ChildStderr>) {
    let mut log = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("is ready") {
        line.clear();
        assert!(
            log.read_line(&mut line).unwrap() > 0,
            "it ended before it was ready"
        );
    }
    (line, log)
}

#[test]
fn the_binary_serves_without_configuration_until_it_is_told_to_stop() {
    for signal in ["-TERM", "-INT"] {
        let directory = tempfile::tempdir().unwrap();
        let mut child = binary(directory.path(), &["serve"]).spawn().unwrap();
        let (line, mut log) = ready_line(&mut child);
        assert!(
            line.contains("spark.hadoop.hive.metastore.uris=thrift://127.0.0.1:"),
            "{line}"
        );
        assert!(directory.path().join("skep-data/skep.db").exists());
        assert!(directory.path().join("skep-data/warehouse").is_dir());
        let id = child.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &id])
                .status()
                .unwrap()
                .success()
        );
        assert_eq!(child.wait().unwrap().code(), Some(0), "{signal}");
        let mut rest = String::new();
        log.read_to_string(&mut rest).unwrap();
        assert!(rest.contains("stopped"), "{rest}");
    }
}

/// The head of the answer to a request.
fn head(address: &str, path: &str) -> String {
    let mut stream = std::net::TcpStream::connect(address).unwrap();
    let request = format!("GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

/// A load balancer sends its clients elsewhere before anything is refused.
#[test]
fn after_sigterm_it_serves_for_a_while_and_is_not_ready() {
    let directory = tempfile::tempdir().unwrap();
    let mut command = binary(directory.path(), &["serve"]);
    let mut child = command.env("SKEP_SERVER__GRACE_S", "600").spawn().unwrap();
    let (line, mut log) = ready_line(&mut child);
    let (_, address) = line.split_once("Page: http://").unwrap();
    let address = address.split('/').next().unwrap();
    assert_eq!(head(address, "/readyz"), "HTTP/1.1 200 OK");
    let id = child.id().to_string();
    let terminate = || {
        let mut kill = Command::new("kill");
        assert!(kill.args(["-TERM", &id]).status().unwrap().success());
    };
    terminate();
    while head(address, "/readyz") == "HTTP/1.1 200 OK" {}
    assert_eq!(head(address, "/readyz"), "HTTP/1.1 503 Service Unavailable");
    assert_eq!(head(address, "/api/v1/databases"), "HTTP/1.1 200 OK");
    // Who asks twice does not want to wait.
    terminate();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let mut rest = String::new();
    log.read_to_string(&mut rest).unwrap();
    assert!(rest.contains("stopped"), "{rest}");
}

#[test]
fn a_checked_configuration_leaves_nothing_behind() {
    let directory = tempfile::tempdir().unwrap();
    let checked = binary(directory.path(), &["check-config"])
        .output()
        .unwrap();
    assert!(checked.status.success(), "{checked:?}");
    let left = std::fs::read_dir(directory.path()).unwrap();
    assert_eq!(left.count(), 0, "it made files or folders");
}

#[test]
fn the_binary_migrates_checks_and_complains() {
    let directory = tempfile::tempdir().unwrap();
    let migrated = binary(directory.path(), &["migrate"]).output().unwrap();
    assert!(migrated.status.success(), "{migrated:?}");
    assert!(directory.path().join("skep-data/skep.db").exists());

    let mut command = binary(directory.path(), &["check-config"]);
    command.env("SKEP_DATABASE__URL", "postgres://u:hunter2@db/skep");
    let checked = command.output().unwrap();
    let text = String::from_utf8(checked.stdout).unwrap();
    assert!(checked.status.success());
    assert!(
        text.contains("postgres://u:***@db/skep") && !text.contains("hunter2"),
        "{text}"
    );

    let path = directory.path().join("skep.toml");
    std::fs::write(&path, "[htpp]\nlisten = '127.0.0.1:0'\n").unwrap();
    let config = path.to_str().unwrap();
    let refused = binary(directory.path(), &["serve", "--config", config])
        .output()
        .unwrap();
    let text = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(1));
    assert!(
        text.contains("htpp.listen") && text.contains("http.listen"),
        "{text}"
    );
}
