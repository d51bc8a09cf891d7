//! Who has data at a place, found by an index: exactly those whom a look at each would find.

use super::places::locations;
use super::sample::{database, database_ref, partition, table};
use crate::harness::{TestDatabase, on_every_database};
use skep::model::{DatabaseRef, Location, Table, TableType};
use skep::store::{Holder, Holding, Owner, Session, Store};
use skep::transact;
use std::collections::HashSet;

on_every_database!(who_has_data_at_a_place_is_found_however_it_is_written);

/// Gives a third of the places to tables, one to partitions, one to databases.
async fn fill(store: &Store, places: &[Location]) -> Vec<Holding> {
    let mut held = Vec::new();
    let mut partitions = Vec::new();
    for (number, place) in places.iter().enumerate() {
        let name = format!("n{number}");
        let holder = match number % 9 {
            0..6 => {
                let mut new = partition(&name);
                new.location = Some(place.clone());
                partitions.push(new);
                continue;
            }
            6 => {
                let mut new = database(DatabaseRef::new("hive", name.as_str()));
                new.location = place.clone();
                new.managed_location = None;
                transact!(store, |session| { session.database_insert(&new).await }).unwrap();
                Holder::Database(new.at.database)
            }
            7 => {
                let mut new = database(DatabaseRef::new("hive", name.as_str()));
                new.location = Location::from_stored("s3://far/away".to_owned());
                new.managed_location = Some(place.clone());
                transact!(store, |session| { session.database_insert(&new).await }).unwrap();
                Holder::Database(new.at.database)
            }
            _ => {
                let mut new = table(database_ref().table(name.as_str()));
                new.location = Some(place.clone());
                let id = transact!(store, |session| { session.table_insert(&new).await });
                Holder::Table {
                    id: id.unwrap(),
                    name: new.at.table,
                    keys: 1,
                }
            }
        };
        held.push(Holding {
            location: place.clone(),
            holder,
        });
    }
    let owner = owner(store).await;
    transact!(store, |session| {
        session.table_get_locked(&owner.at).await?;
        session.partition_insert(&owner, &partitions).await
    })
    .unwrap();
    held.extend(partitions.into_iter().filter_map(|one| {
        Some(Holding {
            location: one.location?,
            holder: Holder::Partition {
                table_id: owner.id,
                name: one.name,
            },
        })
    }));
    held
}

/// The table whose partitions they are.
async fn owner(store: &Store) -> Table {
    let mut owner = table(database_ref().table("owner"));
    owner.location = None;
    owner.table_type = TableType::Managed;
    let id = transact!(store, |session| { session.table_insert(&owner).await }).unwrap();
    Table { id, ..owner }
}

async fn compare(session: &mut Session, held: &[Holding], used: &[Location]) {
    let places: Vec<&Location> = used.iter().collect();
    let groups = session.place_holders(&places, Owner::Nobody).await;
    let overlaps = |one: &&Holding| used.iter().any(|place| place.overlaps(&one.location));
    let wanted: HashSet<&Holding> = held.iter().filter(overlaps).collect();
    let groups = groups.unwrap();
    let found: HashSet<&Holding> = groups.iter().flat_map(|group| &group.holdings).collect();
    assert_eq!(found, wanted, "of {used:?}");
    for group in &groups {
        let asked: Vec<&Location> = group.places.iter().map(|index| places[*index]).collect();
        for one in &group.holdings {
            assert!(
                asked.iter().any(|place| place.overlaps(&one.location)),
                "{one:?}"
            );
        }
    }
}

async fn who_has_data_at_a_place_is_found_however_it_is_written(test: TestDatabase) {
    let store = test.store().await;
    super::sample::add_database(&store).await;
    let places: Vec<Location> = locations().into_iter().step_by(2).collect();
    let mut held = fill(&store, &places).await;
    let sales = database(database_ref());
    let own = [Some(sales.location), sales.managed_location];
    for location in own.into_iter().flatten() {
        let holder = Holder::Database(sales.at.database.clone());
        held.insert(0, Holding { location, holder });
    }
    let mut session = store.session().await.unwrap();
    let all = locations();
    for used in all.iter().step_by(5) {
        compare(&mut session, &held, std::slice::from_ref(used)).await;
    }
    for used in all.chunks(61) {
        compare(&mut session, &held, used).await;
    }
    // A version that knew no places wrote some.
    for rows in ["skep_tables", "skep_databases"] {
        test.execute(&format!("UPDATE {rows} SET place = '' WHERE id % 3 = 0"))
            .await;
    }
    test.execute("UPDATE skep_partitions SET place = '' WHERE name LIKE '%7'")
        .await;
    for used in all.iter().step_by(31) {
        compare(&mut session, &held, std::slice::from_ref(used)).await;
    }
    while transact!(store, |session| { session.places_fill().await }).unwrap() > 0 {}
    let unknown = "SELECT (SELECT COUNT(*) FROM skep_tables WHERE place = '')
        + (SELECT COUNT(*) FROM skep_databases WHERE place = '' OR managed_place = '')
        + (SELECT COUNT(*) FROM skep_partitions WHERE place = '')";
    assert_eq!(test.number(unknown).await, 0);
    for used in all.chunks(61) {
        compare(&mut session, &held, used).await;
    }

    // Whose data it is, is not asked about.
    let Some(Holder::Partition { table_id, name }) = held.last().map(|one| one.holder.clone())
    else {
        panic!("partitions come last");
    };
    let place = &held.last().unwrap().location;
    let names = HashSet::from([name.as_str()]);
    let is_there = async |session: &mut Session, owner: Owner<'_>| {
        let groups = session.place_holders(&[place], owner).await.unwrap();
        let mut partitions = groups
            .iter()
            .flat_map(|group| &group.holdings)
            .filter(|one| matches!(one.holder, Holder::Partition { .. }));
        partitions.any(|one| one.location == *place)
    };
    assert!(is_there(&mut session, Owner::Nobody).await);
    assert!(!is_there(&mut session, Owner::Table(table_id)).await);
    assert!(!is_there(&mut session, Owner::Partitions(table_id, &names)).await);
    let others = HashSet::from(["ds=other"]);
    assert!(is_there(&mut session, Owner::Partitions(table_id, &others)).await);
}
