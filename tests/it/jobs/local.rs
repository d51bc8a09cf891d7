//! On a file system a directory moves at once, before the commit that says so: what a process leaves that is killed
//! between the two, at any other moment, and in the middle of a deletion.

use super::fixture::{call, jobs_ended, location, renaming, stand};
use super::story::{Story, make, names, partition};
use crate::client::Client;
use crate::faults::killed::Process;
use crate::harness::{TestDatabase, on_every_database};
use crate::thrift::objects::{partitioned, table};
use serde_json::{Value, json};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

on_every_database!(
    directories_that_moved_before_a_kill_are_followed_by_their_commit,
    directories_whose_commit_cannot_be_after_a_kill_move_back,
    local_tables_are_whole_after_kills_at_any_moment,
    a_local_drop_that_was_killed_half_way_is_finished,
);

/// Files of a table whose deletion takes long enough to be killed in it.
const FILES: usize = 20_000;

/// A change of the catalog that directories move for.
struct Change {
    kind: &'static str,
    method: &'static str,
    arguments: Value,
    /// From where to where below the warehouse.
    moves: Vec<(&'static str, &'static str)>,
    /// What takes the new name meanwhile, with its data elsewhere.
    rival: (&'static str, Value),
    /// What the change is told then.
    told: &'static str,
    /// What takes the rival away again.
    withdrawal: (&'static str, Value),
}

fn changes(elsewhere: &str) -> [Change; 3] {
    let mut rival = table("default", "u");
    rival["sd"]["location"] = json!(elsewhere);
    let rival_of = |table: &str, values: &[&str]| json!({ "new_part": partition(table, values, Some(elsewhere)) });
    let withdrawal_of = |table: &str, values: &[&str]| {
        json!({
            "db_name": "default", "tbl_name": table, "part_vals": values, "deleteData": false,
        })
    };
    [
        Change {
            kind: "rename_table",
            method: "alter_table",
            arguments: renaming("t", "u"),
            moves: vec![("t", "u")],
            rival: ("create_table", json!({ "tbl": rival })),
            told: "new table default.u already exists",
            withdrawal: (
                "drop_table",
                json!({ "dbname": "default", "name": "u", "deleteData": false }),
            ),
        },
        Change {
            kind: "rename_partition",
            method: "rename_partition",
            arguments: json!({
                "db_name": "default", "tbl_name": "p", "part_vals": ["0"],
                "new_part": partition("p", &["1"], Some(elsewhere)),
            }),
            moves: vec![("p/ds=0", "p/ds=1")],
            rival: ("add_partition", rival_of("p", &["1"])),
            told: "Partition already exists",
            withdrawal: ("drop_partition", withdrawal_of("p", &["1"])),
        },
        Change {
            kind: "exchange_partitions",
            method: "exchange_partition",
            arguments: json!({
                "partitionSpecs": { "ds": "a" },
                "source_db": "default", "source_table_name": "p0",
                "dest_db": "default", "dest_table_name": "p1",
            }),
            moves: vec![
                ("p0/ds=a/n=1", "p1/ds=a/n=1"),
                ("p0/ds=a/n=2", "p1/ds=a/n=2"),
            ],
            rival: ("add_partition", rival_of("p1", &["a", "2"])),
            told: "already exists",
            withdrawal: ("drop_partition", withdrawal_of("p1", &["a", "2"])),
        },
    ]
}

/// A warehouse on disk with what is to be moved, and the processes over it.
struct House {
    story: Story,
    warehouse: PathBuf,
}

impl House {
    async fn of(database: TestDatabase) -> Self {
        let story = Story::begin(database).await;
        let warehouse = story.folder.path().join("warehouse");
        Self { story, warehouse }
    }

    /// One with a table and three partitions that have a file each.
    async fn begin(database: TestDatabase) -> (Self, Process) {
        let house = Self::of(database).await;
        let process = house.start().await;
        make(&process, table("default", "t")).await;
        make(&process, partitioned("default", "p", &[("ds", "string")])).await;
        for name in ["p0", "p1"] {
            let keys = [("ds", "string"), ("n", "string")];
            make(&process, partitioned("default", name, &keys)).await;
        }
        for one in [
            partition("p", &["0"], None),
            partition("p0", &["a", "1"], None),
            partition("p0", &["a", "2"], None),
        ] {
            let add = json!({ "new_part": one });
            call(process.thrift, "add_partition", add).await.unwrap();
        }
        for at in ["t", "p/ds=0", "p0/ds=a/n=1", "p0/ds=a/n=2"] {
            fs::write(house.warehouse.join(at).join("file"), at).unwrap();
        }
        (house, process)
    }

    async fn start(&self) -> Process {
        let environment = [
            ("SKEP_TASKS__JOB_INTERVAL_S", "1".to_owned()),
            ("SKEP_TASKS__LAKE_CLEANUP_INTERVAL_S", "1".to_owned()),
        ];
        self.story.start_with(&environment).await
    }

    /// Asks for a change and kills between the move and the commit: that one fails because it finds no place for its
    /// event, as where the database goes away in that moment.
    async fn killed_before_the_commit(&self, mut process: Process, change: &Change) {
        let database = &self.story.database;
        database
            .execute("ALTER TABLE skep_events RENAME TO skep_events_away")
            .await;
        let arguments = change.arguments.clone();
        call(process.thrift, change.method, arguments)
            .await
            .unwrap_err();
        process.kill();
        database
            .execute("ALTER TABLE skep_events_away RENAME TO skep_events")
            .await;
        assert!(self.have_moved(change), "{}", change.kind);
        assert_eq!(
            database
                .number("SELECT COUNT(*) FROM skep_jobs WHERE phase = 'copying'")
                .await,
            1,
            "{}",
            change.kind
        );
    }

    /// Whether the directories stand at their new places and not at their old ones; nothing lies at both or none.
    fn have_moved(&self, change: &Change) -> bool {
        let at = |place: &str| {
            let directory = self.warehouse.join(place);
            assert_eq!(
                directory.exists(),
                directory.join("file").exists(),
                "{place} has its file"
            );
            directory.exists()
        };
        let moved: Vec<bool> = change
            .moves
            .iter()
            .map(|(from, to)| {
                assert_ne!(at(from), at(to), "{from} and {to}");
                at(to)
            })
            .collect();
        assert!(moved.iter().all(|one| *one == moved[0]), "{moved:?}");
        moved[0]
    }
}

async fn directories_that_moved_before_a_kill_are_followed_by_their_commit(database: TestDatabase) {
    let (house, mut process) = House::begin(database).await;
    for change in changes("file:/nowhere") {
        house.killed_before_the_commit(process, &change).await;
        house.story.time_passes().await;
        process = house.start().await;
        let ended = jobs_ended(process.http).await;
        assert_eq!(stand(&ended)[0], (change.kind, "done"));
        assert!(house.have_moved(&change), "{}", change.kind);
        // Its caller was told of a failure, and asks again.
        call(process.thrift, change.method, change.arguments)
            .await
            .unwrap();
    }
    let found = location(process.thrift, "u").await.unwrap();
    assert!(found.ends_with("/warehouse/u"), "{found}");
    location(process.thrift, "t").await.unwrap_err();
    assert_eq!(names(process.thrift, "p").await, ["ds=1"]);
    assert!(names(process.thrift, "p0").await.is_empty());
    assert_eq!(names(process.thrift, "p1").await, ["ds=a/n=1", "ds=a/n=2"]);
}

async fn directories_whose_commit_cannot_be_after_a_kill_move_back(database: TestDatabase) {
    let (house, mut process) = House::begin(database).await;
    let elsewhere = house.warehouse.join("elsewhere").display().to_string();
    for change in changes(&elsewhere) {
        house.killed_before_the_commit(process, &change).await;
        // Another replica takes the name before anybody goes on with the job.
        house
            .story
            .database
            .execute("UPDATE skep_jobs SET next_at = next_at + 3600")
            .await;
        process = house.start().await;
        let (method, arguments) = change.rival.clone();
        call(process.thrift, method, arguments).await.unwrap();
        house.story.time_passes().await;
        let ended = jobs_ended(process.http).await;
        assert_eq!(stand(&ended)[0], (change.kind, "failed"));
        let told = ended[0]["error"].as_str().unwrap();
        assert!(told.contains(change.told), "{told}");
        assert!(!house.have_moved(&change), "{}", change.kind);

        let again = || call(process.thrift, change.method, change.arguments.clone());
        again().await.unwrap_err();
        assert!(!house.have_moved(&change), "{}", change.kind);
        let (method, arguments) = change.withdrawal.clone();
        call(process.thrift, method, arguments).await.unwrap();
        again().await.unwrap();
        assert!(house.have_moved(&change), "nothing is in the way");
    }
}

/// Killed when some of its files are gone and others are not.
async fn a_local_drop_that_was_killed_half_way_is_finished(database: TestDatabase) {
    let (house, mut process) = House::begin(database).await;
    let files = house.warehouse.join("t");
    for number in 0..FILES {
        fs::write(files.join(format!("part-{number:05}")), "").unwrap();
    }
    let beside = house.warehouse.join("t2/file");
    fs::create_dir(beside.parent().unwrap()).unwrap();
    fs::write(&beside, "x").unwrap();
    let drop = json!({ "dbname": "default", "name": "t", "deleteData": true });
    let asked = tokio::spawn(call(process.thrift, "drop_table", drop));
    while left(&files) > FILES {
        tokio::task::yield_now().await;
    }
    process.kill();
    asked.await.unwrap().unwrap_err();
    assert!(left(&files) > 0, "killed too late");

    process = house.start().await;
    location(process.thrift, "t").await.unwrap_err();
    let database = &house.story.database;
    // As if the drop had been an hour after the files were written.
    database
        .execute("UPDATE skep_pending_deletes SET created_at = created_at + 3600")
        .await;
    make(&process, table("default", "t")).await;
    assert_eq!(left(&files), 0, "no row of the dropped table reappears");
    fs::write(files.join("new"), "x").unwrap();
    assert_eq!(house.story.ended(&process).await[0], "done");
    assert!(files.join("new").exists() && beside.exists());
}

/// How many files a directory has.
fn left(directory: &Path) -> usize {
    fs::read_dir(directory).map_or(0, Iterator::count)
}

/// On a file system a directory moves at once, so no request can be held back: kills come as they come, while a client
/// renames a table as fast as it can.
async fn local_tables_are_whole_after_kills_at_any_moment(database: TestDatabase) {
    let house = House::of(database).await;
    let mut process = house.start().await;
    make(&process, table("default", "t0")).await;
    let warehouse = house.warehouse.clone();
    fs::write(warehouse.join("t0/file"), "x").unwrap();
    let mut name = "t0".to_owned();
    for round in 0..6_usize {
        let renames = Arc::new(AtomicUsize::new(0));
        let renaming = tokio::task::spawn_blocking({
            let (address, name, renames) = (process.thrift, name.clone(), Arc::clone(&renames));
            move || rename_until_killed(address, &name, round, &renames)
        });
        while renames.load(Ordering::SeqCst) < 2 + round {
            tokio::task::yield_now().await;
        }
        process.kill();
        let (last, next) = renaming.await.unwrap();
        house.story.time_passes().await;
        process = house.start().await;
        jobs_ended(process.http).await;
        name = whole(&process, &warehouse, [&last, &next]).await;
    }
}

/// Renames a table again and again; gives the last name that was acknowledged, and the one after it.
fn rename_until_killed(
    address: SocketAddr,
    name: &str,
    round: usize,
    renames: &AtomicUsize,
) -> (String, String) {
    let mut last = name.to_owned();
    let mut client = Client::connect(address).expect("it accepts");
    loop {
        let number = renames.load(Ordering::SeqCst);
        let next = format!("r{round}_{number}");
        if client.call("alter_table", renaming(&last, &next)).is_err() {
            return (last, next);
        }
        renames.store(number + 1, Ordering::SeqCst);
        last = next;
    }
}

/// The table has one of two names, and its file is where the catalog says.
async fn whole(process: &Process, warehouse: &Path, names: [&String; 2]) -> String {
    let mut found = Vec::new();
    for name in names {
        if let Ok(place) = location(process.thrift, name).await {
            assert!(place.ends_with(&format!("/warehouse/{name}")), "{place}");
            assert!(
                warehouse.join(name).join("file").exists(),
                "{name} is empty"
            );
            found.push(name.clone());
        } else {
            assert!(!warehouse.join(name).exists(), "{name} is left over");
        }
    }
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}
