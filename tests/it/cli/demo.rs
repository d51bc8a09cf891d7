//! The demo: a lake in a folder, true to what every page shows, and nothing outside of that folder.

use super::Skep;
use crate::faults::killed::Process;
use serde_json::Value;
use std::path::Path;
use std::process::Command;

fn command(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_skep"));
    command
        .arg("serve")
        .arg(format!("--demo={}", folder.display()));
    command
}

fn serve(folder: &Path) -> Process {
    tokio::task::block_in_place(|| Process::of(command(folder)))
}

/// How many partitions a table has.
fn partitions(skep: &Skep, table: &str) -> usize {
    let names = skep.run(&[
        "partition",
        "list",
        table,
        "--output",
        "name",
        "--limit",
        "10000",
    ]);
    names.lines().count()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_demo_has_something_true_for_every_page_and_is_there_again_the_next_time() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("demo");
    let mut server = serve(&folder);
    let skep = Skep::at(server.http);
    // Thirty days of hours, one of which is missing, and those of today.
    let hits_count = partitions(&skep, "web.hits");
    assert!((30 * 24 - 1..31 * 24).contains(&hits_count), "{hits_count}");
    assert_eq!(partitions(&skep, "t1_shop.orders_snapshot_1d_daily"), 30);
    assert_eq!(partitions(&skep, "logs.alb"), 3);
    let hits = &skep.json(&["freshness", "show", "web.hits", "--json"])[0];
    assert_eq!(hits["standing"], "lacking", "{hits}");
    let gaps = hits["gaps"].as_array().expect("gaps");
    let kinds: Vec<&Value> = gaps.iter().map(|gap| &gap["kind"]).collect();
    assert_eq!(kinds, ["missing", "thin"], "{hits}");
    let changes = skep.run(&["schema", "log"]);
    assert!(
        changes.contains("note") && changes.contains("country_code"),
        "{changes}"
    );
    let severities = skep.run(&["schema", "log", "--output", "csv"]);
    assert!(
        severities.contains("breaking") && severities.contains("additive"),
        "{severities}"
    );
    let page = format!("http://{}/databases/web/tables/hits", server.http);
    let page = reqwest::Client::new()
        .get(page)
        .header("accept", "text/html");
    let page = page.send().await.expect("an answer").text().await;
    let page = page.expect("a page");
    assert!(page.contains("History of its columns"), "{page}");
    skep.run(&["lint"]);
    server.kill();

    let server = serve(&folder);
    assert_eq!(partitions(&Skep::at(server.http), "web.hits"), hits_count);
    let beside: Vec<_> = std::fs::read_dir(home.path())
        .expect("it can be read")
        .collect();
    assert_eq!(beside.len(), 1, "{beside:?}");
}

#[test]
fn a_demo_of_which_a_part_is_lost_is_not_served_as_if_it_was_whole() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("demo");
    std::fs::create_dir_all(folder.join("lake")).expect("it can be made");
    let mark = "a demo of skep, made at noon\n";
    std::fs::write(folder.join("DEMO"), mark).expect("it can be written");
    let refused = command(&folder).output().expect("it ends");
    let said = String::from_utf8(refused.stderr).expect("text");
    assert!(
        !refused.status.success() && said.contains("catalog.db is missing or empty"),
        "{said}"
    );
    assert!(!folder.join("catalog.db").exists());
}

#[test]
fn a_folder_that_is_no_demo_is_left_alone() {
    let home = tempfile::tempdir().expect("a folder");
    std::fs::write(home.path().join("mine"), "mine").expect("it can be written");
    // A mark that no demo wrote is none.
    for mark in ["", "mine too"] {
        let folder = home.path().join("marked");
        std::fs::create_dir_all(folder.join("lake")).expect("it can be made");
        std::fs::write(folder.join("lake/mine"), "mine").expect("it can be written");
        std::fs::write(folder.join("DEMO"), mark).expect("it can be written");
        let refused = command(&folder).output().expect("it ends");
        let said = String::from_utf8(refused.stderr).expect("text");
        assert!(
            !refused.status.success() && said.contains("is no demo"),
            "{said}"
        );
        assert!(folder.join("lake/mine").exists());
        std::fs::remove_dir_all(&folder).expect("it can be removed");
    }
    let refused = command(home.path()).output().expect("it ends");
    let said = String::from_utf8(refused.stderr).expect("text");
    assert!(
        !refused.status.success() && said.contains("is no demo"),
        "{said}"
    );
    assert_eq!(
        std::fs::read_dir(home.path())
            .expect("it can be read")
            .count(),
        1
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_demo_that_was_not_finished_is_made_anew_and_one_that_is_served_is_left_alone() {
    let home = tempfile::tempdir().expect("a folder");
    let folder = home.path().join("it's a demo");
    std::fs::create_dir_all(folder.join("lake/web")).expect("it can be made");
    std::fs::write(folder.join("DEMO"), "begun\n").expect("it can be written");
    std::fs::write(folder.join("catalog.db"), "half a catalog").expect("it can be written");
    let server = serve(&folder);
    assert_eq!(partitions(&Skep::at(server.http), "logs.alb"), 3);
    let refused = command(&folder).output().expect("it ends");
    let said = String::from_utf8(refused.stderr).expect("text");
    assert!(
        !refused.status.success() && said.contains("another skep serves"),
        "{said}"
    );
}
