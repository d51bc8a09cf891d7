//! Column statistics.

use super::sample::{add_database, add_partitions, add_table};
use crate::harness::{TestDatabase, on_every_database};
use skep::model::{Bounds, ColumnStatistics, Figures, Name, Range};
use skep::store::{Store, TABLE_LEVEL};
use skep::transact;

on_every_database!(statistics_are_kept_by_partition_engine_and_column);

fn statistics(column: &str, low: f64) -> ColumnStatistics {
    ColumnStatistics {
        column: Name::new(column),
        column_type: "double".into(),
        figures: Figures {
            nulls: 0,
            distinct: -1,
            bit_vectors: Some(vec![0, 255]),
            histogram: None,
            range: Range::Double(Bounds {
                low: Some(low),
                high: None,
            }),
        },
        analyzed_at: 77,
    }
}

async fn statistics_are_kept_by_partition_engine_and_column(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let table = add_table(&store, "t").await;
    add_partitions(&store, &table, &["1", "2"]).await.unwrap();
    let (a, b, other) = (
        statistics("a", -0.1),
        statistics("b", f64::NEG_INFINITY),
        statistics("a", 9.0),
    );
    transact!(store, |session| {
        session
            .statistics_put(table.id, TABLE_LEVEL, "hive", &[a.clone(), b.clone()])
            .await?;
        session
            .statistics_put(
                table.id,
                TABLE_LEVEL,
                "impala",
                std::slice::from_ref(&other),
            )
            .await?;
        let many = [("ds=1", &a), ("ds=1", &b), ("ds=2", &a)];
        session.statistics_put_many(table.id, "hive", &many).await?;
        // Over what was there.
        session
            .statistics_put(table.id, "ds=2", "hive", std::slice::from_ref(&other))
            .await
    })
    .unwrap();
    let mut session = store.session().await.unwrap();
    let wanted = ["ds=2", "ds=1", "ds=3"];
    let found = session
        .statistics_list(table.id, &wanted, "hive", &[])
        .await
        .unwrap();
    let row = |partition: &str, one: &ColumnStatistics| (partition.to_owned(), one.clone());
    assert_eq!(
        found,
        [row("ds=1", &a), row("ds=1", &b), row("ds=2", &other)]
    );
    let columns = [Name::new("B")];
    let found = session
        .statistics_list(table.id, &wanted, "hive", &columns)
        .await
        .unwrap();
    assert_eq!(found, [row("ds=1", &b)]);
    let names = session
        .statistics_columns(table.id, TABLE_LEVEL, "hive")
        .await
        .unwrap();
    assert_eq!(names, ["a", "b"].map(Name::new));

    statistics_are_deleted(&store, table.id, &other).await;
}

async fn statistics_are_deleted(store: &Store, table_id: i64, other: &ColumnStatistics) {
    let mut session = store.session().await.unwrap();
    let deleted = transact!(store, |session| {
        session
            .statistics_delete(table_id, TABLE_LEVEL, Some("hive"), &[Name::new("a")])
            .await
    });
    assert_eq!(deleted.unwrap(), 1);
    let found = session
        .statistics_list(table_id, &[TABLE_LEVEL], "impala", &[])
        .await
        .unwrap();
    assert_eq!(found, [(String::new(), other.clone())]);
    let deleted = transact!(store, |session| {
        session
            .statistics_delete_columns(table_id, &[Name::new("a")])
            .await
    });
    assert_eq!(deleted.unwrap(), 3, "impala's, ds=1's and ds=2's");
    transact!(store, |session| { session.table_delete(table_id).await }).unwrap();
    let found = session
        .statistics_list(table_id, &["", "ds=1"], "hive", &[])
        .await
        .unwrap();
    assert!(found.is_empty());
}
