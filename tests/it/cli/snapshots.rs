//! What every command shows, pinned: a change of it is seen in review. `INSTA_UPDATE=always` writes the snapshots anew.

use super::{Skep, logs, shop};
use crate::alert::Listener;
use crate::harness::TestDatabase;
use crate::rest::Rest;
use crate::rest::watch::{server, source, target};
use std::fmt::Write as _;

/// What is not the same from run to run, and what stands for it.
const VARYING: [(&str, &str); 11] = [
    (r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "[moment]"),
    (
        r"(in )?\d+ (secs?|mins?|hrs?|days?)( \d+ (mins?|hrs?|secs?))?( ago)?",
        "[time]",
    ),
    // Not where it stands in a sentence.
    (r"(  |\()now\b", "$1[time]"),
    (
        r#"(file:|sqlite:)?/[^\s',"]*/\.tmp[A-Za-z0-9]+"#,
        "[folder]",
    ),
    (r"127\.0\.0\.1:\d{2,5}", "[address]"),
    (r"\b\d+(\.\d+)? ms\b", "[ms]"),
    (r"version \d+\.\d+\.\d+", "version [version]"),
    (r"\b\d+ may be open", "[files] may be open"),
    (r"\b\d{10}\b", "[seconds]"),
    (r"\b[0-9a-f]{12}\b", "[digest]"),
    // The width of a column follows from what stands in it.
    (r" {2,}", "  "),
];

/// A conversation with the command line.
struct Story {
    skep: Skep,
    text: String,
}

impl Story {
    fn of(skep: Skep) -> Self {
        Self {
            skep,
            text: String::new(),
        }
    }

    /// Runs a line and writes down what it shows.
    fn tell(&mut self, line: &str) {
        self.tell_as(line, line);
    }

    /// The same of a line that is shown in another way.
    fn tell_as(&mut self, line: &str, shown: &str) {
        let words: Vec<String> = line
            .split('\'')
            .enumerate()
            .flat_map(|(at, part)| match at % 2 {
                1 => vec![part.to_owned()],
                _ => part.split_whitespace().map(str::to_owned).collect(),
            })
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let output = self.skep.output(&words, "");
        let _ = writeln!(self.text, "$ skep {shown}");
        self.text += &String::from_utf8_lossy(&output.stdout);
        self.text += &String::from_utf8_lossy(&output.stderr);
        if let Some(code @ 1..) = output.status.code() {
            let _ = writeln!(self.text, "[ends with {code}]");
        }
        self.text.push('\n');
    }

