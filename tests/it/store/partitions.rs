//! Partitions.

use super::sample::{add_database, add_partitions, add_table, descriptor, partition};
use crate::harness::{TestDatabase, on_every_database, place};
use skep::error::{Entity, Error};
use skep::hive::name_range::NameRange;
use skep::model::{ColumnStatistics, Figures, Name, Parameters, Partition, Range, Table};
use skep::store::{PARTITION_NAME_BYTES_MAX, PARTITION_PAGE_BYTES, Store, TABLE_LEVEL};
use skep::transact;

on_every_database!(
    partitions_come_back_as_they_were,
    partitions_are_paged_through_ranges,
    values_differ_by_every_byte,
    an_insert_is_all_or_nothing,
    many_partitions_in_one_transaction,
    a_page_of_large_partitions_has_few_of_them,
    a_rename_takes_the_statistics_along,
    columns_cascade_by_descriptor,
    locations_are_pinned_and_move_with_their_directory_alone,
);

async fn partitions_come_back_as_they_were(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let table = add_table(&store, "t").await;
    let odd = Partition {
        // The name says the default partition, the value that was sent is empty.
        values: vec![String::new()],
        location: Some(place("s3://elsewhere/x")),
        descriptor: descriptor("own"),
        parameters: Parameters::from([("k".into(), "v".repeat(40_000))]),
        unknown_fields: vec![9, 0, 9],
        ..partition("")
    };
    let all = [
        partition("2024-01-01"),
        partition("a b/c=d%"),
        odd,
        partition("매출 \u{1F41D}"),
    ];
    transact!(store, |session| {
        session
            .table_get_locked(&table.at)
            .await?
            .expect("the table");
        session.partition_insert(&table, &all).await
    })
    .unwrap();
    let other = test.store().await;
    let mut session = other.session().await.unwrap();
    for one in &all {
        assert_eq!(
            session
                .partition_get(table.id, &one.name)
                .await
                .unwrap()
                .as_ref(),
            Some(one)
        );
    }
    assert_eq!(
        session.partition_get(table.id, "ds=none").await.unwrap(),
        None
    );
    let names = [
        all[3].name.as_str(),
        "ds=none",
        all[0].name.as_str(),
        all[3].name.as_str(),
    ];
    let found = session
        .partition_list_by_names(table.id, &names)
        .await
        .unwrap();
    assert_eq!(found, [all[0].clone(), all[3].clone()]);
    assert!(
        session
            .partition_list_by_names(table.id, &[])
            .await
            .unwrap()
            .is_empty()
    );

    partitions_are_changed_and_removed(&store, &table, &all).await;
}

async fn partitions_are_changed_and_removed(store: &Store, table: &Table, all: &[Partition]) {
    let mut session = store.session().await.unwrap();
    let changed = Partition {
        parameters: Parameters::new(),
        last_access_at: 8,
        ..all[0].clone()
    };
    transact!(store, |session| {
        session
            .partition_update(table, std::slice::from_ref(&changed))
            .await
    })
    .unwrap();
    let found = session
        .partition_get(table.id, &changed.name)
        .await
        .unwrap();
    assert_eq!(found, Some(changed));
    let deleted = transact!(store, |session| {
        session
            .partition_delete(table.id, &[&all[0].name, "ds=none"])
            .await
    });
    assert_eq!(deleted.unwrap(), 1);
    assert_eq!(session.partition_count(table.id, &[]).await.unwrap(), 3);
}

