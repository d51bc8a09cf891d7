//! Moves of directories on the machine's own file system that are taken back.

use crate::harness::place;
use skep::lake::{Lake, Progress, StorageSettings, Transfer};
use std::fs;
use tempfile::TempDir;

fn local() -> (TempDir, Lake, String) {
    let directory = tempfile::tempdir().unwrap();
    let root = format!("file:{}", directory.path().display());
    let lake = Lake::new(&StorageSettings::default(), &[place(&root)]);
    (directory, lake, root)
}

#[tokio::test]
async fn a_move_that_was_made_before_is_known_again_and_is_taken_back_alone() {
    let (directory, lake, root) = local();
    fs::create_dir_all(directory.path().join("a")).unwrap();
    fs::create_dir_all(directory.path().join("b")).unwrap();
    let at = |name: &str| format!("{root}/{name}");
    let mark = lake.directory_mark(&place(at("a"))).await.unwrap();
    for _ in 0..2 {
        let (from, to) = (place(at("a")), place(at("c")));
        let moved = lake
            .directory_transfer(&from, &to, mark.as_deref(), &Progress::default())
            .await
            .unwrap();
        assert_eq!(moved, Transfer::Moved);
    }
    let undo = |to: &'static str| {
        let (lake, from, to, mark) = (&lake, place(at("a")), place(at(to)), mark.clone());
        async move {
            lake.directory_transfer_undo(&from, &to, mark.as_deref(), &Progress::default())
                .await
        }
    };
    undo("b").await.unwrap();
    assert!(directory.path().join("b").exists(), "somebody else's");
    undo("c").await.unwrap();
    undo("c").await.unwrap();
    assert!(directory.path().join("a").exists() && !directory.path().join("c").exists());
}

/// A writer did not know that the directory had moved.
#[tokio::test]
async fn a_move_is_taken_back_beside_what_was_written_at_the_old_place_meanwhile() {
    let (directory, lake, root) = local();
    let write = |path: &str, text: &str| {
        let path = directory.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    for path in ["a/x", "a/dt=1/x", "a/dt=2/x"] {
        write(path, "old");
    }
    let (from, to) = (place(format!("{root}/a")), place(format!("{root}/c")));
    let mark = lake.directory_mark(&from).await.unwrap();
    let progress = Progress::default();
    let moved = lake.directory_transfer(&from, &to, mark.as_deref(), &progress);
    assert_eq!(moved.await.unwrap(), Transfer::Moved);
    write("a/dt=1/x", "new");
    write("a/dt=3/x", "new");
    for _ in 0..2 {
        let undone = lake.directory_transfer_undo(&from, &to, mark.as_deref(), &progress);
        undone.await.unwrap();
    }
    let read = |path: &str| fs::read_to_string(directory.path().join(path)).unwrap();
    for path in ["a/x", "a/dt=1/x.1", "a/dt=2/x"] {
        assert_eq!(read(path), "old", "{path}");
    }
    for path in ["a/dt=1/x", "a/dt=3/x"] {
        assert_eq!(read(path), "new", "{path}");
    }
    assert!(!directory.path().join("c").exists());
}
