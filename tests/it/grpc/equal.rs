//! What one front end writes, each other reads equal: tables and partitions of any names and properties.

use super::{channel, column};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use crate::rest::Rest;
use proptest::collection::btree_map;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, TestRunner};
use serde_json::{Value, json};
use skep_wire::v1::partition_service_client::PartitionServiceClient;
use skep_wire::v1::table_service_client::TableServiceClient;
use skep_wire::v1::{
    AddOutcome, AddPartitionBatchRequest, CreateTableRequest, GetPartitionRequest, GetTableRequest,
    NewPartition, Storage, TableName,
};
use std::collections::BTreeMap;
use tonic::transport::Channel;

on_every_database!(what_one_front_end_writes_each_other_reads_equal);

/// Tables that are made in one run.
const CASES: usize = 16;

/// A table and a partition of it, as every front end can say them.
#[derive(Debug, Clone)]
struct Case {
    comment: String,
    columns: Vec<(String, &'static str)>,
    parameters: BTreeMap<String, String>,
    value: String,
    partition_parameters: BTreeMap<String, String>,
}

fn texts() -> impl Strategy<Value = String> {
    // No NUL, which no database stores; letters of several scripts, marks and quotes.
    "[a-zA-Z0-9 _./='\"\\\\<>&%*?\u{e4}\u{3b1}\u{ac00}\u{202e}\u{1f41d}]{1,24}"
}

fn parameters() -> impl Strategy<Value = BTreeMap<String, String>> {
    btree_map("x\\.[a-z]{1,12}", texts(), 0..6)
}

fn cases() -> impl Strategy<Value = Case> {
    let types = prop::sample::select(vec!["bigint", "string", "array<string>", "decimal(12,2)"]);
    let columns = btree_map("[a-z][a-z0-9_]{0,12}", types, 1..6);
    (texts(), columns, parameters(), texts(), parameters()).prop_map(
        |(comment, columns, parameters, value, partition_parameters)| Case {
            comment,
            columns: columns.into_iter().collect(),
            parameters,
            value,
            partition_parameters,
        },
    )
}

/// What a front end says of a table and its partition, in one form.
#[derive(Debug, PartialEq)]
struct Told {
    comment: String,
    columns: Vec<(String, String)>,
    parameters: BTreeMap<String, String>,
    location: String,
    partition: String,
    values: Vec<String>,
    partition_parameters: BTreeMap<String, String>,
    partition_location: String,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn map(value: &Value) -> BTreeMap<String, String> {
    serde_json::from_value(value.clone()).unwrap()
}

fn named(table: &str) -> Option<TableName> {
    Some(TableName {
        catalog: String::new(),
        database: "default".to_owned(),
        table: table.to_owned(),
    })
}

async fn made_by_grpc(channel: &Channel, name: &str, case: &Case) -> String {
    let columns = case.columns.iter().map(|(name, kind)| column(name, kind));
    let request = CreateTableRequest {
        name: named(name),
        comment: Some(case.comment.clone()),
        columns: columns.collect(),
        partition_keys: vec![column("key_of_it", "string")],
        storage: Some(Storage {
            format: Some("parquet".to_owned()),
            ..Storage::default()
        }),
        parameters: case.parameters.clone(),
        ..CreateTableRequest::default()
    };
    let mut tables = TableServiceClient::new(channel.clone());
    tables.create_table(request).await.unwrap();
    let batch = AddPartitionBatchRequest {
        table: named(name),
        options: None,
        partitions: vec![NewPartition {
            values: vec![case.value.clone()],
            parameters: case.partition_parameters.clone(),
            ..NewPartition::default()
        }],
    };
    let mut partitions = PartitionServiceClient::new(channel.clone());
    let told = partitions.add_partition_batch(batch).await.unwrap();
    let told = &told.get_ref().partitions[0];
    assert_eq!(told.outcome(), AddOutcome::Added, "{case:?} {told:?}");
    told.name.clone()
}

async fn made_by_rest(rest: &Rest, name: &str, case: &Case) -> String {
    let columns = case.columns.iter();
    let columns: Vec<Value> = columns
        .map(|(name, kind)| json!({ "name": name, "type": kind }))
        .collect();
    let table = json!({
        "name": name, "comment": case.comment, "columns": columns, "parameters": case.parameters,
        "partition_keys": [{ "name": "key_of_it", "type": "string" }], "storage": { "format": "parquet" },
    });
    rest.post("/databases/default/tables", table)
        .await
        .expect(201);
    let partition = json!({ "values": [case.value], "parameters": case.partition_parameters });
    let path = format!("/databases/default/tables/{name}/partitions");
    let added = rest.post(&path, json!({ "partitions": [partition] })).await;
    text(&added.expect(200)["partitions"][0]["name"])
}

async fn by_grpc(channel: &Channel, table: &str, partition: &str) -> Told {
    let mut tables = TableServiceClient::new(channel.clone());
    let name = named(table);
    let found = tables.get_table(GetTableRequest { name }).await.unwrap();
    let found = found.into_inner().table.unwrap();
    let mut partitions = PartitionServiceClient::new(channel.clone());
    let request = GetPartitionRequest {
        table: named(table),
        name: partition.to_owned(),
    };
    let own = partitions.get_partition(request).await.unwrap();
    let own = own.into_inner().partition.unwrap();
    let columns = found.columns.into_iter().map(|one| (one.name, one.r#type));
    Told {
        comment: found.comment.unwrap_or_default(),
        columns: columns.collect(),
        parameters: found.parameters,
        location: found.location.unwrap(),
        partition: own.name,
        values: own.values,
        partition_parameters: own.parameters,
        partition_location: own.location.unwrap(),
    }
}

async fn by_rest(rest: &Rest, table: &str, partition: &str) -> Told {
    let path = format!("/databases/default/tables/{table}");
    let found = rest.get(&path).await.expect(200);
    let segment: String = url::form_urlencoded::byte_serialize(partition.as_bytes()).collect();
    let segment = segment.replace('+', "%20");
    let own = rest.get(&format!("{path}/partitions/{segment}")).await;
    let own = own.expect(200);
    let columns = found["columns"].as_array().unwrap().iter();
    Told {
        comment: text(&found["comment"]),
        columns: columns
            .map(|one| (text(&one["name"]), text(&one["type"])))
            .collect(),
        parameters: map(&found["parameters"]),
        location: text(&found["location"]),
        partition: text(&own["name"]),
        values: serde_json::from_value(own["values"].clone()).unwrap(),
        partition_parameters: map(&own["parameters"]),
        partition_location: text(&own["location"]),
    }
}

async fn by_thrift(server: &TestServer, table: &str, partition: &str) -> Told {
    let (table, partition) = (table.to_owned(), partition.to_owned());
    server
        .ask(move |client| {
            let at = json!({ "dbname": "default", "tbl_name": table });
            let found = client.call("get_table", at).unwrap();
            let at = json!({ "db_name": "default", "tbl_name": table, "part_name": partition });
            let own = client.call("get_partition_by_name", at).unwrap();
            let columns = found["sd"]["cols"].as_array().unwrap().iter();
            Told {
                comment: text(&found["parameters"]["comment"]),
                columns: columns
                    .map(|one| (text(&one["name"]), text(&one["type"])))
                    .collect(),
                parameters: map(&found["parameters"]),
                location: text(&found["sd"]["location"]),
                partition,
                values: serde_json::from_value(own["values"].clone()).unwrap(),
                partition_parameters: map(&own["parameters"]),
                partition_location: text(&own["sd"]["location"]),
            }
        })
        .await
}

async fn what_one_front_end_writes_each_other_reads_equal(place: TestDatabase) {
    let server = TestServer::start(&place).await;
    let (rest, channel) = (Rest::of(&server), channel(&server).await);
    let mut runner = TestRunner::new(Config::default());
    for number in 0..CASES {
        let case = cases().new_tree(&mut runner).unwrap().current();
        let name = format!("case{number}");
        let partition = if number % 2 == 0 {
            made_by_grpc(&channel, &name, &case).await
        } else {
            made_by_rest(&rest, &name, &case).await
        };
        let told = by_grpc(&channel, &name, &partition).await;
        assert_eq!(told.comment, case.comment, "{case:?}");
        assert_eq!(told.values[..], [case.value.as_str()], "{case:?}");
        for (key, value) in &case.partition_parameters {
            assert_eq!(told.partition_parameters.get(key), Some(value), "{case:?}");
        }
        assert_eq!(by_rest(&rest, &name, &partition).await, told, "{case:?}");
        assert_eq!(
            by_thrift(&server, &name, &partition).await,
            told,
            "{case:?}"
        );
    }
}
