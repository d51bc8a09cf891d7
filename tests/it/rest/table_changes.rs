//! What becomes of tables over REST: columns, places, names, and the texts of views.

use super::Rest;
use crate::harness::{TestDatabase, TestServer, on_every_database};
use serde_json::{Value, json};

const ORDERS: &str = "/databases/shop/tables/orders";

fn columns(table: &Value) -> Vec<String> {
    let columns = table["columns"].as_array().expect("a list");
    columns
        .iter()
        .map(|one| {
            let text = |field: &str| one[field].as_str().unwrap_or_default().to_owned();
            format!("{} {} {}", text("name"), text("type"), text("comment"))
                .trim()
                .to_owned()
        })
        .collect()
}

on_every_database!(columns_change_one_by_one);

async fn columns_change_one_by_one(database: TestDatabase) {
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let partition = json!({"partitions": [{"name": "dt=1/hour=2"}]});
    rest.post(&format!("{ORDERS}/partitions"), partition)
        .await
        .expect(200);
    let change = json!({"columns": [
        {"change": "add", "name": "Item", "type": "string", "comment": "what"},
        {"change": "add", "name": "price", "type": "int", "after": "id"},
        {"change": "retype", "name": "price", "type": "bigint"},
        {"change": "rename", "name": "ITEM", "to": "product"},
        {"change": "comment", "name": "id", "comment": "its number"},
    ]});
    let changed = rest.patch(ORDERS, change).await.expect(200);
    let wanted = [
        "id bigint its number",
        "price bigint",
        "product string what",
    ];
    assert_eq!(columns(&changed), wanted);
    let partition = format!("{ORDERS}/partitions/dt=1%2Fhour=2");
    let old = rest.get(&partition).await.expect(200);
    assert_eq!(columns(&old), ["id bigint"], "partitions keep theirs");

    let change = json!({"cascade": true, "columns": [
        {"change": "drop", "name": "product"},
        {"change": "move", "name": "price", "first": true},
    ]});
    let changed = rest.patch(ORDERS, change).await.expect(200);
    let wanted = ["price bigint", "id bigint its number"];
    assert_eq!(columns(&changed), wanted);
    let now = rest.get(&partition).await.expect(200);
    assert_eq!(columns(&now), wanted, "where it is said, partitions follow");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_columns_that_cannot_be_is_refused_and_none_of_it_is_made() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let before = rest.get(ORDERS).await.expect(200);
    let fine = json!({"change": "add", "name": "fine", "type": "int"});
    for (change, status, words) in [
        (json!({"change": "drop", "name": "x"}), 409, "no column x"),
        (json!({"change": "drop", "name": "dt"}), 409, "no column dt"),
        (
            json!({"change": "rename", "name": "id", "to": "hour"}),
            409,
            "a column hour already",
        ),
        (
            json!({"change": "add", "name": "ID", "type": "int"}),
            409,
            "a column id already",
        ),
        (
            json!({"change": "retype", "name": "id", "type": "int"}),
            409,
            "incompatible",
        ),
        (
            json!({"change": "add", "name": "t", "type": "text"}),
            400,
            "string",
        ),
        (
            json!({"change": "move", "name": "id"}),
            400,
            "first or after",
        ),
        (json!({"change": "paint", "name": "id"}), 400, "paint"),
        (
            json!({"change": "drop", "name": "id", "to": "x"}),
            400,
            "to",
        ),
    ] {
        let body = json!({"columns": [fine, change], "comment": "changed"});
        let told = rest.patch(ORDERS, body).await.expect(status);
        let detail = told["detail"].as_str().unwrap();
        assert!(detail.contains(words), "{detail}");
        assert_eq!(rest.get(ORDERS).await.expect(200), before);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_stands_once_in_a_table_that_is_made() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    let column = |name: &str| json!({"name": name, "type": "int"});
    for (columns, keys) in [
        (vec![column("a"), column("A")], vec![]),
        (vec![column("a"), column("dt")], vec![column("DT")]),
    ] {
        let mut table = json!({"name": "t", "columns": columns, "partition_keys": keys});
        table["storage"] = json!({"format": "parquet"});
        let told = rest
            .post("/databases/default/tables", table)
            .await
            .expect(422);
        assert!(told["detail"].as_str().unwrap().contains("twice"), "{told}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn sparks_own_schema_follows_a_change_of_columns() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let schema = json!({"type": "struct", "fields": [
        {"name": "id", "type": "long", "nullable": true, "metadata": {}},
        {"name": "dt", "type": "string", "nullable": true, "metadata": {}},
        {"name": "hour", "type": "string", "nullable": true, "metadata": {}},
    ]});
    let parameters = json!({"parameters": {
        "spark.sql.sources.provider": "parquet",
        "spark.sql.sources.schema.numPartCols": "2",
        "spark.sql.sources.schema": schema.to_string(),
    }});
    rest.patch(ORDERS, parameters).await.expect(200);
    let change = json!({"columns": [
        {"change": "rename", "name": "id", "to": "key"},
        {"change": "add", "name": "item", "type": "varchar(9)"},
    ]});
    let changed = rest.patch(ORDERS, change).await.expect(200);
    assert_eq!(columns(&changed), ["key bigint", "item varchar(9)"]);
    let text = changed["parameters"]["spark.sql.sources.schema"].as_str();
    let schema: Value = serde_json::from_str(text.unwrap()).unwrap();
    let names: Vec<&str> = schema["fields"]
        .as_array()
        .unwrap()
        .iter()
        .map(|field| field["name"].as_str().unwrap())
        .collect();
    assert_eq!(names, ["key", "item", "dt", "hour"]);
}

