//! Pending deletions by their places: found, and told from what merely begins alike, exactly as locations say.

use crate::harness::{TestDatabase, on_every_database};
use skep::clock::DatabaseTime;
use skep::model::Location;
use skep::store::{NewPendingDelete, PendingDelete, Session};
use skep::transact;

on_every_database!(
    deletions_are_found_by_what_overlaps_them,
    many_that_wait_for_one_place_are_found_one_page_after_the_other,
);

/// Names that begin alike, sort beside the slash, differ in case, or mean something to LIKE.
const NAMES: [&str; 12] = [
    "a", "A", "a0", "a_b", "a%", "a-b", "a.b", "a!", "ab", "한", "한글", "_",
];

/// Every name in every name in some roots, written in several ways, and some that are longer than a column.
pub(super) fn locations() -> Vec<Location> {
    let roots = [
        "s3://lake",
        "s3a://lake",
        "s3://lake-2",
        "file:",
        "file://",
        "hdfs://nn:8020",
    ];
    let mut texts: Vec<String> = [
        "s3://lake",
        "s3n://lake/",
        "/",
        "hdfs://nn:8020/",
        "s3://no#bucket/a",
    ]
    .map(str::to_owned)
    .into();
    for root in roots {
        for one in NAMES {
            texts.push(format!("{root}/{one}"));
            texts.push(format!("{root}//{one}/"));
            texts.extend(NAMES.map(|two| format!("{root}/{one}/{two}")));
        }
    }
    for length in [1527, 1528, 1529, 3000] {
        for names in ["", "/a", "/a/b", "/a-b"] {
            texts.push(format!("s3://lake/{}{names}", "x".repeat(length)));
        }
    }
    texts.into_iter().map(Location::from_stored).collect()
}

/// Places that are used: each of a few by itself, and sets of them with much in between.
fn used() -> Vec<Vec<Location>> {
    let all = locations();
    let mut used: Vec<Vec<Location>> = all.iter().step_by(7).map(|one| vec![one.clone()]).collect();
    used.extend(all.chunks(97).map(<[_]>::to_vec));
    let ends = [all.first(), all.get(200), all.last()];
    used.push(ends.into_iter().flatten().cloned().collect());
    let long = "x".repeat(1528);
    for text in [
        "/",
        "/a",
        "s3://lake/a",
        "s3://lake",
        "s3://nobody/a",
        "hdfs://nn:8020/A",
    ] {
        used.push(vec![Location::from_stored(text.to_owned())]);
    }
    for text in [
        format!("s3://lake/{long}"),
        format!("s3://lake/{long}/a/b/c"),
    ] {
        used.push(vec![Location::from_stored(text)]);
    }
    // A table's directory and many partitions in it.
    used.push(
        (0..2000)
            .map(|number| Location::from_stored(format!("s3://lake/a/{number}")))
            .collect(),
    );
    used
}

fn ids(found: &[PendingDelete]) -> Vec<i64> {
    found.iter().map(|one| one.id).collect()
}

async fn overlapping(session: &mut Session, used: &[Location]) -> Vec<i64> {
    let used: Vec<&Location> = used.iter().collect();
    let found = session.pending_delete_overlapping(&used, usize::MAX).await;
    ids(&found.unwrap())
}

/// Compares with a look at each.
async fn compare(session: &mut Session, noted: &[(i64, Location)]) {
    for used in used() {
        let overlaps = |(_, place): &&(i64, Location)| used.iter().any(|one| one.overlaps(place));
        let wanted: Vec<i64> = noted.iter().filter(overlaps).map(|(id, _)| *id).collect();
        let found = overlapping(session, &used).await;
        assert_eq!(found, wanted, "of {used:?}");
    }
}

async fn note(test: &TestDatabase, places: &[Location]) -> Vec<(i64, Location)> {
    let store = test.store().await;
    let all: Vec<NewPendingDelete<'_>> = places.iter().map(NewPendingDelete::of).collect();
    let later = DatabaseTime::from_database(i64::MAX);
    let ids = transact!(store, |session| {
        session
            .pending_delete_insert_list(&all, "a test", 1, later)
            .await
    });
    ids.unwrap()
        .into_iter()
        .zip(places.iter().cloned())
        .collect()
}

async fn deletions_are_found_by_what_overlaps_them(test: TestDatabase) {
    let noted = note(&test, &locations()).await;
    assert!(noted.len() > 1000, "more than a page");
    let store = test.store().await;
    let mut session = store.session().await.unwrap();
    compare(&mut session, &noted).await;
    // A version that knew no places noted some.
    test.execute("UPDATE skep_pending_deletes SET place = '' WHERE id % 3 = 0")
        .await;
    compare(&mut session, &noted).await;
    let mut filled = 0;
    loop {
        match transact!(store, |session| { session.places_fill().await }).unwrap() {
            0 => break,
            met => filled += met,
        }
    }
    assert!(filled > 300);
    compare(&mut session, &noted).await;
}

async fn many_that_wait_for_one_place_are_found_one_page_after_the_other(test: TestDatabase) {
    let place = Location::from_stored("s3://lake/t".to_owned());
    let noted = note(&test, &vec![place.clone(); 1203]).await;
    let store = test.store().await;
    let mut session = store.session().await.unwrap();
    let below = place.below("dt=1");
    for used in [&place, &below] {
        let found = session
            .pending_delete_overlapping(&[used], 1100)
            .await
            .unwrap();
        assert_eq!(found.len(), 1100);
        let all = session
            .pending_delete_overlapping(&[used], 2000)
            .await
            .unwrap();
        let wanted: Vec<i64> = noted.iter().map(|(id, _)| *id).collect();
        assert_eq!(ids(&all), wanted);
    }
}
