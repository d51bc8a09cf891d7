//! Search, over real sockets: what is said of tables is found, follows what is written, and costs no write anything.

use crate::harness::{TestDatabase, TestServer, on_every_database};
use crate::page::Browser;
use crate::rest::Rest;
use serde_json::{Value, json};
use skep::model::{Catalog, Name};
use skep::transact;

on_every_database!(
    tables_are_found_by_what_is_said_of_them,
    the_index_follows_what_is_written_over_two_replicas,
    what_one_catalog_has_many_of_hides_nothing_in_another,
    what_a_search_means_is_found_first,
    an_index_that_missed_events_is_made_anew,
    a_table_names_the_views_that_read_it,
    no_text_of_a_view_is_too_odd_for_its_page,
);

/// One where the index knows of all tables and events.
const IS_FOLLOWED: &str = "SELECT COUNT(*) FROM skep_search_places WHERE walked_to = -1
    AND event_id = (SELECT next_value - 1 FROM skep_sequences WHERE name = 'event')";

/// A server whose index moves when a test says so, but for its beginning.
async fn server_on(test: &TestDatabase) -> TestServer {
    let server = TestServer::start_with(test, |settings| settings.tasks.search_interval_s = 3600);
    let server = server.await;
    follow(test, &server).await;
    server
}

/// Follows until nothing is left, whoever is at it; gives how many tables were looked at here.
async fn follow(test: &TestDatabase, server: &TestServer) -> u64 {
    let search = server.running().search.for_system();
    let mut tables = 0;
    loop {
        tables += search.search_follow().await.expect("a round").tables;
        if test.number(IS_FOLLOWED).await == 1 {
            return tables;
        }
        tokio::task::yield_now().await;
    }
}

/// What a search finds: tables, and where the words were.
async fn found(rest: &Rest, words: &str) -> Vec<(String, String)> {
    let query: String = url::form_urlencoded::byte_serialize(words.as_bytes()).collect();
    let answer = rest.get(&format!("/search?q={query}")).await.expect(200);
    let tables = answer["tables"].as_array().expect("tables").clone();
    let shown = |table: &Value| {
        let text = |key: &str| table[key].as_str().unwrap_or_default().to_owned();
        let place = format!("{} {}", text("found_in"), text("column"));
        (text("table"), place.trim_end().to_owned())
    };
    tables.iter().map(shown).collect()
}

fn pairs(wanted: &[(&str, &str)]) -> Vec<(String, String)> {
    let wanted = wanted.iter();
    wanted
        .map(|(table, place)| ((*table).to_owned(), (*place).to_owned()))
        .collect()
}

async fn a_shop(rest: &Rest) {
    rest.post("/databases", json!({"name": "shop"}))
        .await
        .expect(201);
    for table in [
        json!({
            "name": "orders", "comment": "One row an order, in EUR", "owner": "team-sales",
            "columns": [
                {"name": "order_id", "type": "bigint"},
                {"name": "customer", "type": "struct<id:bigint,address:struct<city:string>>"},
                {"name": "paid", "type": "timestamp", "comment": "when the bank said so (UTC)"},
            ],
            "partition_keys": [{"name": "dt", "type": "string"}],
            "storage": {"format": "parquet"},
        }),
        json!({
            "name": "customers", "owner": "team-crm",
            "columns": [{"name": "id", "type": "bigint"}, {"name": "city", "type": "string"}],
            "storage": {"format": "parquet"},
        }),
    ] {
        rest.post("/databases/shop/tables", table).await.expect(201);
    }
}

async fn tables_are_found_by_what_is_said_of_them(test: TestDatabase) {
    let server = server_on(&test).await;
    let rest = Rest::of(&server);
    a_shop(&rest).await;
    // Names need no index.
    assert_eq!(found(&rest, "ORDER").await, pairs(&[("orders", "name")]));
    follow(&test, &server).await;
    for (words, wanted) in [
        ("order_id", pairs(&[("orders", "column order_id")])),
        (
            "city",
            pairs(&[("customers", "column city"), ("orders", "column customer")]),
        ),
        ("bank", pairs(&[("orders", "column paid")])),
        ("eur", pairs(&[("orders", "comment")])),
        ("sales", pairs(&[("orders", "owner")])),
        ("crm city", pairs(&[("customers", "column city")])),
        (
            "customer",
            pairs(&[("customers", "name"), ("orders", "column customer")]),
        ),
        ("id dt", pairs(&[("orders", "column dt")])),
        ("shop.bank", pairs(&[("orders", "column paid")])),
        ("other.bank", vec![]),
        ("ank", vec![]),
        ("bank nobody", vec![]),
        ("i", vec![]),
        ("%", vec![]),
        ("", vec![]),
    ] {
        assert_eq!(found(&rest, words).await, wanted, "{words}");
    }
    let page = Browser::of(&server).text("/find?q=bank", 200).await;
    assert!(page.contains("shop.orders") && page.contains("<code>paid</code>: when the bank"));
    let long = "x".repeat(257);
    rest.get(&format!("/search?q={long}")).await.expect(400);
    let nowhere = rest.get("/search?q=bank&catalog=nowhere").await;
    nowhere.expect(404);
}

