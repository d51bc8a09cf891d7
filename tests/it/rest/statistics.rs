//! Column statistics over REST.

use super::Rest;
use crate::harness::{TestDatabase, TestServer, on_every_database};
use serde_json::{Value, json};

const TABLE: &str = "/databases/shop/tables/orders/statistics";
const PARTITION: &str = "/databases/shop/tables/orders/partitions/dt=1%2Fhour=2/statistics";

/// One column of each kind of values.
fn kinds() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        (
            "b",
            "boolean",
            json!({"kind": "boolean", "trues": 2, "falses": 3}),
        ),
        ("l", "bigint", json!({"kind": "long", "low": -1, "high": 9})),
        (
            "d",
            "double",
            json!({"kind": "double", "low": 0.5, "high": null}),
        ),
        (
            "s",
            "string",
            json!({"kind": "string", "longest": 9, "average": 2.5}),
        ),
        (
            "y",
            "binary",
            json!({"kind": "binary", "longest": 9, "average": 2.5}),
        ),
        (
            "m",
            "decimal(9,2)",
            json!({"kind": "decimal", "low": "-12.50", "high": "0.07"}),
        ),
        (
            "t",
            "date",
            json!({"kind": "date", "low": 1, "high": 20_000}),
        ),
    ]
}

/// Without the moments.
fn told(mut answer: Value) -> Value {
    for column in answer["columns"].as_array_mut().expect("a list") {
        let at = column.as_object_mut().unwrap().remove("analyzed_at");
        assert!(at.unwrap().as_str().unwrap().ends_with('Z'));
    }
    answer
}

on_every_database!(statistics_of_tables_and_partitions_are_put_shown_and_forgotten);

async fn statistics_of_tables_and_partitions_are_put_shown_and_forgotten(database: TestDatabase) {
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.post("/databases", json!({"name": "shop"}))
        .await
        .expect(201);
    let columns: Vec<Value> = kinds()
        .iter()
        .map(|(name, kind, _)| json!({"name": name, "type": kind}))
        .collect();
    let table = json!({"name": "orders", "columns": columns, "storage": {"format": "parquet"},
        "partition_keys": [{"name": "dt", "type": "string"}, {"name": "hour", "type": "string"}]});
    rest.post("/databases/shop/tables", table).await.expect(201);
    let partition = json!({"partitions": [{"name": "dt=1/hour=2"}]});
    rest.post("/databases/shop/tables/orders/partitions", partition)
        .await
        .expect(200);
    let figures: Vec<Value> = kinds()
        .iter()
        .map(|(name, _, values)| json!({"column": name, "nulls": 1, "distinct": 0, "values": values}))
        .collect();
    for path in [TABLE, PARTITION] {
        let none = rest.get(path).await.expect(200);
        assert_eq!(none, json!({"engine": "hive", "columns": []}));
        rest.put(path, json!({"columns": figures}))
            .await
            .expect(204);
        let found = told(rest.get(path).await.expect(200));
        let mut wanted: Vec<Value> = kinds()
            .iter()
            .map(|(name, kind, values)| {
                json!({"column": name, "type": kind, "nulls": 1, "distinct": 0, "values": values})
            })
            .collect();
        wanted.sort_by_key(|one| one["column"].to_string());
        let mut columns = found["columns"].as_array().unwrap().clone();
        columns.sort_by_key(|one| one["column"].to_string());
        assert_eq!(columns, wanted);
        let some = rest.get(&format!("{path}?columns=l,s")).await.expect(200);
        assert_eq!(some["columns"].as_array().unwrap().len(), 2);
        let other = rest.get(&format!("{path}?engine=impala")).await.expect(200);
        assert_eq!(other["columns"], json!([]));
        let unknown = rest.get(&format!("{path}?columns=l,nope")).await;
        let problem = unknown.problem(404, "not-found");
        assert_eq!(problem["subject"]["kind"], "column", "{problem}");

        rest.delete(&format!("{path}?columns=l")).await.expect(204);
        let gone = rest.delete(&format!("{path}?columns=l")).await;
        let problem = gone.problem(404, "not-found");
        assert_eq!(problem["subject"]["kind"], "statistics", "{problem}");
        let unknown = rest.delete(&format!("{path}?columns=s,nope")).await;
        let problem = unknown.problem(404, "not-found");
        assert_eq!(problem["subject"]["kind"], "column", "{problem}");
        for query in ["columns=", "columns=,,"] {
            let nobody = rest.delete(&format!("{path}?{query}")).await.expect(400);
            assert_eq!(nobody["field"], "columns", "{nobody}");
        }
        let left = rest.get(path).await.expect(200);
        assert_eq!(left["columns"].as_array().unwrap().len(), figures.len() - 1);
        rest.delete(path).await.expect(204);
        assert_eq!(rest.get(path).await.expect(200), none);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_that_cannot_be_are_refused_with_the_field_at_fault() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let long = json!({"kind": "long", "low": 1, "high": 2});
    let text = json!({"kind": "string", "longest": 3, "average": 2.0});
    for (column, field) in [
        (json!({"column": "x", "nulls": 0, "values": long}), "column"),
        // A type that is said of a column does not make it one of the table's.
        (
            json!({"column": "x", "type": "bigint", "nulls": 0, "values": long}),
            "column",
        ),
        (
            json!({"column": "id", "nulls": 0, "values": {"kind": "decimal", "low": "x"}}),
            "values",
        ),
        (
            json!({"column": "id", "nulls": 0, "values": text}),
            "values",
        ),
        (
            json!({"column": "id", "type": "string", "nulls": 0, "values": text}),
            "values",
        ),
        (
            json!({"column": "id", "type": "string", "nulls": 0, "values": long}),
            "type",
        ),
        (
            json!({"column": "id", "nulls": -2, "values": long}),
            "nulls",
        ),
        (
            json!({"column": "id", "nulls": 0, "distinct": -7, "values": long}),
            "distinct",
        ),
        (
            json!({"column": "id", "nulls": 0, "values": {"kind": "long", "low": 2, "high": 1}}),
            "values",
        ),
    ] {
        let body = json!({"columns": [column]});
        let problem = rest.put(TABLE, body).await.expect(422);
        let field = format!("columns[0].{field}");
        assert_eq!(problem["field"], field, "{problem}");
    }
    for (column, words) in [
        (json!({"column": "id", "nulls": 0}), "values"),
        (
            json!({"column": "id", "nulls": 0, "values": {"kind": "odd"}}),
            "odd",
        ),
    ] {
        let body = json!({"columns": [column]});
        let problem = rest.put(TABLE, body).await.expect(400);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(words), "{detail}");
    }
    // What nobody knows is written as Hive writes it.
    let unknown = json!({"column": "id", "nulls": -1, "distinct": -1, "values": long});
    let body = json!({"columns": [unknown]});
    rest.put(TABLE, body).await.expect(204);
    rest.get(PARTITION).await.problem(404, "not-found");
    let missed = rest.delete(PARTITION).await.problem(404, "not-found");
    assert_eq!(missed["subject"]["kind"], "partition", "{missed}");
}

