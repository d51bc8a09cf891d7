//! What tables look like: days in two forms, other names, more gaps than a list shows, settings that are none.

use super::{TABLE, World, add};
use crate::harness::{TestDatabase, on_every_database};
use crate::rest::Rest;
use serde_json::{Value, json};

on_every_database!(
    more_gaps_than_a_list_shows_are_shown_of_each_table_up_to_its_end,
    a_table_that_was_renamed_is_called_so_at_once,
);

/// What is expected from a day on, by the hour.
fn hourly(since: &str) -> Value {
    json!({"settings": {"every": "1h", "within": "20m", "since": since}})
}

async fn more_gaps_than_a_list_shows_are_shown_of_each_table_up_to_its_end(test: TestDatabase) {
    let world = World::new(&test).await;
    let rest = Rest::of(&world.first);
    rest.orders().await;
    let other = json!({
        "name": "items",
        "columns": [{"name": "id", "type": "bigint"}],
        "partition_keys": [{"name": "dt", "type": "string"}],
        "storage": {"format": "parquet"},
    });
    rest.post("/databases/shop/tables", other).await.expect(201);
    // Every second hour of nine days is there, so that each of the others is a gap of its own.
    let mut hours = Vec::new();
    for day in 16..=24 {
        for hour in (1..24).step_by(2) {
            let values = [format!("2026-11-{day}"), format!("{hour:02}")];
            hours.push(json!({"values": values}));
        }
    }
    let path = format!("{TABLE}/partitions");
    rest.post(&path, json!({"partitions": hours}))
        .await
        .expect(200);
    let path = format!("{TABLE}/freshness");
    let stands = rest.patch(&path, hourly("2026-11-16")).await.expect(200);
    // Those nine days, and the morning after them.
    let gaps = stands["gaps"].as_array().expect("gaps");
    assert_eq!(gaps.len(), 9 * 12 + 1, "{stands}");
    let daily = json!({"settings": {"every": "1d", "within": "1h", "since": "2026-11-24"}});
    let items = "/databases/shop/tables/items/freshness";
    rest.patch(items, daily).await.expect(200);
    let all = rest.get("/freshness").await.expect(200);
    let shown = |place: usize| all["tables"][place]["gaps"].as_array().expect("gaps");
    assert_eq!((shown(0).len(), shown(1).len()), (100, 1));
    assert_eq!(shown(0)[..], gaps[..100], "the first ones");
    assert_eq!(shown(1)[0]["from"], "2026-11-24T00:00:00Z");
}

async fn a_table_that_was_renamed_is_called_so_at_once(test: TestDatabase) {
    let world = World::new(&test).await;
    let rest = Rest::of(&world.first);
    rest.orders().await;
    let path = format!("{TABLE}/freshness");
    rest.patch(&path, hourly("2026-11-25")).await.expect(200);
    let rename = format!("{TABLE}/rename");
    rest.post(&rename, json!({"name": "sales"}))
        .await
        .expect(200);
    let stands = rest.get("/databases/shop/tables/sales/freshness").await;
    let stands = stands.expect(200);
    let text = stands["gaps"][0]["text"].as_str().expect("a text");
    assert!(
        text.starts_with("table `shop.sales`: there is no data of 2026-11-25 00:00"),
        "{text}"
    );
    let told = world.told_after(0).await;
    assert_eq!(told, [text.to_owned()]);
}

