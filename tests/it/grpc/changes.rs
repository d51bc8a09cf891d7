//! Changes of single things, and their conditions: the tags are REST's, and a change is made only to what its client has seen.

use super::{column, refused, shop, table_name};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use crate::rest::Rest;
use serde_json::json;
use skep_wire::v1::column_change::Change;
use skep_wire::v1::database_service_client::DatabaseServiceClient;
use skep_wire::v1::partition_service_client::PartitionServiceClient;
use skep_wire::v1::table_service_client::TableServiceClient;
use skep_wire::v1::{
    AddColumn, BatchGetPartitionsRequest, Column, ColumnChange, ColumnList, CommentColumn,
    DatabaseName, DeleteDatabaseRequest, DeletePartitionRequest, DeleteTableRequest, DropColumn,
    FoundOutcome, FoundPartition, GetCalendarRequest, GetDatabaseRequest, GetPartitionRequest,
    GetTableRequest, MoveColumn, RenameColumn, RenamePartitionRequest, RetypeColumn,
    TouchPartitionRequest, UpdateDatabaseRequest, UpdatePartitionRequest, UpdateTableRequest,
};
use std::collections::BTreeMap;
use tonic::Code;
use tonic::transport::Channel;

on_every_database!(a_change_is_made_only_to_what_its_client_has_seen);
on_every_database!(a_partition_changes_is_touched_and_renamed);

const TABLE: &str = "/databases/shop/tables/orders";
const PARTITION: &str = "/databases/shop/tables/orders/partitions/dt=2026-11-22%2Fhour=2";
const PARTITION_NAME: &str = "dt=2026-11-22/hour=2";

/// The database `shop` with the table `orders` and a partition of it.
async fn stocked(server: &TestServer) -> Channel {
    let channel = shop(server).await;
    let partition = json!({"partitions": [{"name": PARTITION_NAME}]});
    let path = format!("{TABLE}/partitions");
    let rest = Rest::of(server);
    rest.post(&path, partition).await.expect(200);
    channel
}

fn shop_name() -> Option<DatabaseName> {
    Some(DatabaseName {
        catalog: String::new(),
        database: "shop".to_owned(),
    })
}

fn tier(value: &str) -> BTreeMap<String, String> {
    BTreeMap::from([("tier".to_owned(), value.to_owned())])
}

fn of_database(etag: &str) -> UpdateDatabaseRequest {
    UpdateDatabaseRequest {
        name: shop_name(),
        set_parameters: tier("1"),
        etag: etag.to_owned(),
        ..UpdateDatabaseRequest::default()
    }
}

fn of_table(etag: &str) -> UpdateTableRequest {
    UpdateTableRequest {
        name: table_name("orders"),
        set_parameters: tier("1"),
        etag: etag.to_owned(),
        ..UpdateTableRequest::default()
    }
}

fn of_partition(etag: &str) -> UpdatePartitionRequest {
    UpdatePartitionRequest {
        table: table_name("orders"),
        name: PARTITION_NAME.to_owned(),
        set_parameters: tier("1"),
        etag: etag.to_owned(),
        ..UpdatePartitionRequest::default()
    }
}

