//! Tables that go while data lacks, and a database that is away when a look is due.

use super::{TABLE, World, add};
use crate::faults::Proxy;
use crate::harness::{TestDatabase, on_every_database, run};
use crate::rest::Rest;
use serde_json::json;
use skep::secret::Secret;

on_every_database!(a_table_that_is_dropped_is_told_once_however_much_lacks);

async fn a_table_that_is_dropped_is_told_once_however_much_lacks(test: TestDatabase) {
    let world = World::new(&test).await;
    let rest = Rest::of(&world.first);
    rest.orders().await;
    add(&rest, &["2026-11-25", "04"], 100).await;
    let path = format!("{TABLE}/freshness");
    let wanted = json!({"settings": {"every": "1h", "within": "20m", "since": "2026-11-25"}});
    rest.patch(&path, wanted).await.expect(200);
    assert_eq!(world.told_after(1).await.len(), 2, "two gaps");
    rest.delete(TABLE).await.expect(204);
    let told = world.told_after(1).await;
    let over = "table `shop.orders`: the table expects no data any more";
    assert_eq!(told[2..], [over]);
    assert_eq!(world.told_after(60).await.len(), 3);
}

/// A look that is due while the database is away is made up for: what lacks is told, and once.
async fn a_look_waits_for_the_database(test: TestDatabase) {
    let mut url = url::Url::parse(test.url()).expect("a URL");
    let target = format!(
        "{}:{}",
        url.host_str().expect("a host"),
        url.port().expect("a port")
    );
    let proxy = Proxy::start(target).await;
    url.set_host(Some("127.0.0.1")).expect("a host");
    url.set_port(Some(proxy.port())).expect("a port");
    let world = World::with(&test, |settings| {
        settings.database.url = Secret::new(url.as_str());
        settings.database.statement_timeout_ms = 500;
        settings.database.acquire_timeout_ms = 500;
    })
    .await;
    let rest = Rest::of(&world.first);
    rest.orders().await;
    let path = format!("{TABLE}/freshness");
    let wanted = json!({"settings": {"every": "1h", "within": "20m"}});
    rest.patch(&path, wanted).await.expect(200);
    world.clock.advance_ms(81 * 60_000);
    proxy.close();
    let freshness = world.first.running().freshness.for_system();
    let look = freshness.freshness_check_due().await;
    assert!(look.expect_err("nobody answers").retryable());
    proxy.pass();
    let resumed = async {
        while freshness.freshness_check_due().await.is_err() {
            tokio::task::yield_now().await;
        }
    };
    let limit = std::time::Duration::from_mins(1);
    tokio::time::timeout(limit, resumed)
        .await
        .expect("it is back");
    let stands = rest.get(&path).await.expect(200);
    assert_eq!(stands["standing"], "lacking", "{stands}");
    assert_eq!(stands["problem"], serde_json::Value::Null);
    let lacks = "table `shop.orders`: there is no data of 2026-11-25 10:00 to 11:00 UTC; it had to be there by 2026-11-25 11:20 UTC";
    assert_eq!(world.told_after(1).await, [lacks]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_waits_for_a_database_that_is_away_postgres() {
    run(
        TestDatabase::postgres().await,
        a_look_waits_for_the_database,
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_look_waits_for_a_database_that_is_away_mysql() {
    run(TestDatabase::mysql().await, a_look_waits_for_the_database).await;
}