on_every_database!(a_table_gets_another_place_and_its_partitions_stay_where_they_are);

async fn a_table_gets_another_place_and_its_partitions_stay_where_they_are(database: TestDatabase) {
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let partition = json!({"partitions": [{"name": "dt=1/hour=2"}]});
    rest.post(&format!("{ORDERS}/partitions"), partition)
        .await
        .expect(200);
    let old = rest
        .get(&format!("{ORDERS}/partitions/dt=1%2Fhour=2"))
        .await;
    let place = server.warehouse().join("elsewhere");
    let place = format!("file:{}", place.display());
    let change = json!({"location": place, "comment": "moved", "owner": "ann"});
    let changed = rest.patch(ORDERS, change).await.expect(200);
    assert_eq!(changed["location"], place);
    assert_eq!(changed["comment"], "moved");
    assert_eq!(changed["owner"], "ann");
    let now = rest
        .get(&format!("{ORDERS}/partitions/dt=1%2Fhour=2"))
        .await;
    assert_eq!(now.body["location"], old.body["location"]);
    let problem = rest.patch(ORDERS, json!({"location": "no place"})).await;
    assert_eq!(problem.problem(400, "invalid-request")["field"], "location");
}

on_every_database!(a_table_is_renamed_and_moved_into_another_database);

async fn a_table_is_renamed_and_moved_into_another_database(database: TestDatabase) {
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    rest.post("/databases", json!({"name": "store"}))
        .await
        .expect(201);
    let rename = format!("{ORDERS}/rename");
    let renamed = rest.post(&rename, json!({"name": "Sales"})).await;
    let renamed = renamed.expect(200);
    assert_eq!(renamed["name"], "sales");
    let location = renamed["location"].as_str().unwrap();
    assert!(location.ends_with("/shop.db/sales"), "{location}");
    assert!(server.warehouse().join("shop.db/sales").is_dir());
    assert!(!server.warehouse().join("shop.db/orders").exists());
    rest.get(ORDERS).await.problem(404, "not-found");
    let moved = rest
        .post(
            "/databases/shop/tables/sales/rename",
            json!({"database": "store"}),
        )
        .await;
    assert_eq!(moved.expect(200)["database"], "store");
    assert!(server.warehouse().join("store.db/sales").is_dir());

    let sales = "/databases/store/tables/sales/rename";
    rest.post(sales, json!({}))
        .await
        .problem(400, "invalid-request");
    for to in [json!({"database": "nosuch"}), json!({"name": "sales"})] {
        rest.post(sales, to).await.problem(409, "not-allowed");
    }
    rest.post(&rename, json!({"name": "x"}))
        .await
        .problem(404, "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_view_is_made_and_gets_another_text() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let view = json!({"name": "recent", "type": "view",
        "view_text": "SELECT id FROM shop.orders", "columns": [{"name": "id", "type": "bigint"}]});
    let made = rest.post("/databases/shop/tables", view).await;
    assert_eq!(made.location, "/api/v1/databases/shop/tables/recent");
    let made = made.expect(201);
    assert_eq!(made["type"], "view");
    assert!(made["location"].is_null());
    let path = "/databases/shop/tables/recent";
    let text = "SELECT id, dt FROM shop.orders";
    let change = json!({"view_text": text,
        "columns": [{"change": "add", "name": "dt", "type": "string"}]});
    let changed = rest.patch(path, change).await.expect(200);
    assert_eq!(changed["view_text"], text);
    assert_eq!(columns(&changed), ["id bigint", "dt string"]);
    assert_eq!(rest.get(path).await.expect(200), changed);

    rest.patch(ORDERS, json!({"view_text": text}))
        .await
        .problem(409, "not-allowed");
    rest.patch(path, json!({"location": "file:/tmp/x"}))
        .await
        .problem(409, "not-allowed");
    for (new, field) in [
        (json!({"name": "v", "type": "view"}), "view_text"),
        (
            json!({"name": "v", "view_text": text, "storage": {"format": "orc"}}),
            "view_text",
        ),
        (
            json!({"name": "v", "type": "view", "view_text": text, "storage": {"format": "orc"}}),
            "storage",
        ),
        (
            json!({"name": "v", "type": "view", "view_text": text, "location": "file:/tmp/x"}),
            "location",
        ),
    ] {
        let problem = rest.post("/databases/shop/tables", new).await;
        assert_eq!(problem.problem(400, "invalid-request")["field"], field);
    }
}

/// What making a table refuses, a change of its place refuses too: the table would be of no use, or a drop would take a whole disk.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_moves_to_no_place_that_no_table_can_have() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let before = rest.get(ORDERS).await.expect(200)["location"].clone();
    for (place, status, slug) in [
        ("file:/", 400, "invalid-request"),
        ("nosuch://x/y", 501, "unsupported"),
        ("s3://bucket", 400, "invalid-request"),
    ] {
        let refused = rest.patch(ORDERS, json!({ "location": place })).await;
        let problem = refused.problem(status, slug);
        if status == 400 {
            assert_eq!(problem["field"], "location", "{problem}");
        }
    }
    assert_eq!(rest.get(ORDERS).await.expect(200)["location"], before);
}
