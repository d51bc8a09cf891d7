//! The event log.

use super::sample::{
    add_database, add_table, database, database_ref, descriptor, event, partition, table_ref,
};
use crate::harness::{TestDatabase, on_every_database};
use skep::model::{EventBody, EventKind, Function, FunctionRef, Name, NewEvent, Partition};
use skep::store::{EventFilter, Store};
use skep::transact;
use std::sync::Arc;

on_every_database!(
    every_body_comes_back_as_it_was,
    events_are_filtered_and_counted,
    many_events_are_listed_in_pieces,
    old_events_are_forgotten,
    a_rolled_back_event_leaves_no_gap,
    changes_of_one_moment_pack_their_table_once,
);

async fn append(store: &Store, at: i64, events: &[NewEvent]) -> Vec<i64> {
    let ids = transact!(store, |session| { session.event_append(at, events).await });
    ids.unwrap().collect()
}

fn bodies(table: &skep::model::Table) -> Vec<EventBody> {
    let shared = Arc::new(table.clone());
    let table = Box::new(table.clone());
    let own = Partition {
        descriptor: descriptor("own"),
        unknown_fields: vec![7],
        ..partition("x")
    };
    let many: Vec<Partition> = (0..500).map(|n| partition(&n.to_string())).collect();
    let before = Box::new(database(database_ref()));
    vec![
        EventBody::Database(before.clone()),
        EventBody::DatabaseChange {
            before: before.clone(),
            after: before,
        },
        EventBody::Table(table.clone()),
        EventBody::TableChange {
            before: table.clone(),
            after: table.clone(),
            is_truncate: true,
        },
        EventBody::Partitions {
            table: shared.clone(),
            partitions: many,
        },
        EventBody::PartitionChange {
            table: shared.clone(),
            before: Box::new(partition("x")),
            after: Box::new(own.clone()),
        },
        EventBody::Insert {
            table: shared,
            partition: Some(Box::new(own)),
            replace: true,
            files: vec!["s3://x/1".into()],
        },
        EventBody::Function(Box::new(Function {
            id: 1,
            at: FunctionRef {
                catalog: Name::new("hive"),
                database: Name::new("sales"),
                name: Name::new("f"),
            },
            class_name: None,
            owner: None,
            owner_type: None,
            created_at: 0,
            function_type: None,
            resources: Vec::new(),
        })),
        EventBody::Statistics {
            partition: Some("ds=x".into()),
            columns: vec!["a".into()],
        },
    ]
}

async fn every_body_comes_back_as_it_was(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let table = add_table(&store, "t").await;
    let events: Vec<NewEvent> = bodies(&table)
        .into_iter()
        .map(|body| NewEvent {
            body,
            ..event(EventKind::Insert, &table.at)
        })
        .collect();
    let ids = append(&store, 1_700_000_000, &events).await;
    assert_eq!(ids, (1..=9).collect::<Vec<i64>>());
    // A store that has none of the descriptors in memory.
    let other = test.store().await;
    let mut session = other.session().await.unwrap();
    let found = session
        .event_list(&EventFilter::default(), 100)
        .await
        .unwrap();
    assert_eq!(found.len(), events.len());
    for (found, (id, event)) in found.iter().zip(ids.iter().zip(&events)) {
        assert_eq!((found.id, found.at), (*id, 1_700_000_000));
        assert_eq!(&found.event, event);
    }
}

