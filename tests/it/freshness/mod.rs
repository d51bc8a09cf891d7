//! What tables expect of their data, over real sockets: what lacks is told once over all replicas, and once that it came.

mod faults;
mod forms;
mod sizes;

use crate::alert::Listener;
use crate::harness::{TestDatabase, TestServer, on_every_database};
use crate::page::Browser;
use crate::rest::Rest;
use crate::watch::fixture::EveryChannel;
use serde_json::{Value, json};
use skep::alert::{ChannelKind, ChannelSettings, Threshold};
use skep::clock::Clock;
use skep::config::Settings;
use skep::secret::Secret;
use skep::tasks::{Freshness, Task};
use skep::telemetry::Metrics;
use std::sync::Arc;

on_every_database!(
    an_hour_that_lacks_is_told_once_over_all_replicas_and_that_it_came,
    a_thin_hour_is_told_beside_earlier_weeks_behind_other_keys,
);

const TABLE: &str = "/databases/shop/tables/orders";
/// 2026-11-25T10:00:00Z.
const START_S: i64 = 1_795_600_800;

/// Two replicas that do nothing by themselves, and a channel.
struct World {
    clock: Clock,
    listener: Listener,
    first: TestServer,
    second: TestServer,
}

impl World {
    async fn new(test: &TestDatabase) -> Self {
        Self::with(test, |_| {}).await
    }

    /// The same with other settings.
    async fn with(test: &TestDatabase, change: impl Fn(&mut Settings)) -> Self {
        let clock = Clock::fixed(START_S * 1000);
        let listener = Listener::start().await;
        let start = async |clock: &Clock| {
            TestServer::start_at(test, clock.clone(), |settings| {
                settings.tasks.freshness_interval_s = 3600;
                settings.tasks.alert_delivery_interval_s = 3600;
                let channel = ChannelSettings {
                    kind: ChannelKind::Webhook,
                    url: Some(Secret::new(listener.url())),
                    sources: vec!["freshness".to_owned()],
                    at_once: Threshold::Risky,
                    ..ChannelSettings::default()
                };
                settings.alerts.channels.insert("data".to_owned(), channel);
                change(settings);
            })
            .await
        };
        let (first, second) = (start(&clock).await, start(&clock).await);
        Self {
            clock,
            listener,
            first,
            second,
        }
    }

    /// One round of what both replicas do by themselves, at the same time.
    async fn round(&self) {
        let task = |server: &TestServer| Freshness {
            freshness: Arc::clone(&server.running().freshness),
            watch: Arc::clone(&server.running().watch),
            metrics: Arc::new(Metrics::new([])),
        };
        let (first, second) = (task(&self.first), task(&self.second));
        let (first, second) = futures::join!(first.activate(), second.activate());
        first.expect("a round");
        second.expect("a round");
    }

    /// The clock goes on, both replicas do their rounds, and what is due is sent: all that was told so far, by text.
    async fn told_after(&self, minutes: i64) -> Vec<String> {
        self.clock.advance_ms(minutes * 60_000);
        self.round().await;
        self.round().await;
        let watch = self.first.running().watch.for_system();
        watch.alerts_deliver().await.expect("a delivery");
        let received = self.listener.received();
        let bodies = received.iter().flat_map(|one| {
            let body: Value = serde_json::from_str(&one.body).expect("JSON");
            assert_eq!(body["subject"], "freshness");
            body["entries"].as_array().expect("entries").clone()
        });
        bodies
            .map(|entry| entry["text"].as_str().expect("a text").to_owned())
            .collect()
    }
}

async fn add(rest: &Rest, values: &[&str], bytes: u64) {
    let new = json!({"partitions": [{"values": values, "total_bytes": bytes}]});
    let path = format!("{TABLE}/partitions");
    rest.post(&path, new).await.expect(200);
}

