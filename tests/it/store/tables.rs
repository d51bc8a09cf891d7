//! Tables and views.

use super::sample::{
    add_database, add_table, database, database_ref, descriptor, table, table_ref,
};
use crate::harness::{TestDatabase, on_every_database, run};
use skep::error::{Entity, Error};
use skep::model::{DatabaseRef, Name, Parameters, Table, TableType};
use skep::store::{OBJECT_NAME_BYTES_MAX, Searched, Store};
use skep::transact;

on_every_database!(
    a_table_comes_back_as_it_was,
    a_table_is_renamed_and_moved,
    names_differ_by_every_byte,
    tables_are_listed_in_byte_order,
    large_values_survive,
    tables_are_found_by_a_part_of_their_name,
    what_cannot_be_stored_is_refused_by_name,
);

async fn a_table_comes_back_as_it_was(test: TestDatabase) {
    let store = test.store().await;
    let nowhere = table(table_ref("t"));
    let missing = transact!(store, |session| { session.table_insert(&nowhere).await });
    assert!(
        matches!(missing, Err(Error::NotFound(Entity::Database(_)))),
        "{missing:?}"
    );
    add_database(&store).await;
    let mut one = add_table(&store, "T").await;
    // A second store has nothing in memory.
    let other = test.store().await;
    let mut session = other.session().await.unwrap();
    assert_eq!(session.table_get(&one.at).await.unwrap(), Some(one.clone()));
    let again = transact!(store, |session| { session.table_insert(&one).await });
    assert!(matches!(again, Err(Error::AlreadyExists(Entity::Table(_)))));

    one.descriptor = descriptor("other");
    one.table_type = TableType::Other("SOMETHING".into());
    one.location = None;
    one.partition_keys = Vec::new();
    one.parameters = Parameters::new();
    one.unknown_fields = Vec::new();
    one.owner_type = None;
    transact!(store, |session| {
        session.table_get_locked(&one.at).await?.expect("the table");
        session.table_update(&one).await
    })
    .unwrap();
    assert_eq!(session.table_get(&one.at).await.unwrap(), Some(one.clone()));
    transact!(store, |session| { session.table_delete(one.id).await }).unwrap();
    assert_eq!(session.table_get(&one.at).await.unwrap(), None);
}

async fn a_table_is_renamed_and_moved(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let other = database(DatabaseRef::new("hive", "other"));
    transact!(store, |session| { session.database_insert(&other).await }).unwrap();
    let one = add_table(&store, "one").await;
    add_table(&store, "two").await;
    let taken = Table {
        at: table_ref("two"),
        ..one.clone()
    };
    let refused = transact!(store, |session| { session.table_update(&taken).await });
    assert!(
        matches!(refused, Err(Error::AlreadyExists(Entity::Table(_)))),
        "{refused:?}"
    );
    let nowhere = Table {
        at: DatabaseRef::new("hive", "none").table("x"),
        ..one.clone()
    };
    let refused = transact!(store, |session| { session.table_update(&nowhere).await });
    assert!(
        matches!(refused, Err(Error::NotFound(Entity::Database(_)))),
        "{refused:?}"
    );
    let moved = Table {
        at: other.at.table("new"),
        ..one.clone()
    };
    transact!(store, |session| { session.table_update(&moved).await }).unwrap();
    let mut session = store.session().await.unwrap();
    assert_eq!(session.table_get(&one.at).await.unwrap(), None);
    assert_eq!(session.table_get(&moved.at).await.unwrap(), Some(moved));
}

async fn names_differ_by_every_byte(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    // Names are lower-cased by the domain; what is left must be told apart: accents, blanks, width.
    let names = [
        "beta", "béta", "ｂeta", "beta_", "be ta", "straße", "strasse",
    ];
    for name in names {
        add_table(&store, name).await;
    }
    let mut session = store.session().await.unwrap();
    for name in names {
        let found = session
            .table_get(&table_ref(name))
            .await
            .unwrap()
            .expect(name);
        assert_eq!(found.at, table_ref(name));
    }
    assert_eq!(session.table_get(&table_ref("bèta")).await.unwrap(), None);
    assert_eq!(session.table_count(&database_ref()).await.unwrap(), 7);
}

async fn tables_are_listed_in_byte_order(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    for name in ["b", "a_b", "a", "ab", "a b", "é", "z"] {
        add_table(&store, name).await;
    }
    let sorted = ["a", "a b", "a_b", "ab", "b", "z", "é"].map(Name::new);
    let mut session = store.session().await.unwrap();
    let at = database_ref();
    assert_eq!(session.table_names(&at, None).await.unwrap(), sorted);
    let summaries = session
        .table_summary_page(&at, &[], None, 100)
        .await
        .unwrap();
    assert_eq!(
        summaries
            .iter()
            .map(|one| one.name.clone())
            .collect::<Vec<_>>(),
        sorted
    );
    assert_eq!(summaries[0].table_type, TableType::External);
    let mut after = None;
    let mut paged = Vec::new();
    loop {
        let page = session.table_page(&at, after.as_ref(), 2).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.at.table.clone());
        paged.extend(page.into_iter().map(|table| table.at.table));
    }
    assert_eq!(paged, sorted);
    let wanted = ["z", "none", "a", "z", "b"].map(Name::new);
    let found = session.table_list_by_names(&at, &wanted).await.unwrap();
    let found: Vec<Name> = found.into_iter().map(|table| table.at.table).collect();
    assert_eq!(found, ["a", "b", "z"].map(Name::new));
    assert!(
        session
            .table_list_by_names(&at, &[])
            .await
            .unwrap()
            .is_empty()
    );
    assert!(
        session
            .table_names(&DatabaseRef::new("hive", "none"), None)
            .await
            .unwrap()
            .is_empty()
    );
}

