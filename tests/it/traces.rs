//! Spans of requests, as a collector gets them: OTLP over HTTP, on a real socket.

use crate::harness::{TestDatabase, TestServer};
use crate::rest::Rest;
use axum::Router;
use axum::extract::State;
use axum::http::StatusCode;
use axum::routing::post;
use bytes::Bytes;
use opentelemetry_proto::tonic::collector::trace::v1::ExportTraceServiceRequest;
use opentelemetry_proto::tonic::common::v1::{KeyValue, any_value};
use opentelemetry_proto::tonic::trace::v1::{Span, Status, status::StatusCode as SpanStatus};
use prost::Message;
use reqwest::Method;
use serde_json::json;
use skep_wire::v1::table_service_client::TableServiceClient;
use skep_wire::v1::{GetTableRequest, TableName};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tonic::transport::Channel;

/// A trace that a client has begun, and the span in it that asks.
const TRACE: &str = "0af7651916cd43dd8448eb211c80319c";
const ASKING: &str = "b7ad6b7169203331";

/// A collector that keeps what it gets; it stops when it is dropped.
struct Collector {
    url: String,
    got: Arc<Mutex<Vec<ExportTraceServiceRequest>>>,
    serving: JoinHandle<()>,
}

impl Collector {
    async fn start() -> Self {
        let got: Arc<Mutex<Vec<ExportTraceServiceRequest>>> = Arc::default();
        let router = Router::new()
            .route("/v1/traces", post(keep))
            .with_state(Arc::clone(&got));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let serving = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, got, serving }
    }

    fn requests(&self) -> Vec<ExportTraceServiceRequest> {
        self.got.lock().unwrap().clone()
    }

    /// The only span of a name.
    fn span(&self, name: &str) -> Span {
        let requests = self.requests();
        let resources = requests.iter().flat_map(|one| &one.resource_spans);
        let spans = resources
            .flat_map(|one| &one.scope_spans)
            .flat_map(|one| &one.spans);
        let spans: Vec<&Span> = spans.collect();
        let mut found = spans.iter().filter(|span| span.name == name);
        let Some(span) = found.next() else {
            let names: Vec<&str> = spans.iter().map(|span| span.name.as_str()).collect();
            panic!("no span {name}: {names:?}");
        };
        assert!(found.next().is_none(), "one span a request");
        (**span).clone()
    }
}