async fn the_index_follows_what_is_written_over_two_replicas(test: TestDatabase) {
    let (first, second) = (server_on(&test).await, server_on(&test).await);
    let rest = Rest::of(&first);
    a_shop(&rest).await;
    follow(&test, &first).await;
    assert_eq!(follow(&test, &second).await, 0, "the first one has done it");

    let renamed = json!({"name": "purchases"});
    rest.post("/databases/shop/tables/orders/rename", renamed)
        .await
        .expect(200);
    assert_eq!(
        found(&rest, "bank").await,
        pairs(&[("purchases", "column paid")])
    );
    let columns = json!({"columns": [
        {"change": "drop", "name": "paid"},
        {"change": "add", "name": "voucher", "type": "string"},
    ]});
    rest.patch("/databases/shop/tables/purchases", columns)
        .await
        .expect(200);
    assert_eq!(found(&rest, "bank").await, [], "it says so no more");
    futures::join!(follow(&test, &first), follow(&test, &second));
    assert_eq!(
        found(&rest, "vouch").await,
        pairs(&[("purchases", "column voucher")])
    );

    rest.delete("/databases/shop/tables/purchases")
        .await
        .expect(204);
    assert_eq!(found(&rest, "vouch").await, []);
    follow(&test, &second).await;
    let left = test.number("SELECT COUNT(*) FROM skep_search_entries WHERE word = 'voucher'");
    assert_eq!(left.await, 0, "what is gone leaves no words");
    let left = test.number("SELECT COUNT(*) FROM skep_search_texts");
    assert_eq!(left.await, 1);
}

async fn table_make(rest: &Rest, database: &str, query: &str, name: &str, column: &str) {
    let table = json!({
        "name": name, "columns": [{"name": column, "type": "int"}], "storage": {"format": "parquet"},
    });
    let path = format!("/databases/{database}/tables{query}");
    rest.post(&path, table).await.expect(201);
}

async fn what_one_catalog_has_many_of_hides_nothing_in_another(test: TestDatabase) {
    let server = server_on(&test).await;
    let rest = Rest::of(&server);
    let other = Catalog {
        id: 0,
        name: Name::new("other"),
        description: None,
        location: "file:/tmp/other".into(),
        created_at: 1,
    };
    let store = test.store().await;
    transact!(store, |session| { session.catalog_insert(&other).await }).expect("made");
    rest.post("/databases", json!({"name": "much"}))
        .await
        .expect(201);
    rest.post("/databases?catalog=other", json!({"name": "little"}))
        .await
        .expect(201);
    for number in 0..30 {
        table_make(&rest, "much", "", &format!("t{number}"), "refund").await;
    }
    table_make(&rest, "little", "?catalog=other", "last", "refund").await;
    follow(&test, &server).await;
    for words in ["refund", "refund%20last", "last%20ref"] {
        let path = format!("/search?q={words}&catalog=other&limit=1");
        let found = rest.get(&path).await.expect(200);
        assert_eq!(found["tables"][0]["table"], "last", "{words}: {found}");
        assert_eq!(found["has_more"], false, "{words}");
    }
    let found = rest.get("/search?q=refund&limit=30").await.expect(200);
    assert_eq!(found["tables"].as_array().map(Vec::len), Some(30));
    assert_eq!(found["has_more"], false);
    let found = rest.get("/search?q=refund&limit=29").await.expect(200);
    assert_eq!(found["tables"].as_array().map(Vec::len), Some(29));
    assert_eq!(found["has_more"], true);
}

