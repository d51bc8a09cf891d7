//! What is wrong with a table's discovery, as a channel hears of it: once, whoever sees it, and once more that it is over.

use super::fixture::{NOW_S, World, at};
use super::schema;
use crate::alert::{Listener, picture_compare};
use crate::harness::{TestDatabase, on_every_database};
use crate::s3::S3Server;
use crate::watch::fixture::EveryChannel;
use serde_json::Value;
use skep::alert::{ChannelKind, ChannelSettings, Threshold};
use skep::clock::Clock;
use skep::model::{Alert, AlertFilter, AlertState, Mute, NoticeKind, RunOutcome};
use skep::secret::Secret;
use skep::tasks::{DiscoveryUpkeep, Task};
use skep::telemetry::Metrics;
use skep::watch::{OwnerRule, PreviewWish};
use std::sync::Arc;

on_every_database!(
    a_stale_table_is_told_once_over_all_replicas_and_that_it_is_well_again,
    a_table_whose_runs_fail_is_told_until_a_run_went_well,
);

const DT: [(&str, &str); 1] = [("dt", "string")];
const ON: (&str, &str) = ("skep.discovery", "on");
const DAYS: (&str, &str) = ("skep.discovery.layout", "{dt:%Y/%m/%d}");
const SYNC: (&str, &str) = ("skep.discovery.mode", "sync");

/// A world whose channel is a listener.
struct Told {
    world: World,
    listener: Listener,
}

impl Told {
    async fn new(database: Option<&TestDatabase>, at_once: Threshold) -> Self {
        Self::by(ChannelKind::Webhook, database, at_once).await
    }

    async fn by(kind: ChannelKind, database: Option<&TestDatabase>, at_once: Threshold) -> Self {
        let listener = Listener::start().await;
        let channel = ChannelSettings {
            kind,
            url: Some(Secret::new(listener.url())),
            sources: vec!["disc*".to_owned()],
            at_once,
            ..ChannelSettings::default()
        };
        let s3 = Arc::new(S3Server::start(&["lake", "hot"]).await);
        let clock = Clock::fixed(NOW_S * 1000);
        let world = World::start(database, s3, clock, |settings| {
            settings.tasks.discovery_interval_s = 3600;
            settings.tasks.discovery_upkeep_interval_s = 3600;
            settings.tasks.alert_delivery_interval_s = 3600;
            settings.alerts.channels.insert("data".to_owned(), channel);
            settings.watch.owners = vec![OwnerRule {
                pattern: "default.{_}".to_owned(),
                owner: "lake-team".to_owned(),
            }];
        });
        Self {
            world: world.await,
            listener,
        }
    }

    /// One round of what every replica does by itself.
    async fn upkeep(&self) {
        let task = DiscoveryUpkeep {
            discovery: Arc::clone(&self.world.running.discovery),
            watch: Arc::clone(&self.world.running.watch),
            metrics: Arc::new(Metrics::new([])),
            history_kept_s: 30 * 24 * 3600,
        };
        task.activate().await.expect("the upkeep");
    }

    /// The same, and sends what is due: what the channel has heard since the beginning, an entry each.
    async fn entries(&self) -> Vec<Value> {
        self.upkeep().await;
        let watch = self.world.running.watch.for_system();
        watch.alerts_deliver().await.expect("a delivery");
        let received = self.listener.received();
        let bodies = received.iter().map(|one| {
            let body: Value = serde_json::from_str(&one.body).expect("JSON");
            assert_eq!(body["subject"], "discovery");
            body["entries"].as_array().expect("entries").clone()
        });
        bodies.flatten().collect()
    }

    async fn alerts(&self) -> Vec<Alert> {
        let watch = self.world.running.watch.for_system();
        let filter = AlertFilter {
            subject: Some("discovery".to_owned()),
            ..AlertFilter::default()
        };
        watch.alert_list(&filter).await.expect("the alerts")
    }
}

fn text(entry: &Value) -> &str {
    entry["text"].as_str().expect("a text")
}

