//! The lake on both of its storages: a temporary directory, and S3 over real HTTP.

use crate::harness::{delete, place};
use crate::s3::S3Server;
use skep::lake::{Lake, LakeError, Progress, StorageSettings, Summary, Transfer};
use std::fs;
use tempfile::TempDir;

fn local() -> (TempDir, Lake, String) {
    let directory = tempfile::tempdir().unwrap();
    let root = format!("file:{}", directory.path().display());
    let lake = Lake::new(&StorageSettings::default(), &[place(&root)]);
    (directory, lake, root)
}

async fn remote() -> (S3Server, Lake) {
    let server = S3Server::start(&["lake", "other"]).await;
    let lake = Lake::new(&server.storage_settings(), &[place("s3a://lake/warehouse")]);
    (server, lake)
}

#[tokio::test]
async fn a_directory_is_created_once_and_removed_only_while_it_is_empty() {
    let (directory, lake, root) = local();
    let table = format!("{root}/db.db/t/ds=2024-01-01 00%3A00");
    let created = lake.directory_create(&place(&table)).await.unwrap();
    assert!(created.is_new());
    assert_eq!(created.location().as_str(), table);
    assert!(
        directory
            .path()
            .join("db.db/t/ds=2024-01-01 00%3A00")
            .is_dir()
    );
    assert!(
        !lake
            .directory_create(&place(format!("{table}/")))
            .await
            .unwrap()
            .is_new()
    );

    lake.directory_remove(&created).await.unwrap();
    assert!(
        !directory.path().join("db.db").exists(),
        "the parents it created go too"
    );
    assert!(directory.path().exists(), "and no other");

    let again = lake.directory_create(&place(&table)).await.unwrap();
    fs::write(directory.path().join("db.db/t/part"), "x").unwrap();
    lake.directory_remove(&again).await.unwrap();
    assert!(directory.path().join("db.db/t/part").exists());
}

#[tokio::test]
async fn a_file_in_the_way_of_a_directory_is_told() {
    let (directory, lake, root) = local();
    fs::write(directory.path().join("t"), "x").unwrap();
    for location in [format!("{root}/t"), format!("{root}/t/p")] {
        let error = lake.directory_create(&place(&location)).await.unwrap_err();
        assert!(matches!(error, LakeError::AlreadyExists { .. }), "{error}");
    }
}

#[tokio::test]
async fn only_visible_files_count() {
    let (directory, lake, root) = local();
    let table = directory.path().join("t");
    for name in ["p=1", "_temporary", ".staging"] {
        fs::create_dir_all(table.join(name)).unwrap();
        fs::write(table.join(name).join("part-0"), "12345").unwrap();
    }
    fs::write(table.join("_SUCCESS"), "").unwrap();
    fs::write(table.join(".part-0.crc"), "crc").unwrap();
    fs::write(table.join("empty"), "").unwrap();
    let summary = lake.summary(&place(format!("{root}/t"))).await.unwrap();
    assert_eq!((summary.files, summary.bytes), (2, 5));
    assert_eq!(
        lake.summary(&place(format!("{root}/none"))).await.unwrap(),
        Summary::default()
    );
}

/// A transfer as a job does it for the first time.
async fn transfer(lake: &Lake, from: &str, to: &str) -> Result<Transfer, LakeError> {
    let (from, to) = (place(from), place(to));
    let mark = lake.directory_mark(&from).await?;
    lake.directory_transfer(&from, &to, mark.as_deref(), &Progress::default())
        .await
}

/// A copy that was cut off goes on where it ended.
#[tokio::test]
async fn what_was_copied_before_is_not_copied_again() {
    let (server, lake) = remote().await;
    for number in 0..1_500 {
        server.put_written_at("lake", &format!("a/{number:04}"), "x", 1_000);
    }
    server.fail("CopyObject", "b/1200", 0, 1, 500);
    transfer(&lake, "s3://lake/a", "s3://lake/b")
        .await
        .unwrap_err();
    let copies = server.keys("lake").len() - 1_500;
    assert!((1_000..1_500).contains(&copies), "{copies}");
    let before = server.requests("CopyObject");
    let progress = Progress::default();
    lake.directory_transfer(
        &place("s3://lake/a"),
        &place("s3://lake/b"),
        None,
        &progress,
    )
    .await
    .unwrap();
    let again = server.requests("CopyObject") - before;
    assert!((1..=1_500 - copies).contains(&again), "{again}");
    assert_eq!((progress.objects(), progress.bytes()), (1_500, 1_500));
    assert_eq!(server.keys("lake").len(), 3_000);
}