async fn partitions_are_paged_through_ranges(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let table = add_table(&store, "t").await;
    let values: Vec<String> = (0..30).map(|day| format!("2024-01-{day:02}")).collect();
    let values: Vec<&str> = values.iter().map(String::as_str).collect();
    add_partitions(&store, &table, &values).await.unwrap();
    let range = |from: &str, to: &str| NameRange {
        from: Some(format!("ds=2024-01-{from}")),
        to: Some(format!("ds=2024-01-{to}")),
    };
    let ranges = [
        range("02", "05"),
        range("09", "09"),
        range("10", "13"),
        NameRange::prefix("ds=2024-01-2"),
    ];
    let mut expected: Vec<String> = Vec::new();
    for day in (2..5).chain(10..13).chain(20..30) {
        expected.push(format!("ds=2024-01-{day:02}"));
    }
    let mut session = store.session().await.unwrap();
    assert_eq!(
        session.partition_count(table.id, &ranges).await.unwrap(),
        16
    );
    for limit in [1, 2, 3, 5, 16, 100] {
        let mut after: Option<String> = None;
        let mut names = Vec::new();
        loop {
            let page = session
                .partition_page(table.id, after.as_deref(), &ranges, limit)
                .await
                .unwrap();
            let same = session
                .partition_names_page(table.id, after.as_deref(), &ranges, limit)
                .await
                .unwrap();
            let names_of_page = page.partitions.iter().map(|one| &one.name);
            assert!(names_of_page.eq(same.iter()));
            assert!(page.partitions.len() <= limit);
            let Some(last) = same.last() else { break };
            after = Some(last.clone());
            names.extend(same);
        }
        assert_eq!(names, expected, "with pages of {limit}");
    }
    assert_eq!(
        session
            .partition_page(table.id, None, &[], 100)
            .await
            .unwrap()
            .partitions
            .len(),
        30
    );
}

async fn values_differ_by_every_byte(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let table = add_table(&store, "t").await;
    let values = [
        "ALPHA", "Alpha", "alpha", "beta", "beta ", " beta", "beté", "1", "01", "1.0",
    ];
    add_partitions(&store, &table, &values).await.unwrap();
    let mut session = store.session().await.unwrap();
    let mut sorted: Vec<String> = values.iter().map(|value| partition(value).name).collect();
    sorted.sort();
    assert_eq!(
        session
            .partition_names_page(table.id, None, &[], 100)
            .await
            .unwrap(),
        sorted
    );
    let found = session
        .partition_get(table.id, "ds=beta ")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(found.values, ["beta "]);
}

async fn an_insert_is_all_or_nothing(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let table = add_table(&store, "t").await;
    add_partitions(&store, &table, &["b"]).await.unwrap();
    for values in [&["a", "b", "c"][..], &["b"], &["x", "x"]] {
        let refused = add_partitions(&store, &table, values).await;
        let Err(Error::AlreadyExists(Entity::Partition(_, name))) = refused else {
            panic!("{refused:?}");
        };
        assert_eq!(name, if values.len() == 2 { "ds=x" } else { "ds=b" });
    }
    let partitions = ["a", "b", "c"].map(partition);
    let new = transact!(store, |session| {
        session.table_get_locked(&table.at).await?;
        session.partition_insert_missing(&table, &partitions).await
    });
    assert_eq!(new.unwrap(), [true, false, true]);
    let mut session = store.session().await.unwrap();
    assert_eq!(session.partition_count(table.id, &[]).await.unwrap(), 3);
    assert_eq!(
        session.event_last_id().await.unwrap(),
        1,
        "what was refused left no event"
    );
    let long = "x".repeat(PARTITION_NAME_BYTES_MAX - 3);
    add_partitions(&store, &table, &[&long])
        .await
        .expect("the longest name");
    let refused = add_partitions(&store, &table, &[&format!("{long}x")]).await;
    assert!(
        matches!(refused, Err(Error::InvalidObject(_))),
        "{refused:?}"
    );
}

