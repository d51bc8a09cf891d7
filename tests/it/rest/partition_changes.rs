//! What becomes of partitions over REST, one by one and many at once.

use super::Rest;
use crate::harness::{TestDatabase, TestServer, on_every_database};
use serde_json::{Value, json};

const PARTITIONS: &str = "/databases/shop/tables/orders/partitions";

async fn shop(rest: &Rest, names: &[&str]) {
    rest.orders().await;
    let partitions: Vec<Value> = names.iter().map(|name| json!({"name": name})).collect();
    let added = json!({"partitions": partitions});
    rest.post(PARTITIONS, added).await.expect(200);
}

fn outcomes(answer: &Value) -> Vec<(&str, &str)> {
    let partitions = answer["partitions"].as_array().expect("a list");
    partitions
        .iter()
        .map(|one| {
            (
                one["name"].as_str().unwrap(),
                one["outcome"].as_str().unwrap(),
            )
        })
        .collect()
}

on_every_database!(a_partition_changes_is_touched_and_renamed);

async fn a_partition_changes_is_touched_and_renamed(database: TestDatabase) {
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    shop(&rest, &["dt=1/hour=2", "dt=1/hour=3"]).await;
    let path = format!("{PARTITIONS}/dt=1%2Fhour=2");
    let place = format!("file:{}", server.warehouse().join("cold").display());
    let change = json!({"location": place, "parameters": {"tier": "cold"},
        "columns": [{"name": "Id", "type": "BIGINT"}, {"name": "item", "type": "string"}]});
    let changed = rest.patch(&path, change).await.expect(200);
    assert_eq!(changed["location"], place);
    assert_eq!(changed["parameters"]["tier"], "cold");
    let columns = json!([{"name": "id", "type": "bigint"}, {"name": "item", "type": "string"}]);
    assert_eq!(changed["columns"], columns);
    let back = rest.patch(&path, json!({"location": ""})).await.expect(200);
    let location = back["location"].as_str().unwrap();
    assert!(
        location.ends_with("/shop.db/orders/dt=1/hour=2"),
        "{location}"
    );

    let last = rest.get("/events").await.expect(200)["last"].clone();
    rest.patch(&path, json!({})).await.expect(200);
    assert_eq!(rest.get("/events").await.expect(200)["last"], last);
    let touched = rest.post(&format!("{path}/touch"), Value::Null).await;
    assert_eq!(touched.expect(200)["name"], "dt=1/hour=2");
    let events = rest.get(&format!("/events?after={last}")).await.expect(200);
    assert_eq!(events["events"].as_array().unwrap().len(), 1, "{events}");

    let renamed = rest
        .post(&format!("{path}/rename"), json!({"values": ["1", "4"]}))
        .await
        .expect(200);
    assert_eq!(renamed["name"], "dt=1/hour=4");
    assert_eq!(renamed["parameters"]["tier"], "cold");
    assert!(
        server
            .warehouse()
            .join("shop.db/orders/dt=1/hour=4")
            .is_dir()
    );
    assert!(
        !server
            .warehouse()
            .join("shop.db/orders/dt=1/hour=2")
            .exists()
    );
    let missing = rest.get(&path).await.problem(404, "not-found");
    assert_eq!(missing["subject"]["name"], "dt=1/hour=2");
    let other = format!("{PARTITIONS}/dt=1%2Fhour=4/rename");
    let taken = rest.post(&other, json!({"name": "hour=3/dt=1"})).await;
    taken.problem(409, "not-allowed");
    for wrong in [
        json!({}),
        json!({"values": ["1"]}),
        json!({"name": "dt=1"}),
        json!({"values": ["1", "5"], "name": "dt=1/hour=5"}),
    ] {
        rest.post(&other, wrong)
            .await
            .problem(400, "invalid-request");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_a_partition_that_cannot_be_is_refused() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    shop(&rest, &["dt=1/hour=2"]).await;
    let path = format!("{PARTITIONS}/dt=1%2Fhour=2");
    let before = rest.get(&path).await.expect(200);
    for (change, status) in [
        (json!({"location": "no place"}), 400),
        (json!({"columns": [{"name": "a", "type": "text"}]}), 422),
        (
            json!({"columns": [{"name": "a", "type": "int"}, {"name": "A", "type": "int"}]}),
            422,
        ),
        (json!({"values": ["3"]}), 400),
    ] {
        rest.patch(&path, change).await.expect(status);
        assert_eq!(rest.get(&path).await.expect(200), before);
    }
    rest.patch(&format!("{PARTITIONS}/dt=9%2Fhour=9"), json!({}))
        .await
        .problem(404, "not-found");
    rest.post(&format!("{PARTITIONS}/dt=9%2Fhour=9/touch"), Value::Null)
        .await
        .problem(404, "not-found");
}

on_every_database!(many_partitions_are_asked_for_and_dropped_with_an_answer_for_each);

async fn many_partitions_are_asked_for_and_dropped_with_an_answer_for_each(database: TestDatabase) {
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    shop(&rest, &["dt=1/hour=2", "dt=1/hour=3"]).await;
    let names = json!({"names": ["hour=3/dt=1", "dt=9/hour=9", "dt=1", "dt=1/hour=2"]});
    let path = format!("{PARTITIONS}/batch-get");
    let found = rest.post(&path, names.clone()).await.expect(200);
    assert_eq!(
        outcomes(&found),
        [
            ("hour=3/dt=1", "found"),
            ("dt=9/hour=9", "missing"),
            ("dt=1", "invalid"),
            ("dt=1/hour=2", "found"),
        ]
    );
    let first = &found["partitions"][0]["partition"];
    assert_eq!(first["name"], "dt=1/hour=3");
    assert_eq!(first["columns"][0]["name"], "id");
    assert!(found["partitions"][2]["detail"].is_string());

    let gone = rest
        .post(&format!("{PARTITIONS}/batch-delete"), names)
        .await
        .expect(200);
    assert_eq!(gone["deleted"], 2);
    assert_eq!(
        outcomes(&gone),
        [
            ("hour=3/dt=1", "deleted"),
            ("dt=9/hour=9", "missing"),
            ("dt=1", "invalid"),
            ("dt=1/hour=2", "deleted"),
        ]
    );
    let left = rest.get(PARTITIONS).await.expect(200);
    assert_eq!(left["partitions"], json!([]));
    let many: Vec<String> = (0..1001).map(|n| format!("dt={n}/hour=1")).collect();
    let refused = rest.post(&path, json!({"names": many})).await;
    assert_eq!(refused.problem(400, "invalid-request")["field"], "names");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_partition_that_existed_elsewhere_does_not_pass_for_the_one_that_was_asked_for() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let place = |name: &str| format!("file:{}", server.warehouse().join(name).display());
    let partition = |at: &str, tier: &str| {
        json!({"if_not_exists": true, "partitions": [
            {"name": "dt=1/hour=2", "location": at, "parameters": {"tier": tier}}]})
    };
    let hot = place("hot");
    let added = rest
        .post(PARTITIONS, partition(&hot, "1"))
        .await
        .expect(200);
    let wanted = json!({"name": "dt=1/hour=2", "outcome": "added", "location": hot});
    assert_eq!(added["partitions"][0], wanted);
    let again = rest
        .post(PARTITIONS, partition(&hot, "1"))
        .await
        .expect(200);
    let wanted = json!({"name": "dt=1/hour=2", "outcome": "existed", "location": hot});
    assert_eq!(again["partitions"][0], wanted);
    let other = rest.post(PARTITIONS, partition(&place("cold"), "2")).await;
    let wanted = json!({"name": "dt=1/hour=2", "outcome": "existed", "location": hot,
        "differs": ["location", "parameters"]});
    assert_eq!(other.expect(200)["partitions"][0], wanted);
}
