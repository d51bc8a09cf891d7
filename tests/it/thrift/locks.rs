//! Table locks the way Iceberg and Trino take them.

use crate::client::{Client, Failure};
use crate::harness::{TestDatabase, TestServer, on_every_database, place};
use serde_json::{Value, json};
use skep::catalog::{Catalog, CatalogSettings, LockFilter, LockSpec, PlaceRules};
use skep::clock::Clock;
use skep::error::{Entity, Error};
use skep::lake::{Lake, StorageSettings};
use skep::model::{LockComponent, LockLevel, LockState, LockType, Name};
use skep::naming::{NamingPolicy, NamingRules};
use skep::store::Dialect;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, Ordering};

on_every_database!(
    a_lock_is_granted_polled_and_given_back,
    readers_share_and_wait_for_an_earlier_writer,
    components_are_granted_together,
    what_does_not_exist_has_hives_exceptions,
    locks_are_listed_with_what_blocks_them,
    a_lock_without_a_sign_of_life_is_gone,
    two_replicas_never_grant_one_lock_twice,
    replicas_whose_clocks_differ_agree_on_who_is_alive,
);

fn component(kind: &str, table: Option<&str>) -> Value {
    let level = if table.is_some() { "TABLE" } else { "DB" };
    json!({ "type": kind, "level": level, "dbname": "d", "tablename": table, "operationType": "UNSET" })
}

fn request(components: &[Value], agent: &str) -> Value {
    json!({ "rqst": { "component": components, "user": "ann", "hostname": "here", "agentInfo": agent } })
}

fn lock(client: &mut Client, kind: &str, table: &str) -> (i64, String) {
    acquire(client, &[component(kind, Some(table))])
}

fn acquire(client: &mut Client, components: &[Value]) -> (i64, String) {
    let answer = client.call("lock", request(components, "agent-1")).unwrap();
    (
        answer["lockid"].as_i64().unwrap(),
        answer["state"].as_str().unwrap().to_owned(),
    )
}

fn check(client: &mut Client, id: i64) -> Result<String, Failure> {
    let answer = client.call(
        "check_lock",
        json!({ "rqst": { "lockid": id, "txnid": 0 } }),
    )?;
    assert_eq!(answer["lockid"], id);
    Ok(answer["state"].as_str().unwrap().to_owned())
}

fn unlock(client: &mut Client, id: i64) -> Result<Value, Failure> {
    client.call("unlock", json!({ "rqst": { "lockid": id } }))
}

fn fault(failure: &Failure) -> (&str, i16) {
    (failure.name(), failure.field())
}

async fn a_lock_is_granted_polled_and_given_back(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            let (first, state) = lock(client, "EXCLUSIVE", "T");
            assert_eq!(state, "ACQUIRED");
            let (second, state) = lock(client, "EXCLUSIVE", "t");
            assert_eq!(state, "WAITING");
            assert!(second > first);
            assert_eq!(check(client, first).unwrap(), "ACQUIRED");
            assert_eq!(check(client, second).unwrap(), "WAITING");
            assert_eq!(lock(client, "EXCLUSIVE", "other").1, "ACQUIRED");
            client
                .call(
                    "heartbeat",
                    json!({ "ids": { "lockid": first, "txnid": 0 } }),
                )
                .unwrap();
            unlock(client, first).unwrap();
            assert_eq!(check(client, second).unwrap(), "ACQUIRED");
            assert_eq!(
                fault(&check(client, first).unwrap_err()),
                ("NoSuchLockException", 3)
            );
        })
        .await;
}

async fn readers_share_and_wait_for_an_earlier_writer(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            let (one, state) = lock(client, "SHARED_READ", "t");
            assert_eq!(state, "ACQUIRED");
            let (two, state) = lock(client, "SHARED_READ", "t");
            assert_eq!(state, "ACQUIRED");
            assert_eq!(lock(client, "SHARED_WRITE", "t").1, "ACQUIRED");
            let (writer, state) = lock(client, "EXCL_WRITE", "t");
            assert_eq!(
                state, "WAITING",
                "a writer of Hive 4 waits for shared writers"
            );
            unlock(client, writer).unwrap();

            let (alone, state) = lock(client, "EXCLUSIVE", "u");
            assert_eq!(state, "ACQUIRED");
            let (waiting, _) = lock(client, "EXCLUSIVE", "u");
            let (late, state) = lock(client, "SHARED_READ", "u");
            assert_eq!(state, "WAITING");
            unlock(client, alone).unwrap();
            assert_eq!(
                check(client, late).unwrap(),
                "WAITING",
                "the earlier writer comes first"
            );
            assert_eq!(check(client, waiting).unwrap(), "ACQUIRED");
            unlock(client, waiting).unwrap();
            assert_eq!(check(client, late).unwrap(), "ACQUIRED");
            for id in [one, two, late] {
                unlock(client, id).unwrap();
            }
        })
        .await;
}

