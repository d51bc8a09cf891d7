//! Nouns to store.

use crate::harness::place;
use skep::error::Result;
use skep::model::{
    Column, Database, DatabaseRef, EventBody, EventKind, NewEvent, Parameters, Partition,
    PrincipalType, Serde, StorageDescriptor, Table, TableRef, TableType,
};
use skep::store::Store;
use skep::transact;
use std::sync::Arc;

/// The database that most cases work in.
pub(super) fn database_ref() -> DatabaseRef {
    DatabaseRef::new("hive", "sales")
}

/// A table of [`database_ref`].
pub(super) fn table_ref(name: &str) -> TableRef {
    database_ref().table(name)
}

/// A database with everything set.
pub(super) fn database(at: DatabaseRef) -> Database {
    Database {
        id: 0,
        description: Some("Verkäufe \u{1F41D}".into()),
        location: place(format!("s3://lake/{}.db", at.database)),
        managed_location: Some(place("s3://managed/x")),
        parameters: Parameters::from([("a".into(), String::new()), ("Ключ".into(), "v\0v".into())]),
        owner: Some("ann".into()),
        owner_type: Some(PrincipalType::ROLE),
        created_at: 1_700_000_000,
        unknown_fields: vec![0, 255, 1],
        at,
    }
}

/// A descriptor whose only column is `column`.
pub(super) fn descriptor(column: &str) -> Arc<StorageDescriptor> {
    Arc::new(StorageDescriptor {
        columns: Some(vec![Column {
            name: column.into(),
            data_type: "array<struct<a:int>>".into(),
            comment: Some("한국어 \u{1F41D}".into()),
        }]),
        input_format: Some("in".into()),
        output_format: Some("out".into()),
        serde: Some(Serde {
            library: Some("lib".into()),
            ..Serde::default()
        }),
        ..StorageDescriptor::default()
    })
}

/// A partitioned table with everything set.
pub(super) fn table(at: TableRef) -> Table {
    Table {
        id: 0,
        table_type: TableType::External,
        owner: Some("bob".into()),
        owner_type: Some(PrincipalType::USER),
        created_at: 1_700_000_001,
        last_access_at: 3,
        retention: -1,
        partition_keys: vec![Column {
            name: "ds".into(),
            data_type: "string".into(),
            comment: None,
        }],
        location: Some(place(format!("s3://lake/sales.db/{}", at.table))),
        descriptor: descriptor("Id"),
        parameters: Parameters::from([("EXTERNAL".into(), "TRUE".into())]),
        view_original_text: None,
        view_expanded_text: Some("x".repeat(20_000)),
        unknown_fields: b"rest".to_vec(),
        at,
    }
}

/// A partition `ds=VALUE` with the default location.
pub(super) fn partition(value: &str) -> Partition {
    Partition {
        values: vec![value.into()],
        name: skep::hive::partition_name::make_name(&["ds"], &[value]).expect("one key, one value"),
        location: None,
        descriptor: descriptor("Id"),
        created_at: 1_700_000_002,
        last_access_at: 0,
        parameters: Parameters::from([("numRows".into(), "7".into())]),
        unknown_fields: Vec::new(),
    }
}

/// Stores the database of [`database_ref`].
pub(super) async fn add_database(store: &Store) -> i64 {
    let database = database(database_ref());
    transact!(store, |session| {
        session.database_insert(&database).await
    })
    .expect("a database")
}

/// Stores a table of [`database_ref`], which must be there, and gives it with its number.
pub(super) async fn add_table(store: &Store, name: &str) -> Table {
    let table = table(table_ref(name));
    let id = transact!(store, |session| { session.table_insert(&table).await }).expect("a table");
    Table { id, ..table }
}

/// Adds partitions in a transaction, as the catalog does: under the lock of the table, the event last.
pub(super) async fn add_partitions(store: &Store, table: &Table, values: &[&str]) -> Result<()> {
    let partitions: Vec<Partition> = values.iter().map(|value| partition(value)).collect();
    transact!(store, |session| {
        session
            .table_get_locked(&table.at)
            .await?
            .expect("the table");
        session.partition_insert(table, &partitions).await?;
        session
            .event_append(5, &[event(EventKind::AddPartition, &table.at)])
            .await?;
        Ok(())
    })
}

/// A small event about a table.
pub(super) fn event(kind: EventKind, at: &TableRef) -> NewEvent {
    NewEvent {
        kind,
        catalog: at.catalog.clone(),
        database: Some(at.database.clone()),
        table: Some(at.table.clone()),
        body: EventBody::Statistics {
            partition: None,
            columns: Vec::new(),
        },
    }
}
