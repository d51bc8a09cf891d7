//! Kill −9 in the middle of what discovery does: after the next start it is done to the end, and each change was told
//! once.

use crate::cli::Skep;
use crate::client::Client;
use crate::faults::killed::Process;
use crate::harness::{TestDatabase, on_every_database};
use crate::queue::sqs::{REGION, Sqs, created};
use crate::s3::{ACCESS_KEY_ID, S3Server, SECRET_ACCESS_KEY};
use crate::thrift::objects::partitioned;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;
use tempfile::TempDir;

on_every_database!(
    a_killed_sweep_is_taken_up_by_the_next_process,
    kills_while_partitions_move_and_drop_leave_whole_changes,
    an_undo_that_was_killed_is_finished_by_the_next_one,
    messages_that_were_not_followed_come_to_the_next_process,
);

/// Partitions of a table: several transactions.
const PARTITIONS: u64 = 4_500;
/// Those that go.
const GONE: u64 = 4_300;

/// Partitions that messages tell of, a message each.
const TOLD_OF: u64 = 120;

/// What outlives the processes: the database, the object store, its queue, and what a process is told of them.
struct Story {
    database: TestDatabase,
    s3: S3Server,
    queue: Sqs,
    folder: TempDir,
}

impl Story {
    async fn begin(database: TestDatabase) -> Self {
        Self {
            database,
            s3: S3Server::start(&["lake", "hot"]).await,
            queue: Sqs::start().await,
            folder: tempfile::tempdir().expect("a folder"),
        }
    }

    /// Starts a process, holds a conversation with it and kills it, however far it has come with what it does beside.
    async fn chapter<T: Send + 'static>(
        &self,
        conversation: impl FnOnce(&Process) -> T + Send + 'static,
    ) -> T {
        let environment = [
            ("SKEP_STORAGE__S3__ENDPOINT", self.s3.endpoint()),
            ("SKEP_STORAGE__S3__ACCESS_KEY_ID", ACCESS_KEY_ID.to_owned()),
            (
                "SKEP_STORAGE__S3__SECRET_ACCESS_KEY",
                SECRET_ACCESS_KEY.to_owned(),
            ),
            ("SKEP_STORAGE__QUEUE__URL", self.queue.url()),
            ("SKEP_STORAGE__QUEUE__REGION", REGION.to_owned()),
        ];
        let (url, path) = (
            self.database.url().to_owned(),
            self.folder.path().to_owned(),
        );
        let chapter = tokio::task::spawn_blocking(move || {
            let mut process = Process::start_with(&url, &path, &environment);
            let answer = conversation(&process);
            process.kill();
            answer
        });
        let ended = chapter.await;
        // The dead process's leases end with the time.
        self.database
            .execute("UPDATE skep_leases SET expires_at = expires_at - 60")
            .await;
        match ended {
            Ok(answer) => answer,
            Err(failure) => std::panic::resume_unwind(failure.into_panic()),
        }
    }

    /// Kills in the middle of what `begin` sets off: as soon as a change is told after the event that it gives.
    async fn killed_in_the_middle(&self, begin: fn(&Process) -> i64) {
        self.chapter(move |process| {
            let before = begin(process);
            while last_event(process.thrift) == before {}
        })
        .await;
    }

    fn put_all(&self, bucket: &str, files: &[&str]) {
        for number in 0..PARTITIONS {
            for file in files {
                self.s3.put(bucket, &format!("t/n={number:05}/{file}"), "x");
            }
        }
    }

    /// Takes most of the data away, in both buckets.
    fn remove_most(&self) {
        for number in 0..GONE {
            self.s3.remove("hot", &format!("t/n={number:05}/part-0"));
            for file in ["part-0", "_SUCCESS"] {
                self.s3.remove("lake", &format!("t/n={number:05}/{file}"));
            }
        }
    }
}

fn count(address: SocketAddr) -> u64 {
    let mut client = Client::connect(address).expect("it accepts");
    let args = json!({ "db_name": "default", "tbl_name": "t", "filter": "" });
    let count = client.call("get_num_partitions_by_filter", args);
    count.expect("a count").as_u64().expect("a number")
}

fn last_event(address: SocketAddr) -> i64 {
    let mut client = Client::connect(address).expect("it accepts");
    let last = client.call("get_current_notificationEventId", json!({}));
    last.expect("an event")["eventId"]
        .as_i64()
        .expect("a number")
}