async fn components_are_granted_together(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            let (held, _) = lock(client, "EXCLUSIVE", "b");
            let both = [
                component("EXCLUSIVE", Some("a")),
                component("EXCLUSIVE", Some("b")),
            ];
            let (pair, state) = acquire(client, &both);
            assert_eq!(state, "WAITING");
            assert_eq!(
                lock(client, "EXCLUSIVE", "a").1,
                "WAITING",
                "behind the pair, which is waiting too"
            );
            unlock(client, held).unwrap();
            assert_eq!(check(client, pair).unwrap(), "ACQUIRED");
            unlock(client, pair).unwrap();

            let (shared, state) = acquire(client, &[component("SHARED_READ", None)]);
            assert_eq!(
                state, "ACQUIRED",
                "a shared database lock lives beside exclusive table locks"
            );
            let whole = acquire(client, &[component("EXCLUSIVE", None)]);
            assert_eq!(whole.1, "WAITING");
            unlock(client, shared).unwrap();
        })
        .await;
}

async fn what_does_not_exist_has_hives_exceptions(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            let failure = check(client, 99).unwrap_err();
            assert_eq!(fault(&failure), ("NoSuchLockException", 3));
            assert_eq!(failure.message(), "No such lock lockid:99");
            assert_eq!(
                fault(&unlock(client, 99).unwrap_err()),
                ("NoSuchLockException", 1)
            );
            let beat = |ids: Value| json!({ "ids": ids });
            let failure = client
                .call("heartbeat", beat(json!({ "lockid": 99 })))
                .unwrap_err();
            assert_eq!(fault(&failure), ("NoSuchLockException", 1));
            let failure = client
                .call("heartbeat", beat(json!({ "txnid": 7 })))
                .unwrap_err();
            assert_eq!(fault(&failure), ("NoSuchTxnException", 2));
            client.call("heartbeat", beat(json!({}))).unwrap();
            let mut with_transaction = request(&[component("EXCLUSIVE", Some("t"))], "a");
            with_transaction["rqst"]["txnid"] = json!(5);
            let failure = client.call("lock", with_transaction).unwrap_err();
            assert_eq!(fault(&failure), ("NoSuchTxnException", 1));
            let failure = client.call("lock", request(&[], "a")).unwrap_err();
            assert_eq!(failure.name(), "TApplicationException");
            // The connection is still in step.
            assert_eq!(lock(client, "EXCLUSIVE", "t").1, "ACQUIRED");
        })
        .await;
}

async fn locks_are_listed_with_what_blocks_them(storage: TestDatabase) {
    let server = TestServer::start(&storage).await;
    server
        .ask(|client| {
            let (first, _) = lock(client, "EXCLUSIVE", "t");
            let (second, _) = lock(client, "SHARED_READ", "t");
            lock(client, "SHARED_READ", "other");
            let of_t = json!({ "rqst": { "dbname": "D", "tablename": "T" } });
            let shown = client.call("show_locks", of_t).unwrap();
            let locks = shown["locks"].as_array().unwrap();
            assert_eq!(locks.len(), 2);
            assert_eq!(locks[0]["lockid"], first);
            assert_eq!(
                locks[0]["agentInfo"], "agent-1",
                "Iceberg finds a lost lock by it"
            );
            assert_eq!(locks[0]["state"], "ACQUIRED");
            assert_eq!(locks[0]["txnid"], 0);
            assert!(
                locks[0].get("heartbeatCount").is_none(),
                "nobody counts them"
            );
            assert_eq!(locks[0]["user"], "ann");
            assert!(
                locks[0]["acquiredat"].as_i64().unwrap() > 1_000_000_000_000,
                "milliseconds"
            );
            assert_eq!(locks[1]["lockid"], second);
            assert_eq!(locks[1]["state"], "WAITING");
            assert_eq!(locks[1]["blockedByExtId"], first);
            let all = client.call("show_locks", json!({ "rqst": {} })).unwrap();
            assert_eq!(all["locks"].as_array().unwrap().len(), 3);
        })
        .await;
}

/// A catalog of a process with this clock.
async fn catalog(storage: &TestDatabase, clock: Clock) -> Catalog {
    let settings = CatalogSettings {
        places: PlaceRules::everywhere(place("file:/nowhere")),
        warehouse_location: place("file:/nowhere"),
        lock_timeout_s: 300,
        disallow_incompatible_column_changes: true,
        partitions_per_request_max: -1,
        gather_statistics: false,
        naming: NamingRules::default(),
        naming_policy: NamingPolicy::Off,
    };
    let lake = Lake::new(&StorageSettings::default(), &[]);
    Catalog::new(storage.store().await, lake, clock, settings)
}

/// Asks for a table alone.
fn exclusive() -> LockSpec {
    LockSpec {
        components: vec![LockComponent {
            lock_type: LockType::Exclusive,
            level: LockLevel::Table,
            catalog: Name::new("hive"),
            database: Name::new("d"),
            table: Some(Name::new("t")),
            partition: None,
            operation_type: None,
        }],
        transaction_id: 0,
        user: "ann".into(),
        hostname: "here".into(),
        agent_info: None,
    }
}

