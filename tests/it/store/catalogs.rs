//! Catalogs, databases, functions and pending deletes.

use super::sample::{add_database, add_table, database, database_ref};
use crate::harness::{TestDatabase, on_every_database, place};
use skep::clock::DatabaseTime;
use skep::error::{Entity, Error};
use skep::model::{Catalog, Database, DatabaseRef, Function, FunctionRef, FunctionResource, Name};
use skep::transact;

on_every_database!(
    a_catalog_is_stored_changed_and_removed,
    a_database_comes_back_as_it_was,
    a_database_with_tables_stays,
    the_first_of_two_makers_makes_it,
    functions_come_back_as_they_were,
    pending_deletes_are_taken_once,
);

async fn a_catalog_is_stored_changed_and_removed(test: TestDatabase) {
    let store = test.store().await;
    let hive = store
        .session()
        .await
        .unwrap()
        .catalog_get(&Name::new("hive"))
        .await
        .unwrap();
    assert_eq!(hive.expect("made by the first migration").id, 1);
    let mut catalog = Catalog {
        id: 0,
        name: Name::new("spark"),
        description: None,
        location: "s3://x".into(),
        created_at: 9,
    };
    catalog.id =
        transact!(store, |session| { session.catalog_insert(&catalog).await }).expect("inserted");
    catalog.description = Some(String::new());
    transact!(store, |session| { session.catalog_update(&catalog).await }).expect("updated");
    let mut session = store.session().await.unwrap();
    assert_eq!(
        session.catalog_get(&catalog.name).await.unwrap(),
        Some(catalog.clone())
    );
    assert_eq!(session.catalog_list().await.unwrap().len(), 2);
    let again = transact!(store, |session| { session.catalog_insert(&catalog).await });
    assert!(matches!(
        again,
        Err(Error::AlreadyExists(Entity::Catalog(_)))
    ));
    transact!(store, |session| {
        session.catalog_delete(catalog.id).await
    })
    .expect("deleted");
    assert_eq!(session.catalog_get(&catalog.name).await.unwrap(), None);
}

async fn a_database_comes_back_as_it_was(test: TestDatabase) {
    let store = test.store().await;
    let mut one = database(database_ref());
    one.id = add_database(&store).await;
    let mut session = store.session().await.unwrap();
    assert_eq!(
        session.database_get(&one.at).await.unwrap(),
        Some(one.clone())
    );
    let again = transact!(store, |session| { session.database_insert(&one).await });
    assert!(matches!(
        again,
        Err(Error::AlreadyExists(Entity::Database(_)))
    ));
    let nowhere = Database {
        at: DatabaseRef::new("none", "x"),
        ..one.clone()
    };
    let missing = transact!(store, |session| { session.database_insert(&nowhere).await });
    assert!(
        matches!(missing, Err(Error::NotFound(Entity::Catalog(_)))),
        "{missing:?}"
    );

    one.at = DatabaseRef::new("hive", "renamed");
    one.owner = None;
    one.owner_type = None;
    one.managed_location = None;
    one.unknown_fields = Vec::new();
    transact!(store, |session| { session.database_update(&one).await }).expect("updated");
    assert_eq!(session.database_get(&database_ref()).await.unwrap(), None);
    assert_eq!(
        session.database_list(&one.at.catalog).await.unwrap(),
        [one.clone()]
    );
    assert_eq!(
        session.database_names(&one.at.catalog).await.unwrap(),
        [Name::new("renamed")]
    );
    assert_eq!(
        session.database_names(&Name::new("none")).await.unwrap(),
        []
    );
}

async fn a_database_with_tables_stays(test: TestDatabase) {
    let store = test.store().await;
    let id = add_database(&store).await;
    let table = add_table(&store, "t").await;
    let refused = transact!(store, |session| { session.database_delete(id).await });
    assert!(matches!(refused, Err(Error::NotAllowed(_))), "{refused:?}");
    transact!(store, |session| {
        session
            .database_get_locked(&database_ref())
            .await?
            .expect("the database");
        session.table_delete(table.id).await?;
        session.database_delete(id).await
    })
    .expect("deleted");
    assert_eq!(
        store
            .session()
            .await
            .unwrap()
            .database_get(&database_ref())
            .await
            .unwrap(),
        None
    );
}