async fn what_a_search_means_is_found_first(test: TestDatabase) {
    let server = server_on(&test).await;
    let rest = Rest::of(&server);
    rest.post("/databases", json!({"name": "shop"}))
        .await
        .expect(201);
    for (name, column) in [
        ("aaa", "trace_id"),
        ("bbb", "id"),
        ("x-y", "amount"),
        ("a-mail", "amount"),
        ("0_mail", "amount"),
        ("workshop", "amount"),
        ("a_post", "mail_amount"),
    ] {
        table_make(&rest, "shop", "", name, column).await;
    }
    follow(&test, &server).await;
    let wanted = pairs(&[("bbb", "column id"), ("aaa", "column trace_id")]);
    assert_eq!(found(&rest, "id").await, wanted, "a column of that name");
    assert_eq!(found(&rest, "X-Y").await, pairs(&[("x-y", "name")]));
    assert_eq!(found(&rest, "shop.x-y").await, pairs(&[("x-y", "name")]));
    let mail = found(&rest, "a-mail").await;
    assert_eq!(mail[0], ("a-mail".to_owned(), "name".to_owned()));
    // One word in the name, the other elsewhere: it is said where.
    for words in ["aaa trace", "trace aaa", "shop.aaa trace"] {
        let wanted = pairs(&[("aaa", "column trace_id")]);
        assert_eq!(found(&rest, words).await, wanted, "{words}");
    }
    // What has more of it in its name comes first, whichever word was looked up and wherever it was looked for.
    for words in ["amount mail", "mail amount", "shop.mail amount"] {
        let wanted = [
            ("0_mail", "column amount"),
            ("a-mail", "column amount"),
            ("a_post", "column mail_amount"),
        ];
        assert_eq!(found(&rest, words).await, pairs(&wanted), "{words}");
    }
    for words in ["amo", "shop.amo"] {
        let last = found(&rest, words).await.pop();
        let wanted = Some(("a_post".to_owned(), "column mail_amount".to_owned()));
        assert_eq!(last, wanted, "{words}: it is no beginning of a column");
    }
    let asked = rest.get("/search?q=bbb%00").await;
    assert_eq!(asked.expect(400)["field"], "q", "no name has a NUL");
    let browser = Browser::of(&server);
    let page = browser.text("/find?q=Shop", 200).await;
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}: {page}"));
    assert!(at("<h2>Databases") < at("<h2>Tables"), "it is called so");
    let page = browser.text("/find?q=sho", 200).await;
    let at = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}: {page}"));
    assert!(at("<h2>Tables") < at("<h2>Databases"), "it begins so");
    let asked = rest.get("/search").await;
    let faulty = asked.expect(400);
    assert_eq!(faulty["field"], "q", "{faulty}");
}

async fn an_index_that_missed_events_is_made_anew(test: TestDatabase) {
    let server = server_on(&test).await;
    let rest = Rest::of(&server);
    follow(&test, &server).await;
    a_shop(&rest).await;
    test.execute("DELETE FROM skep_events").await;
    follow(&test, &server).await;
    assert_eq!(
        found(&rest, "bank").await,
        pairs(&[("orders", "column paid")])
    );
    // More tables than one step takes.
    for number in 0..60 {
        let table = json!({
            "name": format!("t{number:02}"), "columns": [{"name": "shared_column", "type": "int"}],
            "storage": {"format": "parquet"},
        });
        rest.post("/databases/shop/tables", table).await.expect(201);
    }
    test.execute("DELETE FROM skep_search_places").await;
    follow(&test, &server).await;
    assert_eq!(found(&rest, "shared").await.len(), 60);
    let wanted = pairs(&[("t07", "column shared_column")]);
    assert_eq!(found(&rest, "shared t07").await, wanted);
}

/// Views of the table `shop.orders`, and two that are none.
async fn views_make(rest: &Rest) {
    // In JSON: SELECT id FROM orders, in the schema Shop.
    let elsewhere = "eyJvcmlnaW5hbFNxbCI6IlNFTEVDVCBpZCBGUk9NIG9yZGVycyIsInNjaGVtYSI6IlNob3AifQ==";
    let presto = "eyJvcmlnaW5hbFNxbCI6InNlbGVjdCBpZCBmcm9tIFNob3AuT3JkZXJzIn0=";
    for (database, name, text) in [
        (
            "shop",
            "large",
            "SELECT id FROM `orders` WHERE price > 1000".to_owned(),
        ),
        (
            "reports",
            "daily",
            "SELECT count(1) FROM shop.orders".to_owned(),
        ),
        ("reports", "mine", "SELECT id FROM orders".to_owned()),
        ("reports", "said", "SELECT 'shop.orders' AS text".to_owned()),
        (
            "reports",
            "by_presto",
            format!("/* Presto View: {presto} */"),
        ),
        (
            "reports",
            "elsewhere",
            format!("/* Presto View: {elsewhere} */"),
        ),
    ] {
        let view = json!({
            "name": name, "type": "view", "columns": [{"name": "id", "type": "bigint"}], "view_text": text,
        });
        rest.post(&format!("/databases/{database}/tables"), view)
            .await
            .expect(201);
    }
}