/// Makes the table with properties, or gives it some.
fn table_set(address: SocketAddr, properties: &[(&str, &str)]) {
    let mut client = Client::connect(address).expect("it accepts");
    let get = json!({ "dbname": "default", "tbl_name": "t" });
    let known = client.call("get_table", get).ok();
    let is_new = known.is_none();
    let mut table = known.unwrap_or_else(|| partitioned("default", "t", &[("n", "string")]));
    table["tableType"] = json!("EXTERNAL_TABLE");
    table["sd"]["location"] = json!("s3://lake/t");
    table["parameters"]["EXTERNAL"] = json!("TRUE");
    for (key, value) in properties {
        table["parameters"][*key] = json!(value);
    }
    let alter = json!({ "dbname": "default", "tbl_name": "t", "new_tbl": table });
    let done = if is_new {
        client.call("create_table", json!({ "tbl": table }))
    } else {
        client.call("alter_table", alter)
    };
    done.expect("the table takes them");
}

/// The partitions that lie in a bucket.
fn count_in(address: SocketAddr, bucket: &str) -> u64 {
    let mut client = Client::connect(address).expect("it accepts");
    let all = json!({ "db_name": "default", "tbl_name": "t", "max_parts": -1 });
    let found = client.call("get_partitions", all).expect("partitions");
    let places = found.as_array().expect("a list").iter();
    let inside = places.filter(|one| {
        let place = one["sd"]["location"].as_str().expect("a location");
        place.starts_with(&format!("s3://{bucket}/"))
    });
    inside.count() as u64
}

async fn a_killed_sweep_is_taken_up_by_the_next_process(database: TestDatabase) {
    let story = Story::begin(database).await;
    story.put_all("lake", &["part-0"]);
    story
        .chapter(|process| {
            table_set(process.thrift, &[("skep.discovery", "on")]);
            while count(process.thrift) == 0 {}
            assert!(count(process.thrift) < PARTITIONS, "killed too late");
        })
        .await;
    story
        .chapter(|process| {
            let before = count(process.thrift);
            // As soon as it has gone on by a transaction, it dies in the next one.
            while count(process.thrift) <= before && before < PARTITIONS {}
        })
        .await;
    let events = story
        .chapter(|process| {
            while count(process.thrift) < PARTITIONS {}
            told(process.thrift, "ADD_PARTITION", 0)
        })
        .await;
    assert_each_once(&events, PARTITIONS);
}

async fn kills_while_partitions_move_and_drop_leave_whole_changes(database: TestDatabase) {
    let story = Story::begin(database).await;
    story.put_all("hot", &["part-0"]);
    let begun = story
        .chapter(|process| {
            let properties = [
                ("skep.discovery", "on"),
                ("skep.discovery.interval", "5s"),
                ("skep.discovery.roots", "cold,hot"),
                ("skep.discovery.root.cold.marker", "_SUCCESS"),
                ("skep.discovery.root.hot.location", "s3://hot/t"),
            ];
            table_set(process.thrift, &properties);
            while count(process.thrift) < PARTITIONS {}
            last_event(process.thrift)
        })
        .await;

    // They move with the next look, which is due in each process.
    story.put_all("lake", &["part-0", "_SUCCESS"]);
    story
        .killed_in_the_middle(|process| last_event(process.thrift))
        .await;
    let moved = story
        .chapter(move |process| {
            let told_of = |address| last_event(address).abs_diff(begun);
            while told_of(process.thrift) < PARTITIONS {}
            assert_eq!(count_in(process.thrift, "lake"), PARTITIONS);
            told(process.thrift, "ALTER_PARTITION", begun)
        })
        .await;
    assert_each_once(&moved, PARTITIONS);

    // Most are gone: sweeps drop them, and each change of a property makes one due.
    story.remove_most();
    story
        .killed_in_the_middle(|process| {
            sync(process.thrift);
            last_event(process.thrift)
        })
        .await;
    let dropped = story
        .chapter(move |process| {
            while count(process.thrift) > PARTITIONS - GONE {}
            told(process.thrift, "DROP_PARTITION", begun)
        })
        .await;
    assert_each_once(&dropped, GONE);
}