async fn events_are_filtered_and_counted(test: TestDatabase) {
    let store = test.store().await;
    let mut session = store.session().await.unwrap();
    assert_eq!(session.event_last_id().await.unwrap(), 0);
    let whole = NewEvent {
        table: None,
        ..event(EventKind::CreateDatabase, &table_ref("x"))
    };
    append(
        &store,
        10,
        &[whole, event(EventKind::CreateTable, &table_ref("a"))],
    )
    .await;
    append(
        &store,
        20,
        &[event(EventKind::AddPartition, &table_ref("a"))],
    )
    .await;
    append(&store, 30, &[event(EventKind::DropTable, &table_ref("b"))]).await;

    let mut ids = async |filter: EventFilter| {
        let count = session.event_count(&filter).await.unwrap();
        let found = session.event_list(&filter, 100).await.unwrap();
        assert_eq!(i64::try_from(found.len()).unwrap(), count);
        found
            .into_iter()
            .map(|event| event.id)
            .collect::<Vec<i64>>()
    };
    let all = EventFilter::default;
    assert_eq!(ids(EventFilter { after: 2, ..all() }).await, [3, 4]);
    assert_eq!(
        ids(EventFilter {
            after: 1,
            up_to: Some(3),
            ..all()
        })
        .await,
        [2, 3]
    );
    assert_eq!(
        ids(EventFilter {
            tables: vec![Name::new("a")],
            ..all()
        })
        .await,
        [2, 3]
    );
    let nowhere = Some(Name::new("none"));
    assert!(
        ids(EventFilter {
            database: nowhere,
            ..all()
        })
        .await
        .is_empty()
    );
    let skip = vec![EventKind::CreateTable, EventKind::DropTable];
    assert_eq!(
        ids(EventFilter {
            skip,
            catalog: Some(Name::new("hive")),
            ..all()
        })
        .await,
        [1, 3]
    );
}

async fn old_events_are_forgotten(test: TestDatabase) {
    let store = test.store().await;
    let mut session = store.session().await.unwrap();
    assert_eq!(session.event_first_id().await.unwrap(), 0);
    let whole = NewEvent {
        table: None,
        ..event(EventKind::CreateDatabase, &table_ref("x"))
    };
    append(
        &store,
        10,
        &[whole, event(EventKind::CreateTable, &table_ref("a"))],
    )
    .await;
    append(
        &store,
        20,
        &[event(EventKind::AddPartition, &table_ref("a"))],
    )
    .await;
    append(&store, 30, &[event(EventKind::DropTable, &table_ref("b"))]).await;
    let heads = session.event_heads(0, 2).await.unwrap();
    assert_eq!(heads.len(), 2);
    assert_eq!(
        (heads[0].id, heads[0].kind, heads[0].table.clone()),
        (1, Some(EventKind::CreateDatabase), None)
    );
    assert_eq!(heads[1].table, Some(Name::new("a")));

    let forget = async |at, limit| {
        transact!(store, |session| {
            session.event_delete_before(at, limit).await
        })
        .unwrap()
    };
    assert_eq!(forget(30, 2).await, 2);
    assert_eq!(forget(30, 100).await, 1);
    assert_eq!(forget(30, 100).await, 0);
    assert_eq!(session.event_first_id().await.unwrap(), 4);
    assert_eq!(session.event_last_id().await.unwrap(), 4);
    assert_eq!(
        append(&store, 40, &[event(EventKind::DropTable, &table_ref("b"))]).await,
        [5]
    );
}

async fn many_events_are_listed_in_pieces(test: TestDatabase) {
    let store = test.store().await;
    let one = event(EventKind::AddPartition, &table_ref("a"));
    let large = NewEvent {
        body: EventBody::Statistics {
            partition: None,
            // Every text is another one, so that little is won by compressing them.
            columns: (0_u64..200_000)
                .map(|n| format!("{:x}", n.wrapping_pow(7)))
                .collect(),
        },
        ..one.clone()
    };
    append(&store, 1, &vec![one; 250]).await;
    append(&store, 1, &vec![large; 8]).await;
    let mut session = store.session().await.unwrap();
    let mut filter = EventFilter::default();
    let small = session.event_list(&filter, 240).await.unwrap();
    assert_eq!(small.len(), 240);
    let mut pieces = 0;
    loop {
        let events = session.event_list(&filter, 1000).await.unwrap();
        let Some(last) = events.last() else { break };
        assert_eq!(events[0].id, filter.after + 1);
        filter.after = last.id;
        pieces += 1;
    }
    assert_eq!(filter.after, 258);
    assert!(pieces >= 1);
}

