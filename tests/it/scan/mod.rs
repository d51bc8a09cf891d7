//! Finding partitions on both storages: what a scan finds, what it costs, and what it says when it cannot see all.

mod faults;
mod model;
mod naive;
mod odd_keys;
mod window;

use crate::harness::place;
use crate::s3::S3Server;
use skep::lake::{FoundPartition, Lake, LakeError, ScanItem, ScanRequest, ScanSummary};
use skep::layout::{Layout, Window};
use skep::model::Column;
use std::collections::{BTreeMap, BTreeSet};
use tokio::sync::mpsc;

/// Partition keys of type string.
fn keys(names: &[&str]) -> Vec<Column> {
    let column = |name: &&str| Column {
        name: (*name).to_owned(),
        data_type: "string".to_owned(),
        comment: None,
    };
    names.iter().map(column).collect()
}

/// A request with room for everything.
fn request<'a>(root: &str, layout: &'a Layout, window: Option<Window>) -> ScanRequest<'a> {
    ScanRequest {
        root: Box::leak(Box::new(place(root))),
        layout,
        window,
        marker: None,
        requests_max: 10_000,
        requests_concurrent_max: 4,
        skip: &|_| false,
    }
}

/// What a scan found, by path.
#[derive(Debug, Default, PartialEq)]
struct Found {
    partitions: BTreeMap<String, FoundPartition>,
    mismatches: BTreeMap<String, String>,
}

/// Runs a scan with a receiver beside it; nothing may be found twice.
async fn scan(lake: &Lake, request: ScanRequest<'_>) -> Result<(Found, ScanSummary), LakeError> {
    let (sender, mut receiver) = mpsc::channel(2);
    let receive = async {
        let mut found = Found::default();
        while let Some(batch) = receiver.recv().await {
            for item in batch {
                match item {
                    ScanItem::Partition(one) => {
                        let before = found.partitions.insert(one.path.clone(), one);
                        assert_eq!(before, None, "found twice");
                    }
                    ScanItem::Mismatch { path, reason } => {
                        let before = found.mismatches.insert(path.clone(), reason);
                        assert_eq!(before, None, "{path} is told twice");
                    }
                }
            }
        }
        found
    };
    let (summary, found) = tokio::join!(lake.scan(request, sender), receive);
    Ok((found, summary?))
}

async fn remote() -> (S3Server, Lake) {
    let server = S3Server::start(&["lake"]).await;
    let lake = Lake::new(&server.storage_settings(), &[]);
    (server, lake)
}

#[tokio::test]
async fn a_sweep_finds_data_and_passes_what_is_hidden_or_empty() {
    let (server, lake) = remote().await;
    let layout = Layout::hive(&keys(&["dt", "hour"]));
    server.put_written_at("lake", "t/dt=2024-01-01/hour=00/part-0", "12345", 100);
    server.put_written_at("lake", "t/dt=2024-01-01/hour=00/sub/part-1", "123", 300);
    server.put_written_at("lake", "t/dt=2024-01-01/hour=00/part-2", "1", 200);
    server.put("lake", "t/dt=2024-01-01/hour=00/_SUCCESS", "");
    for hidden in [
        "t/dt=2024-01-01/hour=00/_temporary/0/part-9",
        "t/_staging/hour=00/part-0",
        "t/dt=2024-01-01/.hive-staging/part-0",
        "t/dt=2024-01-01/hour=01/.part-0.crc",
    ] {
        server.put("lake", hidden, "x");
    }
    for empty in [
        "t/",
        "t/dt=2024-01-02/",
        "t/dt=2024-01-02/hour=00/",
        "t/dt=2024-01-02/hour=01/part-0",
        "t/dt=2024-01-03_$folder$",
    ] {
        server.put("lake", empty, "");
    }
    server.put("lake", "t/dt=2024-01-04/hour=00/_SUCCESS", "");
    server.put("lake", "t2/dt=2024-01-01/hour=00/part-0", "x");
    let sweep = ScanRequest {
        marker: Some("_SUCCESS"),
        ..request("s3a://lake/t", &layout, None)
    };
    let (found, summary) = scan(&lake, sweep).await.unwrap();
    let paths: Vec<&str> = found.partitions.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        ["dt=2024-01-01/hour=00", "dt=2024-01-04/hour=00"],
        "the second has the marker that was asked for, and no data"
    );
    let one = &found.partitions["dt=2024-01-01/hour=00"];
    assert_eq!(one.values, ["2024-01-01", "00"]);
    assert_eq!((one.files, one.bytes, one.marker), (3, 9, true));
    assert_eq!((one.oldest_at, one.newest_at), (100, 300));
    let sample = one.sample.as_ref().unwrap();
    assert_eq!(
        (sample.location.as_str(), sample.bytes),
        ("s3a://lake/t/dt=2024-01-01/hour=00/sub/part-1", 3)
    );
    let other = &found.partitions["dt=2024-01-04/hour=00"];
    assert_eq!((other.files, other.marker, &other.sample), (0, true, &None));
    assert!(found.mismatches.is_empty(), "{:?}", found.mismatches);
    assert!(summary.complete && summary.stopped.is_none());
    assert_eq!((summary.partitions, summary.requests), (2, 1));
}