async fn many_partitions_in_one_transaction(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let table = add_table(&store, "t").await;
    let neighbour = add_table(&store, "u").await;
    add_partitions(&store, &neighbour, &["only"]).await.unwrap();
    // More than one DELETE of a whole table takes, and a remainder of every size of statement.
    let count = 10_000 + 512 + 256 + 31;
    let partitions: Vec<Partition> = (0..count).map(|n| partition(&format!("{n:05}"))).collect();
    transact!(store, |session| {
        session.partition_insert(&table, &partitions).await
    })
    .unwrap();
    let mut session = store.session().await.unwrap();
    assert_eq!(session.partition_count(table.id, &[]).await.unwrap(), count);
    let page = session
        .partition_page(table.id, Some("ds=00998"), &[], 2)
        .await
        .unwrap();
    assert_eq!(page.partitions, partitions[999..1001]);
    let deleted = transact!(store, |session| {
        session.partition_delete_all(table.id).await
    });
    assert_eq!(deleted.unwrap(), u64::try_from(count).unwrap());
    assert_eq!(session.partition_count(table.id, &[]).await.unwrap(), 0);
    assert_eq!(session.partition_count(neighbour.id, &[]).await.unwrap(), 1);
}

async fn a_page_of_large_partitions_has_few_of_them(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let table = add_table(&store, "t").await;
    let large = |number: usize| Partition {
        parameters: [("note".to_owned(), "x".repeat(200_000))].into(),
        ..partition(&format!("{number:02}"))
    };
    let partitions: Vec<Partition> = (0..40).map(large).collect();
    for some in partitions.chunks(10) {
        transact!(store, |session| {
            session.partition_insert(&table, some).await
        })
        .unwrap();
    }
    let fitting = PARTITION_PAGE_BYTES / 200_000 + 1;
    let mut session = store.session().await.unwrap();
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = session
            .partition_page(table.id, after.as_deref(), &[], 1000)
            .await
            .unwrap();
        assert!(
            page.partitions.len() <= fitting,
            "{}",
            page.partitions.len()
        );
        after = page.partitions.last().map(|last| last.name.clone());
        found.extend(page.partitions);
        if page.ended {
            break;
        }
    }
    assert!(found == partitions, "each of them came once");
    let names: Vec<&str> = partitions.iter().map(|one| one.name.as_str()).collect();
    let mut left = &names[..];
    while !left.is_empty() {
        let page = session.partition_page_named(table.id, left).await.unwrap();
        let count = page.partitions.len();
        assert!(count <= fitting, "{count}");
        assert!(
            page.partitions
                .iter()
                .map(|one| one.name.as_str())
                .eq(left[..count].iter().copied())
        );
        assert_eq!(page.ended, count == left.len());
        left = &left[count..];
    }
    // The connection passes over what nobody read.
    assert_eq!(session.partition_count(table.id, &[]).await.unwrap(), 40);
}

fn statistics() -> ColumnStatistics {
    ColumnStatistics {
        column: Name::new("id"),
        column_type: "int".into(),
        figures: Figures {
            nulls: 0,
            distinct: 0,
            bit_vectors: None,
            histogram: None,
            range: Range::Boolean {
                trues: 1,
                falses: 0,
            },
        },
        analyzed_at: 3,
    }
}

async fn a_rename_takes_the_statistics_along(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let table = add_table(&store, "t").await;
    add_partitions(&store, &table, &["old", "taken"])
        .await
        .unwrap();
    let statistics = statistics();
    let one = [statistics.clone()];
    let new = Partition {
        location: Some(place("s3://moved")),
        ..partition("new")
    };
    transact!(store, |session| {
        session
            .statistics_put(table.id, "ds=old", "hive", &one)
            .await?;
        session
            .statistics_put(table.id, TABLE_LEVEL, "hive", &one)
            .await
    })
    .unwrap();
    let taken = partition("taken");
    let refused = transact!(store, |session| {
        session.partition_rename(&table, "ds=old", &taken).await
    });
    assert!(
        matches!(refused, Err(Error::AlreadyExists(_))),
        "{refused:?}"
    );
    let renamed = async || {
        transact!(store, |session| {
            session.partition_rename(&table, "ds=old", &new).await
        })
    };
    assert!(renamed().await.unwrap());
    assert!(!renamed().await.unwrap());
    let mut session = store.session().await.unwrap();
    assert_eq!(
        session.partition_get(table.id, "ds=new").await.unwrap(),
        Some(new)
    );
    let found = session
        .statistics_list(table.id, &["ds=old", "ds=new", TABLE_LEVEL], "hive", &[])
        .await
        .unwrap();
    assert_eq!(
        found,
        [
            (String::new(), statistics.clone()),
            ("ds=new".into(), statistics)
        ]
    );
    transact!(store, |session| {
        session.partition_delete(table.id, &["ds=new"]).await
    })
    .unwrap();
    let found = session
        .statistics_list(table.id, &["ds=new"], "hive", &[])
        .await
        .unwrap();
    assert!(found.is_empty());
}

