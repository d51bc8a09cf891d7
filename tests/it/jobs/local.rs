//! On a file system a directory moves at once, before the commit that says so: what a process leaves that was killed
//! between the two.

use super::fixture::{jobs_ended, location, stand};
use crate::harness::{TestDatabase, on_every_database, place};
use crate::server::settings_in;
use crate::thrift::objects::table;
use serde_json::{Value, json};
use skep::lake::{Lake, StorageSettings};
use skep::model::{
    DatabaseRef, EventBody, JobKind, JobMove, JobPhase, JobProgress, JobWork, NewJob,
};
use skep::secret::Secret;
use skep::server::{Running, Server};
use skep::transact;
use std::path::{Path, PathBuf};

on_every_database!(
    a_directory_that_moved_before_a_kill_is_followed_by_its_commit,
    a_directory_whose_rename_cannot_be_after_a_kill_moves_back,
);

async fn start(database: &TestDatabase, folder: &Path) -> Running {
    let mut settings = settings_in(folder);
    settings.database.url = Secret::new(database.url());
    settings.tasks.job_interval_s = 1;
    Server::start(settings).await.unwrap()
}

async fn create(running: &Running, description: Value) {
    super::fixture::call(
        running.thrift_addr,
        "create_table",
        json!({ "tbl": description }),
    )
    .await
    .unwrap();
}

/// What a process has written down, and done, when it dies after the move of `t` to `u`.
async fn killed_after_the_move(database: &TestDatabase, warehouse: &Path) {
    let store = database.store().await;
    let at = |name: &str| DatabaseRef::new("hive", "default").table(name);
    let mut session = store.session().await.unwrap();
    let before = session.table_get(&at("t")).await.unwrap().unwrap();
    let from = before.location.clone().unwrap();
    let to = place(&format!("file:{}", warehouse.join("u").display()));
    let lake = Lake::new(&StorageSettings::default(), &[]);
    let mark = lake.directory_mark(&from).await.unwrap();
    let mut after = before.clone();
    after.at = at("u");
    after.location = Some(to.clone());
    let job = NewJob {
        kind: JobKind::RenameTable,
        phase: JobPhase::Copying,
        held: Some(format!("table:{}", before.id)),
        table_id: before.id,
        subject: "default.t".into(),
        target: Some("default.u".into()),
        work: Some(JobWork {
            moves: vec![JobMove { from, to, mark }],
            change: EventBody::TableChange {
                before: Box::new(before),
                after: Box::new(after),
                is_truncate: false,
            },
            target: None,
            expected: None,
        }),
        deletions: Vec::new(),
        progress: JobProgress::default(),
    };
    transact!(store, |session| {
        let id = session.job_id().await?;
        session.job_insert(id, &job).await
    })
    .unwrap();
    std::fs::rename(warehouse.join("t"), warehouse.join("u")).unwrap();
}

fn warehouse(folder: &Path) -> PathBuf {
    folder.join("warehouse")
}

async fn a_directory_that_moved_before_a_kill_is_followed_by_its_commit(database: TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = warehouse(folder.path());
    let running = start(&database, folder.path()).await;
    create(&running, table("default", "t")).await;
    std::fs::write(warehouse.join("t/file"), "x").unwrap();
    running.shutdown().await;
    killed_after_the_move(&database, &warehouse).await;

    let running = start(&database, folder.path()).await;
    let ended = jobs_ended(running.http_addr).await;
    assert_eq!(stand(&ended), [("rename_table", "done")]);
    let found = location(running.thrift_addr, "u").await.unwrap();
    assert!(found.ends_with("/warehouse/u"), "{found}");
    assert!(warehouse.join("u/file").exists() && !warehouse.join("t").exists());
    location(running.thrift_addr, "t").await.unwrap_err();
    running.shutdown().await;
}

/// Somebody has taken the name meanwhile, with its data elsewhere.
async fn a_directory_whose_rename_cannot_be_after_a_kill_moves_back(database: TestDatabase) {
    let folder = tempfile::tempdir().unwrap();
    let warehouse = warehouse(folder.path());
    let running = start(&database, folder.path()).await;
    create(&running, table("default", "t")).await;
    let mut other = table("default", "u");
    other["sd"]["location"] = json!(format!("file:{}", warehouse.join("other").display()));
    create(&running, other).await;
    std::fs::write(warehouse.join("t/file"), "x").unwrap();
    running.shutdown().await;
    killed_after_the_move(&database, &warehouse).await;

    let running = start(&database, folder.path()).await;
    let ended = jobs_ended(running.http_addr).await;
    assert_eq!(stand(&ended), [("rename_table", "failed")]);
    assert_eq!(ended[0]["error"], "new table default.u already exists");
    let found = location(running.thrift_addr, "t").await.unwrap();
    assert!(found.ends_with("/warehouse/t"), "{found}");
    assert!(warehouse.join("t/file").exists() && !warehouse.join("u").exists());
    running.shutdown().await;
}