async fn the_first_of_two_makers_makes_it(test: TestDatabase) {
    let stores = [
        test.store().await,
        test.store().await,
        test.store().await,
        test.store().await,
    ];
    let mut tasks = Vec::new();
    for store in stores {
        tasks.push(tokio::spawn(async move {
            let wanted = database(DatabaseRef::new("hive", "default"));
            transact!(store, |session| {
                session.database_insert_if_missing(&wanted).await
            })
        }));
    }
    let mut made = 0;
    for task in tasks {
        made += usize::from(task.await.unwrap().expect("no conflict is left"));
    }
    assert_eq!(made, 1);
}

async fn functions_come_back_as_they_were(test: TestDatabase) {
    let store = test.store().await;
    add_database(&store).await;
    let database = database_ref();
    let mut function = Function {
        id: 0,
        at: FunctionRef {
            catalog: database.catalog.clone(),
            database: database.database.clone(),
            name: Name::new("f"),
        },
        class_name: Some("org.x.F".into()),
        owner: Some(String::new()),
        owner_type: None,
        created_at: 4,
        function_type: Some(1),
        resources: vec![FunctionResource {
            resource_type: Some(1),
            uri: Some("s3://x.jar".into()),
        }],
    };
    function.id = transact!(store, |session| {
        session.function_insert(&function).await
    })
    .unwrap();
    let again = transact!(store, |session| {
        session.function_insert(&function).await
    });
    assert!(matches!(
        again,
        Err(Error::AlreadyExists(Entity::Function(_)))
    ));
    let mut session = store.session().await.unwrap();
    assert_eq!(
        session.function_get(&function.at).await.unwrap(),
        Some(function.clone())
    );
    function.at.name = Name::new("g");
    function.resources = Vec::new();
    transact!(store, |session| {
        session.function_update(&function).await
    })
    .unwrap();
    assert_eq!(
        session.function_list(&database.catalog).await.unwrap(),
        [function.clone()]
    );
    assert_eq!(
        session.function_names(&database).await.unwrap(),
        [Name::new("g")]
    );
    assert!(
        transact!(store, |session| {
            session.function_delete(function.id).await
        })
        .unwrap()
    );
    assert!(
        !transact!(store, |session| {
            session.function_delete(function.id).await
        })
        .unwrap()
    );
}

fn at(seconds: i64) -> DatabaseTime {
    DatabaseTime::from_database(seconds)
}

async fn pending_deletes_are_taken_once(test: TestDatabase) {
    let store = test.store().await;
    let id = transact!(store, |session| {
        session
            .pending_delete_insert(&place("s3://later"), "drop", 1, at(50))
            .await?;
        session
            .pending_delete_insert(&place("s3://lake/x"), "drop of sales.x", 1, at(5))
            .await
    })
    .unwrap();
    let mut session = store.session().await.unwrap();
    let due = session.pending_delete_due(at(10), 100).await.unwrap();
    assert_eq!(due.len(), 1);
    assert_eq!(
        (due[0].id, due[0].location.as_str(), due[0].attempts),
        (id, "s3://lake/x", 0)
    );
    let take = async || {
        transact!(store, |session| {
            session.pending_delete_postpone(id, 0, at(20)).await
        })
    };
    assert!(take().await.unwrap());
    assert!(!take().await.unwrap(), "the second replica comes too late");
    assert!(
        session
            .pending_delete_due(at(10), 100)
            .await
            .unwrap()
            .is_empty()
    );
    transact!(store, |session| { session.pending_delete_done(id).await }).unwrap();
    assert_eq!(
        session
            .pending_delete_due(at(100), 100)
            .await
            .unwrap()
            .len(),
        1
    );
}
