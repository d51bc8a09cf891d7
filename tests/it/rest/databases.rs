//! Databases over REST.

use super::{Rest, names};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use serde_json::json;

on_every_database!(a_database_lives_from_its_creation_to_its_drop);

async fn a_database_lives_from_its_creation_to_its_drop(database: TestDatabase) {
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    let new =
        json!({"name": "Shop", "description": "sales", "parameters": {"tier": "1", "team": "a"}});
    let made = rest.post("/databases", new.clone()).await.expect(201);
    assert_eq!(made["name"], "shop");
    assert_eq!(made["catalog"], "hive");
    assert_eq!(made["owner"], "skep");
    let location = format!("file://{}/shop.db", server.warehouse().display());
    assert_eq!(
        made["location"]
            .as_str()
            .unwrap()
            .replace("file:///", "file:/"),
        location.replace("file:///", "file:/")
    );
    assert!(made["created_at"].as_str().unwrap().ends_with('Z'));

    let again = rest.post("/databases", new).await;
    let problem = again.problem(409, "already-exists");
    assert_eq!(problem["subject"]["kind"], "database");
    assert_eq!(problem["subject"]["name"], "shop");

    let change =
        json!({"description": "all sales", "parameters": {"tier": null, "team": "b", "x": ""}});
    let changed = rest.patch("/databases/shop", change).await.expect(200);
    assert_eq!(changed["description"], "all sales");
    assert_eq!(changed["parameters"], json!({"team": "b", "x": ""}));
    assert_eq!(changed["owner"], "skep", "what is absent stays");
    assert_eq!(rest.get("/databases/SHOP").await.expect(200), changed);

    let full = json!({"name": "t", "columns": [], "storage": {"format": "orc"}});
    rest.post("/databases/shop/tables", full).await.expect(201);
    rest.delete("/databases/shop")
        .await
        .problem(409, "not-allowed");
    rest.delete("/databases/shop?cascade=true&delete_data=true")
        .await
        .expect(204);
    let missing = rest.get("/databases/shop").await.problem(404, "not-found");
    assert_eq!(missing["detail"], "Database shop does not exist");
    assert!(!server.warehouse().join("shop.db").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn databases_are_listed_in_pages() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    for name in ["a1", "a2", "a3", "b1"] {
        rest.post("/databases", json!({"name": name}))
            .await
            .expect(201);
    }
    let first = rest.get("/databases?limit=2&pattern=a*").await.expect(200);
    assert_eq!(names(&first["databases"]), ["a1", "a2"]);
    assert_eq!(first["next"], "a2");
    let second = rest
        .get("/databases?limit=2&pattern=a*&after=a2")
        .await
        .expect(200);
    assert_eq!(names(&second["databases"]), ["a3"]);
    assert!(second["next"].is_null());
    let all = rest.get("/databases").await.expect(200);
    assert_eq!(
        names(&all["databases"]),
        ["a1", "a2", "a3", "b1", "default"]
    );
    let catalogs = rest.get("/catalogs").await.expect(200);
    assert_eq!(names(&catalogs["catalogs"]), ["hive"]);
    rest.get("/databases?catalog=nosuch")
        .await
        .problem(404, "not-found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_that_changes_nothing_leaves_no_event() {
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start(&database).await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let before = rest.get("/events").await.expect(200)["last"].clone();
    for path in ["/databases/shop", "/databases/shop/tables/orders"] {
        rest.patch(path, json!({"parameters": {"absent": null}}))
            .await
            .expect(200);
    }
    assert_eq!(rest.get("/events").await.expect(200)["last"], before);
    rest.patch("/databases/nosuch", json!({}))
        .await
        .problem(404, "not-found");
    rest.patch("/databases/shop/tables/nosuch", json!({}))
        .await
        .problem(404, "not-found");
}
