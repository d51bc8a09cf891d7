//! Sources, channels, kits and names that follow no pattern: the operations that REST has, over gRPC.

use super::{channel, refused, shop, table_name};
use crate::alert::Listener;
use crate::harness::{TestDatabase, TestServer};
use crate::rest::{Rest, watch};
use serde_json::json;
use skep_wire::v1::alert_service_client::AlertServiceClient;
use skep_wire::v1::catalog_service_client::CatalogServiceClient;
use skep_wire::v1::discovery_service_client::DiscoveryServiceClient;
use skep_wire::v1::snapshot_at::At;
use skep_wire::v1::source_service_client::SourceServiceClient;
use skep_wire::v1::table_service_client::TableServiceClient;
use skep_wire::v1::{
    ApplySchemaChangeRequest, CreateSourceRequest, DeleteSourceRequest, DiffSnapshotsRequest,
    ExplainPartitionRequest, FoundIn, GetSourceRequest, LintPlace, LintRequest, ListKitsRequest,
    ListReplicasRequest, ListSchemaChangesRequest, ListSnapshotsRequest, PreviewAlertsRequest,
    RunSourceRequest, SearchTablesRequest, SnapshotAt, SourceSettings, TestChannelRequest,
    TestSourceRequest,
};
use tonic::Code;

fn run() -> RunSourceRequest {
    RunSourceRequest {
        name: "lake".to_owned(),
    }
}

