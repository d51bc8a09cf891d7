//! Directories with data that are no partitions of their own: each is told of, with its reason.

use super::fixture::{World, at};
use skep::discovery::{DiscoveryScope, PlaceState};
use skep::lake::{EventKind, ObjectEvent};

const ON: (&str, &str) = ("skep.discovery", "on");

async fn skips(world: &World, table: &str) -> Vec<(String, String)> {
    let discovery = world.discovery().for_system();
    let skips = discovery.discovery_skips(&at(table), "", 100).await;
    let skips = skips.unwrap().into_iter();
    skips.map(|skip| (skip.path, skip.reason)).collect()
}

#[tokio::test]
async fn two_directories_that_mean_one_partition_are_told_and_none_is_forgotten() {
    let world = World::quiet().await;
    world.table("t", &[("p", "string")], &[ON]).await;
    world.s3.put("lake", "t/p=a%3Ab/f2", "data");
    world.s3.put("lake", "t/p=a:b/f1", "data");
    let report = world.sweep("t").await;
    assert_eq!((report.counts.added, report.counts.skipped), (1, 1));
    let used = world.location("t", "p=a%3Ab").await;
    assert_eq!(used, "s3://lake/t/p=a%3Ab");
    let reason = format!("it means the partition p=a%3Ab, which has its data at {used}");
    let left = vec![("s3://lake/t/p=a:b".to_owned(), reason)];
    assert_eq!(skips(&world, "t").await, left);
    // Nothing else is said when it is registered.
    let report = world.sweep("t").await;
    assert_eq!((report.counts.moved, report.counts.skipped), (0, 1));
    assert_eq!(skips(&world, "t").await, left);

    world.s3.remove("lake", "t/p=a%3Ab/f2");
    let plan = world
        .discovery()
        .for_system()
        .discovery_plan(&at("t"), DiscoveryScope::Sweep)
        .await
        .unwrap();
    assert_eq!((plan.counts.moved, plan.counts.skipped), (1, 0));
    let report = world.sweep("t").await;
    assert_eq!((report.counts.moved, report.counts.skipped), (1, 0));
    assert_eq!(world.location("t", "p=a%3Ab").await, "s3://lake/t/p=a:b");
}

#[tokio::test]
async fn values_that_are_none_of_their_keys_type_become_no_partitions() {
    let world = World::quiet().await;
    let keys = [("dt", "date"), ("hour", "int")];
    world.table("t", &keys, &[ON]).await;
    for directory in [
        "dt=2026-01-01/hour=7",
        "dt=tmp/hour=1",
        "dt=2026-02-30/hour=1",
        "dt=2026-01-02/hour=x",
        "dt=__HIVE_DEFAULT_PARTITION__/hour=0",
    ] {
        world.s3.put("lake", &format!("t/{directory}/f"), "data");
    }
    let report = world.sweep("t").await;
    assert_eq!((report.counts.added, report.counts.skipped), (2, 3));
    assert_eq!(
        world.names("t").await,
        [
            "dt=2026-01-01/hour=7",
            "dt=__HIVE_DEFAULT_PARTITION__/hour=0"
        ]
    );
    let reasons: Vec<String> = skips(&world, "t")
        .await
        .into_iter()
        .map(|(_, reason)| reason)
        .collect();
    let wanted = [
        "\"x\" is no value of the key hour of type int",
        "\"2026-02-30\" is no value of the key dt of type date",
        "\"tmp\" is no value of the key dt of type date",
    ];
    assert_eq!(reasons.len(), wanted.len());
    for reason in wanted {
        assert!(reasons.iter().any(|one| one == reason), "{reasons:?}");
    }
}

