//! The web page over real sockets: what each page says, what it refuses, and what browsers are told. In a real browser it is walked
//! through by `scripts/page-walk`.

mod acknowledge;
mod api;
mod calendar;
mod discovery;
mod hostile;
mod lists;
mod quiet;
mod server;

use crate::harness::{TestDatabase, TestServer, on_every_database};
use crate::rest::Rest;
use reqwest::redirect::Policy;
use reqwest::{Method, RequestBuilder, Response, StatusCode};
use serde_json::json;

on_every_database!(every_page_is_found_and_says_what_there_is);

/// A browser without a screen.
pub(crate) struct Browser {
    http: reqwest::Client,
    root: String,
}

impl Browser {
    pub(crate) fn of(server: &TestServer) -> Self {
        let http = reqwest::Client::builder().redirect(Policy::none());
        Self {
            http: http.build().expect("a client"),
            root: format!("http://{}", server.http()),
        }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, format!("{}{path}", self.root));
        request.header("accept", "text/html,application/xhtml+xml,*/*;q=0.8")
    }

    pub(crate) async fn open(&self, path: &str) -> Response {
        let request = self.request(Method::GET, path);
        request.send().await.expect("the server answers")
    }

    /// The text of a page, whose status is this.
    pub(crate) async fn text(&self, path: &str, status: u16) -> String {
        let page = self.open(path).await;
        assert_eq!(page.status().as_u16(), status, "{path}");
        let kind = page.headers()["content-type"].to_str().unwrap();
        assert_eq!(kind, "text/html; charset=utf-8", "{path}");
        let policy = page.headers()["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("script-src 'self';") && !policy.contains("unsafe"));
        assert_eq!(page.headers()["cache-control"], "no-store");
        page.text().await.expect("a text")
    }
}

#[expect(clippy::too_many_lines, reason = "a list of pages")]
async fn every_page_is_found_and_says_what_there_is(database: TestDatabase) {
    let server = TestServer::start(&database).await;
    let (rest, browser) = (Rest::of(&server), Browser::of(&server));
    rest.orders().await;
    let table = "/databases/shop/tables/orders";
    let new = json!({"partitions": [
        {"values": ["2026-11-22", "9"], "total_bytes": 2048, "file_count": 2, "row_count": 1234},
        {"values": ["2026-11-22", "10"]},
    ]});
    rest.post(&format!("{table}/partitions"), new)
        .await
        .expect(200);
    let notes = json!({"parameters": {"skep.docs": "*By* the shop\n\n<script>x</script>"}});
    rest.patch(table, notes).await.expect(200);
    let partition = format!("{table}/partitions/dt=2026-11-22%2Fhour=9");
    let warehouse = server.warehouse();
    let below = |path: &str| format!("/find?q=file://{}{path}", warehouse.display());
    let (object, folder) = (
        below("/shop.db/orders/dt=2026-11-22/hour=9/part-0"),
        below(""),
    );
    for (path, says) in [
        ("/", vec![">shop</bdi>", "href=\"./databases/shop\""]),
        ("/find?q=ORD", vec!["shop.orders"]),
        ("/find?q=shop.orders", vec!["shop.orders"]),
        (&object, vec!["shop.orders"]),
        (&folder, vec!["shop.orders"]),
        ("/find?q=s3://elsewhere/x", vec!["no data lies there"]),
        ("/freshness", vec!["No table says what data it expects"]),
        ("/connect", vec!["hive.metastore.uri=thrift://127.0.0.1:"]),
        ("/databases/shop", vec![">orders</bdi>", "dt, hour"]),
        (
            table,
            vec![
                "<em>By</em> the shop",
                "&lt;script&gt;",
                "&#34;hour&#34; = &#39;10&#39;",
                "bigint",
                "PARTITIONED BY",
                "dt=2026-11-22/hour=9",
            ],
        ),
        (
            &format!("{table}/partitions"),
            vec!["2.00 KiB", "1\u{202f}234", "hour=10"],
        ),
        (
            &format!("{table}/partitions?filter=hour=%279%27"),
            vec!["hour=9"],
        ),
        (
            &partition,
            vec!["2\u{202f}048 bytes", "orders/dt=2026-11-22/hour=9"],
        ),
        (
            &format!("{table}/discovery"),
            vec!["nobody looks for its partitions"],
        ),
        ("/discovery", vec!["No table lets its partitions be found"]),
        ("/changes", vec!["Nothing changed"]),
        ("/alerts", vec!["No channel is configured"]),
        ("/sources", vec!["No database is watched"]),
        ("/jobs", vec!["There are no such jobs"]),
        ("/locks", vec!["Nobody holds one"]),
        ("/events", vec!["add partition", "dt=2026-11-22/hour=9"]),
        (
            "/server",
            vec!["answered in", "[warehouse]", "Replicas", "Locks that wait"],
        ),
    ] {
        let text = browser.text(path, 200).await;
        for piece in says {
            assert!(
                text.contains(piece),
                "{path} says nothing of {piece}:\n{text}"
            );
        }
    }
    let text = browser
        .text(&format!("{table}/partitions?filter=hour=%279%27"), 200)
        .await;
    assert!(!text.contains("hour=10<"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_there_is_told_on_a_page() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let (rest, browser) = (Rest::of(&server), Browser::of(&server));
    rest.orders().await;
    for (path, status, says) in [
        ("/nowhere", 404, "No page has this address"),
        ("/databases/none", 404, "none does not exist"),
        (
            "/databases/shop/tables/none",
            404,
            "shop.none does not exist",
        ),
        (
            "/databases/shop/tables/orders/partitions/dt=1%2Fhour=2",
            404,
            "dt=1/hour=2",
        ),
        ("/databases/shop/tables/orders/partitions/dt=1", 400, "hour"),
        ("/jobs?before=x", 400, "before"),
        ("/jobs?phase=x", 400, "No job is &#39;x&#39;"),
        ("/changes?severity=x", 400, "No change is"),
        ("/assets/none.css", 404, "No page has this address"),
    ] {
        let text = browser.text(path, status).await;
        assert!(text.contains(says), "{path}: {text}");
        assert!(
            text.contains("<h1>") && text.contains("rel=\"stylesheet\""),
            "{path}"
        );
    }
    let posted = browser.request(Method::POST, "/jobs").send().await.unwrap();
    assert_eq!(posted.status(), StatusCode::METHOD_NOT_ALLOWED);
    // A program is told the same in its own form.
    let program = reqwest::get(format!("http://{}/nowhere", server.http())).await;
    let program = program.unwrap();
    assert_eq!(
        program.headers()["content-type"],
        "application/problem+json"
    );
    assert_eq!(
        browser.open("/find?q=").await.status(),
        StatusCode::SEE_OTHER
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_kept_for_good_under_names_that_tell_what_is_in_them() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let browser = Browser::of(&server);
    let text = browser.text("/", 200).await;
    let names = text.split("./assets/").skip(1);
    let names: Vec<&str> = names.filter_map(|piece| piece.split('"').next()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    let mut bytes = text.len();
    for name in names {
        let file = browser.open(&format!("/assets/{name}")).await;
        assert_eq!(file.status(), StatusCode::OK, "{name}");
        let kept = file.headers()["cache-control"].to_str().unwrap();
        assert!(kept.contains("immutable"), "{kept}");
        bytes += file.bytes().await.unwrap().len();
    }
    assert!(bytes <= 60 * 1024, "the first load takes {bytes} bytes");
}
