//! Partitions by streams: what became of each, on every database, and what other front ends see of it.

use super::{refused, shop, table_name};
use crate::harness::{TestDatabase, TestServer, on_every_database};
use crate::rest::Rest;
use futures::{StreamExt, stream};
use serde_json::json;
use skep_wire::v1::partition_service_client::PartitionServiceClient;
use skep_wire::v1::{
    AddOutcome, AddPartitionBatchRequest, AddPartitionsOptions, AddPartitionsRequest,
    AddPartitionsResponse, AddedPartition, DeleteOutcome, DeletePartitionsRequest,
    DeletedPartition, GetPartitionRequest, ListPartitionsRequest, NewPartition, Partition,
};
use tonic::Code;
use tonic::codec::CompressionEncoding::Gzip;
use tonic::transport::Channel;

on_every_database!(
    a_job_registers_what_it_wrote,
    what_cannot_be_added_keeps_nothing_else_out,
    what_is_there_is_told_with_what_differs,
    a_faulty_message_ends_the_stream_and_undoes_nothing,
    partitions_go_by_their_names,
);

type Client = PartitionServiceClient<Channel>;

fn partition(dt: &str, hour: &str) -> NewPartition {
    NewPartition {
        values: vec![dt.to_owned(), hour.to_owned()],
        ..NewPartition::default()
    }
}

/// The hours from the first of January 2026 on.
fn hour(number: usize) -> NewPartition {
    let (day, hour) = (number / 24, number % 24);
    let day = i64::try_from(day).unwrap();
    let day = jiff::civil::date(2026, 1, 1).saturating_add(jiff::Span::new().days(day));
    NewPartition {
        row_count: Some(number as u64),
        ..partition(&day.to_string(), &hour.to_string())
    }
}

fn first(partitions: Vec<NewPartition>) -> AddPartitionsRequest {
    AddPartitionsRequest {
        table: table_name("orders"),
        options: None,
        partitions,
    }
}

fn next(partitions: Vec<NewPartition>) -> AddPartitionsRequest {
    AddPartitionsRequest {
        partitions,
        ..AddPartitionsRequest::default()
    }
}

async fn added(client: &mut Client, batches: Vec<AddPartitionsRequest>) -> Vec<AddedPartition> {
    let answers = client.add_partitions(stream::iter(batches)).await.unwrap();
    let answers = answers.into_inner().map(Result::unwrap);
    let answers: Vec<AddPartitionsResponse> = answers.collect().await;
    answers.into_iter().flat_map(|one| one.partitions).collect()
}

async fn listed(client: &mut Client, filter: &str, after: &str, limit: u64) -> Vec<Partition> {
    let request = ListPartitionsRequest {
        table: table_name("orders"),
        filter: filter.to_owned(),
        after: after.to_owned(),
        limit,
    };
    let pages = client.list_partitions(request).await.unwrap().into_inner();
    let pages: Vec<_> = pages.map(Result::unwrap).collect().await;
    assert!(pages.iter().all(|page| !page.partitions.is_empty()));
    pages.into_iter().flat_map(|page| page.partitions).collect()
}

