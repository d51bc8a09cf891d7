//! How grave a change of a real source is, by the table that it reaches as that table is.

use super::fixture::{Replica, Watched, look, table, table_set};
use crate::harness::{TestDatabase, run};
use skep::catalog::DatabaseSpec;
use skep::model::{Column, DatabaseRef, SchemaChange, Severity, Table, TableRef};
use skep::source::{SourceKind, SourceSettings};
use skep::watch::TargetRule;

/// As Spark writes it for a table that has a reader of its own.
const SPARK_SCHEMA: &str = r#"{"type":"struct","fields":[{"name":"id","type":"long","nullable":true,"metadata":{}},{"name":"price","type":"integer","nullable":true,"metadata":{}},{"name":"dt","type":"string","nullable":true,"metadata":{}}]}"#;

fn target() -> TableRef {
    DatabaseRef::new("hive", "t1").table("orders")
}

/// A table of Spark's reader whose own schema says `bigint`, while the columns for others stand for none.
fn spark_table() -> Table {
    let mut made = table(target(), &["col array<string>"]);
    made.partition_keys = vec![Column {
        name: "dt".to_owned(),
        data_type: "string".to_owned(),
        comment: None,
    }];
    for (key, value) in [
        ("spark.sql.sources.provider", "parquet"),
        ("spark.sql.sources.schema", SPARK_SCHEMA),
        ("spark.sql.sources.schema.numPartCols", "1"),
        ("spark.sql.sources.schema.partCol.0", "dt"),
    ] {
        made.parameters.insert(key.to_owned(), value.to_owned());
    }
    made
}

/// A replica that watches the schema `public` of a database as `lake`, of which `orders` fills a table.
async fn watching(source: &TestDatabase, filled: Table) -> (Watched, Replica) {
    let mut watched = Watched::new(TestDatabase::sqlite().await).await;
    watched.source = SourceSettings::new(SourceKind::Postgres, Some(source.url()));
    watched.watch.engines = ["spark", "trino"].map(str::to_owned).to_vec();
    watched.watch.targets = vec![TargetRule {
        source: "lake:public.{table}".to_owned(),
        table: "t1.{table}".to_owned(),
    }];
    let replica = watched.replica().await;
    let tier = DatabaseRef::new("hive", "t1");
    replica
        .catalog()
        .database_create(tier, DatabaseSpec::default())
        .await
        .unwrap();
    table_set(&replica, filled).await;
    (watched, replica)
}

fn of<'a>(changes: &'a [SchemaChange], object: &str) -> &'a SchemaChange {
    let found = changes.iter().find(|one| one.object == object);
    found.unwrap_or_else(|| panic!("{object}: {changes:?}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_alters_the_table_before_its_source_pages_nobody() {
    run(TestDatabase::postgres().await, right_order).await;
}

async fn right_order(source: TestDatabase) {
    source
        .execute(
            "CREATE TABLE orders (id int, price int, fax text); CREATE TABLE other (id int, fax text)",
        )
        .await;
    let (_watched, replica) = watching(&source, spark_table()).await;
    look(&replica).await;
    source
        .execute(
            "ALTER TABLE orders ALTER id TYPE bigint, ALTER price TYPE text, DROP fax; ALTER TABLE other DROP fax",
        )
        .await;
    let changes = look(&replica).await.changes;
    let ready = of(&changes, "public.orders.id");
    assert_eq!(ready.severity, Severity::Additive);
    assert_eq!(ready.effects, ["`t1.orders` has `id` as `bigint` already"]);
    assert_eq!(ready.targets[0].differs, None);
    let uncopied = of(&changes, "public.orders.fax");
    assert_eq!(uncopied.severity, Severity::Additive);
    assert_eq!(uncopied.effects, ["`t1.orders` never had the column `fax`"]);
    let broken = of(&changes, "public.orders.price");
    assert_eq!(broken.severity, Severity::Breaking);
    assert_eq!(broken.targets[0].differs.as_deref(), Some("price"));
    let engines: Vec<&str> = broken
        .engines
        .iter()
        .map(|one| one.engine.as_str())
        .collect();
    assert_eq!(engines, ["Trino", "Spark"], "nobody has Presto");
    let unfilled = of(&changes, "public.other.fax");
    assert_eq!(unfilled.severity, Severity::Risky);
    assert_eq!(unfilled.effects, ["`t1.other` is not in the catalog"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_is_added_to_a_table_of_sparks_reader_is_one_for_spark() {
    run(TestDatabase::postgres().await, spark_column).await;
}

async fn spark_column(source: TestDatabase) {
    source.execute("CREATE TABLE orders (id int)").await;
    let (_watched, replica) = watching(&source, spark_table()).await;
    look(&replica).await;
    source.execute("ALTER TABLE orders ADD note text").await;
    let changes = look(&replica).await.changes;
    let events = replica.catalog().event_last_id().await.unwrap();
    for is_first in [true, false] {
        let applied = replica.watch().schema_change_apply(changes[0].id).await;
        assert_eq!(applied.unwrap()[0].added, is_first);
    }
    let one_alter = replica.catalog().event_last_id().await.unwrap() - events;
    assert_eq!(one_alter, 1);
    let found = replica.catalog().table_get(&target()).await.unwrap();
    let columns = skep::hive::spark_schema::columns(&found.parameters)
        .unwrap()
        .unwrap();
    let names: Vec<&str> = columns.iter().map(|one| one.name.as_str()).collect();
    assert_eq!(names, ["id", "price", "note", "dt"]);
    let others = found.descriptor.columns.as_deref().unwrap();
    assert_eq!(others.len(), 1, "they still stand for none: {others:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_that_match_no_table_are_told() {
    run(TestDatabase::postgres().await, unmatched).await;
}

async fn unmatched(source: TestDatabase) {
    source.execute("CREATE TABLE orders (id int)").await;
    let (mut watched, _) = watching(&source, spark_table()).await;
    let rule = |pattern: &str| TargetRule {
        source: pattern.to_owned(),
        table: "t1.x".to_owned(),
    };
    watched.watch.targets.extend([
        rule("lake:shop.{_}"),
        rule("shop.{_}"),
        rule("public.{_}"),
        rule("{_}:public.orders"),
    ]);
    let replica = watched.replica().await;
    let tested = replica.watch().source_test("lake").await.unwrap();
    assert_eq!(
        tested.rules_unmatched,
        [
            "watch.targets: lake:shop.{_} matches no table",
            "watch.targets: shop.{_} matches no table",
            "watch.targets: public.{_} leads to no table of the catalog: t1.x is not there",
            "watch.targets: {_}:public.orders leads to no table of the catalog: t1.x is not there",
        ]
    );
}