#[tokio::test]
async fn a_move_takes_the_files_along_and_never_takes_over_a_place() {
    let (directory, lake, root) = local();
    fs::create_dir_all(directory.path().join("a/p=1")).unwrap();
    fs::write(directory.path().join("a/p=1/part"), "x").unwrap();
    fs::create_dir_all(directory.path().join("taken")).unwrap();
    let at = |name: &str| format!("{root}/{name}");

    let error = transfer(&lake, &at("a"), &at("taken")).await.unwrap_err();
    assert!(matches!(error, LakeError::AlreadyExists { .. }), "{error}");
    assert!(transfer(&lake, &at("a"), &at("new/deep/b")).await.unwrap() == Transfer::Moved);
    assert!(directory.path().join("new/deep/b/p=1/part").exists());
    assert!(!directory.path().join("a").exists());
    assert!(
        transfer(&lake, &at("a"), &at("c")).await.unwrap() == Transfer::Nothing,
        "a missing source is told"
    );
    let error = transfer(&lake, &at("new"), "s3a://lake/t")
        .await
        .unwrap_err();
    assert!(matches!(error, LakeError::Unsupported { .. }), "{error}");
    let error = transfer(&lake, &at("new"), &at("new/inside"))
        .await
        .unwrap_err();
    assert!(matches!(error, LakeError::Refused { .. }), "{error}");
}

#[tokio::test]
async fn deleting_stops_at_the_rails() {
    let (directory, lake, root) = local();
    let above = directory.path().parent().unwrap().display().to_string();
    for location in [
        "/",
        "file:/",
        "s3a://lake",
        "s3a://lake/",
        &root,
        &above,
        "s3://lake/a/..",
    ] {
        let error = delete(&lake, &place(location)).await.unwrap_err();
        assert!(
            matches!(error, LakeError::Refused { .. }),
            "{location}: {error}"
        );
    }
    assert!(directory.path().exists());
}

#[tokio::test]
async fn deleting_a_partition_takes_its_empty_parents_up_to_the_table() {
    let (directory, lake, root) = local();
    let path = directory.path().join("t");
    fs::create_dir_all(path.join("y=1/m=1/d=1")).unwrap();
    fs::create_dir_all(path.join("y=1/m=2")).unwrap();
    let (partition, table) = (format!("{root}/t/y=1/m=1/d=1"), format!("{root}/t"));
    delete(&lake, &place(&partition)).await.unwrap();
    lake.parents_delete_if_empty(&place(&partition), &place(&table))
        .await
        .unwrap();
    assert!(!path.join("y=1/m=1").exists());
    assert!(path.join("y=1/m=2").exists());

    delete(&lake, &place(format!("{table}/y=1/m=2")))
        .await
        .unwrap();
    lake.parents_delete_if_empty(&place(format!("{table}/y=1/m=2")), &place(&table))
        .await
        .unwrap();
    assert!(path.exists() && !path.join("y=1").exists());
    delete(&lake, &place(&partition))
        .await
        .expect("what is gone counts as deleted");
}

#[cfg(unix)]
#[tokio::test]
async fn a_link_out_of_a_table_is_neither_followed_nor_emptied() {
    let (directory, lake, root) = local();
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("precious"), "x").unwrap();
    fs::create_dir_all(directory.path().join("t")).unwrap();
    std::os::unix::fs::symlink(outside.path(), directory.path().join("t/link")).unwrap();
    delete(&lake, &place(format!("{root}/t"))).await.unwrap();
    assert!(!directory.path().join("t").exists());
    assert!(outside.path().join("precious").exists());
}