#[tokio::test(flavor = "multi_thread")]
#[expect(
    clippy::too_many_lines,
    reason = "a walk through each method, in the order of their use"
)]
async fn a_source_is_watched_compared_and_forgotten() {
    let database = TestDatabase::sqlite().await;
    let server = watch::server(&database, "http://127.0.0.1:1/").await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let mut client = SourceServiceClient::new(channel(&server).await);
    let create = |settings: Option<SourceSettings>| CreateSourceRequest {
        name: "lake".to_owned(),
        settings,
    };
    let settings = |kind: &str| SourceSettings {
        kind: kind.to_owned(),
        time_limit_seconds: Some(60),
        ..SourceSettings::default()
    };
    for settings in [None, Some(settings("oracle"))] {
        let failure = client.create_source(create(settings)).await.unwrap_err();
        let field = Some("settings.kind");
        refused(&failure, Code::InvalidArgument, "INVALID_REQUEST", field);
    }
    let nameless = CreateSourceRequest {
        name: String::new(),
        ..create(Some(settings("catalog")))
    };
    let failure = client.create_source(nameless).await.unwrap_err();
    let field = Some("name");
    refused(&failure, Code::InvalidArgument, "INVALID_REQUEST", field);
    let made = client.create_source(create(Some(settings("catalog"))));
    let made = made.await.unwrap().into_inner().source.unwrap();
    assert_eq!(made.origin, "stored");
    let over_rest = rest.get("/sources/lake").await.expect(200);
    assert_eq!(over_rest["settings"]["time_limit_s"], 60);
    assert_eq!(over_rest["settings"]["schedule"], made.schedule.as_str());

    let name = "lake".to_owned();
    let test = client.test_source(TestSourceRequest { name }).await;
    assert_eq!(test.unwrap().into_inner().tables_readable, 1);
    client.run_source(run()).await.unwrap();
    let add = json!({"columns": [{"change": "add", "name": "item", "type": "string"}]});
    rest.patch("/databases/shop/tables/orders", add)
        .await
        .expect(200);
    let found = client.run_source(run()).await.unwrap().into_inner();
    assert!(found.changes_count > 0);
    let name = "lake".to_owned();
    let known = client.get_source(GetSourceRequest { name }).await;
    let known = known.unwrap().into_inner().source.unwrap();
    let snapshots = ListSnapshotsRequest {
        name: "lake".to_owned(),
        limit: 0,
    };
    let snapshots = client.list_snapshots(snapshots).await.unwrap();
    let snapshots = snapshots.into_inner().snapshots;
    assert_eq!(snapshots.len(), 2);
    assert_eq!(known.snapshot.as_ref(), snapshots.first());

    let diff = |from: Option<At>| DiffSnapshotsRequest {
        name: "lake".to_owned(),
        from_snapshot: Some(SnapshotAt { at: from }),
        ..DiffSnapshotsRequest::default()
    };
    let failure = client.diff_snapshots(diff(None)).await.unwrap_err();
    let field = Some("from_snapshot");
    refused(&failure, Code::InvalidArgument, "INVALID_REQUEST", field);
    let first = diff(Some(At::Id(snapshots[1].id)));
    let told = client.diff_snapshots(first).await.unwrap().into_inner();
    assert_eq!(told.from_snapshot, Some(snapshots[1].id));
    assert_eq!(told.changes.len() as u64, found.changes_count);
    assert_eq!(told.changes[0].text, found.changes[0].text);
    let same = diff(Some(At::Id(snapshots[0].id)));
    let same = client.diff_snapshots(same).await.unwrap().into_inner();
    assert!(same.changes.is_empty());

    let listed = |object: &str| ListSchemaChangesRequest {
        object: object.to_owned(),
        ..ListSchemaChangesRequest::default()
    };
    let object = found.changes[0].object.clone();
    for (object, is_known) in [(object.as_str(), true), ("nothing", false)] {
        let listed = client.list_schema_changes(listed(object)).await.unwrap();
        assert_eq!(!listed.get_ref().changes.is_empty(), is_known, "{object}");
    }
    let apply = ApplySchemaChangeRequest { id: 77_777 };
    let unknown = client.apply_schema_change(apply).await.unwrap_err();
    refused(&unknown, Code::NotFound, "NOT_FOUND", None);
    let gone = || DeleteSourceRequest {
        name: "lake".to_owned(),
    };
    client.delete_source(gone()).await.unwrap();
    let again = client.delete_source(gone()).await.unwrap_err();
    refused(&again, Code::NotFound, "NOT_FOUND", None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_is_tested_and_says_what_it_would_be_told() {
    let database = TestDatabase::sqlite().await;
    let listener = Listener::start().await;
    let server = watch::server(&database, &listener.url()).await;
    let mut client = AlertServiceClient::new(channel(&server).await);
    let test = |name: &str| TestChannelRequest {
        name: name.to_owned(),
    };
    client.test_channel(test("team")).await.unwrap();
    let unknown = client.test_channel(test("nobody")).await.unwrap_err();
    refused(&unknown, Code::NotFound, "NOT_FOUND", None);
    let preview = |seconds: Option<i64>, format: &str| PreviewAlertsRequest {
        since_time: seconds.map(|seconds| prost_types::Timestamp { seconds, nanos: 0 }),
        format: format.to_owned(),
        ..PreviewAlertsRequest::default()
    };
    for (request, field) in [
        (preview(None, ""), "since_time"),
        (preview(Some(1_700_000_000), "fax"), "format"),
    ] {
        let failure = client.preview_alerts(request).await.unwrap_err();
        let field = Some(field);
        refused(&failure, Code::InvalidArgument, "INVALID_REQUEST", field);
    }
    let quiet = client.preview_alerts(preview(Some(1_700_000_000), "text"));
    assert!(quiet.await.unwrap().into_inner().previews.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn offenders_kits_and_partitions_are_told_of_as_over_rest() {
    let server = TestServer::start_with(&TestDatabase::sqlite().await, |settings| {
        settings.naming.tables = vec!["{domain}.{name}_{1d|7d}".to_owned()];
    })
    .await;
    let channel = shop(&server).await;
    let rest = Rest::of(&server);
    let mut catalogs = CatalogServiceClient::new(channel.clone());
    let told = catalogs.lint(LintRequest::default()).await.unwrap();
    let told = told.into_inner();
    let over_rest = rest.get("/lint").await.expect(200);
    let (first, place) = (&told.offenders[0], told.offenders[0].place.clone().unwrap());
    assert_eq!(over_rest["offenders"][0]["reason"], json!(first.reason));
    assert_eq!(over_rest["offenders"][0]["table"], json!(place.table));
    assert_eq!(
        over_rest["rules"]["tables"],
        json!(told.rules.unwrap().tables)
    );
    let after = |place| LintRequest {
        after: Some(place),
        ..LintRequest::default()
    };
    let rest_of_them = catalogs.lint(after(place)).await.unwrap().into_inner();
    assert!(rest_of_them.offenders.is_empty());
    let nowhere = catalogs.lint(after(LintPlace::default())).await;
    let field = Some("after.database");
    refused(
        &nowhere.unwrap_err(),
        Code::InvalidArgument,
        "INVALID_REQUEST",
        field,
    );

    let mut tables = TableServiceClient::new(channel.clone());
    let kits = tables.list_kits(ListKitsRequest {}).await.unwrap();
    let kits = kits.into_inner().kits;
    let over_rest = rest.get("/kits").await.expect(200);
    assert_eq!(over_rest["kits"].as_array().unwrap().len(), kits.len());
    assert_eq!(over_rest["kits"][0]["layout"], json!(kits[0].layout));

    let mut discovery = DiscoveryServiceClient::new(channel);
    let explain = |name: &str| ExplainPartitionRequest {
        table: table_name("orders"),
        name: name.to_owned(),
    };
    let told = discovery.explain_partition(explain("hour=1/dt=2026-11-22"));
    let told = told.await.unwrap().into_inner();
    assert_eq!(told.name, "dt=2026-11-22/hour=1");
    assert!(told.registered.is_none() && told.off.is_some(), "{told:?}");
    let nameless = discovery.explain_partition(explain("")).await;
    let field = Some("name");
    refused(
        &nameless.unwrap_err(),
        Code::InvalidArgument,
        "INVALID_REQUEST",
        field,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn tables_are_found_and_replicas_are_told_of_as_over_rest() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let (rest, channel) = (Rest::of(&server), shop(&server).await);
    let mut tables = TableServiceClient::new(channel.clone());
    let mut catalogs = CatalogServiceClient::new(channel);
    let search = |text: &str| SearchTablesRequest {
        text: text.to_owned(),
        ..SearchTablesRequest::default()
    };
    let found = tables.search_tables(search("orders")).await.unwrap();
    let found = found.into_inner().tables;
    let over_rest = rest.get("/search?q=orders").await.expect(200);
    let over_rest = over_rest["tables"].as_array().unwrap().clone();
    assert!(!found.is_empty() && over_rest.len() == found.len());
    assert_eq!(found[0].found_in(), FoundIn::Name);
    assert_eq!(over_rest[0]["table"], json!(found[0].table));
    refused(
        &tables
            .search_tables(search(&"x".repeat(257)))
            .await
            .unwrap_err(),
        Code::InvalidArgument,
        "INVALID_REQUEST",
        Some("text"),
    );
    let replicas = catalogs.list_replicas(ListReplicasRequest {}).await;
    let replicas = replicas.unwrap().into_inner().replicas;
    let over_rest = rest.get("/replicas").await.expect(200);
    assert_eq!(
        over_rest["replicas"].as_array().unwrap().len(),
        replicas.len()
    );
    assert!(replicas.iter().all(|one| one.answers && one.alive));
}