async fn a_stale_table_is_told_once_over_all_replicas_and_that_it_is_well_again(
    test: TestDatabase,
) {
    let told = Told::new(Some(&test), Threshold::Breaking).await;
    let world = &told.world;
    let within = ("skep.discovery.fresh-within", "1h");
    world.table("t", &DT, &[ON, DAYS, within]).await;
    let at_s = u64::try_from(NOW_S).unwrap();
    world
        .s3
        .put_written_at("lake", "t/2023/11/14/part-0", "x", at_s - 40);
    world.window("t").await;
    assert!(told.entries().await.is_empty());
    world.clock.advance_ms(3_600_000);
    futures::join!(told.upkeep(), told.upkeep());
    told.entries().await;
    let heard = told.entries().await;
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert_eq!(heard[0]["severity"], "breaking");
    assert_eq!(heard[0]["object"], "default.t");
    assert_eq!(heard[0]["owner"], "lake-team");
    let said = text(&heard[0]);
    assert!(
        said.starts_with("table `default.t`: its newest data is of 2023-11-14 22:12 UTC")
            && said.contains("skep.discovery.fresh-within"),
        "{said}"
    );
    let wish = PreviewWish {
        since: NOW_S,
        channel: None,
        form: None,
    };
    let watch = world.running.watch.for_system();
    let preview = watch.alerts_preview(&wish).await.expect("a preview");
    let [preview] = preview.as_slice() else {
        panic!("one notice: {preview:?}");
    };
    assert_eq!(preview.kind, NoticeKind::AtOnce);
    let shown: Value = serde_json::from_str(&preview.messages[0]).expect("JSON");
    assert_eq!(
        shown["entries"],
        Value::from(heard.clone()),
        "as it was told"
    );
    // A look that finds nothing ends nothing.
    world.window("t").await;
    assert_eq!(told.entries().await.len(), 1);
    world
        .s3
        .put_written_at("lake", "t/2023/11/15/part-0", "x", at_s + 3_500);
    assert_eq!(world.window("t").await.counts.added, 1);
    told.entries().await;
    let heard = told.entries().await;
    assert_eq!(heard.len(), 2, "{heard:?}");
    assert_eq!(heard[1]["severity"], "additive");
    assert!(
        text(&heard[1]).starts_with("table `default.t` is well again"),
        "{heard:?}"
    );
    assert_eq!(
        heard[1]["key"].as_str().unwrap(),
        format!("{}:over", heard[0]["key"].as_str().unwrap())
    );
}

async fn a_table_whose_runs_fail_is_told_until_a_run_went_well(test: TestDatabase) {
    let told = Told::new(Some(&test), Threshold::Breaking).await;
    let world = &told.world;
    world.table("t", &DT, &[ON, DAYS]).await;
    world.s3.put("lake", "t/2023/11/14/part-0", "x");
    let fail = async || {
        world.s3.fail("ListObjectsV2", "t/", 0, 1, 403);
        world.window("t").await.outcome
    };
    assert_eq!(fail().await, RunOutcome::Failed);
    let heard = told.entries().await;
    assert_eq!(heard.len(), 1, "{heard:?}");
    let said = text(&heard[0]);
    assert!(
        said.starts_with("table `default.t`: looks for new partitions fail: "),
        "{said}"
    );
    assert_eq!(fail().await, RunOutcome::Failed);
    assert_eq!(told.entries().await.len(), 1, "it is told already");
    // Who has seen it hears of the end all the same.
    let alert = told.alerts().await.remove(0);
    let watch = world.running.watch.for_system();
    watch.alert_acknowledge(alert.id).await.unwrap();
    assert_eq!(world.window("t").await.outcome, RunOutcome::Done);
    let heard = told.entries().await;
    assert_eq!(heard.len(), 2, "{heard:?}");
    assert!(text(&heard[1]).contains("looks for new partitions go through"));

    // A table that is gone has no troubles, and one that failed between two rounds had none.
    world.clock.advance_ms(60_000);
    assert_eq!(fail().await, RunOutcome::Failed);
    assert_eq!(world.window("t").await.outcome, RunOutcome::Done);
    assert_eq!(told.entries().await.len(), 2);
    assert_eq!(fail().await, RunOutcome::Failed);
    assert_eq!(told.entries().await.len(), 3);
    world.alter("t", &[("skep.discovery", "off")]).await;
    let discovery = world.discovery().for_system();
    discovery.discovery_reset(&at("t")).await.unwrap();
    let heard = told.entries().await;
    assert_eq!(heard.len(), 4, "{heard:?}");
    assert!(text(&heard[3]).contains("takes no part in discovery any more"));
}

