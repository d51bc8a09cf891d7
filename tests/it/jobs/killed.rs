//! Kill −9 at every phase of every kind of job: after the next start it is finished, nothing is lost, and nothing is in
//! the way.

use super::fixture::{call, location, renaming};
use super::story::{Story, make, names, partition};
use crate::harness::{TestDatabase, on_every_database};
use crate::thrift::objects::{partitioned, table};
use serde_json::json;

on_every_database!(
    a_table_whose_rename_was_killed_has_its_new_name,
    a_rename_that_was_killed_while_it_was_taken_back_leaves_nothing,
    a_partition_whose_rename_was_killed_has_its_new_values,
    partitions_whose_exchange_was_killed_arrive,
);

async fn a_table_whose_rename_was_killed_has_its_new_name(database: TestDatabase) {
    let story = Story::begin(database).await;
    let mut process = story.start().await;
    make(&process, table("default", "t0")).await;
    for number in 0..40 {
        story.file(&format!("w/t0/part-{number:02}"));
    }
    // Before anything is touched, between two copies, and behind the commit.
    let kills = ["ListObjectsV2", "CopyObject", "DeleteObjects"];
    for (round, operation) in kills.into_iter().enumerate() {
        let (from, to) = (format!("t{round}"), format!("t{}", round + 1));
        let arguments = renaming(&from, &to);
        story
            .killed_at(operation, &mut process, "alter_table", arguments.clone())
            .await;
        process = story.start().await;
        assert_eq!(story.ended(&process).await[0], "done", "{operation}");
        let place = location(process.thrift, &to).await.unwrap();
        assert_eq!(place, format!("s3a://lake/w/{to}"), "{operation}");
        let files: Vec<String> = (0..40)
            .map(|number| format!("w/{to}/part-{number:02}"))
            .collect();
        assert_eq!(story.files(), files, "{operation}");
        // Its caller has never heard of it.
        call(process.thrift, "alter_table", arguments)
            .await
            .unwrap();
        // The copies are as new as the rename; what is to be told from them must be older.
        for file in files {
            story.file(&file);
        }
    }
}

async fn a_rename_that_was_killed_while_it_was_taken_back_leaves_nothing(database: TestDatabase) {
    let story = Story::begin(database).await;
    let mut process = story.start().await;
    make(&process, table("default", "t")).await;
    for name in ["a", "b", "c"] {
        story.file(&format!("w/t/{name}"));
    }
    story.s3.fail("CopyObject", "w/u/c", 0, 1, 503);
    let arguments = renaming("t", "u");
    story
        .killed_at(
            "DeleteObjects",
            &mut process,
            "alter_table",
            arguments.clone(),
        )
        .await;
    process = story.start().await;
    assert_eq!(story.ended(&process).await, ["failed"]);
    assert_eq!(story.files(), ["w/t/a", "w/t/b", "w/t/c"]);
    call(process.thrift, "alter_table", arguments)
        .await
        .unwrap();
    assert_eq!(story.files(), ["w/u/a", "w/u/b", "w/u/c"]);
}

async fn a_partition_whose_rename_was_killed_has_its_new_values(database: TestDatabase) {
    let story = Story::begin(database).await;
    let mut process = story.start().await;
    make(&process, partitioned("default", "p", &[("ds", "string")])).await;
    let add = json!({ "new_part": partition("p", &["0"], None) });
    call(process.thrift, "add_partition", add).await.unwrap();
    story.file("w/p/ds=0/file");
    for (round, operation) in ["ListObjectsV2", "CopyObject", "DeleteObjects"]
        .into_iter()
        .enumerate()
    {
        let (old, new) = (round.to_string(), (round + 1).to_string());
        let place = format!("s3a://lake/w/p/ds={old}");
        let mut renamed = partition("p", &[&new], Some(&place));
        renamed["parameters"]["DO_NOT_UPDATE_STATS"] = json!("true");
        let arguments = json!({
            "db_name": "default", "tbl_name": "p", "part_vals": [old], "new_part": renamed,
        });
        story
            .killed_at(operation, &mut process, "rename_partition", arguments)
            .await;
        process = story.start().await;
        assert_eq!(story.ended(&process).await[0], "done", "{operation}");
        assert_eq!(names(process.thrift, "p").await, [format!("ds={new}")]);
        let file = format!("w/p/ds={new}/file");
        assert_eq!(story.files(), [file.as_str()], "{operation}");
        story.file(&file);
    }
}

async fn partitions_whose_exchange_was_killed_arrive(database: TestDatabase) {
    let story = Story::begin(database).await;
    let mut process = story.start().await;
    for name in ["p0", "p1"] {
        let keys = [("ds", "string"), ("n", "string")];
        make(&process, partitioned("default", name, &keys)).await;
    }
    for n in ["1", "2"] {
        let add = json!({ "new_part": partition("p0", &["a", n], None) });
        call(process.thrift, "add_partition", add).await.unwrap();
        story.file(&format!("w/p0/ds=a/n={n}/file"));
    }
    for (round, operation) in ["ListObjectsV2", "CopyObject", "DeleteObjects"]
        .into_iter()
        .enumerate()
    {
        let (from, to) = (round % 2, (round + 1) % 2);
        let arguments = json!({
            "partitionSpecs": { "ds": "a" },
            "source_db": "default", "source_table_name": format!("p{from}"),
            "dest_db": "default", "dest_table_name": format!("p{to}"),
        });
        story
            .killed_at(operation, &mut process, "exchange_partition", arguments)
            .await;
        process = story.start().await;
        assert_eq!(story.ended(&process).await[0], "done", "{operation}");
        assert!(names(process.thrift, &format!("p{from}")).await.is_empty());
        assert_eq!(
            names(process.thrift, &format!("p{to}")).await,
            ["ds=a/n=1", "ds=a/n=2"]
        );
        let files: Vec<String> = ["1", "2"]
            .iter()
            .map(|n| format!("w/p{to}/ds=a/n={n}/file"))
            .collect();
        assert_eq!(story.files(), files, "{operation}");
        for file in files {
            story.file(&file);
        }
    }
}
