//! A database that hangs or goes away: the client is told within the deadline, and service resumes by itself.

use super::proxy::Proxy;
use crate::client::Client;
use crate::harness::{TestDatabase, TestServer, address};
use crate::page::Browser;
use crate::thrift::objects::table;
use serde_json::json;
use skep::secret::Secret;
use std::collections::BTreeSet;
use std::fs::File;
use std::process::{Command, Stdio};

/// The address of a database behind a proxy.
async fn proxied(database: &TestDatabase) -> (url::Url, Proxy) {
    let mut url = url::Url::parse(database.url()).expect("a URL");
    let target = format!(
        "{}:{}",
        url.host_str().expect("a host"),
        url.port().expect("a port")
    );
    let proxy = Proxy::start(target).await;
    url.set_host(Some("127.0.0.1")).expect("a host");
    url.set_port(Some(proxy.port())).expect("a port");
    (url, proxy)
}

/// A server whose way to the database can be cut, with short deadlines.
async fn behind_proxy(database: &TestDatabase) -> (TestServer, Proxy) {
    let (url, proxy) = proxied(database).await;
    let server = TestServer::start_with(database, |settings| {
        settings.database.url = Secret::new(url.as_str());
        settings.database.statement_timeout_ms = 500;
        settings.database.acquire_timeout_ms = 500;
        settings.thrift.call_timeout_s = 20;
    })
    .await;
    (server, proxy)
}

/// Reads and writes until one of each succeeds; fails when the deadline of the client passes.
fn resumes(client: &mut Client, name: &str) {
    let until = std::time::Instant::now() + std::time::Duration::from_mins(1);
    loop {
        let made = client.call("create_table", json!({ "tbl": table("default", name) }));
        match made {
            Ok(_) => return,
            Err(failure) if failure.name() == "AlreadyExistsException" => return,
            Err(failure) => {
                assert!(
                    std::time::Instant::now() < until,
                    "service does not resume: {failure:?}"
                );
            }
        }
    }
}

async fn hang_and_resume(database: TestDatabase) {
    let (server, proxy) = behind_proxy(&database).await;
    server
        .ask(move |client| {
            client
                .call("create_table", json!({ "tbl": table("default", "a") }))
                .unwrap();
            proxy.hang();
            let read = client
                .call("get_table", json!({ "dbname": "default", "tbl_name": "a" }))
                .unwrap_err();
            assert_eq!(read.name(), "MetaException", "{read:?}");
            let write = client
                .call("create_table", json!({ "tbl": table("default", "b") }))
                .unwrap_err();
            assert_eq!(write.name(), "MetaException", "{write:?}");
            assert!(
                !write.message().contains("Exception"),
                "clients would retry on it: {}",
                write.message()
            );
            proxy.pass();
            resumes(client, "c");
            client
                .call("get_table", json!({ "dbname": "default", "tbl_name": "a" }))
                .unwrap();
        })
        .await;
}

async fn close_and_resume(database: TestDatabase) {
    let (server, proxy) = behind_proxy(&database).await;
    server
        .ask(move |client| {
            client
                .call("create_table", json!({ "tbl": table("default", "a") }))
                .unwrap();
            proxy.close();
            let read = client
                .call("get_table", json!({ "dbname": "default", "tbl_name": "a" }))
                .unwrap_err();
            assert_eq!(read.name(), "MetaException", "{read:?}");
            proxy.pass();
            resumes(client, "c");
            client
                .call("get_table", json!({ "dbname": "default", "tbl_name": "a" }))
                .unwrap();
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_that_hangs_is_told_within_the_deadline() {
    crate::harness::run(TestDatabase::postgres().await, hang_and_resume).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mariadb_that_hangs_is_told_within_the_deadline() {
    crate::harness::run(TestDatabase::mysql().await, hang_and_resume).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_postgresql_that_went_away_comes_back() {
    crate::harness::run(TestDatabase::postgres().await, close_and_resume).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mariadb_that_went_away_comes_back() {
    crate::harness::run(TestDatabase::mysql().await, close_and_resume).await;
}

/// Who looks at it looks because something is amiss: it says what, and all that it knows without the database.
#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_the_server_is_there_while_its_database_is_not() {
    let (server, proxy) = behind_proxy(&TestDatabase::postgres().await).await;
    let browser = Browser::of(&server);
    let text = browser.text("/server", 200).await;
    assert!(text.contains("answered in"), "{text}");
    for cut in [Proxy::close, Proxy::hang] {
        cut(&proxy);
        let text = browser.text("/server", 503).await;
        assert!(text.contains("The database does not answer"), "{text}");
        assert!(text.contains("The settings in force"), "{text}");
        assert!(!text.contains("Last event"), "{text}");
        proxy.pass();
    }
}

/// The binary's log tells a database that is away by its cause, and each fault once however often it is met: one that filled a
/// disk was a fault of its own.
#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_is_away_is_told_once_with_its_cause() {
    let database = TestDatabase::postgres().await;
    let (url, proxy) = proxied(&database).await;
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log");
    let mut process = Command::new(env!("CARGO_BIN_EXE_skep"))
        .arg("serve")
        .env("SKEP_THRIFT__LISTEN", "127.0.0.1:0")
        .env("SKEP_HTTP__LISTEN", "127.0.0.1:0")
        .env("SKEP_DATABASE__URL", url.as_str())
        .env("SKEP_DATABASE__ACQUIRE_TIMEOUT_MS", "200")
        .env(
            "SKEP_WAREHOUSE__LOCATION",
            format!("file:{}", folder.path().display()),
        )
        .stdout(Stdio::null())
        .stderr(File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let told = || std::fs::read_to_string(&log).unwrap();
    let http = loop {
        match told().lines().find_map(|line| address(line, "http")) {
            Some(http) => break http,
            None => assert!(process.try_wait().unwrap().is_none(), "{}", told()),
        }
    };
    let before = told().len();
    proxy.close();
    let client = reqwest::Client::new();
    for _ in 0..30 {
        let asked = client.get(format!("http://{http}/api/v1/databases"));
        assert_eq!(asked.send().await.unwrap().status(), 503);
    }
    process.kill().unwrap();
    process.wait().unwrap();
    let log = told();
    let faults = log[before..].lines().filter_map(|line| {
        let level = line.find(" WARN ").or_else(|| line.find("ERROR "))?;
        Some(&line[level..])
    });
    let faults: Vec<&str> = faults.collect();
    let different: BTreeSet<&str> = faults.iter().copied().collect();
    assert_eq!(faults.len(), different.len(), "{faults:#?}");
    assert!(!faults.is_empty() && faults.len() < 20, "{faults:#?}");
    assert!(
        faults.iter().any(|line| line.contains("onnection")),
        "{faults:#?}"
    );
}