async fn tables_are_found_by_a_part_of_their_name(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let names = [
        "orders",
        "old_orders",
        "orders_v2",
        "x%y",
        "xzy",
        "a_b",
        "acb",
    ];
    for name in names {
        let mut new = table(table_ref(name));
        new.parameters = Parameters::from([("comment".to_owned(), format!("about {name}"))]);
        transact!(store, |session| { session.table_insert(&new).await }).unwrap();
    }
    let mut session = store.session().await.unwrap();
    let hive = Name::new("hive");
    let at = table_ref("orders");
    let (here, elsewhere) = (Some(&at.database), Name::new("none"));
    for (database, word, limit, wanted) in [
        (
            None,
            "orders",
            9,
            &["orders", "orders_v2", "old_orders"][..],
        ),
        (None, "orders", 2, &["orders", "orders_v2"]),
        (here, "rders_", 9, &["orders_v2"]),
        (None, "x%y", 9, &["x%y"]),
        (None, "a_b", 9, &["a_b"]),
        (None, "!", 9, &[]),
        (Some(&elsewhere), "orders", 9, &[]),
    ] {
        let searched = Searched {
            catalog: &hive,
            database,
            whole: word,
            first: word,
            others: &[],
        };
        let found = session.search_by_name(&searched, limit).await.unwrap();
        let found_names: Vec<&str> = found.iter().map(|(_, one)| one.at.table.as_str()).collect();
        assert_eq!(found_names, wanted, "{word}");
        for (_, one) in found {
            assert_eq!(one.comment, Some(format!("about {}", one.at.table)));
        }
    }
}

async fn large_values_survive(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let mut large = table(table_ref("large"));
    large.parameters = Parameters::from([
        (
            "spark.sql.sources.schema".into(),
            "ü\u{1F41D}".repeat(20_000),
        ),
        (
            "binary".into(),
            (0..=0x2FFF_u32).filter_map(char::from_u32).collect(),
        ),
        (String::new(), " trailing blanks  ".into()),
    ]);
    large.unknown_fields = (0..100_000_u32).map(|n| n.to_le_bytes()[0]).collect();
    large.view_original_text = Some("SELECT '\\' ; -- \u{1F41D}".repeat(10_000));
    large.id = transact!(store, |session| { session.table_insert(&large).await }).unwrap();
    let mut session = store.session().await.unwrap();
    assert!(
        session.table_get(&large.at).await.unwrap() == Some(large),
        "it came back changed"
    );
}

async fn what_cannot_be_stored_is_refused_by_name(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let longest = "x".repeat(OBJECT_NAME_BYTES_MAX);
    add_table(&store, &longest).await;
    let too_long = table(table_ref(&format!("{longest}x")));
    let refused = transact!(store, |session| { session.table_insert(&too_long).await });
    assert!(
        matches!(refused, Err(Error::InvalidObject(_))),
        "{refused:?}"
    );
    let nul = Table {
        owner: Some("a\0b".into()),
        ..table(table_ref("nul"))
    };
    let refused = transact!(store, |session| { session.table_insert(&nul).await });
    assert!(
        matches!(refused, Err(Error::InvalidObject(_))),
        "{refused:?}"
    );
    let mut session = store.session().await.unwrap();
    assert_eq!(
        session.table_names(&database_ref(), None).await.unwrap(),
        [Name::new(&longest)]
    );
}

/// Listings that tell names, types and comments do not fetch the properties, of which a table may have 30 KB and more.
#[tokio::test(flavor = "multi_thread")]
async fn a_listing_of_tables_leaves_their_properties_where_they_are() {
    const TABLES: usize = 40;
    run(
        TestDatabase::postgres().await,
        async |test: TestDatabase| {
            let store = test.store().await;
            add_database(&store).await;
            for number in 0..TABLES {
                let mut table = table(table_ref(&format!("t{number:02}")));
                table.table_type = if number == 7 {
                    TableType::VirtualView
                } else {
                    TableType::External
                };
                let schema = "long ".repeat(10_000);
                table.parameters.insert("schema".into(), schema);
                table
                    .parameters
                    .insert("comment".into(), format!("c{number}"));
                if number == 8 {
                    table.parameters.insert("odd".into(), "\0".into());
                }
                transact!(store, |session| { session.table_insert(&table).await }).unwrap();
            }
            let (settings, proxy) = super::pool::behind_proxy(&test).await;
            let store = Store::open(settings).await.unwrap();
            let mut session = store.session().await.unwrap();
            let at = database_ref();
            let view = Some(&TableType::VirtualView);
            assert_eq!(
                session.table_names(&at, view).await.unwrap(),
                [Name::new("t07")]
            );
            let all = session
                .table_summary_page(&at, &[], None, 100)
                .await
                .unwrap();
            assert_eq!(all.len(), TABLES);
            for (number, one) in all.iter().enumerate() {
                assert_eq!(one.comment, Some(format!("c{number}")));
            }
            let view = session
                .table_summary_page(&at, &["VIRTUAL_VIEW"], None, 100)
                .await;
            assert_eq!(view.unwrap().len(), 1);
            // The one that PostgreSQL cannot look into comes whole.
            let bytes = proxy.bytes_answered();
            assert!(
                bytes < 3 * 50_000,
                "{bytes} bytes for {TABLES} names and comments"
            );
        },
    )
    .await;
}
