//! Tables over REST.

use super::{Rest, names};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use serde_json::{Value, json};

on_every_database!(
    a_table_lives_from_its_creation_to_its_drop,
    changes_of_single_properties_do_not_lose_each_other,
);

async fn a_table_lives_from_its_creation_to_its_drop(database: TestDatabase) {
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let path = "/databases/shop/tables/orders";
    let table = rest.get(path).await.expect(200);
    assert_eq!(table["type"], "managed");
    assert_eq!(table["storage"]["format"], "parquet");
    assert_eq!(
        table["storage"]["serde"],
        "org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe"
    );
    assert_eq!(table["columns"], json!([{"name": "id", "type": "bigint"}]));
    assert_eq!(names(&table["partition_keys"]), ["dt", "hour"]);
    assert!(server.warehouse().join("shop.db/orders").is_dir());

    let change = json!({"owner": "ann", "parameters": {"tier": "1", "comment": "all orders"}});
    let changed = rest.patch(path, change).await.expect(200);
    assert_eq!(changed["comment"], "all orders");
    assert_eq!(changed["owner"], "ann");
    assert_eq!(changed["columns"], table["columns"], "what is absent stays");
    assert_eq!(rest.get(path).await.expect(200), changed);

    rest.delete(&format!("{path}?delete_data=true"))
        .await
        .expect(204);
    let missing = rest.get(path).await.problem(404, "not-found");
    assert_eq!(missing["detail"], "Table shop.orders does not exist");
    assert_eq!(
        missing["subject"],
        json!({"kind": "table", "catalog": "hive", "database": "shop", "name": "orders"})
    );
    assert!(!server.warehouse().join("shop.db/orders").exists());
}

