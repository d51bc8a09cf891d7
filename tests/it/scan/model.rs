//! Random trees of objects: both kinds of scan, on both storages, against the plain grouping of all keys.

use super::naive::{self, Thing};
use super::{keys, request, scan};
use crate::s3::S3Server;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::test_runner::{Config, TestRunner};
use skep::lake::{Lake, ScanRequest};
use skep::layout::{Layout, Window};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, UNIX_EPOCH};

const MARKER: &str = "_SUCCESS";
const DAY_S: i64 = 86_400;
/// The first of January 2024.
const BEGIN_S: i64 = 1_704_067_200;

/// One of the layouts, and the names that its levels may have, wrong ones among them.
fn layout(number: usize) -> (Layout, [Vec<&'static str>; 3]) {
    match number {
        0 => (
            Layout::parse("{dt:%Y/%m/%d}", &keys(&["dt"])).unwrap(),
            [
                vec!["2024", "2025", "2024-", "junk", "_tmp"],
                vec!["01", "02", "03", "13", ".hidden"],
                vec!["01", "02", "15", "28", "29", "30", "1", "x"],
            ],
        ),
        1 => (
            Layout::parse(
                "year={year:%Y}/month={month:%m}/{kind}",
                &keys(&["year", "month", "kind"]),
            )
            .unwrap(),
            [
                vec!["year=2024", "year=2025", "Year=2024", "_year=2024"],
                vec!["month=01", "month=02", "month=1", "month=01-old"],
                vec!["a", "a-", "a.b", "b", "_c"],
            ],
        ),
        2 => (
            Layout::parse(
                "{region}/{dt:%Y-%m}-{dt:%d}/{hour}",
                &keys(&["region", "dt", "hour"]),
            )
            .unwrap(),
            [
                vec!["eu", "eu-1", "us", "서울", ".git"],
                vec!["2024-01-01", "2024-01-31", "2024-02-30", "2025-01-01", "x"],
                vec!["00", "1", "23"],
            ],
        ),
        _ => (
            Layout::parse("dt={dt:%Y-%m-%d}", &keys(&["dt"])).unwrap(),
            [
                vec![
                    "dt=2024-01-01",
                    "dt=2024-01-02",
                    "dt=2024-01-02-copy",
                    "dt=2024-02-01",
                    "dt=2025-01-01",
                    "dt=2025-02-29",
                    "tmp",
                ],
                vec!["sub", "_sub"],
                vec!["a"],
            ],
        ),
    }
}

type Tree = (usize, Vec<Thing>, i64, i64, usize);

fn tree() -> impl Strategy<Value = Tree> {
    let thing = (
        any::<[usize; 3]>(),
        0_usize..=3,
        select(vec![
            "part-0", "part-1", "part-10", "part-2", ".crc", MARKER, "z/part",
        ]),
        prop_oneof![1 => Just(0_u64), 5 => 1_u64..4],
        1_i64..5,
    );
    let things = prop::collection::vec(thing, 0..150);
    (0_usize..4, things, -40_i64..420, 0_i64..90, 2_usize..40).prop_map(
        |(number, things, first, days, page)| {
            let (_, names) = layout(number);
            // A key is there once.
            let mut unique = BTreeMap::new();
            for (picks, depth, file, bytes, at) in things {
                let mut path = String::new();
                for (pick, names) in picks.iter().zip(&names).take(depth) {
                    path.push_str(names[pick % names.len()]);
                    path.push('/');
                }
                path.push_str(file);
                unique.insert(path.clone(), Thing { path, bytes, at });
            }
            (number, unique.into_values().collect(), first, days, page)
        },
    )
}

#[test]
fn scans_find_what_the_plain_grouping_of_all_keys_finds() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let (server, lake) = runtime.block_on(async {
        let server = S3Server::start(&[]).await;
        let lake = Lake::new(&server.storage_settings(), &[]);
        (server, lake)
    });
    let case = std::cell::Cell::new(0);
    let mut runner = TestRunner::new(Config {
        cases: 150,
        failure_persistence: None,
        ..Config::default()
    });
    let outcome = runner.run(&tree(), |tree| {
        case.set(case.get() + 1);
        // A case that fails is tried again in smaller forms, each in a bucket of its own.
        let bucket = format!("lake-{}", case.get());
        runtime.block_on(check(&server, &lake, &bucket, &tree))
    });
    outcome.unwrap();
}

async fn check(
    server: &S3Server,
    lake: &Lake,
    bucket: &str,
    (number, things, first, days, page): &Tree,
) -> Result<(), TestCaseError> {
    let (layout, _) = layout(*number);
    let directory = tempfile::tempdir().unwrap();
    server.bucket_make(bucket);
    server.page_keys_max(*page);
    for thing in things {
        write(server, bucket, directory.path(), thing);
    }
    let from_s = BEGIN_S + first * DAY_S + 7;
    let window = Window {
        from_s,
        to_s: from_s + days * DAY_S + 3_600,
    };
    let skip = |values: &[String]| values.concat().len().is_multiple_of(3);
    let roots = [
        format!("s3a://{bucket}/t"),
        format!("file:{}", directory.path().display()),
    ];
    for root in roots {
        let sweep = ScanRequest {
            marker: Some(MARKER),
            skip: &skip,
            ..request(&root, &layout, None)
        };
        let (found, summary) = scan(lake, sweep).await.unwrap();
        prop_assert!(summary.complete);
        prop_assert_eq!(
            summary.partitions,
            u64::try_from(found.partitions.len()).unwrap()
        );
        let plain = naive::sweep(&root, &layout, MARKER, things);
        prop_assert_eq!(&found, &plain, "sweep of {}", root);

        let run = ScanRequest {
            window: Some(window),
            ..sweep
        };
        let (found, summary) = scan(lake, run).await.unwrap();
        prop_assert!(summary.complete);
        let plain = naive::within(plain, &layout, window, skip);
        prop_assert_eq!(
            &found.partitions,
            &plain.partitions,
            "window run of {}",
            root
        );
    }
    Ok(())
}

fn write(server: &S3Server, bucket: &str, directory: &Path, thing: &Thing) {
    let bytes = vec![b'x'; usize::try_from(thing.bytes).unwrap()];
    let at = u64::try_from(thing.at).unwrap();
    let path = directory.join(&thing.path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(&path, &bytes).unwrap();
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.set_modified(UNIX_EPOCH + Duration::from_secs(at))
        .unwrap();
    server.put_written_at(bucket, &format!("t/{}", thing.path), bytes, at);
}