#[tokio::test]
async fn the_name_of_a_key_may_have_another_case_in_a_directory() {
    let world = World::quiet().await;
    world.table("t", &[("userid", "string")], &[ON]).await;
    world.s3.put("lake", "t/userId=u1/f", "data");
    world.s3.put("lake", "t/USERID=u2/f", "data");
    let report = world.sweep("t").await;
    assert_eq!((report.counts.added, report.counts.skipped), (2, 0));
    assert_eq!(world.names("t").await, ["userid=u1", "userid=u2"]);
    let used = world.location("t", "userid=u1").await;
    assert_eq!(used, "s3://lake/t/userId=u1");
    let message = ObjectEvent {
        bucket: "lake".to_owned(),
        key: "t/UserId=u3/f".to_owned(),
        kind: EventKind::Created,
        bytes: Some(4),
        at: super::fixture::NOW_S,
    };
    world.s3.put("lake", &message.key, "data");
    let discovery = world.discovery().for_system();
    let report = discovery.discovery_events(&[message]).await.unwrap();
    assert_eq!((report.added, report.ignored), (1, 0));
    let third = world.location("t", "userid=u3").await;
    assert_eq!(third, "s3://lake/t/UserId=u3");

    // Two that mean one: the one that is registered stays, and the other one is told.
    world.s3.put("lake", "t/userid=u1/f", "data");
    let report = world.sweep("t").await;
    assert_eq!((report.counts.added, report.counts.skipped), (0, 1));
    let reason = format!("it means the partition userid=u1, which has its data at {used}");
    let left = vec![("s3://lake/t/userid=u1".to_owned(), reason.clone())];
    assert_eq!(skips(&world, "t").await, left);
    let explained = discovery.discovery_explain(&at("t"), "userid=u1").await;
    let places = explained.unwrap().places.into_iter();
    let places: Vec<_> = places
        .map(|one| (one.location.unwrap(), one.state))
        .collect();
    assert_eq!(
        places,
        [
            (used, PlaceState::Registered),
            (
                "s3://lake/t/userid=u1".to_owned(),
                PlaceState::Skipped(reason)
            ),
        ]
    );

    // What is gone is dropped, whatever the case of its directory.
    let sync = [
        ("skep.discovery.mode", "sync"),
        ("skep.discovery.drop-share-max", "100"),
    ];
    world.alter("t", &sync).await;
    world.s3.remove("lake", "t/USERID=u2/f");
    assert_eq!(world.sweep("t").await.counts.dropped, 1);
    assert_eq!(world.names("t").await, ["userid=u1", "userid=u3"]);
}

#[tokio::test]
async fn explain_names_the_directory_that_is_taken_and_the_one_that_is_left() {
    let world = World::quiet().await;
    world.table("t", &[("p", "string")], &[ON]).await;
    world.s3.put("lake", "t/p=a%3Ab/f", "data");
    world.s3.put("lake", "t/p=a:b/f", "data");
    let explain = async || {
        let discovery = world.discovery().for_system();
        let explained = discovery.discovery_explain(&at("t"), "p=a%3Ab").await;
        let places = explained.unwrap().places.into_iter();
        let places = places.map(|one| (one.location.unwrap(), one.state));
        places.collect::<Vec<_>>()
    };
    let (first, other) = ("s3://lake/t/p=a%3Ab", "s3://lake/t/p=a:b");
    let means = |location: &str| {
        let why = format!("it means the partition p=a%3Ab, which has its data at {location}");
        PlaceState::Skipped(why)
    };
    let soon = PlaceState::Ready("the next look at the window".to_owned());
    let places = [(first.to_owned(), soon), (other.to_owned(), means(first))];
    assert_eq!(explain().await, places);
    world.sweep("t").await;
    let places = [
        (first.to_owned(), PlaceState::Registered),
        (other.to_owned(), means(first)),
    ];
    assert_eq!(explain().await, places);
    // Where the one in use has emptied, the other one has the data.
    world.s3.remove("lake", "t/p=a%3Ab/f");
    let [(_, PlaceState::Empty(_)), (at, PlaceState::Ready(when))] = &explain().await[..] else {
        panic!("{:?}", explain().await);
    };
    assert_eq!(at, other);
    assert!(when.starts_with("the next sweep"), "{when}");
    world.sweep("t").await;
    assert_eq!(
        explain().await,
        [(other.to_owned(), PlaceState::Registered)]
    );
}

#[tokio::test]
async fn what_was_left_out_and_is_gone_is_forgotten_by_the_next_sweep() {
    let world = World::quiet().await;
    world.table("t", &[("dt", "date")], &[ON]).await;
    world.s3.put("lake", "t/dt=2026-01-01/f", "data");
    world.s3.put("lake", "t/tmp/f", "data");
    world.s3.put("lake", "t/dt=old/f", "data");
    world.sweep("t").await;
    assert_eq!(skips(&world, "t").await.len(), 2);
    // Soon after: what is still there was not written down anew.
    world.clock.advance_ms(2_000);
    world.s3.remove("lake", "t/tmp/f");
    // A look at the window proves nothing.
    world.window("t").await;
    assert_eq!(skips(&world, "t").await.len(), 2);
    world.clock.advance_ms(2_000);
    world.sweep("t").await;
    let left: Vec<String> = skips(&world, "t")
        .await
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    assert_eq!(left, ["s3://lake/t/dt=old"]);
}