#[tokio::test]
async fn what_does_not_fit_is_told_once_with_its_reason() {
    let (server, lake) = remote().await;
    server.page_keys_max(5);
    let layout = Layout::parse("{dt:%Y/%m/%d}", &keys(&["dt"])).unwrap();
    for number in 0..20 {
        server.put("lake", &format!("t/backup/2024/01/{number:02}/part"), "x");
        server.put("lake", &format!("t/2024/13/{number:02}/part"), "x");
    }
    server.put("lake", "t/2024/02/30/part", "x");
    server.put("lake", "t/2024/02/readme.txt", "x");
    server.put("lake", "t/2024/02/28/part", "x");
    server.put("lake", "t/junk/_hidden", "x");
    let sweep = request("s3://lake/t", &layout, None);
    let (found, summary) = scan(&lake, sweep).await.unwrap();
    let paths: Vec<&String> = found.partitions.keys().collect();
    assert_eq!(paths, ["2024/02/28"]);
    let told: Vec<&str> = found.mismatches.keys().map(String::as_str).collect();
    assert_eq!(
        told,
        ["2024/02/30", "2024/02/readme.txt", "2024/13", "backup"]
    );
    assert!(found.mismatches["2024/02/30"].contains("calendar"));
    assert!(found.mismatches["backup"].contains("does not fit"));
    assert_eq!(summary.mismatches, 4);
}

#[tokio::test]
async fn mismatches_are_listed_up_to_a_limit_and_all_counted() {
    let (server, lake) = remote().await;
    let layout = Layout::hive(&keys(&["dt"]));
    for number in 0..1_200 {
        server.put("lake", &format!("t/junk-{number}/part"), "x");
    }
    let sweep = request("s3://lake/t", &layout, None);
    let (found, summary) = scan(&lake, sweep).await.unwrap();
    assert_eq!(found.mismatches.len(), 1_000);
    assert_eq!(summary.mismatches, 1_200);
    assert!(summary.complete);
}

/// More children than are gone into at once, on two levels: all are found, each once.
#[tokio::test]
async fn many_directories_beside_each_other_on_disk_are_all_found() {
    let directory = tempfile::tempdir().unwrap();
    let layout = Layout::hive(&keys(&["dt", "hour"]));
    let mut wanted = BTreeSet::new();
    let days = (0..2_500).map(|day| (day, 1)).chain([(7_000, 2_500)]);
    for (day, hours) in days {
        for hour in 0..hours {
            let path = format!("dt={day}/hour={hour}");
            let at = directory.path().join(&path);
            std::fs::create_dir_all(&at).unwrap();
            std::fs::write(at.join("part"), "x").unwrap();
            wanted.insert(path);
        }
    }
    std::fs::create_dir(directory.path().join("other")).unwrap();
    std::fs::write(directory.path().join("other/part"), "x").unwrap();
    let (_server, lake) = remote().await;
    let root = format!("file:{}", directory.path().display());
    let sweep = request(&root, &layout, None);
    let (found, summary) = scan(&lake, sweep).await.unwrap();
    assert!(summary.complete, "{summary:?}");
    let paths: BTreeSet<String> = found.partitions.into_keys().collect();
    assert!(paths == wanted, "{} of {}", paths.len(), wanted.len());
    assert_eq!(found.mismatches.len(), 1);
}

#[tokio::test]
async fn a_missing_directory_is_an_error_where_it_can_be_told() {
    let directory = tempfile::tempdir().unwrap();
    let layout = Layout::hive(&keys(&["dt"]));
    let (_server, lake) = remote().await;
    let root = format!("file:{}/none", directory.path().display());
    let error = scan(&lake, request(&root, &layout, None))
        .await
        .unwrap_err();
    assert!(matches!(error, LakeError::NotFound { .. }), "{error}");
    let error = scan(&lake, request("s3://absent/t", &layout, None))
        .await
        .unwrap_err();
    assert!(matches!(error, LakeError::NotFound { .. }), "{error}");
    let error = scan(&lake, request("hdfs://nn/t", &layout, None))
        .await
        .unwrap_err();
    assert!(matches!(error, LakeError::Unsupported { .. }), "{error}");
    let (found, summary) = scan(&lake, request("s3://lake/none", &layout, None))
        .await
        .unwrap();
    assert!(found.partitions.is_empty() && summary.complete);
}