#[tokio::test]
async fn a_braked_sweep_is_told_with_its_setting_and_ends_with_one_that_is_not() {
    let told = Told::new(None, Threshold::Risky).await;
    let world = &told.world;
    world.table("t", &DT, &[ON, DAYS, SYNC]).await;
    let key = |day: u32| format!("t/2023/11/{day:02}/part-0");
    for day in 1..=10 {
        world.s3.put("lake", &key(day), "x");
    }
    world.sweep("t").await;
    for day in 1..=3 {
        world.s3.remove("lake", &key(day));
    }
    assert_eq!(world.sweep("t").await.outcome, RunOutcome::Braked);
    // A look at the window says nothing of the brake.
    world.window("t").await;
    let heard = told.entries().await;
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert_eq!(heard[0]["severity"], "risky");
    let said = text(&heard[0]);
    assert!(
        said.contains("3 of 10 partitions are missing")
            && said.contains("skep.discovery.drop-share-max"),
        "{said}"
    );
    for day in 1..=3 {
        world.s3.put("lake", &key(day), "x");
    }
    world.sweep("t").await;
    let heard = told.entries().await;
    assert_eq!(heard.len(), 2, "{heard:?}");
    assert!(text(&heard[1]).contains("a sweep went through without the brake"));
}

#[tokio::test]
async fn files_that_do_not_fit_are_told_until_new_ones_do() {
    let told = Told::new(None, Threshold::Risky).await;
    let world = &told.world;
    schema::table(world, &[]).await;
    world.s3.put("lake", "t/dt=1/part-0", schema::misfit());
    world.sweep("t").await;
    let heard = told.entries().await;
    assert_eq!(heard.len(), 1, "{heard:?}");
    let said = text(&heard[0]);
    assert!(
        said.contains("the files of 1 new partition do not fit it, first `dt=1`")
            && said.contains("id is bigint in the table and string"),
        "{said}"
    );
    world.sweep("t").await;
    assert_eq!(told.entries().await.len(), 1, "nothing new says nothing");
    world.s3.put("lake", "t/dt=2/part-0", schema::fitting());
    world.sweep("t").await;
    assert_eq!(told.entries().await.len(), 2);

    let quarantine = ("skep.discovery.schema", "quarantine");
    world.alter("t", &[quarantine]).await;
    world.s3.put("lake", "t/dt=3/part-0", schema::misfit());
    world.sweep("t").await;
    let heard = told.entries().await;
    assert_eq!(heard.len(), 3, "{heard:?}");
    let said = text(&heard[2]);
    assert!(
        said.contains("1 directory is left out, because their files do not fit it")
            && said.contains("`s3://lake/t/dt=3`"),
        "{said}"
    );
    world.s3.put("lake", "t/dt=3/part-0", schema::fitting());
    world.sweep("t").await;
    let heard = told.entries().await;
    assert_eq!(heard.len(), 4, "{heard:?}");
    assert!(text(&heard[3]).contains("nothing of it is left out for its files"));
}

