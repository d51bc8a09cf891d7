//! Partitions over REST: what ingestion jobs call.

use super::{Answer, Rest, names};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use serde_json::{Value, json};

const PARTITIONS: &str = "/databases/shop/tables/orders/partitions";

on_every_database!(
    partitions_live_from_their_addition_to_their_drop,
    two_clients_may_add_the_same_partitions_at_once,
    large_partitions_come_in_pages_that_hold_few_of_them,
);

async fn large_partitions_come_in_pages_that_hold_few_of_them(database: TestDatabase) {
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let named = |number: usize| format!("dt={:02}/hour={number:02}", number % 2);
    let large =
        |number: usize| json!({"name": named(number), "parameters": {"note": "x".repeat(200_000)}});
    for first in (0..30).step_by(10) {
        let new: Vec<Value> = (first..first + 10).map(large).collect();
        let new = json!({"partitions": new});
        rest.post(PARTITIONS, new).await.expect(200);
    }
    for (filter, count) in [("", 30), ("dt = '01'", 15), ("hour >= '10'", 20)] {
        let (mut found, mut after) = (Vec::new(), String::new());
        loop {
            let filter = filter.replace(' ', "%20");
            let path = format!("{PARTITIONS}?limit=1000&filter={filter}&after={after}");
            let page = rest.get(&path).await.expect(200);
            let some = names(&page["partitions"]);
            assert!(!some.is_empty() && some.len() < 15, "{some:?}");
            found.extend(some.into_iter().map(str::to_owned));
            let Some(next) = page["next"].as_str() else {
                break;
            };
            after = next.replace('/', "%2F");
        }
        assert_eq!(found.len(), count, "{found:?}");
        assert!(found.is_sorted());
    }
    // One answer for all that are asked for by name, also with the ones between them that are not there.
    let asked: Vec<String> = (0..60).map(named).collect();
    let path = format!("{PARTITIONS}/batch-get");
    let answer = rest.post(&path, json!({"names": asked})).await.expect(200);
    let answer = answer["partitions"].as_array().unwrap();
    let there = answer.iter().filter(|one| one["outcome"] == "found");
    assert_eq!((answer.len(), there.count()), (60, 30));
}

async fn partitions_live_from_their_addition_to_their_drop(database: TestDatabase) {
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let request = json!({"partitions": [
        {"values": ["2026-11-22", "10"], "parameters": {"made": "by hand"}},
        {"name": "hour=a%2Fb/dt=2026-11-22"},
    ]});
    let added = rest.post(PARTITIONS, request.clone()).await.expect(200);
    let table = server.warehouse().join("shop.db/orders");
    let told = ["dt=2026-11-22/hour=10", "dt=2026-11-22/hour=a%2Fb"].map(|name| {
        let location = format!("file:{}", table.join(name).display());
        json!({"name": name, "outcome": "added", "location": location})
    });
    let wanted = json!({"added": 2, "existed": 0, "partitions": told});
    assert_eq!(added, wanted);
    let path = format!("{PARTITIONS}/dt=2026-11-22%2Fhour=10");
    let one = rest.get(&path).await.expect(200);
    assert_eq!(one["values"], json!(["2026-11-22", "10"]));
    assert_eq!(one["parameters"]["made"], "by hand");
    assert_eq!(one["storage"]["format"], "parquet");
    assert_eq!(names(&one["columns"]), ["id"]);
    let directory = server
        .warehouse()
        .join("shop.db/orders/dt=2026-11-22/hour=10");
    assert!(directory.is_dir());
    assert!(
        one["location"]
            .as_str()
            .unwrap()
            .ends_with("shop.db/orders/dt=2026-11-22/hour=10")
    );
    // The name is escaped by Hive, and once more by the path.
    let escaped = rest
        .get(&format!("{PARTITIONS}/dt=2026-11-22%2Fhour=a%252Fb"))
        .await
        .expect(200);
    assert_eq!(escaped["values"], json!(["2026-11-22", "a/b"]));

    let again = rest
        .post(PARTITIONS, request)
        .await
        .problem(409, "already-exists");
    assert_eq!(again["subject"]["kind"], "partition");
    let more = json!({"if_not_exists": true, "partitions": [
        {"values": ["2026-11-22", "10"]}, {"values": ["2026-11-23", "0"]},
    ]});
    let added = rest.post(PARTITIONS, more).await.expect(200);
    assert_eq!((&added["added"], &added["existed"]), (&json!(1), &json!(1)));
    assert_eq!(added["partitions"][0]["outcome"], "existed");
    let kept = rest.get(&path).await.expect(200);
    assert_eq!(kept, one, "what existed is as it was");

    rest.delete(&format!("{path}?delete_data=true"))
        .await
        .expect(204);
    assert!(!directory.exists());
    let missing = rest.get(&path).await.problem(404, "not-found");
    assert_eq!(missing["subject"]["kind"], "partition");
    rest.delete(&path).await.problem(404, "not-found");
    let left = rest.get(PARTITIONS).await.expect(200);
    assert_eq!(
        names(&left["partitions"]),
        ["dt=2026-11-22/hour=a%2Fb", "dt=2026-11-23/hour=0"]
    );
}

