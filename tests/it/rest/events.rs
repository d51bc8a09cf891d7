//! Events over REST.

use super::Rest;
use crate::harness::{TestDatabase, TestServer};
use serde_json::{Value, json};

fn kinds(list: &Value) -> Vec<&str> {
    let list = list["events"].as_array().expect("a list");
    list.iter()
        .map(|event| event["kind"].as_str().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_follower_misses_nothing_and_sees_nothing_twice() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let path = "/databases/shop/tables/orders";
    let partitions = json!({"partitions": [{"values": ["1", "2"]}, {"values": ["1", "3"]}]});
    rest.post(&format!("{path}/partitions"), partitions)
        .await
        .expect(200);
    let of_shop = rest.get("/events?database=shop").await.expect(200);
    assert_eq!(
        kinds(&of_shop),
        ["CREATE_DATABASE", "CREATE_TABLE", "ADD_PARTITION"]
    );
    let added = &of_shop["events"][2];
    assert_eq!(added["partitions"], json!(["dt=1/hour=2", "dt=1/hour=3"]));
    assert_eq!(
        (&added["database"], &added["table"]),
        (&json!("shop"), &json!("orders"))
    );
    assert_eq!(of_shop["next"], of_shop["last"]);

    let mut after = 0;
    let mut seen = Vec::new();
    loop {
        let page = rest
            .get(&format!("/events?limit=1&after={after}"))
            .await
            .expect(200);
        let events = page["events"].as_array().unwrap();
        seen.extend(events.iter().map(|event| event["id"].as_i64().unwrap()));
        after = page["next"].as_i64().unwrap();
        if after == page["last"] {
            break;
        }
    }
    let last = of_shop["last"].as_i64().unwrap();
    assert_eq!(seen, (1..=last).collect::<Vec<_>>());

    rest.delete(path).await.expect(204);
    let news = rest
        .get(&format!("/events?after={after}&database=shop&table=ORDERS"))
        .await;
    assert_eq!(kinds(&news.expect(200)), ["DROP_TABLE"]);
    let none = rest
        .get(&format!("/events?after={}", after + 1))
        .await
        .expect(200);
    assert_eq!(none["events"], json!([]));
    assert_eq!(none["next"], after + 1);
    let problem = rest
        .get("/events?table=orders")
        .await
        .problem(400, "invalid-request");
    assert_eq!(problem["field"], "table");
}
