//! The command line as scripts and people use it: the real binary against a server.

mod demo;
mod doctor;
mod forms;
mod made;
mod meant;
mod settings;
mod snapshots;
mod strange;
mod terminal;
mod watch;

use crate::harness::{TestDatabase, TestServer};
use serde_json::Value;
use std::io::Write;
use std::net::SocketAddr;
use std::process::{Command, Output, Stdio};

/// The binary with a server's address.
pub(crate) struct Skep {
    pub(crate) server: String,
}

impl Skep {
    pub(crate) fn of(server: &TestServer) -> Self {
        Self::at(server.http())
    }

    /// The same of a server in another process.
    pub(crate) fn at(http: SocketAddr) -> Self {
        Self {
            server: format!("http://{http}"),
        }
    }

    pub(crate) fn output(&self, arguments: &[&str], input: &str) -> Output {
        // The server runs in this process: it must not wait for a thread that waits for the binary.
        tokio::task::block_in_place(|| self.output_blocking(arguments, input))
    }

    fn output_blocking(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_skep"))
            .args(arguments)
            .env("SKEP_SERVER", &self.server)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        stdin.write_all(input.as_bytes()).expect("it reads");
        drop(stdin);
        child.wait_with_output().expect("the binary ends")
    }

    /// What it prints where it succeeds.
    pub(crate) fn run(&self, arguments: &[&str]) -> String {
        let output = self.output(arguments, "");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).expect("text")
    }

    /// Its exit code and what it complains of.
    pub(crate) fn fail(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.output(arguments, "");
        let text = String::from_utf8(output.stderr).expect("text");
        assert!(output.stdout.is_empty(), "{:?}", output.stdout);
        (output.status.code().expect("a code"), text)
    }

    /// The JSON objects that it prints.
    pub(crate) fn json(&self, arguments: &[&str]) -> Vec<Value> {
        let text = self.run(arguments);
        serde_json::Deserializer::from_str(&text)
            .into_iter()
            .map(|value| value.expect("JSON"))
            .collect()
    }
}

/// A server with the table `shop.orders`, made by the command line alone.
async fn shop() -> (TestServer, Skep) {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let skep = Skep::of(&server);
    skep.run(&["database", "create", "shop", "--description", "sales"]);
    skep.run(&[
        "table",
        "create",
        "shop.orders",
        "--column",
        "id bigint",
        "--column",
        "tags array<string>",
        "--key",
        "dt string",
        "--key",
        "hour string",
        "--set",
        "tier=1",
    ]);
    (server, skep)
}

#[tokio::test(flavor = "multi_thread")]
async fn people_see_tables() {
    let (server, skep) = shop().await;
    let listed = skep.run(&["database", "list"]);
    assert!(listed.starts_with("NAME"), "{listed}");
    assert!(
        listed
            .lines()
            .any(|line| line.starts_with("shop ") && line.ends_with("sales")),
        "{listed}"
    );
    let listed = skep.run(&["table", "list", "shop", "o*"]);
    assert!(
        listed.contains("orders") && listed.contains("parquet") && listed.contains("dt, hour"),
        "{listed}"
    );
    let shown = skep.run(&["table", "show", "shop.orders"]);
    assert!(
        shown.contains("tags array<string>") && shown.contains("tier=1"),
        "{shown}"
    );
    assert!(server.warehouse().join("shop.db/orders").is_dir());

    let added = skep.run(&["partition", "add", "shop.orders", "dt=2026-11-22/hour=10"]);
    assert!(
        added.contains("dt=2026-11-22/hour=10") && added.contains("added"),
        "{added}"
    );
    let shown = skep.run(&["partition", "show", "shop.orders", "dt=2026-11-22/hour=10"]);
    assert!(shown.contains("2026-11-22, 10"), "{shown}");
    let events = skep.run(&["events", "--database", "shop"]);
    assert!(
        events.contains("ADD_PARTITION") && events.contains("shop.orders"),
        "{events}"
    );

    skep.run(&[
        "table",
        "set",
        "shop.orders",
        "owner.team=x",
        "--unset",
        "tier",
    ]);
    let shown = skep.run(&["table", "show", "shop.orders"]);
    assert!(
        shown.contains("owner.team=x") && !shown.contains("tier=1"),
        "{shown}"
    );
    skep.run(&[
        "partition",
        "drop",
        "shop.orders",
        "dt=2026-11-22/hour=10",
        "--delete-data",
    ]);
    skep.run(&["table", "drop", "shop.orders", "--delete-data"]);
    skep.run(&["database", "drop", "shop"]);
    assert!(!skep.run(&["database", "list"]).contains("shop"));
}