/// What a view reads stands on its page, by the database where it is another one.
async fn each_view_names_what_it_reads(browser: &Browser) {
    for view in [
        "reports/tables/by_presto",
        "reports/tables/daily",
        // Trino notes the database of what stands without one.
        "reports/tables/elsewhere",
        "shop/tables/large",
    ] {
        let page = browser.text(&format!("/databases/{view}"), 200).await;
        let (_, reads) = page.split_once("Tables that it reads").expect(view);
        assert!(reads.contains("databases/shop/tables/orders\""), "{reads}");
    }
    let page = browser
        .text("/databases/reports/tables/by_presto", 200)
        .await;
    assert!(page.contains(">select id from Shop.Orders</pre>"), "{page}");
    for view in ["mine", "said"] {
        let page = browser
            .text(&format!("/databases/reports/tables/{view}"), 200)
            .await;
        assert!(!page.contains("Tables that it reads"), "{view}");
    }
}

async fn a_table_names_the_views_that_read_it(test: TestDatabase) {
    let server = server_on(&test).await;
    let rest = Rest::of(&server);
    a_shop(&rest).await;
    rest.post("/databases", json!({"name": "reports"}))
        .await
        .expect(201);
    views_make(&rest).await;
    follow(&test, &server).await;
    let browser = Browser::of(&server);
    let page = browser.text("/databases/shop/tables/orders", 200).await;
    assert!(!page.contains("Tables that it reads"), "it is no view");
    let (_, views) = page.split_once("Views that read it").expect("views");
    for view in [
        "reports.by_presto",
        "reports.daily",
        "reports.elsewhere",
        "shop.large",
    ] {
        assert!(views.contains(view), "{view}");
    }
    assert!(!views.contains("reports.mine") && !views.contains("reports.said"));
    each_view_names_what_it_reads(&browser).await;
    assert_eq!(
        found(&rest, "reads:orders").await,
        [],
        "it is no word of people"
    );
}

/// A name that a text holds and no table can have is looked for nowhere: neither in memory nor in the database.
async fn no_text_of_a_view_is_too_odd_for_its_page(test: TestDatabase) {
    let server = server_on(&test).await;
    let rest = Rest::of(&server);
    let browser = Browser::of(&server);
    for number in 0..30 {
        let database = format!("d{number:02}");
        rest.post("/databases", json!({ "name": database }))
            .await
            .expect(201);
        for other in 0..30 {
            let table = json!({
                "name": format!("t{other:02}"), "columns": [{"name": "c", "type": "int"}], "storage": {"format": "parquet"},
            });
            let path = format!("/databases/{database}/tables");
            rest.post(&path, table).await.expect(201);
        }
    }
    let all: Vec<String> = (0..30).map(|one| format!("d{one:02}.t{one:02}")).collect();
    let long = "z".repeat(300_000);
    let words: Vec<String> = (0..600).map(|one| format!("n{one}")).collect();
    // In JSON: select * from "a\u0000b", d07.t07
    let nul = "eyJvcmlnaW5hbFNxbCI6InNlbGVjdCAqIGZyb20gXCJhXHUwMDAwYlwiLCBkMDcudDA3In0=";
    for (name, text, found) in [
        ("pairs", format!("SELECT c FROM {}", all.join(", ")), 30),
        ("long", format!("{} `{long}` d07.t07", words.join(" ")), 1),
        ("nul", format!("/* Presto View: {nul} */"), 1),
        (
            "control",
            "SELECT `a\u{1}`, \"\u{202e}\" FROM d07.t07".to_owned(),
            1,
        ),
        ("empty", "``.``.\"\" d07.t07".to_owned(), 1),
    ] {
        let view = json!({
            "name": name, "type": "view", "columns": [{"name": "c", "type": "int"}], "view_text": text,
        });
        rest.post("/databases/d00/tables", view).await.expect(201);
        let page = browser
            .text(&format!("/databases/d00/tables/{name}"), 200)
            .await;
        let (_, reads) = page.split_once("Tables that it reads").expect(name);
        let (reads, _) = reads.split_once("</ul>").expect(name);
        assert_eq!(reads.matches("<li>").count(), found, "{name}: {reads}");
    }
}
