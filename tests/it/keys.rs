//! Keys that are no paths, on S3: passed over where files are looked for, copied and deleted as they are. What an address
//! would make of them is somebody else's object.

use crate::harness::{delete, place};
use crate::s3::S3Server;
use skep::lake::{DeletionWatch, Lake, LakeError, Moment, Progress, Transfer};
use std::sync::Arc;

/// What every request can name, below a directory.
const NAMEABLE: [&str; 15] = [
    "",
    "/x",
    "//",
    "a//b",
    "a///",
    "dir/",
    "%2F",
    "%2e%2e/x",
    "%2E/%FF%zz",
    "...",
    " s +&<>\"'",
    "é//ü\u{2028}",
    "line\nfeed",
    "tab\t/x\r",
    "\u{1}\u{7f}/x",
];
/// What an address resolves to another key.
const DOTTED: [&str; 7] = [
    ".",
    "./x",
    "..",
    "../x",
    "../../x",
    "a/../../x",
    "a/./../b/line\nfeed",
];
/// What the keys above would be, resolved, and other neighbours.
const NEIGHBOURS: [&str; 8] = [
    "x",
    "db",
    "db/",
    "db/x",
    "db/t",
    "db/t2/x",
    "db/b/line\nfeed",
    "/db/t/x",
];

const LONG_AGO: u64 = 1_700_000_000;
const MOMENT_MS: i64 = 1_800_000_000_000;
const LATER_MS: i64 = 1_900_000_000_000;

fn at(below: &str) -> String {
    format!("db/t/{below}")
}

fn fill(server: &S3Server, keys: &[&str]) {
    for (number, below) in keys.iter().enumerate() {
        let bytes = format!("bytes of {number}");
        server.put_written_at("lake", &at(below), bytes, LONG_AGO);
    }
    for key in NEIGHBOURS {
        server.put_written_at("lake", key, "a neighbour's", LONG_AGO);
    }
}

fn neighbours() -> Vec<String> {
    let mut keys: Vec<String> = NEIGHBOURS.map(str::to_owned).to_vec();
    keys.sort();
    keys
}

fn lake(server: &S3Server, bulk_delete: bool) -> Lake {
    let mut settings = server.storage_settings();
    settings.s3.bulk_delete = bulk_delete;
    Lake::new(&settings, &[])
}

#[tokio::test]
async fn what_is_deleted_is_the_very_key() {
    for bulk_delete in [true, false] {
        let server = S3Server::start(&["lake"]).await;
        let keys = [&NAMEABLE[..], &DOTTED[..]].concat();
        fill(&server, &keys);
        // What the keys would be without their empty and dotted names, in the same place: written later.
        let young = ["x", "a/b", "a", "b", "line", "s +"];
        for below in young {
            server.put_at("lake", &at(below), LATER_MS);
        }
        let progress = Arc::new(Progress::default());
        let kept = lake(&server, bulk_delete)
            .directory_delete_older(
                &place("s3a://lake/db/t"),
                Moment::exact(MOMENT_MS),
                &DeletionWatch::alone(&progress),
            )
            .await
            .unwrap();
        assert_eq!((kept.unclear, kept.younger), (0, young.len() as u64));
        assert_eq!(progress.objects(), keys.len() as u64);
        let mut left = neighbours();
        left.extend(young.map(at));
        left.sort();
        assert_eq!(server.keys("lake"), left, "bulk: {bulk_delete}");
        delete(&lake(&server, bulk_delete), &place("s3a://lake/db/t"))
            .await
            .unwrap();
        assert_eq!(server.keys("lake"), neighbours());
    }
}

#[tokio::test]
async fn pages_that_hold_nothing_else_are_emptied_one_by_one() {
    let server = S3Server::start(&["lake"]).await;
    server.page_keys_max(3);
    fill(&server, &[&NAMEABLE[..], &DOTTED[..]].concat());
    delete(&lake(&server, true), &place("s3a://lake/db/t"))
        .await
        .unwrap();
    assert_eq!(server.keys("lake"), neighbours());
}

#[tokio::test]
async fn a_key_that_no_request_can_name_is_told_and_the_rest_is_deleted() {
    let server = S3Server::start(&["lake"]).await;
    fill(&server, &["../\u{1}", "a//b", "./\u{2}", "plain"]);
    let error = delete(&lake(&server, true), &place("s3a://lake/db/t"))
        .await
        .unwrap_err();
    let LakeError::Unnameable { first, count, .. } = &error else {
        panic!("{error:?}");
    };
    assert_eq!((first.as_str(), *count), ("db/t/../\u{1}", 2));
    assert!(!error.retryable());
    assert_eq!(server.keys("lake").len(), NEIGHBOURS.len() + 2);
}

#[tokio::test]
async fn a_key_that_the_store_cannot_delete_just_now_is_deleted_again() {
    let server = S3Server::start(&["lake"]).await;
    let mut settings = server.storage_settings();
    settings.s3.retries_max = 1;
    let lake = Lake::new(&settings, &[]);
    fill(&server, &["a//b", "../x", "plain"]);
    server.fail("DeleteObjects key", "t/../x", 0, 1, 503);
    delete(&lake, &place("s3a://lake/db/t")).await.unwrap();
    assert_eq!(server.keys("lake"), neighbours());
    fill(&server, &["a//b", "../x", "plain"]);
    server.fail("DeleteObjects key", "a//b", 0, 1, 403);
    let error = delete(&lake, &place("s3a://lake/db/t")).await.unwrap_err();
    assert!(matches!(error, LakeError::Denied { .. }), "{error:?}");
    assert_eq!(server.keys("lake").len(), NEIGHBOURS.len() + 1);
}