async fn a_job_registers_what_it_wrote(place: TestDatabase) {
    let server = TestServer::start(&place).await;
    let channel = shop(&server).await;
    let mut client = Client::new(channel)
        .send_compressed(Gzip)
        .accept_compressed(Gzip);
    let hours: Vec<NewPartition> = (0..2_400).map(hour).collect();
    let mut batches = vec![first(hours[..700].to_vec())];
    batches.extend(hours[700..].chunks(1_000).map(|some| next(some.to_vec())));
    let told = added(&mut client, batches.clone()).await;
    assert_eq!(told.len(), hours.len());
    assert!(told.iter().all(|one| one.outcome() == AddOutcome::Added));
    assert_eq!(told[30].name, "dt=2026-01-02/hour=6");
    let place = told[30].location.as_deref().unwrap();
    assert!(place.ends_with("orders/dt=2026-01-02/hour=6"), "{place}");
    let told = added(&mut client, batches).await;
    assert!(told.iter().all(|one| one.outcome() == AddOutcome::Existed));
    assert!(told.iter().all(|one| one.differs.is_empty()));

    let all = listed(&mut client, "", "", 0).await;
    assert_eq!(all.len(), hours.len());
    assert!(all.is_sorted_by(|one, other| one.name < other.name));
    let limited = listed(&mut client, "", &all[99].name, 1_001).await;
    assert_eq!(limited[..], all[100..1_101]);
    let after = listed(&mut client, "", &all[1_499].name, 0).await;
    assert_eq!(after[..], all[1_500..]);
    let some = listed(&mut client, "dt = '2026-01-03' and hour < 3", "", 0).await;
    assert_eq!(some.len(), 3);

    // Nothing was asked of the lake.
    let directory = server.warehouse().join("shop.db/orders");
    assert_eq!(std::fs::read_dir(directory).unwrap().count(), 0);
    let over_rest = Rest::of(&server)
        .get("/databases/shop/tables/orders/partitions?limit=2&filter=dt%20%3D%20'2026-01-02'")
        .await
        .expect(200);
    assert_eq!(over_rest["partitions"][0]["name"], "dt=2026-01-02/hour=0");
    let over_thrift = server
        .ask(|client| {
            let at =
                json!({"db_name": "shop", "tbl_name": "orders", "part_name": "dt=2026-01-02/hour=6"});
            client.call("get_partition_by_name", at).unwrap()
        })
        .await;
    assert_eq!(over_thrift["sd"]["location"], json!(place));
    assert_eq!(over_thrift["parameters"]["numRows"], "30");
}

async fn what_cannot_be_added_keeps_nothing_else_out(place: TestDatabase) {
    let server = TestServer::start(&place).await;
    let channel = shop(&server).await;
    let mut client = Client::new(channel);
    let by_name = |name: &str| NewPartition {
        name: Some(name.to_owned()),
        ..NewPartition::default()
    };
    let batch = vec![
        partition("2026-02-01", "0"),
        partition("yesterday", "0"),
        partition("2026-02-01", "0"),
        by_name("dt=2026-02-02/hour=5"),
        by_name("dt=2026-02-02"),
        NewPartition::default(),
        elsewhere("no place"),
        NewPartition {
            name: Some("dt=2026-02-01/hour=9".to_owned()),
            ..partition("2026-02-01", "9")
        },
        elsewhere("file:///tmp/elsewhere"),
    ];
    let told = added(&mut client, vec![first(batch)]).await;
    let outcomes: Vec<AddOutcome> = told.iter().map(AddedPartition::outcome).collect();
    let (added_, refused_) = (AddOutcome::Added, AddOutcome::Refused);
    assert_eq!(
        outcomes,
        [
            added_,
            refused_,
            AddOutcome::Existed,
            added_,
            refused_,
            refused_,
            refused_,
            refused_,
            added_
        ],
        "{told:?}"
    );
    let why = |index: usize| told[index].refusal.clone().unwrap().message;
    assert!(
        why(1).contains("no value of the key dt of type date"),
        "{}",
        why(1)
    );
    assert!(why(5).contains("values or a name"), "{}", why(5));
}

fn elsewhere(at: &str) -> NewPartition {
    NewPartition {
        location: Some(at.to_owned()),
        ..partition("2026-02-01", "1")
    }
}

async fn what_is_there_is_told_with_what_differs(place: TestDatabase) {
    let server = TestServer::start(&place).await;
    let channel = shop(&server).await;
    let mut client = Client::new(channel);
    let there = first(vec![elsewhere("file:///tmp/elsewhere")]);
    added(&mut client, vec![there]).await;
    let other = NewPartition {
        file_count: Some(7),
        ..elsewhere("file:///tmp/other")
    };
    let told = added(&mut client, vec![first(vec![other.clone()])]).await;
    assert_eq!(told[0].outcome(), AddOutcome::Existed);
    assert_eq!(told[0].differs, ["location", "parameters"]);
    let strict = AddPartitionsRequest {
        options: Some(AddPartitionsOptions {
            refuse_existing: true,
            touch_storage: true,
        }),
        ..first(vec![other, partition("2026-02-03", "0")])
    };
    let told = added(&mut client, vec![strict]).await;
    let refusal = told[0].refusal.clone().unwrap();
    assert_eq!(refusal.reason, "ALREADY_EXISTS");
    assert_eq!(told[1].outcome(), AddOutcome::Added);
    let made = server
        .warehouse()
        .join("shop.db/orders/dt=2026-02-03/hour=0");
    assert!(made.is_dir(), "the storage was to be touched");
    assert_eq!(listed(&mut client, "", "", 0).await.len(), 2);
}

