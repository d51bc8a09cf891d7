//! What operators see of jobs: REST, the command line, metrics.

use super::fixture::{House, create, drop_table, jobs_ended, rename};
use crate::cli::Skep;
use crate::harness::TestDatabase;
use reqwest::StatusCode;

#[tokio::test(flavor = "multi_thread")]
async fn jobs_are_listed_shown_and_counted() {
    let database = TestDatabase::sqlite().await;
    let house = House::new(&database).await;
    let running = house.server(|_| {}).await;
    for name in ["t", "taken"] {
        create(&running, name).await;
        house.file(&format!("w/{name}/file"));
    }
    drop_table(&running, "t").await.unwrap();
    house.file("w/u/somebodys");
    rename(&running, "taken", "u").await.unwrap_err();
    jobs_ended(running.http_addr).await;

    let skep = Skep::at(running.http_addr);
    let listed = skep.json(&["job", "list", "--json"]);
    let kinds: Vec<&str> = listed
        .iter()
        .map(|job| job["kind"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["rename_table", "drop_table"], "the latest first");
    let dropped = skep.run(&["job", "show", "1"]);
    assert!(
        dropped.contains("default.t") && dropped.contains("done"),
        "{dropped}"
    );
    let failed = skep.output(&["job", "show", "2", "--watch"], "");
    let shown = String::from_utf8(failed.stdout).unwrap();
    assert!(!failed.status.success());
    assert!(
        shown.contains("s3a://lake/w/u already exists"),
        "somebody's files are in the way: {shown}"
    );
    assert!(
        skep.run(&["job", "list", "--phase", "failed"])
            .contains("default.u")
    );
    let (code, text) = skep.fail(&["job", "show", "99"]);
    assert_eq!(code, 3, "{text}");

    let get = |path: &str| reqwest::get(format!("http://{}{path}", running.http_addr));
    let wrong = get("/api/v1/jobs?phase=sleeping").await.unwrap();
    assert_eq!(wrong.status(), StatusCode::BAD_REQUEST);
    loop {
        let metrics = get("/metrics").await.unwrap().text().await.unwrap();
        // The task counts them within a second.
        if metrics.contains("skep_jobs{phase=\"failed\"} 1")
            && metrics.contains("skep_jobs_ended_total{outcome=\"done\"} 1")
            && metrics.contains("skep_jobs_moved_bytes_total 1")
        {
            break;
        }
        tokio::task::yield_now().await;
    }
    running.shutdown().await;
}
