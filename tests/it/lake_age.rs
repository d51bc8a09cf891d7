//! What deletions by age take on a file system, and what they leave.

use crate::harness::place;
use futures::future::BoxFuture;
use skep::lake::{DeletionWatch, Lake, LakeError, Moment, StorageSettings};
use std::fs;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use tempfile::TempDir;

fn local() -> (TempDir, Lake, String) {
    let directory = tempfile::tempdir().unwrap();
    let root = format!("file:{}", directory.path().display());
    let lake = Lake::new(&StorageSettings::default(), &[place(&root)]);
    (directory, lake, root)
}

/// Milliseconds since the epoch.
fn millis(time: SystemTime) -> i64 {
    let since = time.duration_since(UNIX_EPOCH).unwrap();
    i64::try_from(since.as_millis()).unwrap()
}

#[tokio::test]
async fn only_what_is_older_is_deleted_and_a_file_that_was_moved_in_is_young() {
    let (directory, lake, root) = local();
    let table = directory.path().join("t");
    fs::create_dir_all(table.join("p=1/deep")).unwrap();
    fs::write(table.join("p=1/deep/old"), "x").unwrap();
    fs::write(table.join("old"), "x").unwrap();
    let elsewhere = directory.path().join("written-long-ago");
    fs::write(&elsewhere, "x").unwrap();
    let long_ago = UNIX_EPOCH + Duration::from_hours(24);
    let file = fs::File::options().write(true).open(&elsewhere).unwrap();
    file.set_modified(long_ago).unwrap();
    let moment = millis(SystemTime::now()) + 1;
    // Until the clock of the file system has passed the moment.
    while {
        fs::write(table.join("new"), "x").unwrap();
        millis(fs::metadata(table.join("new")).unwrap().modified().unwrap()) <= moment
    } {}
    fs::rename(&elsewhere, table.join("moved")).unwrap();
    fs::create_dir(table.join("p=2")).unwrap();

    let location = format!("{root}/t");
    let kept = lake
        .directory_delete_older(
            &place(&location),
            Moment::exact(moment),
            &DeletionWatch::alone(&Arc::default()),
        )
        .await
        .unwrap();
    assert_eq!((kept.unclear, kept.younger), (0, 2));
    let mut left: Vec<_> = fs::read_dir(&table)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    left.sort();
    assert_eq!(left, ["moved", "new", "p=2"]);
    let about = Moment::about(moment, Duration::from_hours(1));
    let kept = lake
        .directory_delete_older(
            &place(&location),
            about,
            &DeletionWatch::alone(&Arc::default()),
        )
        .await
        .unwrap();
    assert_eq!((kept.unclear, kept.younger), (2, 0));
    let later = Moment::exact(moment + 3_600_000);
    let kept = lake
        .directory_delete_older(
            &place(&location),
            later,
            &DeletionWatch::alone(&Arc::default()),
        )
        .await
        .unwrap();
    assert_eq!((kept.unclear, kept.younger), (0, 0));
    assert!(!table.exists());
}

/// Whoever was dropping there is slower than the one who uses the place anew.
#[tokio::test]
async fn a_directory_that_takes_the_place_of_a_dropped_one_is_another_one() {
    let (directory, lake, root) = local();
    let (dropped, new) = (directory.path().join("t"), directory.path().join("new"));
    for one in [&dropped, &new] {
        fs::create_dir_all(one).unwrap();
        fs::write(one.join("000000_0"), "x").unwrap();
    }
    let moment = Moment::exact(millis(SystemTime::now()) + 3_600_000);
    let progress = Arc::default();
    let still = || -> BoxFuture<'_, Result<bool, LakeError>> {
        fs::remove_dir_all(&dropped).unwrap();
        fs::rename(&new, &dropped).unwrap();
        Box::pin(async { Ok(true) })
    };
    let watch = DeletionWatch {
        still: &still,
        ..DeletionWatch::alone(&progress)
    };
    let at = place(format!("{root}/t"));
    lake.directory_delete_older(&at, moment, &watch)
        .await
        .unwrap();
    assert!(dropped.join("000000_0").exists());
}