async fn columns_cascade_by_descriptor(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let table = add_table(&store, "t").await;
    add_partitions(&store, &table, &["a", "b"]).await.unwrap();
    let own = Partition {
        descriptor: descriptor("own"),
        ..partition("c")
    };
    transact!(store, |session| {
        session
            .partition_insert(&table, std::slice::from_ref(&own))
            .await
    })
    .unwrap();
    let mut session = store.session().await.unwrap();
    assert_eq!(
        session.partition_descriptors(table.id).await.unwrap().len(),
        2
    );
    let (old, new) = (descriptor("Id"), descriptor("wider"));
    let changed = transact!(store, |session| {
        session
            .partition_replace_descriptor(table.id, &old, &new)
            .await
    });
    assert_eq!(changed.unwrap(), 2);
    let found = session
        .partition_page(table.id, None, &[], 9)
        .await
        .unwrap();
    let descriptors: Vec<_> = found
        .partitions
        .into_iter()
        .map(|one| one.descriptor)
        .collect();
    assert_eq!(descriptors, [new.clone(), new, own.descriptor]);
}

async fn locations_are_pinned_and_move_with_their_directory_alone(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let table = add_table(&store, "t").await;
    add_partitions(&store, &table, &["a b"]).await.unwrap();
    // Inside, in each word; beside, under names that begin alike or hold the whole; and the table's own directory.
    let own = [
        ("s3://lake/t/own", "s3://lake/ü/own"),
        ("s3a://lake/t/other-word", "s3a://lake/ü/other-word"),
        ("s3n://lake/t", "s3n://lake/ü"),
        ("s3://lake/t_archive/own", "s3://lake/t_archive/own"),
        ("s3://lake/u/s3:/lake/t/own", "s3://lake/u/s3:/lake/t/own"),
        ("s3://other/t/own", "s3://other/t/own"),
    ];
    let partitions = own.iter().enumerate().map(|(number, (at, _))| Partition {
        location: Some(place(at)),
        ..partition(&format!("own{number}"))
    });
    let partitions: Vec<Partition> = partitions.collect();
    transact!(store, |session| {
        session.partition_insert(&table, &partitions).await?;
        session
            .partition_pin_locations(table.id, &place("s3://lake/t/"))
            .await?;
        session
            .partition_move_locations(&table, &place("s3://lake/t"), &place("s3://lake/ü"))
            .await
    })
    .unwrap();
    let mut session = store.session().await.unwrap();
    let found = session
        .partition_page(table.id, None, &[], 9)
        .await
        .unwrap();
    let locations = found.partitions.into_iter().filter_map(|one| one.location);
    let locations: Vec<String> = locations.map(|one| one.to_string()).collect();
    let mut expected = vec!["s3://lake/ü/ds=a b"];
    expected.extend(own.iter().map(|(_, after)| *after));
    assert_eq!(locations, expected);
    let (mut pages, mut after) = (Vec::new(), None);
    while pages.len() < expected.len() {
        let page = session
            .partition_own_locations(table.id, after.as_deref(), 2)
            .await
            .unwrap();
        assert!(page.len() == 2 || pages.len() + page.len() == expected.len());
        after = page.last().map(|(name, _)| name.clone());
        pages.extend(page.into_iter().map(|(_, own)| own.to_string()));
    }
    assert_eq!(pages, expected, "a few at a time");
}