async fn an_undo_that_was_killed_is_finished_by_the_next_one(database: TestDatabase) {
    let story = Story::begin(database).await;
    story.put_all("lake", &["part-0"]);
    let begun = story
        .chapter(|process| {
            table_set(process.thrift, &[("skep.discovery", "on")]);
            first_run_when_done(process);
            last_event(process.thrift)
        })
        .await;
    story
        .killed_in_the_middle(|process| {
            let before = last_event(process.thrift);
            let (run, skep) = (first_run_when_done(process), Skep::at(process.http));
            std::thread::spawn(move || undo(&skep, &run));
            before
        })
        .await;
    let (dropped, runs) = story
        .chapter(move |process| {
            assert!(count(process.thrift) > 0, "killed too late");
            let skep = Skep::at(process.http);
            assert!(undo(&skep, &first_run_when_done(process)));
            assert_eq!(count(process.thrift), 0);
            let runs = skep.json(&["discovery", "runs", "default.t", "--json"]);
            (told(process.thrift, "DROP_PARTITION", begun), runs)
        })
        .await;
    assert_each_once(&dropped, PARTITIONS);
    let ends = runs.iter().map(|run| (&run["cause"], &run["outcome"]));
    let ends: Vec<String> = ends.map(|(cause, end)| format!("{cause} {end}")).collect();
    assert_eq!(
        ends,
        [
            r#""undo" "done""#,
            r#""undo" "abandoned""#,
            r#""sweep" "done""#
        ]
    );
}

/// The number of the run that registered everything, as soon as it has ended.
fn first_run_when_done(process: &Process) -> String {
    let skep = Skep::at(process.http);
    loop {
        let runs = skep.json(&["discovery", "runs", "default.t", "--json"]);
        if let Some(run) = runs.last().filter(|run| run["outcome"] == "done") {
            return run["id"].to_string();
        }
    }
}

/// Takes a run back, as soon as nobody is at the table; whether that was done.
fn undo(skep: &Skep, run: &str) -> bool {
    loop {
        let output = skep.output(&["discovery", "undo", "default.t", run], "");
        let complaint = String::from_utf8(output.stderr).expect("text");
        if !complaint.contains("is being scanned") {
            return output.status.success();
        }
    }
}

async fn messages_that_were_not_followed_come_to_the_next_process(database: TestDatabase) {
    let story = Story::begin(database).await;
    let begun = story
        .chapter(|process| {
            // Messages alone are to register anything: the first look is over, and no other comes for a day.
            let properties = [
                ("skep.discovery", "on"),
                ("skep.discovery.interval", "1d"),
                ("skep.discovery.sweep-interval", "off"),
            ];
            table_set(process.thrift, &properties);
            let show = ["discovery", "show", "default.t", "--json"];
            while Skep::at(process.http).json(&show)[0]["schedule"]["window_at"].is_null() {}
            last_event(process.thrift)
        })
        .await;
    for number in 0..TOLD_OF {
        let key = format!("t/n={number:05}/part-0");
        story.s3.put("lake", &key, "x");
        story.queue.send(created(&key, 1));
    }
    // A look at each place takes long enough to die between two batches.
    story.s3.latency(Duration::from_millis(10));
    let mut known = 0;
    for _ in 0..2 {
        known = story
            .chapter(move |process| {
                while count(process.thrift) <= known && known < TOLD_OF {}
                count(process.thrift)
            })
            .await;
        story.queue.redeliver();
    }
    let told = story
        .chapter(move |process| {
            while count(process.thrift) < TOLD_OF {}
            told(process.thrift, "ADD_PARTITION", begun)
        })
        .await;
    assert_each_once(&told, TOLD_OF);
}

/// Lets sweeps drop what is gone; said anew, so that one is due.
fn sync(address: SocketAddr) {
    let count_max = (PARTITIONS + last_event(address).unsigned_abs()).to_string();
    let properties = [
        ("skep.discovery.mode", "sync"),
        ("skep.discovery.drop-count-max", count_max.as_str()),
        ("skep.discovery.drop-share-max", "100"),
    ];
    table_set(address, &properties);
}

fn assert_each_once(told: &[String], partitions: u64) {
    assert_eq!(told.len() as u64, partitions, "each is told once");
    let once: BTreeSet<&String> = told.iter().collect();
    assert_eq!(once.len() as u64, partitions);
}

/// The values of the partitions that events of a kind tell of, after an event.
fn told(address: SocketAddr, kind: &str, after: i64) -> Vec<String> {
    let mut client = Client::connect(address).expect("it accepts");
    let mut told = Vec::new();
    let mut last = after;
    loop {
        let after = json!({ "rqst": { "lastEvent": last, "maxEvents": 50 } });
        let events = client.call("get_next_notification", after).expect("events");
        let events = events["events"].as_array().expect("a list");
        let Some(newest) = events.last() else {
            return told;
        };
        last = newest["eventId"].as_i64().expect("a number");
        for event in events.iter().filter(|event| event["eventType"] == kind) {
            let message = event["message"].as_str().expect("a text");
            let message: Value = serde_json::from_str(message).expect("JSON");
            let one = message.get("keyValues").into_iter();
            let many = message["partitions"].as_array().into_iter().flatten();
            let values = many.chain(one).map(|one| one["n"].as_str());
            told.extend(values.map(|value| value.expect("a value").to_owned()));
        }
    }
}