#[tokio::test(flavor = "multi_thread")]
async fn scripts_get_json() {
    let (_server, skep) = shop().await;
    let table = skep.json(&["table", "show", "shop.orders", "--json"]);
    assert_eq!(table[0]["partition_keys"][1]["name"], "hour");
    let names: Vec<String> = (0..2500)
        .map(|hour| format!("dt=2026-11-22/hour={hour:04}\n"))
        .collect();
    let names = names.concat();
    let add = [
        "partition",
        "add",
        "shop.orders",
        "-",
        "--if-not-exists",
        "--json",
    ];
    for outcome in ["added", "existed"] {
        let output = skep.output(&add, &names);
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        let lines: Vec<Value> = text
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        assert_eq!(lines.len(), 2500);
        assert!(lines.iter().all(|line| line["outcome"] == outcome));
    }
    let list = |more: &[&str]| {
        let arguments = [&["partition", "list", "shop.orders", "--json"], more].concat();
        skep.json(&arguments).len()
    };
    assert_eq!(list(&[]), 2500);
    assert_eq!(list(&["--limit", "1001"]), 1001);
    assert_eq!(list(&["--filter", "hour >= '2400'"]), 100);
    let events = skep.json(&[
        "events",
        "--database",
        "shop",
        "--table",
        "orders",
        "--json",
    ]);
    let added = events
        .iter()
        .filter(|event| event["kind"] == "ADD_PARTITION");
    assert_eq!(added.count(), 3, "a thousand a request");
}

