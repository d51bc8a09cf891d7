//! Naming patterns: what is created against them by either front end, and the search for offenders.

use crate::cli::Skep;
use crate::harness::{TestDatabase, TestServer, on_every_database};
use crate::rest::Rest;
use crate::thrift::databases::fault;
use crate::thrift::objects::{database, table};
use serde_json::json;
use skep::naming::NamingPolicy;
use std::collections::BTreeSet;

on_every_database!(offenders_are_listed_page_by_page);

/// A server whose databases are `t1_…`, `t2_…`, with tables `…_snapshot_1d` in the first kind.
async fn server(storage: &TestDatabase, policy: NamingPolicy) -> TestServer {
    TestServer::start_with(storage, |settings| {
        settings.naming.policy = policy;
        settings.naming.databases = vec!["{t1|t2}_{domain}".to_owned()];
        settings.naming.tables = vec!["t1_{domain}.{name}_snapshot_{1d|7d}".to_owned()];
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_breaks_the_rules_is_refused_as_hive_refuses_illegal_names() {
    let storage = TestDatabase::sqlite().await;
    let server = server(&storage, NamingPolicy::Refuse).await;
    let folder = server.warehouse();
    server
        .ask(move |client| {
            let refused = client
                .call("create_database", json!({ "database": database("shop") }))
                .unwrap_err();
            assert_eq!(fault(&refused), ("InvalidObjectException", 2));
            assert_eq!(
                refused.message(),
                "the name of the database follows no naming pattern: shop: at byte 0: expected one of t1, \
                 t2, found `shop` (the pattern is {t1|t2}_{domain})"
            );
            assert!(!folder.join("shop.db").exists());
            for name in ["t1_shop", "t2_shop"] {
                let made = client.call("create_database", json!({ "database": database(name) }));
                made.unwrap();
            }

            let create = |name: &str| json!({ "tbl": table("t1_shop", name) });
            let refused = client.call("create_table", create("orders")).unwrap_err();
            assert_eq!(refused.name(), "InvalidObjectException");
            assert!(refused.message().contains("orders: at byte 6"), "{}", refused.message());
            assert!(!folder.join("t1_shop.db/orders").exists());
            client.call("create_table", create("orders_snapshot_1d")).unwrap();
            // What is there already is told to be there, whatever it is called: engines ask with "if not exists".
            let twice = client.call("create_table", create("orders_snapshot_1d")).unwrap_err();
            assert_eq!(twice.name(), "AlreadyExistsException");
            // No pattern is for this database.
            let free = json!({ "tbl": table("t2_shop", "orders") });
            client.call("create_table", free).unwrap();

            let rename = |from: (&str, &str), to: (&str, &str)| {
                json!({ "dbname": from.0, "tbl_name": from.1, "new_tbl": table(to.0, to.1) })
            };
            for from in [("t1_shop", "orders_snapshot_1d"), ("t2_shop", "orders")] {
                let refused = client
                    .call("alter_table", rename(from, ("t1_shop", "orders_weekly")))
                    .unwrap_err();
                assert_eq!(refused.name(), "InvalidOperationException");
                assert!(refused.message().contains("orders_weekly"), "{}", refused.message());
            }
            let fine = rename(("t1_shop", "orders_snapshot_1d"), ("t1_shop", "orders_snapshot_7d"));
            client.call("alter_table", fine).unwrap();
            assert!(folder.join("t1_shop.db/orders_snapshot_7d").is_dir());
        })
        .await;
    let rest = Rest::of(&server);
    let problem = rest.post("/databases", json!({"name": "t3_shop"})).await;
    let problem = problem.problem(422, "invalid-object");
    assert!(
        problem["detail"].as_str().unwrap().contains("{t1|t2}"),
        "{problem}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_alter_of_a_table_that_breaks_the_rules_is_no_new_name() {
    let storage = TestDatabase::sqlite().await;
    let before = TestServer::start(&storage).await;
    before
        .ask(|client| {
            let made = client.call(
                "create_database",
                json!({ "database": database("t1_shop") }),
            );
            made.unwrap();
            let made = client.call("create_table", json!({ "tbl": table("t1_shop", "old") }));
            made.unwrap();
        })
        .await;
    let server = server(&storage, NamingPolicy::Refuse).await;
    server
        .ask(|client| {
            let mut changed = table("t1_shop", "old");
            changed["parameters"]["k"] = json!("new");
            let alter = json!({ "dbname": "t1_shop", "tbl_name": "old", "new_tbl": changed });
            client.call("alter_table", alter).unwrap();
        })
        .await;
}

/// Makes three databases with three tables each.
async fn names_fill(rest: &Rest) {
    for name in ["t1_shop", "t2_shop", "shop"] {
        let made = rest.post("/databases", json!({ "name": name })).await;
        made.expect(201);
        for table in ["orders", "users_snapshot_7d", "a.b c"] {
            let table = json!({
                "name": table,
                "columns": [{"name": "id", "type": "bigint"}],
                "storage": {"format": "parquet"},
            });
            let path = format!("/databases/{name}/tables");
            rest.post(&path, table).await.expect(201);
        }
    }
}

async fn offenders_are_listed_page_by_page(storage: TestDatabase) {
    let server = server(&storage, NamingPolicy::Warn).await;
    let rest = Rest::of(&server);
    let skep = Skep::of(&server);
    let clean = rest.get("/lint").await.expect(200);
    assert_eq!(clean["offenders"], json!([]), "default is always there");
    assert_eq!(clean["rules"]["policy"], "warn");
    skep.run(&["lint"]);

    names_fill(&rest).await;
    let wanted = [
        ("shop", None),
        ("t1_shop", Some("a.b c")),
        ("t1_shop", Some("orders")),
    ];
    let mut found = Vec::new();
    let mut after = String::new();
    for _ in 0..wanted.len() {
        let page = rest.get(&format!("/lint?limit=1{after}")).await.expect(200);
        let one = &page["offenders"][0];
        assert!(
            one["pattern"].is_string() && one["reason"].is_string(),
            "{page}"
        );
        found.push((
            one["database"].as_str().unwrap().to_owned(),
            one["table"].as_str().map(str::to_owned),
        ));
        let Some(next) = page["next"].as_str() else {
            break;
        };
        let next: String = url::form_urlencoded::byte_serialize(next.as_bytes()).collect();
        after = format!("&after={next}");
    }
    let found: Vec<_> = found
        .iter()
        .map(|(database, table)| (database.as_str(), table.as_deref()))
        .collect();
    assert_eq!(found, wanted);

    let of_one = rest.get("/lint?database=t2_shop").await.expect(200);
    assert_eq!(of_one["offenders"], json!([]));
    rest.get("/lint?database=nosuch")
        .await
        .problem(404, "not-found");

    let output = skep.output(&["lint", "--json"], "");
    assert_eq!(output.status.code(), Some(1));
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), wanted.len(), "{text}");
    let complaint = String::from_utf8(output.stderr).unwrap();
    assert!(
        complaint.contains("3 names follow no naming pattern"),
        "{complaint}"
    );
    let kinds: BTreeSet<&str> = text
        .lines()
        .map(|line| {
            if line.contains(r#""kind":"table""#) {
                "table"
            } else {
                "database"
            }
        })
        .collect();
    assert_eq!(kinds.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_patterns_every_name_is_fine() {
    let storage = TestDatabase::sqlite().await;
    let server = TestServer::start_with(&storage, |settings| {
        settings.naming.policy = NamingPolicy::Refuse;
    })
    .await;
    let skep = Skep::of(&server);
    skep.run(&["database", "create", "Any_Name"]);
    let output = skep.output(&["lint"], "");
    assert!(output.status.success());
    let remark = String::from_utf8(output.stderr).unwrap();
    assert!(remark.contains("no naming patterns"), "{remark}");
}
