//! Directories with data that are no partitions of their own: each is told of, with its reason.

use super::fixture::{World, at};
use skep::discovery::DiscoveryScope;

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
