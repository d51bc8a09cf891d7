//! Random trees of odd names, on the object store and on disk: every directory with data is a partition or is told as left
//! out, with a reason, and never neither.

use super::fixture::{World, at};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use skep::discovery::DiscoveryScope;
use skep::model::Location;
use std::collections::BTreeSet;
use std::path::Path;

/// Names of directories, good ones and odd ones. Both storages can have them.
const NAMES: [&str; 16] = [
    "dt=2026-01-01",
    "dt=2026-01-02",
    "dt=2026-02-30",
    "DT=2026-01-01",
    "dt=2026-01-01 copy",
    "dt=2026%2D01%2D01",
    "dt=",
    "dt=__HIVE_DEFAULT_PARTITION__",
    "hour=7",
    "hour=07",
    "hour=x",
    "hour=7=8",
    "hour=%37",
    "junk",
    "a+b&c",
    "매출",
];
/// Keys that only an object store can have, below a directory of any name.
const ODD_KEYS: [&str; 5] = ["/f", "//f", "../f", "./f", "x//y/f"];

/// A file: the directories above it, and whether an odd key lies beside it (or, on disk, a link).
type Files = Vec<(Vec<&'static str>, Option<&'static str>)>;

fn files() -> impl Strategy<Value = Files> {
    let file = (
        prop::collection::vec(select(&NAMES[..]), 0..4),
        prop::option::weighted(0.2, select(&ODD_KEYS[..])),
    );
    prop::collection::vec(file, 0..40)
}

/// The directories of the files, relative to the root.
fn directories(files: &Files) -> BTreeSet<String> {
    files.iter().map(|(names, _)| names.join("/")).collect()
}

/// Whether a directory lies in one that was told, or is it, or holds what was told of its odd parts.
fn is_told(directory: &str, told: &BTreeSet<String>) -> bool {
    let inside = |told: &String| {
        directory == told
            || directory.starts_with(&format!("{told}/"))
            // A file that lies above the partitions is told itself.
            || *told == Path::new(directory).join("part-0").display().to_string()
    };
    told.iter().any(inside)
}

/// What a sweep would do with the table `t`: the places of its partitions and of what it leaves out, below `root`.
async fn swept(world: &World, table: &str, root: &str) -> (BTreeSet<String>, BTreeSet<String>) {
    let plan = world
        .discovery()
        .for_system()
        .discovery_plan(&at(table), DiscoveryScope::Sweep)
        .await
        .expect("a plan");
    assert_eq!(plan.stopped, None);
    let below = |place: &str| {
        let below = place.strip_prefix(root).expect("it lies below the root");
        below.trim_matches('/').to_owned()
    };
    for skip in &plan.skipped {
        assert!(!skip.reason.is_empty(), "{skip:?}");
    }
    (
        plan.added.iter().map(|one| below(&one.location)).collect(),
        plan.skipped.iter().map(|one| below(&one.path)).collect(),
    )
}

fn accounted(
    files: &Files,
    found: &(BTreeSet<String>, BTreeSet<String>),
) -> Result<(), TestCaseError> {
    let (partitions, told) = found;
    for directory in directories(files) {
        let is_partition = partitions
            .iter()
            .any(|one| directory == *one || directory.starts_with(&format!("{one}/")));
        prop_assert!(
            is_partition || is_told(&directory, told),
            "{directory:?} is neither in {partitions:?} nor in {told:?}"
        );
    }
    Ok(())
}

#[test]
fn every_directory_with_data_is_a_partition_or_is_told() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = runtime.block_on(World::quiet());
    let case = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(Config {
        cases: 40,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&files(), |files| {
        case.set(case.get() + 1);
        let (bucket, disk) = (format!("b{}", case.get()), format!("d{}", case.get()));
        runtime.block_on(async {
            in_a_bucket(&world, &bucket, &files).await?;
            on_disk(&world, &disk, &files).await
        })
    });
    outcome.unwrap();
}

const KEYS: [(&str, &str); 2] = [("dt", "date"), ("hour", "int")];
const ON: [(&str, &str); 1] = [("skep.discovery", "on")];

async fn in_a_bucket(world: &World, name: &str, files: &Files) -> Result<(), TestCaseError> {
    for (directories, odd) in files {
        let directory = match &directories[..] {
            [] => String::new(),
            _ => directories.join("/") + "/",
        };
        world
            .s3
            .put("lake", &format!("{name}/{directory}part-0"), "x");
        if let Some(odd) = odd {
            world
                .s3
                .put("lake", &format!("{name}/{directory}{odd}"), "x");
        }
    }
    world.table(name, &KEYS, &ON).await;
    let found = swept(world, name, &format!("s3://lake/{name}")).await;
    accounted(files, &found)?;
    // An odd key is told by as much of it as has a name.
    for (directories, odd) in files {
        if let Some(odd) = odd {
            let directory = directories.join("/");
            let below = |told: &String| {
                is_told(&directory, &BTreeSet::from([told.clone()])) || told.starts_with(&directory)
            };
            prop_assert!(
                found.1.iter().any(below),
                "{directory:?} {odd:?}: {found:?}"
            );
        }
    }
    Ok(())
}

async fn on_disk(world: &World, name: &str, files: &Files) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let elsewhere = tempfile::tempdir().unwrap();
    let mut links = BTreeSet::new();
    for (directories, odd) in files {
        let directory = root.join(directories.join("/"));
        std::fs::create_dir_all(&directory).unwrap();
        std::fs::write(directory.join("part-0"), "x").unwrap();
        if odd.is_some() {
            let link = directory.join("link");
            if !link.is_symlink() {
                std::os::unix::fs::symlink(elsewhere.path(), &link).unwrap();
            }
            links.insert(directories.join("/"));
        }
    }
    let location = format!("file://{}", root.display());
    world.table_at(name, &location, &KEYS, &ON).await;
    // As the server writes it.
    let location = Location::parse(&location).unwrap().to_string();
    let found = swept(world, name, &location).await;
    accounted(files, &found)?;
    for directory in links {
        let link = Path::new(&directory).join("link").display().to_string();
        prop_assert!(
            found.1.contains(&link) || is_told(&directory, &found.1),
            "{link:?} is not in {:?}",
            found.1
        );
    }
    Ok(())
}
