//! Who asks: what a certificate proves is what every front end goes by, and who may act as another.

use super::authority::{Authority, Files, Paper};
use super::{is_let_in, tunnel};
use crate::client::{Client, Failure, Options};
use crate::harness::{TestDatabase, TestServer};
use serde_json::{Value, json};
use skep::auth::{CertificateField, CertificateRule, ProxyRule, SecuritySettings};
use skep::tls::{TlsSettings, TlsUse};
use std::net::SocketAddr;

/// A server that lets in whom an authority has signed, and that authority.
async fn server(security: SecuritySettings) -> (TestServer, Authority, Files) {
    let authority = Authority::new();
    let files = Files::of(&authority.server());
    files.write("ca.crt", &authority.pem);
    let tls = TlsSettings {
        client_ca: Some(files.path("ca.crt")),
        ..files.settings()
    };
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start_with(&database, |settings| {
        settings.tls = tls;
        settings.thrift.tls = TlsUse::Required;
        settings.http.tls = TlsUse::Required;
        settings.security = security;
    })
    .await;
    (server, authority, files)
}

fn trino_for_all() -> SecuritySettings {
    SecuritySettings {
        proxies: vec![ProxyRule {
            principals: vec!["trino".into()],
            groups: Vec::new(),
            users: vec!["*".into()],
            from: vec!["127.0.0.0/8".parse().expect("a network")],
        }],
        ..SecuritySettings::default()
    }
}

/// Makes a database and gives who owns it, as the catalog took who asked.
fn owner_of_new(client: &mut Client, name: &str) -> Value {
    let database = json!({ "name": name });
    client
        .call("create_database", json!({ "database": database }))
        .expect("it is made");
    let found = client.call("get_database", json!({ "name": name }));
    found.expect("it is there")["ownerName"].clone()
}

fn act_as(client: &mut Client, user: &str) -> Result<Value, Failure> {
    let who = json!({ "user_name": user, "group_names": ["admins"] });
    client.call("set_ugi", who)
}

async fn through(to: SocketAddr, authority: &Authority, shown: &Paper) -> SocketAddr {
    tunnel(to, authority.client_config(Some(shown))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn who_a_certificate_names_is_who_asks_and_may_not_say_otherwise() {
    let (server, authority, _files) = server(SecuritySettings::default()).await;
    let at = through(server.thrift(), &authority, &authority.client_named("ann")).await;
    let asked = tokio::task::spawn_blocking(move || {
        let mut client = Client::connect(at).expect("a connection");
        let refused = act_as(&mut client, "bob").expect_err("nobody lets it");
        assert_eq!(refused.name(), "MetaException");
        assert!(refused.message().contains("may not act as"), "{refused:?}");
        // Hive's client goes on as who it is.
        assert_eq!(owner_of_new(&mut client, "a"), "ann");
        act_as(&mut client, "ann").expect("it is itself");
        assert_eq!(owner_of_new(&mut client, "b"), "ann");
    });
    asked.await.expect("it ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_acts_as_whom_a_rule_lets_it() {
    let (server, authority, _files) = server(trino_for_all()).await;
    let trino = through(
        server.thrift(),
        &authority,
        &authority.client_named("trino"),
    )
    .await;
    let other = through(
        server.thrift(),
        &authority,
        &authority.client_named("spark"),
    )
    .await;
    let asked = tokio::task::spawn_blocking(move || {
        let mut client = Client::connect(trino).expect("a connection");
        act_as(&mut client, "bob").expect("a rule lets it");
        assert_eq!(owner_of_new(&mut client, "a"), "bob");
        let mut client = Client::connect(other).expect("a connection");
        act_as(&mut client, "bob").expect_err("no rule lets it");
    });
    asked.await.expect("it ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn thrift_over_http_acts_as_whom_a_rule_lets_it() {
    let (server, authority, _files) = server(trino_for_all()).await;
    let trino = through(server.http(), &authority, &authority.client_named("trino")).await;
    let other = through(server.http(), &authority, &authority.client_named("spark")).await;
    let asked = tokio::task::spawn_blocking(move || {
        let with = |at, user| {
            let headers = [("x-actor-username", user)];
            Client::over_http(at, Options::default(), &headers)
        };
        let mut client = with(trino, "bob").expect("a connection");
        assert_eq!(owner_of_new(&mut client, "a"), "bob");
        let mut client = with(other, "spark").expect("a connection");
        assert_eq!(owner_of_new(&mut client, "b"), "spark");
        let mut client = with(other, "bob").expect("a connection");
        let refused = client.call("getName", json!({}));
        assert!(refused.is_err(), "no rule lets it");
    });
    asked.await.expect("it ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn rest_goes_by_the_certificate_too() {
    let (server, authority, _files) = server(SecuritySettings::default()).await;
    let at = through(server.http(), &authority, &authority.client_named("ann")).await;
    let databases = format!("http://{at}/api/v1/databases");
    let http = reqwest::Client::new();
    let made = http
        .post(&databases)
        .header("content-type", "application/json")
        .body(r#"{"name":"a"}"#);
    let made = made.send().await.expect("an answer");
    assert_eq!(made.status(), 201);
    let made = made.text().await.expect("a text");
    let made: Value = serde_json::from_str(&made).expect("JSON");
    assert_eq!(made["owner"], "ann", "{made}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_no_rule_fits_lets_nobody_in() {
    let (server, authority, _files) = server(SecuritySettings {
        certificates: vec![CertificateRule {
            field: CertificateField::CommonName,
            matches: "etl-.*".into(),
            principal: "$0".into(),
            groups: Vec::new(),
        }],
        ..SecuritySettings::default()
    })
    .await;
    for (name, is_in) in [("etl-7", true), ("ann", false), ("an-etl-7", false)] {
        let shown = authority.client_named(name);
        let found = is_let_in(server.thrift(), &authority, Some(&shown)).await;
        assert_eq!(found, is_in, "{name}");
    }
    let at = through(server.http(), &authority, &authority.client_named("ann")).await;
    let asked = reqwest::get(format!("http://{at}/api/v1/databases")).await;
    assert!(asked.is_err(), "the connection is closed: {asked:?}");
}