#[tokio::test]
async fn on_s3_a_directory_exists_while_a_key_lies_below_it() {
    let (server, lake) = remote().await;
    server.put("lake", "t/ds=a b%3A1/part", "12345");
    server.put("lake", "table2/part", "x");
    for word in ["s3", "s3a", "s3n"] {
        assert!(
            lake.exists(&place(format!("{word}://lake/t")))
                .await
                .unwrap()
        );
        assert!(
            lake.exists(&place(format!("{word}://lake/t/ds=a b%3A1")))
                .await
                .unwrap()
        );
        assert!(
            !lake
                .exists(&place(format!("{word}://lake/tab")))
                .await
                .unwrap()
        );
    }
    let created = lake
        .directory_create(&place("s3a://lake/new"))
        .await
        .unwrap();
    assert!(created.is_new());
    lake.directory_remove(&created).await.unwrap();
    assert!(
        !lake
            .directory_create(&place("s3a://lake/t"))
            .await
            .unwrap()
            .is_new()
    );
    let error = lake.exists(&place("s3a://absent/t")).await.unwrap_err();
    assert!(matches!(error, LakeError::NotFound { .. }), "{error}");
}

#[tokio::test]
async fn on_s3_everything_below_goes_page_by_page_and_nothing_beside() {
    let (server, lake) = remote().await;
    for number in 0..1_500 {
        server.put("lake", &format!("t/p={number:04}/part"), "12345");
    }
    server.put("lake", "t/", "");
    server.put("lake", "t/p=marker/", "");
    server.put("lake", "t", "a file with the directory's name");
    server.put("lake", "t2/part", "x");
    let summary = lake.summary(&place("s3a://lake/t")).await.unwrap();
    assert_eq!(
        summary,
        Summary {
            files: 1_500,
            bytes: 7_500,
            odd_keys: 0
        }
    );
    delete(&lake, &place("s3a://lake/t")).await.unwrap();
    assert_eq!(server.keys("lake"), ["t", "t2/part"]);
    assert_eq!(
        server.requests("DeleteObjects"),
        2,
        "1,000 keys go in one request"
    );
    delete(&lake, &place("s3a://lake/t"))
        .await
        .expect("what is gone counts as deleted");
}

#[tokio::test]
async fn a_store_without_bulk_delete_is_served_key_by_key() {
    let server = S3Server::start(&["lake"]).await;
    let mut settings = server.storage_settings();
    settings.s3.bulk_delete = false;
    let lake = Lake::new(&settings, &[]);
    server.put("lake", "t/a", "x");
    server.put("lake", "t/b/", "");
    delete(&lake, &place("s3://lake/t")).await.unwrap();
    assert!(server.keys("lake").is_empty());
    assert_eq!(
        (
            server.requests("DeleteObjects"),
            server.requests("DeleteObject")
        ),
        (0, 2)
    );
}

#[tokio::test]
async fn on_s3_all_is_copied_and_the_source_stays_whole() {
    let (server, lake) = remote().await;
    for number in 0..1_100 {
        server.put(
            "lake",
            &format!("a/p={number:04}/part"),
            format!("bytes {number}"),
        );
    }
    server.put("lake", "a/", "");
    server.put("lake", "a/p=empty/", "");
    server.fail("CopyObject", "p=1050", 0, 1, 500);

    let error = transfer(&lake, "s3a://lake/a", "s3a://lake/b")
        .await
        .unwrap_err();
    assert!(matches!(error, LakeError::Unavailable { .. }), "{error}");
    let sources = |keys: &[String]| keys.iter().filter(|key| key.starts_with("a/")).count();
    assert_eq!(sources(&server.keys("lake")), 1_102, "the source is whole");

    let done = transfer(&lake, "s3a://lake/a", "s3n://lake/b")
        .await
        .unwrap();
    assert_eq!(done, Transfer::Copied);
    let keys = server.keys("lake");
    assert_eq!(keys.len(), 2 * 1_102);
    assert!(keys.contains(&"b/".to_owned()) && keys.contains(&"b/p=empty/".to_owned()));
    assert_eq!(server.get("lake", "b/p=0042/part"), "bytes 42");

    server.put("lake", "b/stranger", "x");
    lake.directory_transfer_undo(
        &place("s3a://lake/a"),
        &place("s3n://lake/b"),
        None,
        &Progress::default(),
    )
    .await
    .unwrap();
    let keys = server.keys("lake");
    assert_eq!(keys.len(), 1_103, "the copies are gone, and nothing else");
    assert!(keys.contains(&"b/stranger".to_owned()));
    let none = transfer(&lake, "s3a://lake/none", "s3a://lake/c")
        .await
        .unwrap();
    assert_eq!(none, Transfer::Nothing);
}

