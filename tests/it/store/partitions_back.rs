//! Partitions from the end.

use super::sample::{add_database, add_partitions, add_table, partition};
use crate::harness::{TestDatabase, on_every_database};
use skep::hive::name_range::NameRange;
use skep::model::Partition;
use skep::store::PARTITION_PAGE_BYTES;
use skep::transact;

on_every_database!(
    ranges_are_paged_through_from_the_end,
    a_page_of_large_partitions_from_the_end_has_few_of_them,
);

async fn ranges_are_paged_through_from_the_end(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let table = add_table(&store, "t").await;
    let neighbour = add_table(&store, "u").await;
    add_partitions(&store, &neighbour, &["9"]).await.unwrap();
    let days = ["1", "10", "11", "2", "20", "3", "꿀"];
    add_partitions(&store, &table, &days).await.unwrap();
    let ranges = [NameRange::prefix("ds=1"), NameRange::prefix("ds=2")];
    let mut session = store.session().await.unwrap();
    for (ranges, wanted) in [
        (&[][..], vec!["꿀", "3", "20", "2", "11", "10", "1"]),
        (&ranges[..], vec!["20", "2", "11", "10", "1"]),
        (&ranges[..1], vec!["11", "10", "1"]),
    ] {
        for limit in [1, 2, 100] {
            let (mut found, mut before) = (Vec::new(), None::<String>);
            loop {
                let page = session
                    .partition_page_back(table.id, before.as_deref(), ranges, limit)
                    .await
                    .unwrap();
                assert!(page.partitions.len() <= limit);
                let last = page.partitions.last().map(|last| last.name.clone());
                found.extend(page.partitions);
                if page.ended {
                    break;
                }
                before = last;
            }
            let wanted: Vec<Partition> = wanted.iter().map(|day| partition(day)).collect();
            assert_eq!(found, wanted, "{limit}");
        }
    }
}

async fn a_page_of_large_partitions_from_the_end_has_few_of_them(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let table = add_table(&store, "t").await;
    let large = |number: usize| Partition {
        parameters: [("note".to_owned(), "x".repeat(200_000))].into(),
        ..partition(&format!("{number:02}"))
    };
    let mut partitions: Vec<Partition> = (0..30).map(large).collect();
    for some in partitions.chunks(10) {
        transact!(store, |session| {
            session.partition_insert(&table, some).await
        })
        .unwrap();
    }
    partitions.reverse();
    let fitting = PARTITION_PAGE_BYTES / 200_000 + 1;
    let mut session = store.session().await.unwrap();
    let (mut found, mut before) = (Vec::new(), None::<String>);
    loop {
        let page = session
            .partition_page_back(table.id, before.as_deref(), &[], 1000)
            .await
            .unwrap();
        assert!(page.partitions.len() <= fitting);
        before = page.partitions.last().map(|last| last.name.clone());
        found.extend(page.partitions);
        if page.ended {
            break;
        }
    }
    assert!(found == partitions, "each of them came once");
    let names: Vec<&str> = partitions.iter().map(|one| one.name.as_str()).collect();
    let mut left = &names[..];
    while !left.is_empty() {
        let page = session
            .partition_page_named_back(table.id, left)
            .await
            .unwrap();
        let count = page.partitions.len();
        assert!(count <= fitting, "{count}");
        let found = page.partitions.iter().map(|one| one.name.as_str());
        assert!(found.eq(left[..count].iter().copied()));
        assert_eq!(page.ended, count == left.len());
        left = &left[count..];
    }
}
