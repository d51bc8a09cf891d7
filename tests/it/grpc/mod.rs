//! gRPC over real sockets, by generated clients.

mod changes;
mod contract;
mod equal;
mod events;
mod freshness;
mod hostile;
mod jobs;
mod operators;
mod partitions;
mod sources;
mod statistics;
mod tables;
mod watched;

use crate::harness::TestServer;
use crate::rest::Rest;
use skep_wire::v1::table_service_client::TableServiceClient;
use skep_wire::v1::{Column, CreateTableRequest, Storage, TableName};
use tonic::transport::Channel;
use tonic::{Code, Status};
use tonic_types::StatusExt;

/// A channel of its own to a server.
async fn channel(server: &TestServer) -> Channel {
    let address = format!("http://{}", server.http());
    let endpoint = Channel::from_shared(address).unwrap();
    endpoint.connect().await.expect("the server accepts")
}

fn table_name(table: &str) -> Option<TableName> {
    Some(TableName {
        catalog: String::new(),
        database: "shop".to_owned(),
        table: table.to_owned(),
    })
}

fn column(name: &str, data_type: &str) -> Column {
    Column {
        name: name.to_owned(),
        r#type: data_type.to_owned(),
        comment: None,
    }
}

/// What makes a table with the keys `dt` and `hour`.
fn orders() -> CreateTableRequest {
    CreateTableRequest {
        name: table_name("orders"),
        columns: vec![column("id", "BIGINT")],
        partition_keys: vec![column("dt", "date"), column("hour", "int")],
        storage: Some(Storage {
            format: Some("parquet".to_owned()),
            ..Storage::default()
        }),
        ..CreateTableRequest::default()
    }
}

/// Makes the database `shop` with the table `orders`.
async fn shop(server: &TestServer) -> Channel {
    let rest = Rest::of(server);
    let database = serde_json::json!({"name": "shop"});
    rest.post("/databases", database).await.expect(201);
    let channel = channel(server).await;
    let mut tables = TableServiceClient::new(channel.clone());
    tables.create_table(orders()).await.unwrap();
    channel
}

/// The reason that a status gives, and the field where it names one.
fn reason(status: &Status) -> (String, Option<String>) {
    let details = status.get_error_details();
    let field = details.bad_request().and_then(|bad| {
        let first = bad.field_violations.first();
        first.map(|violation| violation.field.clone())
    });
    let reason = details.error_info().map(|info| info.reason.clone());
    (reason.unwrap_or_default(), field)
}

/// Fails where a status is not of this code, reason and field.
#[track_caller]
fn refused(status: &Status, code: Code, why: &str, field: Option<&str>) {
    assert_eq!(status.code(), code, "{status:?}");
    let (reason, named) = reason(status);
    assert_eq!(
        (reason.as_str(), named.as_deref()),
        (why, field),
        "{status:?}"
    );
}