#[expect(
    clippy::too_many_lines,
    reason = "the same walk for a database, a table and a partition"
)]
async fn a_change_is_made_only_to_what_its_client_has_seen(place: TestDatabase) {
    let server = TestServer::start(&place).await;
    let channel = stocked(&server).await;
    let rest = Rest::of(&server);
    let mut databases = DatabaseServiceClient::new(channel.clone());
    let mut tables = TableServiceClient::new(channel.clone());
    let mut partitions = PartitionServiceClient::new(channel);

    let get = GetDatabaseRequest { name: shop_name() };
    let seen = databases.get_database(get).await.unwrap().into_inner();
    let seen = seen.database.unwrap().etag;
    assert_eq!(seen, rest.get("/databases/shop").await.tag);
    let other = databases.update_database(of_database("\"x\"")).await;
    refused(&other.unwrap_err(), Code::Aborted, "OUTDATED", None);
    let changed = databases.update_database(of_database(&seen)).await;
    let changed = changed.unwrap().into_inner().database.unwrap();
    assert_eq!(changed.parameters["tier"], "1");
    assert_eq!(changed.etag, rest.get("/databases/shop").await.tag);
    let late = databases.update_database(of_database(&seen)).await;
    refused(&late.unwrap_err(), Code::Aborted, "OUTDATED", None);

    let get = GetTableRequest {
        name: table_name("orders"),
    };
    let seen = tables.get_table(get).await.unwrap().into_inner();
    let seen = seen.table.unwrap().etag;
    assert_eq!(seen, rest.get(TABLE).await.tag);
    let other = tables.update_table(of_table("\"x\"")).await;
    refused(&other.unwrap_err(), Code::Aborted, "OUTDATED", None);
    let changed = tables.update_table(of_table(&seen)).await;
    let changed = changed.unwrap().into_inner().table.unwrap();
    assert_eq!(changed.parameters["tier"], "1");
    assert_eq!(changed.etag, rest.get(TABLE).await.tag);
    let late = tables.update_table(of_table(&seen)).await;
    refused(&late.unwrap_err(), Code::Aborted, "OUTDATED", None);

    let get = GetPartitionRequest {
        table: table_name("orders"),
        name: PARTITION_NAME.to_owned(),
    };
    let seen = partitions.get_partition(get).await.unwrap().into_inner();
    let seen = seen.partition.unwrap().etag;
    assert_eq!(seen, rest.get(PARTITION).await.tag);
    let other = partitions.update_partition(of_partition("\"x\"")).await;
    refused(&other.unwrap_err(), Code::Aborted, "OUTDATED", None);
    let changed = partitions.update_partition(of_partition(&seen)).await;
    let changed = changed.unwrap().into_inner().partition.unwrap();
    assert_eq!(changed.parameters["tier"], "1");
    assert_eq!(changed.etag, rest.get(PARTITION).await.tag);
    let late = partitions.update_partition(of_partition(&seen)).await;
    refused(&late.unwrap_err(), Code::Aborted, "OUTDATED", None);

    let drop = |etag: &str| DeletePartitionRequest {
        table: table_name("orders"),
        name: PARTITION_NAME.to_owned(),
        delete_data: true,
        etag: etag.to_owned(),
    };
    let late = partitions.delete_partition(drop(&seen)).await;
    refused(&late.unwrap_err(), Code::Aborted, "OUTDATED", None);
    partitions
        .delete_partition(drop(&changed.etag))
        .await
        .unwrap();
    let gone = partitions.delete_partition(drop("")).await.unwrap_err();
    refused(&gone, Code::NotFound, "NOT_FOUND", None);
    let drop = |etag: &str| DeleteTableRequest {
        name: table_name("orders"),
        delete_data: true,
        etag: etag.to_owned(),
    };
    let late = tables.delete_table(drop("\"x\"")).await.unwrap_err();
    refused(&late, Code::Aborted, "OUTDATED", None);
    let now = rest.get(TABLE).await.tag;
    tables.delete_table(drop(&now)).await.unwrap();
    let drop = |etag: &str| DeleteDatabaseRequest {
        name: shop_name(),
        cascade: false,
        delete_data: true,
        etag: etag.to_owned(),
    };
    let late = databases.delete_database(drop("\"x\"")).await.unwrap_err();
    refused(&late, Code::Aborted, "OUTDATED", None);
    let now = rest.get("/databases/shop").await.tag;
    databases.delete_database(drop(&now)).await.unwrap();
}

