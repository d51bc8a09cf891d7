//! Elasticsearch by answers that were recorded of it: mappings, rights and refusals of 8.19.21 with security, the
//! greeting and the mappings of 6.8.23 without. The greeting of 8 and the data streams are of the documented form.

use super::listener::{Answers, Recorded};
use super::{at, names, read, settings, shown, snapshot};
use skep::source::{AnySource, Source, SourceError, SourceKind};
use std::collections::HashMap;

const ROOT_8: &str =
    r#"{"name":"one","cluster_name":"elasticsearch","version":{"number":"8.19.21"}}"#;
const MAPPING_8: &str = include_str!("elasticsearch/mapping_8.json");
const PRIVILEGES_8: &str = include_str!("elasticsearch/privileges_8.json");
const MAPPING: &str = "GET /_mapping";
const PRIVILEGES: &str = "POST /_security/user/_has_privileges";

fn answers(of: &[(&'static str, u16, &str)]) -> Answers {
    let pairs = of
        .iter()
        .map(|(path, status, body)| (*path, (*status, (*body).to_owned())));
    pairs.collect::<HashMap<_, _>>()
}

async fn cluster(of: &[(&'static str, u16, &str)]) -> Recorded {
    Recorded::start(answers(of)).await
}

#[tokio::test]
async fn release_8_with_security() {
    let cluster = cluster(&[
        ("GET /", 200, ROOT_8),
        (PRIVILEGES, 200, PRIVILEGES_8),
        ("GET /_data_stream", 200, r#"{"data_streams":[]}"#),
        (MAPPING, 200, MAPPING_8),
    ])
    .await;
    let url = format!("http://skep:hun%2Bter2@{}/", cluster.address());
    let read = snapshot(&settings(SourceKind::Elasticsearch, &url)).await;
    assert_eq!(names(&read), ["indices.logs-*", "indices.orders"]);
    assert_eq!(
        shown(read.table(&at("indices", "orders")).unwrap()),
        "table orders\n\
         column alias_of alias\n\
         column code keyword = \"-\"\n\
         column customer.born date\n\
         column customer.name text\n\
         column id long\n\
         column items nested\n\
         column items.count integer\n\
         column items.sku keyword\n\
         column note text\n\
         column price double\n\
         column where geo_point"
    );
    assert_eq!(
        shown(read.table(&at("indices", "logs-*")).unwrap()),
        "table logs-*\ncolumn at date\ncolumn size long"
    );
    assert!(read.coverage().proves_absence(&at("indices", "gone")));
    let asked = cluster.asked();
    assert_eq!(asked.len(), 4);
    // skep:hun+ter2
    let user = "authorization: Basic c2tlcDpodW4rdGVyMg==";
    assert!(asked.iter().all(|head| head.contains(user)), "{asked:?}");
}

#[tokio::test]
async fn rights_on_some_indices_prove_no_absence() {
    let cluster = cluster(&[
        ("GET /", 200, ROOT_8),
        (
            PRIVILEGES,
            200,
            include_str!("elasticsearch/privileges_8_half.json"),
        ),
        (
            MAPPING,
            200,
            include_str!("elasticsearch/mapping_8_half.json"),
        ),
    ])
    .await;
    let url = format!("http://{}", cluster.address());
    let read = snapshot(&settings(SourceKind::Elasticsearch, &url)).await;
    assert_eq!(names(&read), ["indices.orders"]);
    assert!(!read.coverage().proves_absence(&at("indices", "logs-*")));
}

#[tokio::test]
async fn release_6_without_security() {
    let cluster = cluster(&[
        ("GET /", 200, include_str!("elasticsearch/root_6.json")),
        (
            "POST /_xpack/security/user/_has_privileges",
            500,
            include_str!("elasticsearch/privileges_6_off.json"),
        ),
        (MAPPING, 200, include_str!("elasticsearch/mapping_6.json")),
    ])
    .await;
    let settings = settings(
        SourceKind::Elasticsearch,
        &format!("http://{}", cluster.address()),
    );
    let read = snapshot(&settings).await;
    assert_eq!(names(&read), ["indices.empty", "indices.orders"]);
    assert_eq!(
        shown(read.table(&at("indices", "orders")).unwrap()),
        "table orders\ncolumn customer.name text\ncolumn id long\ncolumn price scaled_float"
    );
    assert!(read.coverage().proves_absence(&at("indices", "gone")));
    let check = AnySource::open(&settings).unwrap().check().await.unwrap();
    assert_eq!(
        (check.version.as_str(), check.tables_readable),
        ("Elasticsearch 6.8.23", 2)
    );
}

#[tokio::test]
async fn data_streams_go_by_their_names() {
    let streams = r#"{"data_streams":[{"name":"app","indices":[
        {"index_name":".ds-app-2026.11.24-000001","index_uuid":"a"},
        {"index_name":".ds-app-2026.11.25-000002","index_uuid":"b"}]}]}"#;
    let mapping = r#"{
        ".ds-app-2026.11.25-000002":{"mappings":{"properties":{"@timestamp":{"type":"date"}}}},
        ".ds-app-2026.11.24-000001":{"mappings":{"properties":{"old":{"type":"long"}}}},
        ".ds-rest-2026.11.24-000001":{"mappings":{}}}"#;
    let cluster = cluster(&[
        ("GET /", 200, ROOT_8),
        (PRIVILEGES, 200, PRIVILEGES_8),
        ("GET /_data_stream", 200, streams),
        (MAPPING, 200, mapping),
    ])
    .await;
    let url = format!("http://{}", cluster.address());
    let read = snapshot(&settings(SourceKind::Elasticsearch, &url)).await;
    assert_eq!(names(&read), ["indices.app"]);
    assert_eq!(read.tables()[0].columns.len(), 2);
}