#[tokio::test]
async fn another_bucket_and_an_object_over_the_copy_limit_are_streamed() {
    let server = S3Server::start(&["lake", "other"]).await;
    let mut settings = server.storage_settings();
    settings.s3.copy_bytes_max = 10;
    let lake = Lake::new(&settings, &[]);
    server.put("lake", "a/large", "more than ten bytes");
    server.put("lake", "a/small", "x");
    transfer(&lake, "s3a://lake/a", "s3a://lake/b")
        .await
        .unwrap();
    assert_eq!(
        (
            server.requests("CopyObject"),
            server.requests("CreateMultipartUpload")
        ),
        (1, 1)
    );
    transfer(&lake, "s3a://lake/b", "s3a://other/c")
        .await
        .unwrap();
    assert_eq!(server.get("other", "c/large"), "more than ten bytes");
    assert_eq!(server.keys("other"), ["c/large", "c/small"]);
}

/// Each part has the time of a request of its own, so that none is too large to be moved.
#[tokio::test]
async fn what_is_streamed_is_read_part_by_part_and_never_half_of_it_anew() {
    let server = S3Server::start(&["lake", "other"]).await;
    let lake = Lake::new(&server.storage_settings(), &[]);
    let large = |fill: u8| vec![fill; 20 * 1024 * 1024];
    server.put("lake", "a/large", large(1));
    let first = server.hold_at("GetObject", "a/large");
    let (done, ()) = tokio::join!(transfer(&lake, "s3a://lake/a", "s3a://other/a"), async {
        first.arrived().await;
        let second = server.hold_at("GetObject", "a/large");
        first.open();
        second.arrived().await;
        server.put("lake", "a/large", large(2));
        second.open();
    });
    assert_eq!(done.unwrap(), Transfer::Copied);
    assert_eq!(server.requests("GetObject"), 2 + 3);
    assert_eq!(server.get("other", "a/large"), large(2));
}

#[tokio::test]
async fn on_s3_an_empty_parents_marker_goes_with_its_last_partition() {
    let (server, lake) = remote().await;
    for key in [
        "t/",
        "t/y=1/",
        "t/y=1/m=1/",
        "t/y=1/m=1/part",
        "t/y=2/",
        "t/y=2/part",
    ] {
        server.put("lake", key, if key.ends_with('/') { "" } else { "x" });
    }
    delete(&lake, &place("s3a://lake/t/y=1/m=1")).await.unwrap();
    lake.parents_delete_if_empty(&place("s3a://lake/t/y=1/m=1"), &place("s3a://lake/t"))
        .await
        .unwrap();
    assert_eq!(server.keys("lake"), ["t/", "t/y=2/", "t/y=2/part"]);
}

#[tokio::test]
async fn a_storage_that_is_not_reached_refuses_the_work() {
    let (_directory, lake, _) = local();
    let at = place("hdfs://nn:8020/a");
    let created = lake.directory_create(&at).await.unwrap();
    assert!(created.is_new(), "as far as it is known");
    lake.directory_remove(&created).await.unwrap();
    for failed in [
        lake.exists(&at).await.map(drop),
        delete(&lake, &at).await.map(drop),
        lake.summary(&at).await.map(drop),
    ] {
        let error = failed.unwrap_err();
        assert!(matches!(error, LakeError::Unsupported { .. }), "{error}");
    }
}