    /// Compares the whole with what is pinned.
    fn pinned(&self, name: &str) {
        let mut settings = insta::Settings::clone_current();
        for (pattern, stands_for) in VARYING {
            settings.add_filter(pattern, stands_for);
        }
        settings.set_prepend_module_to_snapshot(false);
        settings.bind(|| insta::assert_snapshot!(name, self.text));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_and_partitions_look_as_pinned() {
    let (_server, skep) = shop().await;
    let mut story = Story::of(skep);
    for line in [
        "database list",
        "database show shop",
        "database set shop tier=1 --owner sales",
        "database create shop",
        "table list shop",
        "table show shop.orders",
        "table show shop.orders --json",
        "table set shop.orders --unset tier",
        "table create shop.visits --column 'line string' --format text --comment 'who came'",
        "partition add shop.orders dt=2026-11-21/hour=10 dt=2026-11-22/hour=10",
        "partition list shop.orders",
        "partition list shop.orders --output csv",
        "partition list shop.orders --output yaml --limit 1",
        "partition list shop.orders --output name",
        "partition show shop.orders dt=2026-11-22/hour=10",
        "partition drop shop.orders dt=2026-11-22/hour=10 --delete-data",
        "partition drop shop.orders dt=2026-11-22/hour=10 --if-exists",
        "partition list shop.orders --filter 'nosuch = 1'",
        "events --database shop",
        "table drop shop.visits",
        "table drop shop.orders --delete-data",
        "job list",
        "job show 1",
        "job show 1000",
        "kit list",
        "lint",
        "database drop shop",
        "database drop nosuch",
    ] {
        story.tell(line);
    }
    story.pinned("tables");
}

#[tokio::test(flavor = "multi_thread")]
async fn discovery_looks_as_pinned() {
    let database = TestDatabase::sqlite().await;
    let server = crate::rest::discovery::server(&database).await;
    let skep = Skep::of(&server);
    let _folder = logs(&skep);
    let mut story = Story::of(skep);
    for line in [
        "discover default.logs",
        "discover plan default.logs --layout '{dt:%Y/%m/%d}/{hour}'",
        "discovery on default.logs --layout '{dt:%Y/%m/%d}/{hour}' --set sweep-interval=1d",
        "discover default.logs --sweep",
        "discovery list",
        "discovery runs default.logs",
        "discovery skipped default.logs",
        "explain-partition default.logs dt=2026-11-22/hour=10",
        "explain-partition default.logs dt=2026-11-22/hour=12",
        "discovery undo default.logs 1",
        "discovery show default.logs",
        "discovery resume default.logs",
        "discovery off default.logs",
        "discovery reset default.logs",
    ] {
        story.tell(line);
    }
    story.pinned("discovery");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_watch_looks_as_pinned() {
    let (database, source) = (TestDatabase::sqlite().await, source().await);
    let listener = Listener::start().await;
    let server = server(&database, &listener.url()).await;
    target(&Rest::of(&server)).await;
    let mut story = Story::of(Skep::of(&server));
    let add = "source add shop --kind sqlite --url";
    story.tell_as(&format!("{add} {}", source.url()), &format!("{add} URL"));
    for line in [
        "source list",
        "source test shop",
        "source run shop",
        "alerts mute 'shop:*.secret*' --why known",
        "alerts mutes",
    ] {
        story.tell(line);
    }
    source.execute("ALTER TABLE orders DROP COLUMN note").await;
    for line in [
        "schema check shop",
        "source show shop",
        "schema log shop",
        "schema snapshots shop",
        "schema diff shop --from 1",
        "schema ack 1",
        "alerts list --state acknowledged",
        "alerts unmute 1",
        "alerts snooze 1000 --for 8h",
        "schema apply 1000",
        "source remove shop",
        "source show shop",
    ] {
        story.tell(line);
    }
    story.pinned("watch");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_doctor_looks_as_pinned() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().display();
    let file = folder.path().join("skep.toml");
    let text = format!(
        "thrift.listen = '127.0.0.1:0'\nhttp.listen = '127.0.0.1:0'\nthrift.connections_max = 10\n\
         http.connections_max = 10\ndatabase.url = 'sqlite:{at}/skep.db'\nwarehouse.location = '{at}/warehouse'\n"
    );
    std::fs::write(&file, text).unwrap();
    let mut story = Story::of(Skep {
        server: "http://127.0.0.1:9084".to_owned(),
    });
    let line = format!("--config {} doctor", file.display());
    story.tell_as(&line, "doctor");
    story
        .skep
        .run(&["--config", file.to_str().unwrap(), "migrate"]);
    story.tell_as(&format!("{line} --write"), "doctor --write");
    let file_of_no_folder = format!("{at}/skep.db/warehouse");
    let text = std::fs::read_to_string(&file).unwrap();
    let broken = text.replace(&format!("{at}/warehouse"), &file_of_no_folder);
    std::fs::write(&file, broken).unwrap();
    story.tell_as(&format!("{line} --write"), "doctor --write");
    story.pinned("doctor");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_help_of_every_command_looks_as_pinned() {
    let mut story = Story::of(Skep {
        server: "http://127.0.0.1:9084".to_owned(),
    });
    let mut waiting = vec![String::new()];
    while let Some(command) = waiting.pop() {
        let line = format!("{command} --help");
        let output = story.skep.run(&line.split_whitespace().collect::<Vec<_>>());
        story.tell(line.trim());
        let below = output.split("\nCommands:\n").nth(1).unwrap_or_default();
        let below = below.split("\n\n").next().unwrap_or_default();
        let names = below.lines().filter_map(|line| {
            let name = line.strip_prefix("  ")?.split(' ').next()?;
            (!name.is_empty() && name != "help").then(|| format!("{command} {name}"))
        });
        let mut names: Vec<String> = names.collect();
        names.reverse();
        waiting.extend(names);
    }
    story.pinned("help");
}