#[tokio::test]
async fn many_stray_directories_are_told_and_a_few_are_not() {
    let told = Told::new(None, Threshold::Risky).await;
    let world = &told.world;
    world.table("t", &DT, &[ON, DAYS]).await;
    let stray = |number: u32| format!("t/tmp{number}/11/14/part-0");
    for number in 0..19 {
        world.s3.put("lake", &stray(number), "x");
    }
    world.sweep("t").await;
    assert!(told.entries().await.is_empty(), "19 are not many");
    world.s3.put("lake", &stray(19), "x");
    world.sweep("t").await;
    let heard = told.entries().await;
    assert_eq!(heard.len(), 1, "{heard:?}");
    assert!(text(&heard[0]).contains("20 directories are left out"));
    let fewer = async |numbers: std::ops::Range<u32>| {
        for number in numbers {
            world.s3.remove("lake", &stray(number));
        }
        // What a sweep has not met for ten minutes is forgotten.
        world.clock.advance_ms(700_000);
        world.sweep("t").await;
        world.clock.advance_ms(700_000);
        world.sweep("t").await;
        told.entries().await.len()
    };
    assert_eq!(fewer(0..10).await, 1, "ten are not few");
    assert_eq!(fewer(10..11).await, 2);
}

#[tokio::test]
async fn what_is_over_before_the_digest_and_what_is_muted_is_not_told() {
    let told = Told::new(None, Threshold::Never).await;
    let world = &told.world;
    let watch = world.running.watch.for_system();
    let mute = Mute {
        id: 0,
        pattern: "discovery:default.quiet".to_owned(),
        until: None,
        why: String::new(),
        at: 0,
    };
    watch.mute_add(&mute).await.unwrap();
    for name in ["t", "quiet"] {
        world.table(name, &DT, &[ON, DAYS]).await;
        let place = format!("{name}/");
        world.s3.fail("ListObjectsV2", &place, 0, 1, 403);
        assert_eq!(world.window(name).await.outcome, RunOutcome::Failed);
    }
    assert!(told.entries().await.is_empty(), "the digest is at nine");
    for name in ["t", "quiet"] {
        assert_eq!(world.window(name).await.outcome, RunOutcome::Done);
    }
    told.upkeep().await;
    world.clock.advance_ms(24 * 3_600_000);
    assert!(told.entries().await.is_empty());
    world.clock.advance_ms(24 * 3_600_000);
    assert!(told.entries().await.is_empty());
    let states = told.alerts().await.into_iter();
    let mut states: Vec<_> = states
        .map(|alert| (alert.entry.object, alert.state))
        .collect();
    states.sort_by(|one, other| one.0.cmp(&other.0));
    let expected = [
        ("default.quiet".to_owned(), AlertState::Muted),
        ("default.t".to_owned(), AlertState::Over),
        ("default.t".to_owned(), AlertState::Over),
    ];
    assert_eq!(states, expected);
}

#[tokio::test]
async fn the_picture_of_troubles_shows_what_is_told() {
    let told = Told::by(ChannelKind::Slack, None, Threshold::Additive).await;
    let world = &told.world;
    let within = ("skep.discovery.fresh-within", "6h");
    let at_s = u64::try_from(NOW_S).unwrap();
    world.table("visits", &DT, &[ON, DAYS, within]).await;
    let newest = "visits/2023/11/14/part-0";
    world.s3.put_written_at("lake", newest, "x", at_s - 40);
    world.window("visits").await;
    world.table("orders", &DT, &[ON, DAYS, SYNC]).await;
    let key = |day: u32| format!("orders/2023/11/{day:02}/part-0");
    for day in 1..=10 {
        world.s3.put("lake", &key(day), "x");
    }
    world.sweep("orders").await;
    for day in 1..=3 {
        world.s3.remove("lake", &key(day));
    }
    world.sweep("orders").await;
    world.clock.advance_ms(7 * 3_600_000);
    told.upkeep().await;
    let watch = world.running.watch.for_system();
    watch.alerts_deliver().await.unwrap();
    let received = told.listener.received();
    assert_eq!(received.len(), 1, "{received:?}");
    picture_compare("slack-trouble", &received[0].body);
}