#[tokio::test(flavor = "multi_thread")]
async fn statistics_of_nothing_of_a_view_and_of_no_engine_are_refused() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let long = json!({"kind": "long", "low": 1, "high": 2});
    for (body, status, field) in [
        (json!({"columns": []}), 422, "columns"),
        (
            json!({"engine": "", "columns": [{"column": "id", "values": long}]}),
            400,
            "engine",
        ),
        (
            json!({"engine": "x".repeat(129), "columns": [{"column": "id", "values": long}]}),
            400,
            "engine",
        ),
    ] {
        let problem = rest.put(TABLE, body).await.expect(status);
        assert_eq!(problem["field"], field, "{problem}");
    }
    let view = json!({"name": "seen", "type": "view", "view_text": "SELECT 1 AS id",
        "columns": [{"name": "id", "type": "bigint"}]});
    rest.post("/databases/shop/tables", view).await.expect(201);
    let of_view = json!({"columns": [{"column": "id", "values": long}]});
    let seen = "/databases/shop/tables/seen/statistics";
    let problem = rest.put(seen, of_view).await.expect(422);
    assert_eq!(problem["field"], "columns", "{problem}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_is_meant_by_its_name_in_any_case_and_a_key_is_none() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let long = json!({"kind": "long", "low": 1, "high": 2});
    let text = json!({"kind": "string", "longest": 3, "average": 2.0});
    let key = json!({"columns": [{"column": "dt", "nulls": 0, "values": text}]});
    let problem = rest.put(TABLE, key).await.expect(422);
    let detail = problem["detail"].as_str().unwrap();
    assert!(detail.contains("dt is a partition key"), "{detail}");
    // A name has no case, in whatever script.
    let columns = json!([{"name": "gr\u{f6}\u{df}e", "type": "bigint"}]);
    let table = json!({"name": "sizes", "columns": columns, "storage": {"format": "parquet"}});
    rest.post("/databases/shop/tables", table).await.expect(201);
    let upper = json!({"columns": [{"column": "GR\u{d6}\u{df}E", "nulls": 0, "values": long}]});
    let sizes = "/databases/shop/tables/sizes/statistics";
    rest.put(sizes, upper).await.expect(204);
    let mixed = format!("{sizes}?columns=Gr%C3%96%C3%9Fe");
    let found = rest.get(&mixed).await.expect(200);
    assert_eq!(found["columns"][0]["nulls"], 0, "{found}");
}