async fn a_rolled_back_event_leaves_no_gap(test: TestDatabase) {
    let store = test.store().await;
    let events = [event(EventKind::CreateTable, &table_ref("a"))];
    let refused: skep::error::Result<()> = transact!(store, |session| {
        session.event_append(1, &events).await?;
        Err(skep::error::Error::Invalid("no".into()))
    });
    assert!(refused.is_err());
    let mut session = store.session().await.unwrap();
    assert_eq!(session.event_last_id().await.unwrap(), 0);
    assert_eq!(append(&store, 2, &events).await, [1]);
}

/// A thousand changes of partitions are a thousand events, but not a thousand copies of their table.
async fn changes_of_one_moment_pack_their_table_once(test: TestDatabase) {
    const CHANGES: i64 = 1_000;
    let store = test.store().await;
    add_database(&store).await;
    let table = Arc::new(add_table(&store, "t").await);
    let changes: Vec<NewEvent> = (0..CHANGES)
        .map(|number| NewEvent {
            body: EventBody::PartitionChange {
                table: Arc::clone(&table),
                before: Box::new(partition("old")),
                after: Box::new(partition(&number.to_string())),
            },
            ..event(EventKind::AlterPartition, &table.at)
        })
        .collect();
    let other = [event(EventKind::CreateTable, &table.at)];
    append(&store, 1, &other).await;
    let ids = append(&store, 1, &changes).await;
    assert_eq!(ids, (2..=CHANGES + 1).collect::<Vec<i64>>());
    append(&store, 1, &other).await;
    let rows = test.number("SELECT COUNT(*) FROM skep_events").await;
    assert!(rows <= 6, "{rows} rows, each with the table");

    let last = CHANGES + 2;
    let mut session = store.session().await.unwrap();
    assert_eq!(session.event_first_id().await.unwrap(), 1);
    for after in [0, 1, 2, 200, 257, 258, CHANGES, CHANGES + 1, last] {
        for up_to in [None, Some(1), Some(3), Some(300), Some(CHANGES + 1)] {
            let filter = EventFilter {
                after,
                up_to,
                ..EventFilter::default()
            };
            let wanted: Vec<i64> = (after + 1..=up_to.unwrap_or(last)).collect();
            let count = session.event_count(&filter).await.unwrap();
            assert_eq!(
                usize::try_from(count).unwrap(),
                wanted.len(),
                "{after} {up_to:?}"
            );
            let mut next = filter.clone();
            let mut found = Vec::new();
            loop {
                let events = session.event_list(&next, 300).await.unwrap();
                let Some(end) = events.last() else { break };
                next.after = end.id;
                found.extend(events);
            }
            let ids: Vec<i64> = found.iter().map(|event| event.id).collect();
            assert_eq!(ids, wanted, "{after} {up_to:?}");
            for one in found.iter().filter(|one| (2..last).contains(&one.id)) {
                assert_eq!(one.event, changes[usize::try_from(one.id - 2).unwrap()]);
            }
        }
        let heads = session.event_heads(after, 10).await.unwrap();
        let ids: Vec<i64> = heads.iter().map(|head| head.id).collect();
        assert_eq!(
            ids,
            (after + 1..=last.min(after + 10)).collect::<Vec<i64>>()
        );
    }
    let without = EventFilter {
        skip: vec![EventKind::AlterPartition],
        ..EventFilter::default()
    };
    assert_eq!(session.event_count(&without).await.unwrap(), 2);
    assert_eq!(session.event_list(&without, 9).await.unwrap().len(), 2);
    let removed = transact!(store, |session| { session.event_delete_before(2, 9).await });
    assert_eq!(removed.unwrap(), last.unsigned_abs());
}