#[tokio::test(flavor = "multi_thread")]
async fn failures_have_exit_codes_and_say_what_to_mend() {
    let (_server, skep) = shop().await;
    for (arguments, code, word) in [
        (
            &["table", "show", "shop.nosuch"][..],
            3,
            "shop.nosuch does not exist",
        ),
        (&["database", "create", "shop"], 4, "already exists"),
        (&["database", "drop", "shop"], 4, "not empty"),
        (&["table", "show", "shop"], 2, "DATABASE.TABLE"),
        (
            &["table", "create", "shop.t", "--column", "a nosuch"],
            2,
            "nosuch",
        ),
        (
            &[
                "table", "create", "shop.t", "--column", "a int", "--format", "xml",
            ],
            2,
            "xml",
        ),
        (
            &["partition", "list", "shop.orders", "--filter", "nosuch = 1"],
            2,
            "nosuch",
        ),
        (
            &["partition", "drop", "shop.orders", "dt=1/hour=1"],
            3,
            "does not exist",
        ),
        (
            &[
                "partition",
                "drop",
                "shop.nosuch",
                "dt=1/hour=1",
                "--if-exists",
            ],
            3,
            "nosuch",
        ),
        (
            &["database", "list", "--server", "http://127.0.0.1:1"],
            5,
            "http://127.0.0.1:1/",
        ),
        (&["database", "list", "--server", "here"], 2, "here"),
    ] {
        let (found, text) = skep.fail(arguments);
        assert_eq!(found, code, "{arguments:?}: {text}");
        assert!(text.contains(word), "{arguments:?}: {text}");
    }
    let passed = skep.output(
        &[
            "partition",
            "drop",
            "shop.orders",
            "dt=1/hour=1",
            "--if-exists",
        ],
        "",
    );
    assert!(passed.status.success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_has_seen_enough_is_no_failure() {
    let (_server, skep) = shop().await;
    let mut child = Command::new(env!("CARGO_BIN_EXE_skep"))
        .args(["database", "list", "--server", &skep.server])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let status = tokio::task::block_in_place(|| child.wait());
    assert!(status.unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_made_from_kits() {
    let (_server, skep) = shop().await;
    assert!(skep.run(&["kit", "list"]).contains("cloudtrail"));
    let folder = tempfile::tempdir().unwrap();
    let location = format!("file://{}", folder.path().display());
    let create = ["table", "create", "shop.trail", "--kit", "cloudtrail"];
    let (code, text) = skep.fail(&create);
    assert!(code == 2 && text.contains("--location"), "{text}");
    let made = skep.run(&[&create[..], &["--location", &location]].concat());
    assert!(made.contains("partition key  dt string"), "{made}");
    assert!(made.contains("external"), "{made}");
}

/// A table over a folder with two hours of data.
fn logs(skep: &Skep) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    crate::rest::discovery::write(folder.path(), "2026/11/22/10");
    crate::rest::discovery::write(folder.path(), "2026/11/22/11");
    let location = format!("file://{}", folder.path().display());
    skep.run(&[
        "table",
        "create",
        "default.logs",
        "--column",
        "line string",
        "--key",
        "dt string",
        "--key",
        "hour string",
        "--format",
        "text",
        "--location",
        &location,
    ]);
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn partitions_are_discovered_explained_and_taken_back() {
    let database = TestDatabase::sqlite().await;
    let server = crate::rest::discovery::server(&database).await;
    let skep = Skep::of(&server);
    let _folder = logs(&skep);
    let (code, text) = skep.fail(&["discover", "default.logs"]);
    assert_eq!(code, 2);
    assert!(text.contains("skep.discovery=on"), "{text}");
    let layout = ["--layout", "{dt:%Y/%m/%d}/{hour}"];
    let plan = skep.run(&[&["discover", "plan", "default.logs"][..], &layout].concat());
    assert_eq!(plan.matches("dt=2026-11-22/hour=1").count(), 2, "{plan}");
    let shown = skep.run(&[&["discovery", "on", "default.logs"][..], &layout].concat());
    assert!(shown.contains("{dt:%Y/%m/%d}/{hour}"), "{shown}");
    let plan = skep.run(&["discover", "default.logs", "--sweep", "--dry-run"]);
    assert_eq!(plan.matches("dt=2026-11-22/hour=1").count(), 2, "{plan}");
    let report = skep.json(&["discover", "default.logs", "--sweep", "--json"]);
    assert_eq!(report[0]["counts"]["added"], 2, "{report:?}");
    let explained = skep.run(&["explain-partition", "default.logs", "dt=2026-11-22/hour=10"]);
    assert!(
        explained.contains("registered  yes") && explained.contains("manual"),
        "{explained}"
    );
    let absent = skep.run(&["explain-partition", "default.logs", "dt=2026-11-22/hour=12"]);
    assert!(
        absent.contains("no") && absent.contains("empty"),
        "{absent}"
    );
    let run = report[0]["run"].to_string();
    let undone = skep.run(&["discovery", "undo", "default.logs", &run]);
    assert!(undone.contains("undo"), "{undone}");
    assert_eq!(
        skep.json(&["partition", "list", "default.logs", "--json"])
            .len(),
        0
    );
    assert!(skep.run(&["discovery", "list"]).contains("paused"));
    skep.run(&["discovery", "resume", "default.logs"]);
    let runs = skep.json(&["discovery", "runs", "default.logs", "--json"]);
    assert_eq!(runs.len(), 2);
    assert_eq!(
        skep.run(&["discovery", "skipped", "default.logs"])
            .lines()
            .count(),
        1
    );
    let off = skep.json(&["discovery", "off", "default.logs", "--json"]);
    assert_eq!(off[0]["on"], false);
    let on = skep.run(&["discovery", "on", "default.logs", "--set", "window=6h"]);
    assert!(
        on.contains("{dt:%Y/%m/%d}/{hour}"),
        "it kept its layout: {on}"
    );
    skep.run(&["discovery", "reset", "default.logs"]);
    assert_eq!(skep.fail(&["discovery", "show", "default.logs"]).0, 2);
}