async fn a_faulty_message_ends_the_stream_and_undoes_nothing(place: TestDatabase) {
    let server = TestServer::start(&place).await;
    let channel = shop(&server).await;
    let mut client = Client::new(channel);
    let many: Vec<NewPartition> = (0..1_001).map(hour).collect();
    let batches = vec![first(vec![partition("2026-02-04", "0")]), next(many)];
    let answers = client.add_partitions(stream::iter(batches)).await.unwrap();
    let mut answers = answers.into_inner();
    assert!(answers.message().await.unwrap().is_some());
    let failure = answers.message().await.unwrap_err();
    refused(
        &failure,
        Code::InvalidArgument,
        "INVALID_REQUEST",
        Some("partitions"),
    );
    assert_eq!(listed(&mut client, "", "", 0).await.len(), 1);
    for (batch, code, reason) in [
        (next(Vec::new()), Code::InvalidArgument, "INVALID_REQUEST"),
        (
            AddPartitionsRequest {
                table: table_name("nothing"),
                ..first(vec![partition("2026-02-04", "0")])
            },
            Code::NotFound,
            "NOT_FOUND",
        ),
    ] {
        let answers = client.add_partitions(stream::iter([batch])).await.unwrap();
        let failure = answers.into_inner().message().await.unwrap_err();
        assert_eq!(failure.code(), code, "{failure:?}");
        assert_eq!(super::reason(&failure).0, reason);
    }
}

async fn partitions_go_by_their_names(place: TestDatabase) {
    let server = TestServer::start(&place).await;
    let channel = shop(&server).await;
    let mut client = Client::new(channel);
    let batch = AddPartitionBatchRequest {
        table: table_name("orders"),
        options: None,
        partitions: (0..5).map(hour).collect(),
    };
    let told = client.add_partition_batch(batch).await.unwrap();
    assert_eq!(told.get_ref().partitions.len(), 5);
    let name = "dt=2026-01-01/hour=3";
    let get = GetPartitionRequest {
        table: table_name("orders"),
        name: name.to_owned(),
    };
    let found = client.get_partition(get.clone()).await.unwrap();
    let found = found.into_inner().partition.unwrap();
    assert_eq!(found.values, ["2026-01-01", "3"]);
    assert_eq!(found.columns.len(), 1);
    assert!(found.storage.is_some());

    let names = [name, "dt=2026-01-09/hour=3", "hour", "hour=3/dt=2026-01-01"];
    let gone = DeletePartitionsRequest {
        table: table_name("orders"),
        names: names.map(str::to_owned).to_vec(),
        delete_data: true,
    };
    let told = client.delete_partitions(gone).await.unwrap().into_inner();
    let outcomes: Vec<DeleteOutcome> = told
        .partitions
        .iter()
        .map(DeletedPartition::outcome)
        .collect();
    let (deleted, missing) = (DeleteOutcome::Deleted, DeleteOutcome::Missing);
    assert_eq!(
        outcomes,
        [deleted, missing, DeleteOutcome::Invalid, deleted]
    );
    let failure = client.get_partition(get).await.unwrap_err();
    refused(&failure, Code::NotFound, "NOT_FOUND", None);
    assert!(failure.message().contains(name), "{failure:?}");
    assert_eq!(listed(&mut client, "", "", 0).await.len(), 4);
    let request = ListPartitionsRequest {
        table: table_name("orders"),
        filter: "dt = ".to_owned(),
        ..ListPartitionsRequest::default()
    };
    let failure = client.list_partitions(request).await.unwrap_err();
    assert_eq!(failure.code(), Code::InvalidArgument, "{failure:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn large_partitions_come_in_messages_that_clients_take() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let mut client = Client::new(shop(&server).await);
    let large = |number: usize| NewPartition {
        parameters: [("note".to_owned(), "x".repeat(30_000))].into(),
        ..hour(number)
    };
    for first in (0..300).step_by(30) {
        let batch = AddPartitionBatchRequest {
            table: table_name("orders"),
            options: None,
            partitions: (first..first + 30).map(large).collect(),
        };
        client.add_partition_batch(batch).await.unwrap();
    }
    // All together they are more than twice what a client takes by itself.
    assert_eq!(listed(&mut client, "", "", 0).await.len(), 300);
    assert_eq!(listed(&mut client, "", "", 77).await.len(), 77);
}