async fn transfer(lake: &Lake, to: &str, progress: &Progress) -> Result<Transfer, LakeError> {
    let (from, to) = (place("s3a://lake/db/t"), place(to));
    lake.directory_transfer_count(&from, &to).await?;
    lake.directory_transfer(&from, &to, None, progress).await
}

#[tokio::test]
async fn all_keys_go_along_and_come_back_alone() {
    let server = S3Server::start(&["lake", "other"]).await;
    let lake = lake(&server, true);
    fill(&server, &NAMEABLE);
    for (bucket, to) in [
        ("lake", "s3a://lake/db/new"),
        ("other", "s3a://other/db/new"),
    ] {
        let progress = Progress::default();
        let done = transfer(&lake, to, &progress).await.unwrap();
        assert_eq!(done, Transfer::Copied);
        assert_eq!(progress.objects(), NAMEABLE.len() as u64);
        for (number, below) in NAMEABLE.iter().enumerate() {
            let bytes = server.get(bucket, &format!("db/new/{below}"));
            assert_eq!(bytes, format!("bytes of {number}"), "{below:?}");
        }
        let copies = server.requests("CopyObject") + server.requests("CompleteMultipartUpload");
        transfer(&lake, to, &Progress::default()).await.unwrap();
        let again = server.requests("CopyObject") + server.requests("CompleteMultipartUpload");
        assert_eq!(copies, again, "what is there is not copied again");
        server.put(bucket, "db/new//a/stranger", "x");
        lake.directory_transfer_undo(
            &place("s3a://lake/db/t"),
            &place(to),
            None,
            &Progress::default(),
        )
        .await
        .unwrap();
        server.remove(bucket, "db/new//a/stranger");
    }
    let mut left = neighbours();
    left.extend(NAMEABLE.map(at));
    left.sort();
    assert_eq!(server.keys("lake"), left);
    assert!(server.keys("other").is_empty());
}

#[tokio::test]
async fn keys_that_cannot_be_copied_are_counted_before_anything_is_copied() {
    let server = S3Server::start(&["lake"]).await;
    let lake = lake(&server, true);
    fill(&server, &[&NAMEABLE[..], &DOTTED[..]].concat());
    let before = server.keys("lake");
    let error = transfer(&lake, "s3a://lake/db/new", &Progress::default())
        .await
        .unwrap_err();
    let text = error.to_string();
    assert!(
        text.contains("7 keys") && text.contains("\"db/t/.\""),
        "{text}"
    );
    assert_eq!(server.requests("CopyObject"), 0);
    // One that comes in the middle is not copied as another one.
    let (from, to) = (place("s3a://lake/db/t"), place("s3a://lake/db/new"));
    let progress = Progress::default();
    let error = lake.directory_transfer(&from, &to, None, &progress).await;
    assert!(
        matches!(error, Err(LakeError::Unnameable { .. })),
        "{error:?}"
    );
    lake.directory_transfer_undo(&from, &to, None, &Progress::default())
        .await
        .unwrap();
    assert_eq!(server.keys("lake"), before);
}

#[tokio::test]
async fn what_is_no_path_is_passed_over_where_files_are_looked_for_and_counted() {
    let server = S3Server::start(&["lake"]).await;
    let lake = Lake::new(&server.storage_settings(), &[]);
    let odd = [
        "//x",
        "/a",
        "dt=1//b",
        "dt=1/../c",
        "dt=2/",
        "z/./y",
        "l\nf",
    ];
    for below in odd.iter().chain(&["dt=1/f", "plain"]) {
        server.put("lake", &format!("t/{below}"), "12345");
    }
    for marker in ["t/", "t/dt=1/"] {
        server.put("lake", marker, "");
    }
    let summary = lake.summary(&place("s3a://lake/t")).await.unwrap();
    assert_eq!((summary.files, summary.bytes), (2, 10));
    assert_eq!(summary.odd_keys, odd.len() as u64);
    for at in ["s3a://lake/t", "s3://lake/t/dt=1", "s3://lake/t/z"] {
        assert!(lake.exists(&place(at)).await.unwrap(), "{at}");
    }
}

#[tokio::test]
async fn a_parent_that_holds_what_is_no_path_is_not_empty() {
    let server = S3Server::start(&["lake"]).await;
    let lake = lake(&server, true);
    for key in ["t/y=1/", "t/y=1//x", "t/y=2/", "t/y=3/"] {
        server.put("lake", key, if key == "t/y=3/" { "data" } else { "" });
    }
    for year in ["y=1", "y=2", "y=3"] {
        let at = place(format!("s3a://lake/t/{year}/m=1"));
        lake.parents_delete_if_empty(&at, &place("s3a://lake/t"))
            .await
            .unwrap();
    }
    assert_eq!(server.keys("lake"), ["t/y=1/", "t/y=1//x", "t/y=3/"]);
}
