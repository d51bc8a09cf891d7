//! What a client may make the server read as a source, and what it learns of it.

use super::watch::{server, source};
use super::{Rest, names};
use crate::alert::Listener;
use crate::harness::{TestDatabase, TestServer};
use serde_json::json;
use skep::source::{SourceKind, SourceSettings};

#[tokio::test(flavor = "multi_thread")]
async fn no_client_adds_a_source_unless_the_configuration_lets_it() {
    let (database, source) = (TestDatabase::sqlite().await, source().await);
    let url = source.url().to_owned();
    let server = TestServer::start_with(&database, |settings| {
        settings.tasks.schema_diff_interval_s = 86_400;
        let shop = SourceSettings::new(SourceKind::Sqlite, Some(&url));
        settings.sources.insert("shop".to_owned(), shop);
    })
    .await;
    let rest = Rest::of(&server);
    for settings in [
        json!({"kind": "catalog"}),
        json!({"kind": "sqlite", "url": source.url()}),
        json!({"kind": "postgres", "url": "postgres://skep:hunter2@127.0.0.1:1/shop"}),
    ] {
        let body = json!({"name": "other", "settings": settings});
        let problem = rest.post("/sources", body).await.problem(403, "denied");
        let text = problem.to_string();
        assert!(text.contains("watch.sources_over_rest"), "{text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
    let report = rest.post("/sources/shop/run", json!({})).await.expect(200);
    assert_eq!(report["tables"], 1, "{report}");
    let listed = rest.get("/sources").await.expect(200);
    assert_eq!(names(&listed["sources"]), ["shop"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_client_may_not_ask_of_a_source_is_refused_and_not_repeated() {
    let database = TestDatabase::sqlite().await;
    let server = server(&database, "http://127.0.0.1:1/").await;
    let rest = Rest::of(&server);
    for (name, settings, wanted) in [
        (
            "s",
            json!({"kind": "postgres", "url": "postgres://skep:hunter2@127.0.0.1:1/shop"}),
            "url_env",
        ),
        (
            "s",
            json!({"kind": "mysql", "url_env": "SKEP_DATABASE__URL"}),
            "SKEP_SOURCE_",
        ),
        (
            "s",
            json!({"kind": "mysql", "url_file": "/etc/passwd"}),
            "watch.secrets_dir",
        ),
        (
            "s",
            json!({"kind": "sqlite", "url": "sqlite:/etc/passwd"}),
            "watch.sqlite_dir",
        ),
        (
            "s",
            json!({"kind": "elasticsearch", "url": "https://127.0.0.1:1/", "ca_file": "/etc/passwd"}),
            "watch.secrets_dir",
        ),
        (
            "s",
            json!({"kind": "mysql", "url": "mysql://127.0.0.1:1/?socket=/run/mysqld/mysqld.sock"}),
            "socket",
        ),
        ("s", json!({"kind": "mysql"}), "exactly one of"),
        (
            "s",
            json!({"kind": "catalog", "schedule": "at dawn"}),
            "schedule",
        ),
        (
            "s",
            json!({"kind": "catalog", "time_zone": "Europe/Bonn"}),
            "Europe/Bonn",
        ),
        ("s", json!({"kind": "oracle", "url": "x"}), "postgres"),
        (
            "s",
            json!({"kind": "catalog", "shedule": "0 6 * * *"}),
            "did you mean `schedule`",
        ),
        ("../s", json!({"kind": "catalog"}), "name"),
    ] {
        let body = json!({"name": name, "settings": settings});
        let problem = rest
            .post("/sources", body)
            .await
            .problem(400, "invalid-request");
        let text = problem.to_string();
        assert!(text.contains(wanted), "{wanted}: {text}");
        assert!(!text.contains("hunter2"), "{text}");
    }
    let listed = rest.get("/sources").await.expect(200);
    assert_eq!(listed["sources"], json!([]));
}

/// A port that takes connections and closes them.
async fn closing_port() -> (u16, tokio::task::JoinHandle<()>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let serving = tokio::spawn(async move { while listener.accept().await.is_ok() {} });
    (port, serving)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_source_that_a_client_added_does_not_tell_what_listens_where() {
    let database = TestDatabase::sqlite().await;
    let web = Listener::start().await;
    let server = server(&database, &web.url()).await;
    let rest = Rest::of(&server);
    let (closing, serving) = closing_port().await;
    let web_port = web.url();
    let web_port = web_port.split(['/', ':']).nth(4).unwrap();
    let mut told = Vec::new();
    for kind in ["postgres", "mysql", "elasticsearch"] {
        let scheme = if kind == "elasticsearch" {
            "http"
        } else {
            kind
        };
        for (at, port) in ["1", web_port, &closing.to_string()].iter().enumerate() {
            let name = format!("{kind}{at}");
            let url = format!("{scheme}://skep@127.0.0.1:{port}/");
            let settings = json!({"kind": kind, "url": url, "paused": true, "time_limit_s": 10});
            rest.post("/sources", json!({"name": name, "settings": settings}))
                .await
                .expect(201);
            for action in ["test", "run"] {
                let failed = rest
                    .post(&format!("/sources/{name}/{action}"), json!({}))
                    .await;
                let problem = failed.problem(503, "unavailable");
                told.push(problem["detail"].as_str().unwrap().replace(&name, "NAME"));
            }
            let shown = rest.get(&format!("/sources/{name}")).await.expect(200);
            told.push(shown["last_error"].as_str().unwrap().replace(&name, "NAME"));
        }
    }
    serving.abort();
    assert!(told.iter().all(|one| *one == told[0]), "{told:#?}");
    assert!(told[0].contains("the server's log says why"), "{told:#?}");
}