async fn an_hour_that_lacks_is_told_once_over_all_replicas_and_that_it_came(test: TestDatabase) {
    let world = World::new(&test).await;
    let (rest, browser) = (Rest::of(&world.first), Browser::of(&world.first));
    rest.orders().await;
    rest.get(&format!("{TABLE}/freshness"))
        .await
        .problem(400, "invalid-request");
    let expected = json!({"settings": {"every": "1h", "within": "20m"}});
    let path = format!("{TABLE}/freshness");
    let stands = rest.patch(&path, expected).await.expect(200);
    assert_eq!(stands["standing"], "waiting");
    assert_eq!(stands["next_due_at"], "2026-11-25T11:20:00Z");
    add(&rest, &["2026-11-25", "10"], 100).await;
    assert_eq!(world.told_after(90).await, [""; 0]);
    let stands = rest.get(&path).await.expect(200);
    assert_eq!(stands["standing"], "well", "{stands}");
    assert_eq!(stands["newest_until"], "2026-11-25T11:00:00Z");

    let lacks = "table `shop.orders`: there is no data of 2026-11-25 11:00 to 12:00 UTC; it had to be there by 2026-11-25 12:20 UTC";
    assert_eq!(world.told_after(60).await, [lacks]);
    // Nobody is told again of what goes on.
    assert_eq!(world.told_after(60).await, [lacks]);
    let stands = rest.get(&path).await.expect(200);
    assert_eq!(stands["standing"], "lacking");
    assert_eq!(stands["gaps"][0]["from"], "2026-11-25T11:00:00Z");
    assert_eq!(stands["gaps"][0]["to"], "2026-11-25T13:00:00Z");
    let text = browser.text("/freshness", 200).await;
    assert!(text.contains("2026-11-25 11:00 to 13:00"), "{text}");
    let text = browser.text(TABLE, 200).await;
    assert!(
        text.contains("no data of 2026-11-25 11:00 to 13:00 UTC"),
        "{text}"
    );

    add(&rest, &["2026-11-25", "11"], 100).await;
    assert_eq!(world.told_after(1).await, [lacks]);
    add(&rest, &["2026-11-25", "12"], 100).await;
    add(&rest, &["2026-11-25", "13"], 100).await;
    let came = "table `shop.orders`: the data of 2026-11-25 11:00 to 13:00 UTC is there now, the first of it 1 hour 12 minutes late";
    assert_eq!(world.told_after(1).await, [lacks, came]);
    assert_eq!(
        rest.get("/freshness").await.expect(200)["tables"][0]["standing"],
        "well"
    );
    // Who expects nothing any more is told nothing.
    assert_eq!(world.told_after(120).await.len(), 3);
    rest.delete(&path).await.expect(204);
    let told = world.told_after(1).await;
    assert_eq!(told.len(), 4);
    assert!(
        told[3].ends_with("the table expects no data any more"),
        "{told:?}"
    );
    assert_eq!(
        rest.get("/freshness").await.expect(200)["tables"],
        json!([])
    );
}