impl Drop for Collector {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

async fn keep(
    State(got): State<Arc<Mutex<Vec<ExportTraceServiceRequest>>>>,
    body: Bytes,
) -> (StatusCode, Vec<u8>) {
    let request = ExportTraceServiceRequest::decode(body).expect("OTLP");
    got.lock().unwrap().push(request);
    (StatusCode::OK, Vec::new())
}

/// An attribute in words.
fn attribute(attributes: &[KeyValue], key: &str) -> String {
    let found = attributes.iter().find(|one| one.key == key);
    let value = found.and_then(|one| one.value.as_ref()?.value.clone());
    match value {
        Some(any_value::Value::StringValue(text)) => text,
        Some(any_value::Value::IntValue(number)) => number.to_string(),
        other => format!("{other:?}"),
    }
}

fn hex(bytes: &[u8]) -> String {
    hex::encode(bytes)
}

fn status_of(span: &Span) -> SpanStatus {
    span.status.as_ref().map_or(SpanStatus::Unset, Status::code)
}

async fn traced(collector: &str) -> TestServer {
    let database = TestDatabase::sqlite().await;
    TestServer::start_with(&database, |settings| {
        settings.traces.otlp_endpoint = Some(collector.to_owned());
    })
    .await
}

/// Asks over REST, Thrift and gRPC, some of it in vain, and some of it in the trace.
async fn ask_in_all_ways(server: &TestServer) {
    let rest = Rest::of(server);
    let asked = rest
        .request(Method::GET, "/catalogs")
        .header("traceparent", format!("00-{TRACE}-{ASKING}-01"))
        .header("authorization", "Bearer hunter2");
    assert_eq!(rest.send(asked).await.status, 200);
    rest.get("/databases/nosuch")
        .await
        .problem(404, "not-found");
    rest.get("/no/such/path").await.problem(404, "no-such-path");
    server
        .ask(|client| {
            client.call("get_all_databases", json!({})).unwrap();
            client
                .call("get_database", json!({ "name": "nosuch" }))
                .unwrap_err();
        })
        .await;
    let channel = Channel::from_shared(format!("http://{}", server.http())).unwrap();
    let mut tables = TableServiceClient::new(channel.connect().await.unwrap());
    let mut absent = tonic::Request::new(GetTableRequest {
        name: Some(TableName {
            catalog: String::new(),
            database: "default".to_owned(),
            table: "nosuch".to_owned(),
        }),
    });
    let parent = format!("00-{TRACE}-{ASKING}-01").parse().unwrap();
    absent.metadata_mut().insert("traceparent", parent);
    tables.get_table(absent).await.unwrap_err();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_gets_the_span_of_each_request() {
    let collector = Collector::start().await;
    let server = traced(&collector.url).await;
    let began = Instant::now();
    ask_in_all_ways(&server).await;
    server.stop().await;
    let most = began.elapsed().as_nanos();

    let rest = collector.span("GET /api/v1/catalogs");
    assert_eq!(attribute(&rest.attributes, "http.request.method"), "GET");
    assert_eq!(
        attribute(&rest.attributes, "http.response.status_code"),
        "200"
    );
    assert_eq!(hex(&rest.trace_id), TRACE, "the client's trace goes on");
    assert_eq!(hex(&rest.parent_span_id), ASKING);
    let took = u128::from(rest.end_time_unix_nano - rest.start_time_unix_nano);
    assert!(took > 0 && took < most, "{took} of {most}");
    assert_eq!(status_of(&rest), SpanStatus::Unset);

    let absent = collector.span("GET /api/v1/databases/{database}");
    assert_eq!(
        attribute(&absent.attributes, "http.response.status_code"),
        "404"
    );
    assert_eq!(
        status_of(&absent),
        SpanStatus::Unset,
        "it is no fault of the server"
    );
    assert!(absent.parent_span_id.is_empty() && hex(&absent.trace_id) != TRACE);

    let unrouted = collector.span("GET");
    assert_eq!(
        attribute(&unrouted.attributes, "http.response.status_code"),
        "404"
    );
    let keys = unrouted.attributes.iter().map(|one| one.key.as_str());
    assert!(!keys.into_iter().any(|key| key == "http.route"));

    let thrift = collector.span("get_all_databases");
    assert_eq!(attribute(&thrift.attributes, "skep.outcome"), "ok");
    assert_eq!(
        attribute(&thrift.attributes, "rpc.method"),
        "get_all_databases"
    );
    assert!(thrift.end_time_unix_nano > thrift.start_time_unix_nano);
    let refused = collector.span("get_database");
    assert_eq!(attribute(&refused.attributes, "skep.outcome"), "refused");

    let grpc = collector.span("POST /skep.v1.TableService/GetTable");
    assert_eq!(attribute(&grpc.attributes, "rpc.grpc.status_code"), "5");
    assert_eq!(hex(&grpc.trace_id), TRACE);

    let requests = collector.requests();
    let resource = requests[0].resource_spans[0].resource.as_ref().unwrap();
    assert_eq!(attribute(&resource.attributes, "service.name"), "skep");
    let sent = format!("{requests:?}");
    assert!(
        !sent.contains("hunter2") && !sent.contains("nosuch"),
        "{sent}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_share_of_the_requests_is_traced() {
    let collector = Collector::start().await;
    let database = TestDatabase::sqlite().await;
    let server = TestServer::start_with(&database, |settings| {
        settings.traces.otlp_endpoint = Some(collector.url.clone());
        settings.traces.sampled_percent = 0;
    })
    .await;
    let rest = Rest::of(&server);
    rest.get("/databases").await.expect(200);
    let asked = rest
        .request(Method::GET, "/catalogs")
        .header("traceparent", format!("00-{TRACE}-{ASKING}-01"));
    assert_eq!(rest.send(asked).await.status, 200);
    server.stop().await;
    let requests = collector.requests();
    let resources = requests.iter().flat_map(|one| &one.resource_spans);
    let spans = resources
        .flat_map(|one| &one.scope_spans)
        .map(|one| one.spans.len());
    assert_eq!(spans.sum::<usize>(), 1, "the one that its client traces");
    collector.span("GET /api/v1/catalogs");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_collector_that_says_nothing_slows_nobody() {
    // It takes connections, and never answers.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = format!("http://{}", listener.local_addr().unwrap());
    let server = traced(&silent).await;
    let rest = Rest::of(&server);
    let began = Instant::now();
    for _ in 0..600 {
        rest.get("/catalogs").await.expect(200);
    }
    // More than one batch: were each waited for, it would take its whole limit.
    let asked = began.elapsed();
    let ending = Instant::now();
    server.stop().await;
    assert!(asked < Duration::from_mins(1), "{asked:?}");
    assert!(
        ending.elapsed() < Duration::from_secs(15),
        "{:?}",
        ending.elapsed()
    );

    // One that is away altogether.
    drop(listener);
    let server = traced(&silent).await;
    Rest::of(&server).get("/catalogs").await.expect(200);
    server.stop().await;
}
