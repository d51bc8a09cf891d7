//! A database that hangs or goes away: the client is told within the deadline, and service resumes by itself.

use super::proxy::Proxy;
use crate::client::Client;
use crate::harness::{TestDatabase, TestServer};
use crate::thrift::objects::table;
use serde_json::json;
use skep::secret::Secret;

/// A server whose way to the database can be cut, with short deadlines.
async fn behind_proxy(database: &TestDatabase) -> (TestServer, Proxy) {
    let mut url = url::Url::parse(database.url()).expect("a URL");
    let target = format!(
        "{}:{}",
        url.host_str().expect("a host"),
        url.port().expect("a port")
    );
    let proxy = Proxy::start(target).await;
    url.set_host(Some("127.0.0.1")).expect("a host");
    url.set_port(Some(proxy.port())).expect("a port");
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
