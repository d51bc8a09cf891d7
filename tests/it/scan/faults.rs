//! Stores that fail, break off, answer late or refuse, and budgets that end: never a part that looks like the whole.

use super::{keys, request, scan};
use crate::harness::{delete, place};
use crate::s3::S3Server;
use skep::lake::{Lake, LakeError, ScanRequest};
use skep::layout::Layout;
use std::time::Duration;
use tokio::sync::mpsc;

const PARTITIONS: usize = 400;

async fn filled(retries_max: usize) -> (S3Server, Lake, Layout) {
    let server = S3Server::start(&["lake"]).await;
    let mut settings = server.storage_settings();
    settings.s3.retries_max = retries_max;
    let lake = Lake::new(&settings, &[]);
    server.page_keys_max(20);
    for number in 0..PARTITIONS {
        let (one, other) = (number / 20, number % 20);
        server.put("lake", &format!("t/a={one:02}/b={other:02}/part"), "x");
    }
    (server, lake, Layout::hive(&keys(&["a", "b"])))
}

#[tokio::test]
async fn a_store_that_asks_to_slow_down_is_asked_again() {
    let (server, lake, layout) = filled(3).await;
    server.fail("ListObjectsV2", "", 3, 2, 503);
    server.fail("ListObjectsV2", "", 9, 1, 500);
    let sweep = request("s3a://lake/t", &layout, None);
    let (found, summary) = scan(&lake, sweep).await.unwrap();
    assert_eq!(found.partitions.len(), PARTITIONS);
    assert!(summary.complete);
    let sent = server.requests("ListObjectsV2") as u64;
    assert_eq!(sent, summary.requests + 3, "repetitions are not counted");
}

#[tokio::test]
async fn a_store_that_keeps_failing_fails_the_scan() {
    let (server, lake, layout) = filled(1).await;
    server.fail("ListObjectsV2", "", 5, 1_000, 503);
    let error = scan(&lake, request("s3a://lake/t", &layout, None))
        .await
        .unwrap_err();
    assert!(matches!(error, LakeError::Unavailable { .. }), "{error:?}");
    assert!(error.retryable());
}

#[tokio::test]
async fn a_listing_that_breaks_off_is_asked_for_again_and_never_taken_as_it_is() {
    let (server, lake, layout) = filled(0).await;
    server.break_listings(2);
    let (found, summary) = scan(&lake, request("s3a://lake/t", &layout, None))
        .await
        .unwrap();
    assert_eq!(found.partitions.len(), PARTITIONS);
    assert!(summary.complete);
    server.break_listings(1_000);
    let error = scan(&lake, request("s3a://lake/t", &layout, None))
        .await
        .unwrap_err();
    assert!(matches!(error, LakeError::Unavailable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_refusal_in_the_middle_is_told_as_one() {
    let (server, lake, layout) = filled(3).await;
    server.fail("ListObjectsV2", "", 4, 1, 403);
    let error = scan(&lake, request("s3a://lake/t", &layout, None))
        .await
        .unwrap_err();
    assert!(matches!(error, LakeError::Denied { .. }), "{error:?}");
}

#[tokio::test]
async fn a_store_slower_than_the_limit_fails_the_scan() {
    let (server, _, layout) = filled(0).await;
    let mut settings = server.storage_settings();
    settings.s3.request_timeout_s = 1;
    let lake = Lake::new(&settings, &[]);
    server.latency(Duration::from_mins(10));
    let error = scan(&lake, request("s3a://lake/t", &layout, None))
        .await
        .unwrap_err();
    assert!(matches!(error, LakeError::Unavailable { .. }), "{error:?}");
}

#[tokio::test]
async fn a_budget_that_ends_is_told_and_no_half_partition_with_it() {
    let (server, lake, layout) = filled(0).await;
    for number in 0..50 {
        server.put("lake", &format!("t/a=00/b=00/part-{number}"), "x");
    }
    for requests_max in [0, 1, 2, 5, 9] {
        let before = server.requests("ListObjectsV2") as u64;
        let sweep = ScanRequest {
            requests_max,
            ..request("s3a://lake/t", &layout, None)
        };
        let (found, summary) = scan(&lake, sweep).await.unwrap();
        assert_eq!(summary.requests, requests_max);
        assert_eq!(
            server.requests("ListObjectsV2") as u64 - before,
            requests_max
        );
        assert!(!summary.complete && found.partitions.len() < PARTITIONS);
        let why = summary.stopped.unwrap();
        assert!(why.contains(&format!("{requests_max} requests")), "{why}");
        if let Some(first) = found.partitions.get("a=00/b=00") {
            assert_eq!(first.files, 51);
        }
    }
}

#[tokio::test]
async fn a_scan_that_nobody_listens_to_ends_and_is_not_complete() {
    let (server, lake, layout) = filled(0).await;
    let (sender, receiver) = mpsc::channel(1);
    drop(receiver);
    let sweep = request("s3a://lake/t", &layout, None);
    let summary = lake.scan(sweep, sender).await.unwrap();
    assert!(!summary.complete);
    assert!(server.requests("ListObjectsV2") > 0);
}

async fn small() -> (S3Server, Lake) {
    let server = S3Server::start(&["lake"]).await;
    let lake = Lake::new(&server.storage_settings(), &[]);
    (server, lake)
}

#[tokio::test]
async fn a_failure_keeps_its_kind_whichever_request_meets_it() {
    for operation in ["ListObjectsV2", "DeleteObjects"] {
        for (status, kind) in [(403, "Denied"), (500, "Unavailable"), (503, "Unavailable")] {
            let (server, lake) = small().await;
            server.put("lake", "t/part", "x");
            server.fail(operation, "", 0, 1_000, status);
            let error = delete(&lake, &place("s3a://lake/t")).await.unwrap_err();
            let told = format!("{error:?}");
            assert!(told.starts_with(kind), "{operation} {status}: {told}");
            assert_eq!(server.requests(operation), 1, "{operation} {status}");
        }
    }
    let (server, lake) = small().await;
    server.fail("ListObjectsV2", "", 0, 1, 404);
    let gone = delete(&lake, &place("s3a://lake/t")).await.unwrap_err();
    assert!(matches!(gone, LakeError::NotFound { .. }), "{gone:?}");
}

#[tokio::test]
async fn wrong_credentials_are_denied_and_appear_nowhere() {
    let server = S3Server::start(&["lake"]).await;
    let mut settings = server.storage_settings();
    settings.s3.secret_access_key = Some(skep::secret::Secret::new("not-the-secret"));
    let lake = Lake::new(&settings, &[]);
    let error = lake.exists(&place("s3a://lake/t")).await.unwrap_err();
    assert!(matches!(error, LakeError::Denied { .. }), "{error:?}");
    assert!(!format!("{error:?} {lake:?} {settings:?}").contains("not-the-secret"));
}