async fn two_clients_may_add_the_same_partitions_at_once(database: TestDatabase) {
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let partitions: Vec<Value> = (0..50)
        .map(|hour| json!({"values": ["2026-11-22", hour.to_string()]}))
        .collect();
    let request = json!({"if_not_exists": true, "partitions": partitions});
    let (first, second) = tokio::join!(
        rest.post(PARTITIONS, request.clone()),
        rest.post(PARTITIONS, request)
    );
    let (first, second) = (first.expect(200), second.expect(200));
    let count = |answer: &Value, field: &str| answer[field].as_u64().unwrap();
    assert_eq!(count(&first, "added") + count(&second, "added"), 50);
    assert_eq!(count(&first, "existed") + count(&second, "existed"), 50);
    let listed = rest.get(PARTITIONS).await.expect(200);
    assert_eq!(names(&listed["partitions"]).len(), 50);
    // Each was announced once.
    let events = rest
        .get("/events?database=shop&table=orders")
        .await
        .expect(200);
    let announced: usize = events["events"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|event| event["kind"] == "ADD_PARTITION")
        .map(|event| event["partitions"].as_array().unwrap().len())
        .sum();
    assert_eq!(announced, 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn partitions_are_listed_in_pages_and_by_filter() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let partitions: Vec<Value> = (0..30)
        .map(|number| json!({"values": [format!("2026-11-{:02}", 1 + number / 10), (number % 10).to_string()]}))
        .collect();
    rest.post(PARTITIONS, json!({"partitions": partitions}))
        .await
        .expect(200);
    let walk = async |filter: &str, limit: usize| -> (Vec<String>, usize) {
        let (mut all, mut pages, mut after) = (Vec::new(), 0, None::<String>);
        loop {
            let mut query = vec![("limit", limit.to_string())];
            query.extend((!filter.is_empty()).then(|| ("filter", filter.to_owned())));
            query.extend(after.map(|name| ("after", name)));
            let query = url::form_urlencoded::Serializer::new(String::new())
                .extend_pairs(query)
                .finish();
            let page = rest.get(&format!("{PARTITIONS}?{query}")).await.expect(200);
            all.extend(names(&page["partitions"]).into_iter().map(str::to_owned));
            pages += 1;
            after = page["next"].as_str().map(str::to_owned);
            if after.is_none() {
                return (all, pages);
            }
        }
    };
    let (all, pages) = walk("", 7).await;
    assert_eq!((all.len(), pages), (30, 5));
    assert!(all.is_sorted());
    assert_eq!(
        walk("", 30).await,
        (all.clone(), 1),
        "a full last page has no next one"
    );
    let (some, pages) = walk("dt > '2026-11-01' and hour in ('3', '4', '5')", 2).await;
    assert_eq!(pages, 3);
    assert_eq!(some.first().unwrap(), "dt=2026-11-02/hour=3");
    assert_eq!(some.len(), 6);
    assert_eq!(
        walk("hour = '9'", 2).await.0.len(),
        3,
        "without a range of names"
    );
    assert_eq!(walk("dt = '1' and dt = '2'", 2).await, (Vec::new(), 1));
    let problem = rest
        .get(&format!("{PARTITIONS}?filter=nosuch%20%3D%20%271%27"))
        .await
        .problem(400, "invalid-request");
    assert!(
        problem["detail"].as_str().unwrap().contains("nosuch"),
        "{problem}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn faulty_partitions_are_refused_with_their_place() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let good = json!({"values": ["2026-11-22", "10"]});
    let post = async |faulty: Value| -> Answer {
        rest.post(PARTITIONS, json!({"partitions": [good, faulty]}))
            .await
    };
    for (faulty, field, word) in [
        (
            json!({"values": ["1"]}),
            "partitions[1].values",
            "there are 1 values, and orders has 2 keys: dt, hour",
        ),
        (json!({"name": "dt=1"}), "partitions[1]", "hour"),
        (
            json!({"name": "dt=1/hour=2/minute=3"}),
            "partitions[1]",
            "has the key minute; the table's keys are dt, hour",
        ),
        (
            json!({"name": "dt=1/hour=2/3"}),
            "partitions[1]",
            "is not KEY=VALUE",
        ),
        (json!({}), "partitions[1]", "values or a name"),
        (
            json!({"values": ["1", "2"], "name": "dt=1/hour=2"}),
            "partitions[1]",
            "not both",
        ),
        (
            json!({"values": [1, 2]}),
            "partitions[1].values[0]",
            "expected a string",
        ),
        (
            json!({"valeus": ["1", "2"]}),
            "partitions[1].valeus",
            "did you mean `values`?",
        ),
    ] {
        let problem = post(faulty).await.problem(400, "invalid-request");
        assert_eq!(problem["field"], field, "{problem}");
        assert!(
            problem["detail"].as_str().unwrap().contains(word),
            "{problem}"
        );
    }
    post(good.clone()).await.problem(400, "invalid-request");
    let nothing = rest.get(PARTITIONS).await.expect(200);
    assert_eq!(nothing["partitions"], json!([]), "all or none");
    let path = "/databases/shop/tables/nosuch/partitions";
    let problem = rest
        .post(path, json!({"partitions": [good]}))
        .await
        .problem(404, "not-found");
    assert_eq!(problem["subject"]["kind"], "table");
    rest.get(path).await.problem(404, "not-found");
    let half = rest.get(&format!("{PARTITIONS}/dt=1")).await;
    let problem = half.problem(400, "invalid-request");
    assert_eq!(problem["field"], "partition", "{problem}");
}

/// A drop of `dt=1/hour=2` of a table with the key `dt` would take the whole day.
#[tokio::test]
async fn a_name_with_a_surplus_part_means_no_partition() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    rest.post(PARTITIONS, json!({"partitions": [{"values": ["1", "2"]}]}))
        .await
        .expect(200);
    for surplus in [
        "dt=1%2Fhour=2%2Fminute=3",
        "dt=1%2Fhour=2%2F3",
        "dt=1%2Fhour=2%2Fdt=1",
    ] {
        let path = format!("{PARTITIONS}/{surplus}");
        for answer in [
            rest.get(&path).await,
            rest.delete(&format!("{path}?delete_data=true")).await,
            rest.get(&format!("{path}/explain")).await,
        ] {
            answer.problem(400, "invalid-request");
        }
    }
    let left = rest.get(PARTITIONS).await.expect(200);
    assert_eq!(names(&left["partitions"]), ["dt=1/hour=2"]);
}

/// Trino fails on every query of a table that has one such partition.
#[tokio::test]
async fn a_value_that_is_none_of_its_keys_type_is_refused() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.post("/databases", json!({"name": "shop"}))
        .await
        .expect(201);
    let days = json!({
        "name": "days", "storage": {"format": "parquet"},
        "columns": [{"name": "id", "type": "bigint"}],
        "partition_keys": [{"name": "dt", "type": "date"}],
    });
    rest.post("/databases/shop/tables", days).await.expect(201);
    let path = "/databases/shop/tables/days/partitions";
    for value in ["tmp", "2026-02-30"] {
        let request = json!({"partitions": [{"values": [value]}]});
        let problem = rest
            .post(path, request)
            .await
            .problem(400, "invalid-request");
        let detail = problem["detail"].as_str().unwrap();
        assert!(
            detail.contains("is no value of the key dt of type date"),
            "{detail}"
        );
    }
    let request = json!({"partitions": [{"values": ["2026-02-28"]}, {"values": ["__HIVE_DEFAULT_PARTITION__"]}]});
    rest.post(path, request).await.expect(200);
}
