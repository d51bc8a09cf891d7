//! What was meant, and what became of data: the small words that save a look into the manual.

use super::{Skep, shop};
use crate::harness::{TestDatabase, TestServer};

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_does_not_exist_is_told_the_one_that_was_meant() {
    let (_server, skep) = shop().await;
    for (arguments, hint) in [
        (
            &["table", "show", "shop.order"][..],
            "did you mean shop.orders?",
        ),
        (
            &["partition", "list", "shop.ordesr"],
            "did you mean shop.orders?",
        ),
        (&["database", "show", "shpo"], "did you mean shop?"),
        (&["table", "list", "shopp"], "did you mean shop?"),
        (&["table", "show", "shop.zzz"], "skep table list shop shows"),
        (&["source", "show", "x"], "skep source list shows"),
        (&["job", "show", "x"], "write a number"),
        (&["job", "show", "1000"], "skep job list shows"),
        (
            &["database", "drop", "shop"],
            "skep database drop shop --cascade",
        ),
        (
            &["partition", "add", "shop.orders", "dt=1/hour=2/x=3"],
            "dt=1/hour=2/x=3",
        ),
        (&["table", "create", "shop.t"], "a table has columns"),
        (
            &["alerts", "list", "--channel", "nosuch"],
            "skep alerts channels shows",
        ),
        (
            &["discovery", "undo", "shop.orders", "1x"],
            "write a number",
        ),
    ] {
        let (_, text) = skep.fail(arguments);
        assert!(text.contains(hint), "{arguments:?}: {text}");
        assert!(!text.contains("invalid digit"), "{text}");
    }
    let (_, text) = skep.fail(&["discovery", "on", "shop.orders", "--set", "widow=6h"]);
    assert!(
        text.contains("did you mean skep.discovery.window?"),
        "{text}"
    );
    let (code, text) = skep.fail(&["source", "add", "s", "--kind", "oracle"]);
    assert!(code == 2 && text.contains("postgres"), "{text}");
    assert!(!text.contains("variant"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_line_that_means_nothing_is_told_what_would() {
    let (_server, skep) = shop().await;
    for (arguments, hint) in [
        (
            &["table", "show", "shpo.ordrs"][..],
            "did you mean shop.orders?",
        ),
        (
            &["discovery", "show", "shop.orders"],
            "skep discovery on shop.orders lets",
        ),
        (
            &[
                "discovery",
                "on",
                "shop.orders",
                "--set",
                "skep.discovery.window=6h",
            ],
            "write window",
        ),
        (
            &[
                "partition",
                "add",
                "shop.orders",
                "dt=1/hour=2",
                "--location",
                "a/b",
            ],
            "a location is absolute",
        ),
        (
            &["schema", "log", "--since", "tomorrow"],
            "so long ago (7d)",
        ),
        (&["schema", "diff", "web", "--from", "3x"], "latest"),
        (
            &["alerts", "ack", "8", "12-15"],
            "there is no alert 8, 12-15",
        ),
        (&["schema", "ack", "7-50"], "there is no change 7-50"),
    ] {
        let (_, text) = skep.fail(arguments);
        assert!(text.contains(hint), "{arguments:?}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_drop_says_what_becomes_of_the_data() {
    let (server, skep) = shop().await;
    let told = |skep: &Skep, arguments: &[&str]| {
        let output = skep.output(arguments, "");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).unwrap()
    };
    let folder = tempfile::tempdir().unwrap();
    let location = format!("file://{}", folder.path().display());
    skep.run(&[
        "table",
        "create",
        "shop.kept",
        "--column",
        "id bigint",
        "--location",
        &location,
    ]);
    let dropped = told(&skep, &["table", "drop", "shop.kept", "--delete-data"]);
    assert!(
        dropped.contains("its data stays at") && dropped.contains("the table was external"),
        "{dropped}"
    );
    assert!(folder.path().is_dir());
    let dropped = told(&skep, &["table", "drop", "shop.orders", "--delete-data"]);
    assert!(!dropped.contains("stays"), "{dropped}");
    assert!(!server.warehouse().join("shop.db/orders").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_is_changed_by_what_is_named() {
    let (_server, skep) = shop().await;
    skep.run(&[
        "database",
        "set",
        "shop",
        "tier=1",
        "draft=yes",
        "--owner",
        "sales",
    ]);
    let shown = skep.run(&[
        "database",
        "set",
        "shop",
        "--unset",
        "draft",
        "--description",
        "what we sell",
    ]);
    for part in ["what we sell", "sales", "tier=1"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    assert!(!shown.contains("draft"), "{shown}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_sqlite_file_is_gone_is_not_ready() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let client = reqwest::Client::new();
    let at = |path: &str| format!("http://{}{path}", server.http());
    // A connection that is open would go on with a file that has no name any more: the page tells what machines are told, and
    // neither reads nor writes reach it.
    let asked = || async {
        let status = |sent: Result<reqwest::Response, reqwest::Error>| sent.unwrap().status();
        let ready = status(client.get(at("/readyz")).send().await).as_u16();
        assert_eq!(ready, status(client.get(at("/server")).send().await));
        let read = client.get(at("/api/v1/databases")).send();
        assert_eq!(ready, status(read.await));
        let given = client.patch(at("/api/v1/databases/default"));
        let given = given.header("content-type", "application/json");
        let written = given.body(r#"{"description": "told"}"#).send();
        assert_eq!(ready, status(written.await));
        ready
    };
    assert_eq!(asked().await, 200);
    let path = database.url().trim_start_matches("sqlite:").to_owned();
    let path = path.split('?').next().unwrap().to_owned();
    let moved = format!("{path}.moved");
    std::fs::rename(&path, &moved).unwrap();
    assert_eq!(asked().await, 503, "it is gone");
    std::fs::copy(&moved, &path).unwrap();
    assert_eq!(asked().await, 503, "another file has its name");
    std::fs::rename(&moved, &path).unwrap();
    assert_eq!(asked().await, 200, "it is back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_property_by_which_nothing_can_be_expected_is_told_when_it_is_set() {
    let (_server, skep) = shop().await;
    let set = |property: &str| {
        let output = skep.output(&["table", "set", "shop.orders", property], "");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stderr).expect("text")
    };
    let told = set("skep.expect.every=often");
    assert!(
        told.contains("nothing is expected: the table property skep.expect.every=\"often\""),
        "{told}"
    );
    assert_eq!(set("tier=2"), "", "it is another property");
    let told = set("skep.expect.every=1h");
    assert!(!told.contains("nothing is expected"), "{told}");
    let (_, text) = skep.fail(&["freshness", "expect", "shop.orders", "--unset", "weekday"]);
    assert!(
        text.contains("did you mean skep.expect.weekdays?"),
        "{text}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_database_can_only_be_read_is_not_ready_and_says_why() {
    let database = TestDatabase::postgres().await;
    let server = TestServer::start(&database).await;
    let ready = format!("http://{}/readyz", server.http());
    let asked = || async { reqwest::get(&ready).await.unwrap() };
    assert_eq!(asked().await.status().as_u16(), 200);
    let name = database.name();
    database
        .admin(&format!(
            "ALTER DATABASE {name} SET default_transaction_read_only = on"
        ))
        .await;
    // What is set holds for connections that are opened from now on.
    let others =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'");
    database.admin(&others).await;
    let skep = Skep::of(&server);
    let (code, told) = skep.fail(&["database", "create", "sales"]);
    assert!(
        code == 5 && told.contains("it can only be read"),
        "{code}: {told}"
    );
    let answer = asked().await;
    assert_eq!(answer.status().as_u16(), 503);
    let told = answer.text().await.unwrap();
    assert!(told.contains("it can only be read"), "{told}");
}
