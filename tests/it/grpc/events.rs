//! Events as they are committed, whoever commits them.

use super::{channel, shop, table_name};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use crate::rest::Rest;
use serde_json::json;
use skep_wire::v1::event_service_client::EventServiceClient;
use skep_wire::v1::partition_service_client::PartitionServiceClient;
use skep_wire::v1::{
    AddPartitionBatchRequest, Event, EventFilter, ListEventsRequest, NewPartition,
    WatchEventsRequest, WatchEventsResponse,
};
use tonic::transport::Channel;
use tonic::{Code, Streaming};

on_every_database!(watchers_see_what_is_committed_once_and_in_order);

type Watching = Streaming<WatchEventsResponse>;

async fn watch(channel: Channel, after: Option<i64>, table: &str) -> Watching {
    let filter = (!table.is_empty()).then(|| EventFilter {
        database: "shop".to_owned(),
        table: table.to_owned(),
        ..EventFilter::default()
    });
    let request = WatchEventsRequest { filter, after };
    let mut client = EventServiceClient::new(channel);
    client.watch_events(request).await.unwrap().into_inner()
}

/// The next events, and where to go on.
async fn next(watching: &mut Watching, count: usize) -> (Vec<Event>, i64) {
    let (mut events, mut at) = (Vec::new(), 0);
    while events.len() < count {
        let more = watching.message().await.unwrap().expect("it goes on");
        events.extend(more.events);
        at = more.next;
    }
    (events, at)
}

async fn add(server: &TestServer, channel: Channel, dt: &str) {
    let mut client = PartitionServiceClient::new(channel);
    let batch = AddPartitionBatchRequest {
        table: table_name("orders"),
        options: None,
        partitions: vec![NewPartition {
            values: vec![dt.to_owned(), "0".to_owned()],
            ..NewPartition::default()
        }],
    };
    client.add_partition_batch(batch).await.unwrap();
    let path = format!("/databases/shop/tables/orders/partitions/dt={dt}%2Fhour=0");
    Rest::of(server).get(&path).await.expect(200);
}