#[tokio::test]
async fn what_a_cluster_refuses_or_cannot_is_told_apart() {
    let refusal = include_str!("elasticsearch/privileges_8_nobody.json");
    for (status, body, wanted) in [
        (
            401,
            refusal,
            "the source refuses: 401 Unauthorized unable to authenticate user [nobody]",
        ),
        (
            503,
            "{}",
            "the source is not reached: 503 Service Unavailable",
        ),
        (302, "", "the source's answer cannot be read: 302 Found"),
        (
            200,
            "<html>",
            "the source's answer cannot be read: expected value",
        ),
        (
            200,
            "{}",
            "the source's answer cannot be read: it does not tell its version",
        ),
    ] {
        let cluster = cluster(&[("GET /", status, body)]).await;
        let url = format!("http://skep:hunter2@{}", cluster.address());
        let failed = read(&settings(SourceKind::Elasticsearch, &url))
            .await
            .unwrap_err();
        assert!(failed.to_string().starts_with(wanted), "{failed}");
        assert!(!failed.to_string().contains("hunter2"));
    }
    // Rights that cannot be told are no proof of anything.
    for (status, body) in [(500, "{}"), (401, refusal), (403, "{}")] {
        let cluster = cluster(&[
            ("GET /", 200, ROOT_8),
            (PRIVILEGES, status, body),
            (MAPPING, 200, "{}"),
        ])
        .await;
        let url = format!("http://{}", cluster.address());
        let failed = read(&settings(SourceKind::Elasticsearch, &url))
            .await
            .unwrap_err();
        assert!(
            matches!(
                failed,
                SourceError::Refused(_) | SourceError::Unreachable(_)
            ),
            "{failed}"
        );
    }
    let opensearch = r#"{"version":{"distribution":"opensearch","number":"2.19.1"}}"#;
    let cluster = cluster(&[("GET /", 200, opensearch), (MAPPING, 200, MAPPING_8)]).await;
    let url = format!("http://{}", cluster.address());
    let read = snapshot(&settings(SourceKind::Elasticsearch, &url)).await;
    assert_eq!(read.tables().len(), 2);
    assert!(!read.coverage().proves_absence(&at("indices", "gone")));
}