async fn a_thin_hour_is_told_beside_earlier_weeks_behind_other_keys(test: TestDatabase) {
    let world = World::new(&test).await;
    let rest = Rest::of(&world.first);
    rest.post("/databases", json!({"name": "shop"}))
        .await
        .expect(201);
    let keys = ["region", "year", "month", "day", "hour"];
    let keys = keys.map(|name| json!({"name": name, "type": "string"}));
    let table = json!({
        "name": "orders",
        "columns": [{"name": "id", "type": "bigint"}],
        "partition_keys": keys,
        "storage": {"format": "parquet"},
    });
    rest.post("/databases/shop/tables", table).await.expect(201);
    let regions = ["ap", "eu", "us"];
    for day in ["4", "11", "18"] {
        for region in regions {
            add(&rest, &[region, "2026", "11", day, "10"], 1000).await;
        }
    }
    let expected = json!({"settings": {"every": "1h", "within": "20m", "volume": "50%..200%"}});
    let path = format!("{TABLE}/freshness");
    rest.patch(&path, expected).await.expect(200);
    // One region of three came.
    add(&rest, &["eu", "2026", "11", "25", "10"], 1000).await;
    let thin = "table `shop.orders`: there is too little data of 2026-11-25 10:00 to 11:00 UTC: 1000 B, 33% of what is usual at that time (50%..200% is expected)";
    let told = world.told_after(81).await;
    assert_eq!(told, [thin]);
    add(&rest, &["us", "2026", "11", "25", "10"], 1000).await;
    let told = world.told_after(1).await;
    let filled = "table `shop.orders`: there is as much data of 2026-11-25 10:00 to 11:00 UTC as is usual now";
    assert_eq!(told, [thin, filled]);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_lacks_still_does_when_it_is_forgotten_and_stated_again() {
    let world = World::new(&TestDatabase::sqlite().await).await;
    let rest = Rest::of(&world.first);
    rest.orders().await;
    let path = format!("{TABLE}/freshness");
    let wanted = json!({"settings": {"every": "1d", "within": "1h", "since": "2026-11-23"}});
    let stands = rest.patch(&path, wanted.clone()).await.expect(200);
    assert_eq!(
        stands["standing"], "lacking",
        "it is looked at when it is stated"
    );
    let lacks = world.told_after(1).await;
    assert_eq!(lacks.len(), 1, "{lacks:?}");
    rest.delete(&path).await.expect(204);
    let stands = rest.patch(&path, wanted).await.expect(200);
    assert_eq!(
        (
            &stands["standing"],
            stands["gaps"].as_array().unwrap().len()
        ),
        (&json!("lacking"), 1)
    );
    // It goes on: nobody is told twice.
    assert_eq!(world.told_after(1).await, lacks);
    // An earlier day is looked at, too, and time that is cut otherwise is judged anew.
    let earlier = json!({"settings": {"since": "2026-11-20"}});
    let stands = rest.patch(&path, earlier).await.expect(200);
    let text = stands["gaps"][0]["text"].as_str().unwrap();
    assert!(text.contains("2026-11-20 to 2026-11-22"), "{stands}");
    let zone = json!({"settings": {"time-zone": "Asia/Tokyo"}});
    let stands = rest.patch(&path, zone).await.expect(200);
    let gaps = stands["gaps"].as_array().unwrap();
    assert_eq!(gaps.len(), 1, "{stands}");
    let later = json!({"settings": {"since": "2027-06-01"}});
    let stands = rest.patch(&path, later).await.expect(200);
    assert_eq!(stands["gaps"], json!([]), "{stands}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_told_of_a_table_is_said_and_the_others_are_looked_at() {
    let world = World::new(&TestDatabase::sqlite().await).await;
    let rest = Rest::of(&world.first);
    rest.orders().await;
    let path = format!("{TABLE}/freshness");
    for (settings, field) in [
        (json!({"every": "90m"}), "settings.every"),
        (json!({"evry": "1h"}), "settings.evry"),
        (json!({"every": "1d", "volume": "lots"}), "settings.volume"),
        (json!({"within": "1h"}), "settings.every"),
    ] {
        let refused = rest.patch(&path, json!({"settings": settings})).await;
        let problem = refused.problem(400, "invalid-request");
        assert_eq!(problem["field"], field, "{problem}");
    }
    // An engine may set what it likes.
    let nonsense = json!({"parameters": {"skep.expect.every": "often"}});
    rest.patch(TABLE, nonsense).await.expect(200);
    let mut expected = vec![
        "table `shop.orders`: it cannot be told whether its data comes: the table property skep.expect.every=\"often\" must be a time such as 30s, 5m, 6h or 7d".to_owned(),
    ];
    assert_eq!(world.told_after(1).await, expected);
    assert_eq!(world.told_after(60).await, expected, "once");
    let stands = rest.get(&path).await.expect(200);
    assert_eq!(stands["standing"], "faulty");
    assert_eq!(stands["gaps"], json!([]), "no time lacks");
    assert!(
        stands["problem"]
            .as_str()
            .unwrap()
            .contains("skep.expect.every=\"often\"")
    );
    // Partitions that tell no day can be expected at no time.
    rest.patch(&path, json!({"settings": {"every": "1h"}}))
        .await
        .expect(200);
    let mended = "table `shop.orders`: it can be told again whether its data comes";
    expected.push(mended.to_owned());
    assert_eq!(world.told_after(1).await, expected);
    add(&rest, &["x", "y"], 1).await;
    let told = world.told_after(180).await;
    assert_eq!((told.len(), &told[..2]), (3, &expected[..]));
    assert!(told[2].contains("tell no day"), "{told:?}");
    let stands = rest
        .post(&format!("{path}/check"), json!({}))
        .await
        .expect(200);
    assert_eq!(stands["standing"], "faulty");
    assert!(
        stands["problem"].as_str().unwrap().contains("tell no day"),
        "{stands}"
    );
    // One of a day, beside which those that tell none count nothing.
    add(&rest, &["2026-11-25", "10"], 1).await;
    add(&rest, &["2026-11-25", "24"], 1).await;
    let stands = rest
        .post(&format!("{path}/check"), json!({}))
        .await
        .expect(200);
    assert_ne!(stands["standing"], "faulty", "{stands}");
    let told = world.told_after(1).await;
    assert!(told[3..].contains(&mended.to_owned()), "{told:?}");
}