async fn a_lock_without_a_sign_of_life_is_gone(storage: TestDatabase) {
    let clock = Clock::fixed(1_700_000_000_000);
    let catalog = catalog(&storage, clock.clone()).await;
    let spec = exclusive();
    let (first, _) = catalog.for_system().lock_acquire(&spec).await.unwrap();
    clock.advance_ms(200_000);
    catalog.for_system().lock_heartbeat(first, 0).await.unwrap();
    clock.advance_ms(200_000);
    let (second, state) = catalog.for_system().lock_acquire(&spec).await.unwrap();
    assert_eq!(state, LockState::Waiting, "the first was kept alive");
    clock.advance_ms(101_000);
    assert_eq!(
        catalog
            .for_system()
            .lock_list(&LockFilter::default())
            .await
            .unwrap()
            .len(),
        1
    );
    assert_eq!(
        catalog.for_system().lock_check(second).await.unwrap(),
        LockState::Acquired
    );
    let gone = catalog
        .for_system()
        .lock_heartbeat(first, 0)
        .await
        .unwrap_err();
    assert!(matches!(gone, Error::NotFound(Entity::Lock(id)) if id == first));
    clock.advance_ms(400_000);
    let (_, state) = catalog.for_system().lock_acquire(&spec).await.unwrap();
    assert_eq!(
        state,
        LockState::Acquired,
        "a lock that ran out is in nobody's way"
    );
    clock.advance_ms(301_000);
    assert_eq!(catalog.for_system().locks_expire().await.unwrap(), 1);
    assert!(
        catalog
            .for_system()
            .lock_list(&LockFilter::default())
            .await
            .unwrap()
            .is_empty()
    );
}

/// Writers over two servers of one database count how many of them hold the lock at a time.
async fn two_replicas_never_grant_one_lock_twice(storage: TestDatabase) {
    const WRITERS: usize = 6;
    const ROUNDS: usize = 4;
    let one = TestServer::start(&storage).await;
    // SQLite is for one process.
    let other = match storage.dialect() {
        Dialect::Sqlite => None,
        Dialect::Postgres | Dialect::MySql => Some(TestServer::start(&storage).await),
    };
    let addresses = [one.thrift(), other.as_ref().unwrap_or(&one).thrift()];
    let holders = Arc::new(AtomicI32::new(0));
    let writers: Vec<_> = (0..WRITERS)
        .map(|writer| {
            let address = addresses[writer % 2];
            let holders = Arc::clone(&holders);
            tokio::task::spawn_blocking(move || {
                let mut client = Client::connect(address).unwrap();
                for _ in 0..ROUNDS {
                    let (id, mut state) = lock(&mut client, "EXCLUSIVE", "t");
                    while state == "WAITING" {
                        state = check(&mut client, id).unwrap();
                    }
                    assert_eq!(state, "ACQUIRED");
                    assert_eq!(
                        holders.fetch_add(1, Ordering::SeqCst),
                        0,
                        "somebody else holds it too"
                    );
                    holders.fetch_sub(1, Ordering::SeqCst);
                    unlock(&mut client, id).unwrap();
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    let left = one
        .ask(|client| client.call("show_locks", json!({ "rqst": {} })).unwrap())
        .await;
    assert_eq!(left["locks"], json!([]));
}

/// Two processes whose clocks are ten minutes apart, twice the time after which a lock without a sign of life is gone.
async fn replicas_whose_clocks_differ_agree_on_who_is_alive(storage: TestDatabase) {
    const TEN_MINUTES_MS: i64 = 600_000;
    let early = catalog(&storage, Clock::System).await;
    let late = catalog(&storage, Clock::Wrong(TEN_MINUTES_MS)).await;
    for (first, second) in [(&early, &late), (&late, &early)] {
        let (held, state) = first.for_system().lock_acquire(&exclusive()).await.unwrap();
        assert_eq!(state, LockState::Acquired);
        let (waiting, state) = second
            .for_system()
            .lock_acquire(&exclusive())
            .await
            .unwrap();
        assert_eq!(state, LockState::Waiting, "the first one holds it");
        for catalog in [first, second] {
            assert_eq!(
                catalog.for_system().locks_expire().await.unwrap(),
                0,
                "both are alive"
            );
            let state = catalog.for_system().lock_check(held).await.unwrap();
            assert_eq!(state, LockState::Acquired);
            let state = catalog.for_system().lock_check(waiting).await.unwrap();
            assert_eq!(state, LockState::Waiting, "granted twice");
            let listed = catalog
                .for_system()
                .lock_list(&LockFilter::default())
                .await
                .unwrap();
            assert_eq!(listed.len(), 2);
            assert_eq!(listed[1].blocked_by, Some(held));
            catalog.for_system().lock_heartbeat(held, 0).await.unwrap();
        }
        first.for_system().lock_release(held).await.unwrap();
        let state = second.for_system().lock_check(waiting).await.unwrap();
        assert_eq!(state, LockState::Acquired);
        second.for_system().lock_release(waiting).await.unwrap();
    }
}
