//! The end of a server on which much is under way: what runs is answered, what stays open is ended, and nobody comes in.

use crate::client::{Client, Options};
use crate::harness::{TestDatabase, TestServer, run};
use crate::rest::Rest;
use serde_json::json;
use skep_wire::v1::database_service_client::DatabaseServiceClient;
use skep_wire::v1::event_service_client::EventServiceClient;
use skep_wire::v1::{CreateDatabaseRequest, DatabaseName, WatchEventsRequest};
use sqlx::{Connection, Executor};
use tokio::net::TcpStream;
use tokio::task::JoinHandle;
use tonic::Code;
use tonic::transport::Channel;

/// Requests that have come as far as the database, and wait there.
const WAITING: &str = "SELECT count(*) FROM pg_locks JOIN pg_stat_activity USING (pid)
    WHERE NOT granted AND datname = current_database()";

/// Has each front end make a database of its name.
fn ask_each(server: &TestServer, channel: Channel) -> Vec<JoinHandle<()>> {
    let (thrift, http) = (server.thrift(), server.http());
    let make = |mut client: Client, name: &'static str| {
        tokio::task::spawn_blocking(move || {
            let database = json!({ "database": { "name": name } });
            client.call("create_database", database).expect(name);
        })
    };
    let options = Options::default();
    let by_socket = Client::connect(thrift).expect("the port accepts");
    let by_http = Client::over_http(http, options, &[]).expect("the port accepts");
    let rest = Rest::of(server);
    vec![
        make(by_socket, "by_socket"),
        make(by_http, "by_http"),
        tokio::spawn(async move {
            let database = json!({ "name": "by_rest" });
            rest.post("/databases", database).await.expect(201);
        }),
        tokio::spawn(async move {
            let name = DatabaseName {
                database: "by_grpc".to_owned(),
                ..DatabaseName::default()
            };
            let request = CreateDatabaseRequest {
                name: Some(name),
                ..CreateDatabaseRequest::default()
            };
            let mut client = DatabaseServiceClient::new(channel);
            client.create_database(request).await.expect("by_grpc");
        }),
    ]
}

async fn what_is_under_way_ends_well(place: TestDatabase) {
    let server = TestServer::start(&place).await;
    let (thrift, http) = (server.thrift(), server.http());
    let address = format!("http://{http}");
    let channel = Channel::from_shared(address).unwrap().connect().await;
    let channel = channel.expect("the port accepts");
    let mut events = EventServiceClient::new(channel.clone())
        .watch_events(WatchEventsRequest::default())
        .await
        .unwrap()
        .into_inner();
    events.message().await.unwrap().expect("where it begins");
    let page = format!("http://{http}/api/v1/events/stream");
    let mut page = reqwest::get(page).await.unwrap();

    let mut holder = sqlx::PgConnection::connect(place.url()).await.unwrap();
    let hold = "BEGIN; LOCK TABLE skep_databases IN EXCLUSIVE MODE";
    holder.execute(sqlx::raw_sql(hold)).await.unwrap();
    let asked = ask_each(&server, channel);
    while place.number(WAITING).await < 4 {}
    let ending = tokio::spawn(server.end());

    // What stays open is ended at once, each in the way of its protocol.
    let failure = loop {
        match events.message().await {
            Ok(Some(_)) => {}
            Ok(None) => panic!("it ends without a word"),
            Err(failure) => break failure,
        }
    };
    assert_eq!(failure.code(), Code::Unavailable, "{failure:?}");
    while page.chunk().await.expect("it ends as it should").is_some() {}
    for address in [thrift, http] {
        while TcpStream::connect(address).await.is_ok() {}
    }
    assert!(!ending.is_finished(), "four calls wait");
    holder.execute(sqlx::raw_sql("COMMIT")).await.unwrap();
    for call in asked {
        call.await.expect("it is answered");
    }
    assert!(ending.await.unwrap(), "all ended in time");
    let made = "SELECT count(*) FROM skep_databases WHERE name LIKE 'by%'";
    assert_eq!(place.number(made).await, 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_under_way_ends_well_when_the_server_is_told_to_end() {
    run(TestDatabase::postgres().await, what_is_under_way_ends_well).await;
}