#[tokio::test(flavor = "multi_thread")]
async fn days_in_two_forms_are_both_there() {
    let world = World::new(&TestDatabase::sqlite().await).await;
    let rest = Rest::of(&world.first);
    rest.orders().await;
    // The writer was changed at noon of a day.
    for hour in 0..12 {
        add(&rest, &["2026-11-24", &format!("{hour:02}")], 100).await;
    }
    for hour in 12..24 {
        add(&rest, &["20261124", &format!("{hour:02}")], 100).await;
    }
    for hour in 0..9 {
        add(&rest, &["20261125", &format!("{hour:02}")], 100).await;
    }
    let path = format!("{TABLE}/freshness");
    let stands = rest.patch(&path, hourly("2026-11-24")).await.expect(200);
    assert_eq!(stands["gaps"], json!([]), "{stands}");
    assert_eq!(stands["newest_until"], "2026-11-25T09:00:00Z");
    // One that lacks in both is told.
    let gone = format!("{TABLE}/partitions/dt=2026-11-24%2Fhour=05");
    rest.delete(&gone).await.expect(204);
    let stands = rest.patch(&path, hourly("2026-11-23")).await.expect(200);
    let gaps = stands["gaps"].as_array().expect("gaps");
    assert_eq!(gaps.len(), 2, "{stands}");
    assert_eq!(gaps[1]["from"], "2026-11-24T05:00:00Z");
    assert_eq!(gaps[1]["to"], "2026-11-24T06:00:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_what_lacks_has_no_table_that_is_well() {
    let world = World::new(&TestDatabase::sqlite().await).await;
    let rest = Rest::of(&world.first);
    rest.orders().await;
    for name in ["items", "visits"] {
        let table = json!({
            "name": name,
            "columns": [{"name": "id", "type": "bigint"}],
            "partition_keys": [{"name": "dt", "type": "string"}],
            "storage": {"format": "parquet"},
        });
        rest.post("/databases/shop/tables", table).await.expect(201);
    }
    let path = |table: &str| format!("/databases/shop/tables/{table}/freshness");
    let wanted = json!({"settings": {"every": "1d"}});
    rest.patch(&path("items"), wanted).await.expect(200);
    let wanted = hourly("2026-11-25");
    rest.patch(&path("orders"), wanted).await.expect(200);
    let nonsense = json!({"parameters": {"skep.expect.every": "often"}});
    let visits = "/databases/shop/tables/visits";
    rest.patch(visits, nonsense).await.expect(200);
    world.round().await;
    let names = async |query: &str| -> Vec<(String, String)> {
        let all = rest.get(&format!("/freshness{query}")).await.expect(200);
        let tables = all["tables"].as_array().expect("tables").iter();
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        let shown = tables.map(|one| (text(&one["table"]), text(&one["standing"])));
        shown.collect()
    };
    assert_eq!(names("").await.len(), 3);
    let pair = |table: &str, standing: &str| (table.to_owned(), standing.to_owned());
    let expected = [pair("orders", "lacking"), pair("visits", "faulty")];
    assert_eq!(names("?lacking=true").await, expected);
    let first = rest.get("/freshness?lacking=true&limit=1").await;
    let next = first.expect(200)["next"].as_i64().expect("a number");
    let rest_of = names(&format!("?lacking=true&after={next}")).await;
    assert_eq!(rest_of, expected[1..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_setting_that_is_none_cannot_go() {
    let world = World::new(&TestDatabase::sqlite().await).await;
    let rest = Rest::of(&world.first);
    rest.orders().await;
    let path = format!("{TABLE}/freshness");
    let wanted = json!({"settings": {"every": "1h", "pause": "2026-12-24"}});
    rest.patch(&path, wanted).await.expect(200);
    let mistyped = json!({"settings": {"puase": null}});
    let problem = rest.patch(&path, mistyped).await;
    let problem = problem.problem(400, "invalid-request");
    assert_eq!(problem["field"], "settings.puase");
    let detail = problem["detail"].as_str().expect("words");
    assert!(
        detail.contains("did you mean skep.expect.pause?"),
        "{detail}"
    );
    // One that is there may go, whoever wrote it.
    let strange = json!({"parameters": {"skep.expect.puase": "x"}});
    rest.patch(TABLE, strange).await.expect(200);
    let mended = json!({"settings": {"puase": null, "pause": null}});
    let stands = rest.patch(&path, mended).await.expect(200);
    assert_eq!(stands["expectation"]["pause"], Value::Null);
    assert_ne!(stands["standing"], "faulty");
    // Sizes are listed for the volume alone.
    let sizes = json!({"settings": {"sizes": "list"}});
    let problem = rest.patch(&path, sizes).await;
    let problem = problem.problem(400, "invalid-request");
    assert_eq!(problem["field"], "settings.sizes");
}
