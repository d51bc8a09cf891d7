//! The start page: what runs here, and what to paste into Spark and Trino.

use super::{escape, page};
use crate::http::host_name;
use crate::rest::{Facts, Shared};
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::Response;
use std::sync::Arc;

/// The page by the address that its browser asked for.
pub(in crate::rest) async fn start_page(
    State(shared): State<Arc<Shared>>,
    headers: HeaderMap,
) -> Response {
    let host = headers
        .get(header::HOST)
        .and_then(|host| host.to_str().ok());
    page("skep", &body(&shared.facts, host.unwrap_or("127.0.0.1")))
}

/// What it says to a browser that reached this server as `host` (with or without a port).
fn body(facts: &Facts, host: &str) -> String {
    let thrift = format!("thrift://{}:{}", escape(host_name(host)), facts.thrift_port);
    let version = env!("CARGO_PKG_VERSION");
    let (database, warehouse) = (escape(&facts.database), escape(&facts.warehouse));
    let spark_warehouse = escape(&of_spark(&facts.warehouse));
    format!(
        r#"<h1>skep {version}</h1>
<p>A catalog server that speaks the Hive Metastore protocol.</p>
<table>
<tr><th scope="row">Metastore</th><td>{thrift}</td></tr>
<tr><th scope="row">Database</th><td>{database}</td></tr>
<tr><th scope="row">Warehouse</th><td>{warehouse}</td></tr>
<tr><th scope="row">State</th><td><a href="/readyz">ready?</a> · <a href="/healthz">alive?</a> ·
<a href="/metrics">metrics</a></td></tr>
<tr><th scope="row">REST</th><td><a href="/api/v1/databases">databases</a> ·
<a href="/api/v1/openapi.json">OpenAPI document</a></td></tr>
</table>
<h2>Spark</h2>
<pre>spark-sql \
  --conf spark.sql.catalogImplementation=hive \
  --conf spark.hadoop.hive.metastore.uris={thrift} \
  --conf spark.sql.warehouse.dir={spark_warehouse}</pre>
<h2>Trino</h2>
<pre># etc/catalog/hive.properties
connector.name=hive
hive.metastore.uri={thrift}</pre>"#
    )
}

/// A place in the word by which Spark reaches it: it has a file system for `s3a` alone of the three.
fn of_spark(place: &str) -> String {
    match place.split_once("://") {
        Some(("s3" | "s3n", rest)) => format!("s3a://{rest}"),
        _ => place.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{Facts, body, host_name};

    #[test]
    fn the_page_tells_the_address_by_which_it_was_reached() {
        let facts = Facts {
            thrift_port: 19083,
            database: "sqlite:./a&b.db".to_owned(),
            warehouse: "s3://bucket/w".to_owned(),
        };
        let page = body(&facts, "catalog.example:9084");
        assert!(
            page.contains("hive.metastore.uri=thrift://catalog.example:19083"),
            "{page}"
        );
        assert!(page.contains("sqlite:./a&amp;b.db"));
        assert!(page.contains("spark.sql.warehouse.dir=s3a://bucket/w"));
        assert!(page.contains("<td>s3://bucket/w</td>"));
        let page = body(&facts, "<script>alert(1)</script>");
        assert!(
            !page.contains("<script>"),
            "a host name of the client's making is only shown"
        );
    }

    #[test]
    fn a_port_is_cut_off_and_an_address_is_not() {
        for (host, name) in [
            ("h", "h"),
            ("h:1", "h"),
            ("[::1]:9084", "[::1]"),
            ("[::1]", "[::1]"),
        ] {
            assert_eq!(host_name(host), name);
        }
    }
}
