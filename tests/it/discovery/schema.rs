//! What footers say: rows, and files that do not fit their table.

use super::fixture::{World, at};
use parquet::data_type::Int64Type;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::parser::parse_message_type;
use serde_json::{Value, json};
use skep::model::SkipKind;
use std::sync::Arc;

/// A file of one column `id` of 64 bits with ten rows.
pub(super) fn fitting() -> Vec<u8> {
    let schema = parse_message_type("message m { required int64 id; }").unwrap();
    let properties = Arc::new(WriterProperties::builder().build());
    let mut file = Vec::new();
    let mut writer = SerializedFileWriter::new(&mut file, Arc::new(schema), properties).unwrap();
    let mut group = writer.next_row_group().unwrap();
    let mut column = group.next_column().unwrap().unwrap();
    let values: Vec<i64> = (0..10).collect();
    let typed = column.typed::<Int64Type>();
    typed.write_batch(&values, None, None).unwrap();
    column.close().unwrap();
    group.close().unwrap();
    writer.close().unwrap();
    file
}

/// A file without rows whose `id` is a text.
pub(super) fn misfit() -> Vec<u8> {
    let schema = parse_message_type("message m { required binary id (UTF8); }").unwrap();
    let properties = Arc::new(WriterProperties::builder().build());
    let mut file = Vec::new();
    let writer = SerializedFileWriter::new(&mut file, Arc::new(schema), properties).unwrap();
    writer.close().unwrap();
    file
}

/// A Parquet table `t` of one column `id bigint`.
pub(super) async fn table(world: &World, properties: &[(&str, &str)]) {
    let keys = [("dt", "string")];
    let mut all = vec![("skep.discovery", "on")];
    all.extend_from_slice(properties);
    world.table("t", &keys, &all).await;
    world
        .ask(|client| {
            let get = json!({ "dbname": "default", "tbl_name": "t" });
            let mut table = client.call("get_table", get).unwrap();
            table["sd"]["cols"] = json!([{ "name": "id", "type": "bigint" }]);
            table["sd"]["inputFormat"] =
                json!("org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat");
            let alter = json!({ "dbname": "default", "tbl_name": "t", "new_tbl": table });
            client.call("alter_table", alter).unwrap();
        })
        .await;
}

async fn parameters(world: &World, name: &str) -> Value {
    world.partition("t", name).await["parameters"].clone()
}

#[tokio::test]
async fn rows_are_told_where_they_are_known_and_exact_only_where_a_marker_says_so() {
    let world = World::quiet().await;
    table(&world, &[]).await;
    world.s3.put("lake", "t/dt=1/part-0", fitting());
    world.s3.put("lake", "t/dt=2/part-0", fitting());
    world.s3.put("lake", "t/dt=2/part-1", fitting());
    assert_eq!(world.sweep("t").await.counts.added, 2);
    let one = parameters(&world, "dt=1").await;
    assert_eq!(one["numRows"], "10");
    assert_eq!(one["numFiles"], "1");
    assert!(one.get("COLUMN_STATS_ACCURATE").is_none());
    assert!(one.get("skep.discovery.schema-warning").is_none());
    let two = parameters(&world, "dt=2").await;
    assert!(two.get("numRows").is_none(), "one footer of two files");
    assert_eq!(two["numFiles"], "2");

    world
        .alter("t", &[("skep.discovery.marker", "_SUCCESS")])
        .await;
    world.s3.put("lake", "t/dt=3/part-0", fitting());
    world.s3.put("lake", "t/dt=3/_SUCCESS", "");
    world.sweep("t").await;
    let three = parameters(&world, "dt=3").await;
    assert_eq!(three["COLUMN_STATS_ACCURATE"], "{\"BASIC_STATS\":\"true\"}");
}

#[tokio::test]
async fn files_that_do_not_fit_warn_or_are_quarantined() {
    let world = World::quiet().await;
    table(&world, &[]).await;
    world.s3.put("lake", "t/dt=1/part-0", misfit());
    world.s3.put("lake", "t/dt=2/part-0", "no Parquet at all");
    assert_eq!(world.sweep("t").await.counts.added, 2);
    let warning = parameters(&world, "dt=1").await;
    let warning = warning["skep.discovery.schema-warning"].as_str().unwrap();
    assert!(
        warning.contains("id is bigint in the table and string"),
        "{warning}"
    );
    let damaged = parameters(&world, "dt=2").await;
    assert!(damaged["skep.discovery.schema-warning"].is_string());

    world
        .alter("t", &[("skep.discovery.schema", "quarantine")])
        .await;
    world.s3.put("lake", "t/dt=3/part-0", misfit());
    let report = world.window("t").await;
    assert_eq!((report.counts.added, report.counts.skipped), (0, 1));
    let skips = world
        .discovery()
        .for_system()
        .discovery_skips(&at("t"), "", 10)
        .await;
    let skips = skips.unwrap();
    assert_eq!(skips[0].kind, SkipKind::Schema);
    assert_eq!(skips[0].path, "s3://lake/t/dt=3");
    let before = world.s3.requests("GetObject");
    world.window("t").await;
    assert_eq!(world.s3.requests("GetObject"), before, "not read again");
    world.s3.put("lake", "t/dt=3/part-0", fitting());
    assert_eq!(
        world.sweep("t").await.counts.added,
        1,
        "a sweep looks again"
    );
    let skips = world
        .discovery()
        .for_system()
        .discovery_skips(&at("t"), "", 10)
        .await;
    assert!(skips.unwrap().is_empty());

    world.alter("t", &[("skep.discovery.schema", "off")]).await;
    world.s3.put("lake", "t/dt=4/part-0", misfit());
    let before = world.s3.requests("GetObject");
    assert_eq!(world.window("t").await.counts.added, 1);
    assert_eq!(world.s3.requests("GetObject"), before, "no footer is read");
}