async fn watchers_see_what_is_committed_once_and_in_order(place: TestDatabase) {
    let server = TestServer::start(&place).await;
    let other = TestServer::start(&place).await;
    let channel_ = shop(&server).await;
    let last = EventServiceClient::new(channel_.clone())
        .list_events(ListEventsRequest::default())
        .await
        .unwrap()
        .into_inner();
    assert_eq!(last.next, last.last);
    let mut all = watch(channel_.clone(), None, "").await;
    let mut from_the_first = watch(channel_.clone(), Some(0), "").await;
    let mut of_orders = watch(channel(&other).await, None, "orders").await;
    add(&server, channel_.clone(), "2026-01-01").await;
    let quiet = json!({"name": "quiet"});
    Rest::of(&other).post("/databases", quiet).await.expect(201);
    add(&other, channel(&other).await, "2026-01-02").await;

    let (events, at) = next(&mut all, 3).await;
    let told: Vec<(i64, &str)> = events
        .iter()
        .map(|one| (one.id, one.kind.as_str()))
        .collect();
    let first = last.last + 1;
    assert_eq!(
        told,
        [
            (first, "ADD_PARTITION"),
            (first + 1, "CREATE_DATABASE"),
            (first + 2, "ADD_PARTITION")
        ]
    );
    assert_eq!(at, first + 2);
    assert_eq!(events[0].partitions, ["dt=2026-01-01/hour=0"]);
    let (events, _) = next(&mut from_the_first, usize::try_from(at).unwrap()).await;
    let ids: Vec<i64> = events.iter().map(|one| one.id).collect();
    assert_eq!(ids, (1..=at).collect::<Vec<_>>());
    let (events, _) = next(&mut of_orders, 2).await;
    assert_eq!(events[1].partitions, ["dt=2026-01-02/hour=0"]);

    // A stream that broke goes on where it was.
    drop(all);
    add(&server, channel_.clone(), "2026-01-03").await;
    let mut again = watch(channel_, Some(at), "").await;
    let (events, _) = next(&mut again, 1).await;
    assert_eq!(events[0].id, at + 1);
    server.stop().await;
    let ended = loop {
        match again.message().await {
            Ok(Some(more)) => assert!(more.events.is_empty(), "{more:?}"),
            Ok(None) => panic!("a client has to be told that it is to go on elsewhere"),
            Err(status) => break status,
        }
    };
    assert_eq!(ended.code(), Code::Unavailable, "{ended:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_watchers_share_one_reading_of_the_log() {
    const WATCHERS: usize = 60;
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let channel = shop(&server).await;
    let mut watching = Vec::new();
    for _ in 0..WATCHERS {
        watching.push(watch(channel.clone(), None, "orders").await);
    }
    for day in 1..=9 {
        add(&server, channel.clone(), &format!("2026-03-0{day}")).await;
    }
    for one in &mut watching {
        let (events, _) = next(one, 9).await;
        let ids: Vec<i64> = events.iter().map(|event| event.id).collect();
        let first = ids[0];
        assert_eq!(ids, (first..first + 9).collect::<Vec<_>>());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_comes_after_events_are_gone_is_told_so() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let channel = shop(&server).await;
    let mut early = watch(channel.clone(), Some(0), "").await;
    let (events, at) = next(&mut early, 1).await;
    assert_eq!(events[0].id, 1);
    server.expire_events().await;
    let mut client = EventServiceClient::new(channel.clone());
    let late = WatchEventsRequest {
        after: Some(0),
        ..WatchEventsRequest::default()
    };
    let failure = client.watch_events(late).await.unwrap_err();
    assert_eq!(failure.code(), Code::FailedPrecondition, "{failure:?}");
    assert!(
        failure.message().contains("tasks.event_kept_s"),
        "{failure:?}"
    );
    let early_by_far = WatchEventsRequest {
        after: Some(99_999),
        ..WatchEventsRequest::default()
    };
    let failure = client.watch_events(early_by_far).await.unwrap_err();
    assert_eq!(failure.code(), Code::InvalidArgument, "{failure:?}");
    // Who had seen them goes on.
    add(&server, channel.clone(), "2026-01-01").await;
    let (events, _) = next(&mut early, 1).await;
    assert!(events[0].id > at, "{events:?}");
    let mut seen = watch(channel, Some(events[0].id - 1), "").await;
    assert_eq!(next(&mut seen, 1).await.0[0].id, events[0].id);
}

/// The calls of a route that ended with a code, as the server counts them.
async fn counted(server: &TestServer, route: &str, code: &str) -> bool {
    let metrics = reqwest::get(format!("http://{}/metrics", server.http())).await;
    let metrics = metrics.unwrap().text().await.unwrap();
    let sample = format!("skep_grpc_calls_total{{route=\"/skep.v1.{route}\",code=\"{code}\"}} 1\n");
    metrics.contains(&sample)
}

#[tokio::test(flavor = "multi_thread")]
async fn what_became_of_a_call_is_counted_by_its_own_status() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let channel = channel(&server).await;
    let mut client = EventServiceClient::new(channel.clone());
    let all = ListEventsRequest::default();
    client.list_events(all).await.unwrap();
    assert!(counted(&server, "EventService/ListEvents", "OK").await);
    let ahead = WatchEventsRequest {
        after: Some(1_000_000),
        ..WatchEventsRequest::default()
    };
    client.watch_events(ahead).await.unwrap_err();
    let route = "EventService/WatchEvents";
    assert!(counted(&server, route, "INVALID_ARGUMENT").await);
    // What is no gRPC has no status of it.
    let (path, http) = (format!("/skep.v1.{route}"), server.http());
    let other = reqwest::Client::builder()
        .http2_prior_knowledge()
        .build()
        .unwrap()
        .post(format!("http://{http}{path}"))
        .body("{}");
    assert_eq!(other.send().await.unwrap().status(), 415);
    assert!(!counted(&server, route, "CANCELLED").await);
    let mut watching = watch(channel, None, "").await;
    watching.message().await.unwrap().expect("where it begins");
    drop(watching);
    while !counted(&server, route, "CANCELLED").await {}
    server.stop().await;
}