fn columns(changes: Vec<Change>) -> UpdateTableRequest {
    let changes = changes.into_iter().map(Some);
    UpdateTableRequest {
        name: table_name("orders"),
        column_changes: changes.map(|change| ColumnChange { change }).collect(),
        ..UpdateTableRequest::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn columns_change_one_after_the_other_as_over_rest() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let mut client = TableServiceClient::new(stocked(&server).await);
    let named = |name: &str| name.to_owned();
    let add = |name: &str, kind: &str, first: bool| {
        Change::Add(AddColumn {
            column: Some(column(name, kind)),
            first,
            after: None,
        })
    };
    let mut request = columns(vec![
        add(" Item", "INT", false),
        add("gone", "int", true),
        Change::Rename(RenameColumn {
            name: named("item"),
            to: named("Product"),
        }),
        Change::Drop(DropColumn {
            name: named("gone"),
        }),
        Change::Retype(RetypeColumn {
            name: named("product"),
            r#type: named("BIGINT"),
        }),
        Change::Comment(CommentColumn {
            name: named("id"),
            comment: Some(named("its number")),
        }),
        Change::Move(MoveColumn {
            name: named("id"),
            first: false,
            after: Some(named("product")),
        }),
    ]);
    request.comment = Some(named("what was sold"));
    request.owner = Some(named("ana"));
    request.cascade = true;
    let changed = client.update_table(request).await.unwrap().into_inner();
    let changed = changed.table.unwrap();
    let id = Column {
        comment: Some(named("its number")),
        ..column("id", "bigint")
    };
    assert_eq!(changed.columns, [column("product", "bigint"), id]);
    assert_eq!(changed.comment.as_deref(), Some("what was sold"));
    assert_eq!(changed.owner.as_deref(), Some("ana"));
    let rest = Rest::of(&server);
    let partition = rest.get(PARTITION).await.expect(200);
    assert_eq!(partition["columns"][0]["name"], "product", "cascade");
    let mut back = columns(Vec::new());
    back.remove_parameters = vec![named("comment")];
    let back = client.update_table(back).await.unwrap().into_inner();
    assert_eq!(back.table.unwrap().comment, None);
    assert_eq!(
        rest.get(TABLE).await.expect(200)["comment"],
        serde_json::Value::Null
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_a_table_that_cannot_be_is_refused_with_its_field() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let mut client = TableServiceClient::new(stocked(&server).await);
    let before = Rest::of(&server).get(TABLE).await;
    let add = |new: Option<Column>, first, after: Option<&str>| {
        columns(vec![Change::Add(AddColumn {
            column: new,
            first,
            after: after.map(str::to_owned),
        })])
    };
    let item = || Some(column("item", "string"));
    let mut empty = columns(Vec::new());
    empty.column_changes.push(ColumnChange { change: None });
    let place = UpdateTableRequest {
        location: Some("no place".to_owned()),
        ..columns(Vec::new())
    };
    let both = UpdateTableRequest {
        remove_parameters: vec!["tier".to_owned()],
        ..of_table("")
    };
    let nameless = UpdateTableRequest {
        name: None,
        ..of_table("")
    };
    let moved = Change::Move(MoveColumn {
        name: "id".to_owned(),
        ..MoveColumn::default()
    });
    for (request, field) in [
        (nameless, "name.database"),
        (empty, "column_changes[0].change"),
        (place, "location"),
        (both, "remove_parameters"),
        (add(None, false, None), "column_changes[0].add.column.name"),
        (
            add(Some(column("item", "text")), false, None),
            "column_changes[0].add.column.type",
        ),
        (add(item(), true, Some("id")), "column_changes[0].add.after"),
        (columns(vec![moved]), "column_changes[0].move.after"),
        (
            columns(vec![Change::Drop(DropColumn::default())]),
            "column_changes[0].drop.name",
        ),
    ] {
        let failure = client.update_table(request).await.unwrap_err();
        let field = Some(field);
        refused(&failure, Code::InvalidArgument, "INVALID_REQUEST", field);
    }
    let unknown = Change::Drop(DropColumn {
        name: "nothing".to_owned(),
    });
    let failure = client.update_table(columns(vec![unknown])).await;
    let failure = failure.unwrap_err();
    refused(&failure, Code::FailedPrecondition, "NOT_ALLOWED", None);
    let text = UpdateTableRequest {
        view_text: Some("SELECT 1".to_owned()),
        ..columns(Vec::new())
    };
    let failure = client.update_table(text).await.unwrap_err();
    refused(&failure, Code::FailedPrecondition, "NOT_ALLOWED", None);
    assert_eq!(Rest::of(&server).get(TABLE).await.tag, before.tag);
}

async fn a_partition_changes_is_touched_and_renamed(place: TestDatabase) {
    let server = TestServer::start(&place).await;
    let mut client = PartitionServiceClient::new(stocked(&server).await);
    let rest = Rest::of(&server);
    let cold = format!("file:{}", server.warehouse().join("cold").display());
    let change = UpdatePartitionRequest {
        location: Some(cold.clone()),
        columns: Some(ColumnList {
            columns: vec![column("Id", "BIGINT"), column("item", "string")],
        }),
        ..of_partition("")
    };
    let changed = client.update_partition(change).await.unwrap().into_inner();
    let changed = changed.partition.unwrap();
    assert_eq!(changed.location.as_deref(), Some(cold.as_str()));
    let wanted = [column("id", "bigint"), column("item", "string")];
    assert_eq!(changed.columns, wanted);
    let over_rest = rest.get(PARTITION).await.expect(200);
    assert_eq!(over_rest["location"], json!(changed.location));
    assert_eq!(over_rest["parameters"], json!(changed.parameters));
    let back = UpdatePartitionRequest {
        location: Some(String::new()),
        ..of_partition("")
    };
    let back = client.update_partition(back).await.unwrap().into_inner();
    let location = back.partition.unwrap().location.unwrap();
    assert!(location.ends_with(PARTITION_NAME), "{location}");

    let last = rest.get("/events").await.expect(200)["last"].clone();
    let touch = TouchPartitionRequest {
        table: table_name("orders"),
        name: PARTITION_NAME.to_owned(),
    };
    client.touch_partition(touch).await.unwrap();
    let events = rest.get(&format!("/events?after={last}")).await.expect(200);
    assert_eq!(events["events"].as_array().unwrap().len(), 1, "{events}");

    let rename = |values: &[&str], name: Option<&str>| RenamePartitionRequest {
        table: table_name("orders"),
        name: PARTITION_NAME.to_owned(),
        new_values: values.iter().map(|value| (*value).to_owned()).collect(),
        new_name: name.map(str::to_owned),
    };
    for (wrong, field) in [
        (rename(&[], None), "new_values"),
        (rename(&["2026-11-22"], None), "new_values"),
        (rename(&["2026-11-22", "noon"], None), "new_values"),
        (rename(&[], Some("dt=1")), "new_name"),
        (rename(&["1", "2"], Some("dt=1/hour=2")), "new_name"),
    ] {
        let failure = client.rename_partition(wrong).await.unwrap_err();
        let field = Some(field);
        refused(&failure, Code::InvalidArgument, "INVALID_REQUEST", field);
    }
    let renamed = client.rename_partition(rename(&["2026-11-22", "3"], None));
    let renamed = renamed.await.unwrap().into_inner().partition.unwrap();
    assert_eq!(renamed.name, "dt=2026-11-22/hour=3");
    assert_eq!(renamed.parameters["tier"], "1");
    let gone = client.update_partition(of_partition("")).await.unwrap_err();
    refused(&gone, Code::NotFound, "NOT_FOUND", None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_of_a_partition_that_cannot_be_is_refused() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let mut client = PartitionServiceClient::new(stocked(&server).await);
    let listed = |columns: Vec<Column>| UpdatePartitionRequest {
        columns: Some(ColumnList { columns }),
        ..of_partition("")
    };
    let tableless = UpdatePartitionRequest {
        table: None,
        ..of_partition("")
    };
    let nameless = UpdatePartitionRequest {
        name: String::new(),
        ..of_partition("")
    };
    let nowhere = UpdatePartitionRequest {
        location: Some("no place".to_owned()),
        ..of_partition("")
    };
    for (request, reason, field) in [
        (tableless, "INVALID_REQUEST", Some("table.database")),
        (nameless, "INVALID_REQUEST", Some("name")),
        (nowhere, "INVALID_REQUEST", Some("location")),
        (listed(vec![column("a", "text")]), "INVALID_OBJECT", None),
        (
            listed(vec![column("a", "int"), column("A", "int")]),
            "INVALID_OBJECT",
            None,
        ),
    ] {
        let failure = client.update_partition(request).await.unwrap_err();
        refused(&failure, Code::InvalidArgument, reason, field);
    }
    let touch = TouchPartitionRequest {
        table: table_name("orders"),
        name: "hour".to_owned(),
    };
    let failure = client.touch_partition(touch).await.unwrap_err();
    let field = Some("name");
    refused(&failure, Code::InvalidArgument, "INVALID_REQUEST", field);
}

#[tokio::test(flavor = "multi_thread")]
async fn partitions_are_asked_for_by_name_with_an_answer_for_each() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let mut client = PartitionServiceClient::new(stocked(&server).await);
    let ask = |names: Vec<String>| BatchGetPartitionsRequest {
        table: table_name("orders"),
        names,
    };
    let names = ["hour=2/dt=2026-11-22", "dt=2026-11-22/hour=9", "dt=1"];
    let names = names.map(str::to_owned).to_vec();
    let told = client.batch_get_partitions(ask(names.clone())).await;
    let told = told.unwrap().into_inner().partitions;
    let asked: Vec<&String> = told.iter().map(|one| &one.name).collect();
    assert_eq!(asked, names.iter().collect::<Vec<_>>());
    let outcomes: Vec<FoundOutcome> = told.iter().map(FoundPartition::outcome).collect();
    assert_eq!(
        outcomes,
        [
            FoundOutcome::Found,
            FoundOutcome::Missing,
            FoundOutcome::Invalid
        ]
    );
    assert!(told[2].detail.is_some());
    let get = GetPartitionRequest {
        table: table_name("orders"),
        name: PARTITION_NAME.to_owned(),
    };
    let alone = client.get_partition(get).await.unwrap().into_inner();
    assert_eq!(told[0].partition, alone.partition);

    let none = client.batch_get_partitions(ask(Vec::new())).await;
    assert!(none.unwrap().into_inner().partitions.is_empty());
    let many = (0..1001).map(|hour| format!("dt=2026-11-22/hour={hour}"));
    let failure = client.batch_get_partitions(ask(many.collect())).await;
    let field = Some("names");
    refused(
        &failure.unwrap_err(),
        Code::InvalidArgument,
        "INVALID_REQUEST",
        field,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_calendar_is_the_one_of_rest() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let channel = stocked(&server).await;
    let mut client = PartitionServiceClient::new(channel);
    let ask = |year| GetCalendarRequest {
        table: table_name("orders"),
        year,
    };
    let year = client.get_calendar(ask(None)).await.unwrap().into_inner();
    let path = format!("{TABLE}/calendar");
    let over_rest = Rest::of(&server).get(&path).await.expect(200);
    assert_eq!(over_rest["year"], json!(year.year));
    assert_eq!(year.year, Some(2026));
    assert_eq!(over_rest["days"][0]["day"], json!(year.days[0].day));
    assert_eq!(over_rest["days"][0]["hours"], json!(year.days[0].hours));
    assert_eq!(year.days[0].hours, [2]);
    let other = client.get_calendar(ask(Some(2025))).await.unwrap();
    assert!(other.into_inner().days.is_empty());
    for wrong in [0, 9999, i32::MAX] {
        let failure = client.get_calendar(ask(Some(wrong))).await.unwrap_err();
        let field = Some("year");
        refused(&failure, Code::InvalidArgument, "INVALID_REQUEST", field);
    }
}