async fn changes_of_single_properties_do_not_lose_each_other(database: TestDatabase) {
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let path = "/databases/shop/tables/orders";
    let changes = (0..8).map(|number| {
        let change = json!({"parameters": {format!("key{number}"): "x"}});
        rest.patch(path, change)
    });
    for answer in futures::future::join_all(changes).await {
        answer.expect(200);
    }
    let table = rest.get(path).await.expect(200);
    for number in 0..8 {
        assert_eq!(table["parameters"][format!("key{number}")], "x", "{table}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn data_at_a_location_of_the_client_is_not_skeps_to_delete() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("part-0"), "x").unwrap();
    let table = json!({
        "name": "logs",
        "columns": [{"name": "Line", "type": "string", "comment": "as it came"}],
        "location": format!("file://{}", folder.path().display()),
        "storage": {"format": "TEXT", "serde_parameters": {"field.delim": "\t"}},
        "comment": "raw",
    });
    let made = rest
        .post("/databases/default/tables", table)
        .await
        .expect(201);
    assert_eq!(made["type"], "external");
    assert_eq!(
        made["columns"][0],
        json!({"name": "line", "type": "string", "comment": "as it came"})
    );
    assert_eq!(
        made["storage"]["serde_parameters"],
        json!({"field.delim": "\t"})
    );
    assert_eq!(made["parameters"]["EXTERNAL"], "TRUE");
    rest.delete("/databases/default/tables/logs?delete_data=true")
        .await
        .expect(204);
    assert!(folder.path().join("part-0").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kit_says_all_but_the_name_and_the_place() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    let kits = rest.get("/kits").await.expect(200);
    let kits = names(&kits["kits"]).join(" ");
    assert!(
        kits.contains("alb") && kits.contains("cloudtrail"),
        "{kits}"
    );
    let folder = tempfile::tempdir().unwrap();
    let location = format!("file://{}", folder.path().display());
    let post = |change: Value| {
        let mut table = json!({"name": "trail", "kit": "CloudTrail", "location": location});
        for (key, value) in change.as_object().unwrap() {
            table[key] = value.clone();
        }
        rest.post("/databases/default/tables", table)
    };
    for (change, field) in [
        (json!({"kit": "nosuch"}), "kit"),
        (json!({"location": null}), "location"),
        (
            json!({"columns": [{"name": "a", "type": "int"}]}),
            "columns",
        ),
        (json!({"storage": {"format": "orc"}}), "storage"),
        (json!({"type": "managed"}), "type"),
    ] {
        let problem = post(change).await.problem(400, "invalid-request");
        assert_eq!(problem["field"], field, "{problem}");
    }
    let made = post(json!({"parameters": {"skep.discovery": "off"}}))
        .await
        .expect(201);
    assert_eq!(made["type"], "external");
    assert_eq!(names(&made["partition_keys"]), ["account", "region", "dt"]);
    assert_eq!(made["parameters"]["skep.discovery"], "off");
    assert!(made["parameters"]["skep.discovery.layout"].is_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_listed_in_pages_and_by_type() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.get("/databases/shop/tables")
        .await
        .problem(404, "not-found");
    rest.orders().await;
    for (name, kind) in [("a", "external"), ("b", "managed"), ("c", "external")] {
        let table =
            json!({"name": name, "type": kind, "columns": [], "storage": {"format": "orc"}});
        rest.post("/databases/shop/tables", table).await.expect(201);
    }
    let list = async |query: &str| -> Value {
        rest.get(&format!("/databases/shop/tables?{query}"))
            .await
            .expect(200)
    };
    let first = list("limit=3").await;
    assert_eq!(names(&first["tables"]), ["a", "b", "c"]);
    let second = list("limit=3&after=c").await;
    assert_eq!(names(&second["tables"]), ["orders"]);
    assert_eq!(second["tables"][0]["partition_keys"], json!(["dt", "hour"]));
    assert!(second["next"].is_null());
    assert_eq!(names(&list("type=external").await["tables"]), ["a", "c"]);
    assert_eq!(
        names(&list("pattern=o*|b").await["tables"]),
        ["b", "orders"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_a_table_is_refused_with_its_field() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    let post = |change: Value| {
        let mut table = json!({"name": "t", "columns": [], "storage": {"format": "orc"}});
        for (key, value) in change.as_object().unwrap() {
            table[key] = value.clone();
        }
        rest.post("/databases/default/tables", table)
    };
    let problem = post(json!({"storage": {"format": "xml"}}))
        .await
        .problem(400, "invalid-request");
    assert_eq!(problem["field"], "storage.format");
    assert!(
        problem["detail"].as_str().unwrap().contains("parquet"),
        "{problem}"
    );
    let problem = post(json!({"storage": {}}))
        .await
        .problem(400, "invalid-request");
    assert_eq!(problem["field"], "storage.format");
    let problem = post(json!({"type": "temporary"}))
        .await
        .problem(400, "invalid-request");
    assert_eq!(problem["field"], "type");
    post(json!({"name": "a\\b"}))
        .await
        .problem(422, "invalid-object");
    let columns = json!({"columns": [{"name": "a", "type": "no such type"}]});
    post(columns).await.problem(422, "invalid-object");
    let problem = rest
        .post(
            "/databases/nosuch/tables",
            json!({"name": "t", "columns": [], "storage": {"format": "orc"}}),
        )
        .await
        .problem(404, "not-found");
    assert_eq!(problem["subject"]["name"], "nosuch");
}

#[tokio::test(flavor = "multi_thread")]
async fn types_are_read_as_people_write_them_and_refused_with_a_hint() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let rest = Rest::of(&server);
    let table = |name: &str, data_type: &str| {
        json!({
            "name": name, "columns": [{"name": "a", "type": data_type}],
            "partition_keys": [{"name": "dt", "type": "STRING"}], "storage": {"format": "parquet"},
        })
    };
    let made = rest
        .post("/databases/default/tables", table("t", "Integer"))
        .await
        .expect(201);
    assert_eq!(made["columns"][0]["type"], "int", "{made}");
    for (data_type, hint) in [("text", "write string"), ("decimal(39,2)", "1 to 38")] {
        let refused = rest
            .post("/databases/default/tables", table("u", data_type))
            .await;
        let problem = refused.problem(422, "invalid-object");
        let told = problem["detail"].as_str().unwrap();
        assert!(told.contains(hint) && told.contains("column a"), "{told}");
    }
    let missing = rest
        .get("/databases/default/tables/t/partitions/dt=2026-11-21")
        .await;
    let problem = missing.problem(404, "not-found");
    assert!(
        problem["detail"]
            .as_str()
            .unwrap()
            .contains("dt=2026-11-21"),
        "{problem}"
    );
}
