//! What to paste into an engine so that it finds this server.

use crate::http::{authority, host_name};
use crate::page::asked::Asked;
use crate::page::filters;
use crate::page::shell::{Section, Shell, found};
use crate::tls::TlsUse;
use askama::Template;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;

#[derive(Template)]
#[template(path = "connect.html")]
struct ConnectPage {
    shell: Shell,
    thrift: String,
    warehouse: String,
    /// Whether engines speak TLS, or may.
    is_tls: bool,
    /// Whether they may do without.
    is_plain: bool,
    /// Whether they are to show a certificate.
    asks_certificate: bool,
}

/// The page by the address that its browser asked for.
pub(in crate::page) async fn show(asked: Asked, uri: Uri, headers: HeaderMap) -> Response {
    let host = authority(&uri, &headers);
    let facts = &asked.shared.facts;
    found(&ConnectPage {
        shell: Shell::of(&asked, Section::None, "Connect an engine"),
        thrift: thrift_at(facts.thrift_port, host.unwrap_or("127.0.0.1")),
        warehouse: of_spark(&facts.warehouse),
        is_tls: facts.thrift_tls != TlsUse::Off,
        is_plain: facts.thrift_tls != TlsUse::Required,
        asks_certificate: facts.thrift_tls != TlsUse::Off && facts.asks_certificate,
    })
}

/// Where engines reach the metastore that a browser reached as `host` (with or without a port).
pub fn thrift_at(port: u16, host: &str) -> String {
    format!("thrift://{}:{port}", host_name(host))
}

/// A place in the word by which Spark reaches it: it has a file system for `s3a` alone of the three.
pub fn of_spark(place: &str) -> String {
    match place.split_once("://") {
        Some(("s3" | "s3n", rest)) => format!("s3a://{rest}"),
        _ => place.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::{of_spark, thrift_at};

    #[test]
    fn the_page_tells_the_address_by_which_it_was_reached() {
        for (host, address) in [
            ("catalog.example:9084", "thrift://catalog.example:19083"),
            ("[::1]:9084", "thrift://[::1]:19083"),
            ("h", "thrift://h:19083"),
        ] {
            assert_eq!(thrift_at(19083, host), address);
        }
    }

    #[test]
    fn spark_gets_the_word_that_it_knows() {
        assert_eq!(of_spark("s3://bucket/w"), "s3a://bucket/w");
        assert_eq!(of_spark("file:/w"), "file:/w");
    }
}
