//! Discovery, sources and alerts: the same over gRPC and REST.

use super::{channel, refused};
use crate::harness::{TestDatabase, TestServer};
use crate::rest::{Rest, discovery};
use serde_json::json;
use skep::alert::{ChannelKind, ChannelSettings};
use skep::source::{SourceKind, SourceSettings};
use skep_wire::v1::alert_service_client::AlertServiceClient;
use skep_wire::v1::discovery_service_client::DiscoveryServiceClient;
use skep_wire::v1::propose_table_response::Step as ProposeStep;
use skep_wire::v1::run_discovery_response::Step;
use skep_wire::v1::source_service_client::SourceServiceClient;
use skep_wire::v1::{
    AcknowledgeSchemaChangeRequest, AlertState, CreateMuteRequest, DeleteDiscoveryRequest,
    DeleteMuteRequest, GetDiscoveryRequest, ListAlertsRequest, ListChannelsRequest,
    ListDiscoveryRequest, ListDiscoveryRunsRequest, ListMutesRequest, ListSchemaChangesRequest,
    ListSkippedDirectoriesRequest, ListSourcesRequest, ProposeTableRequest, ResumeDiscoveryRequest,
    RunDiscoveryRequest, RunScope, RunSourceRequest, Severity, SnoozeAlertRequest,
    SweepDiscoveryRequest, TableName, UndoDiscoveryRunRequest, UpdateDiscoveryRequest,
};
use tonic::{Code, Response, Streaming};

fn logs() -> Option<TableName> {
    Some(TableName {
        catalog: String::new(),
        database: "default".to_owned(),
        table: "logs".to_owned(),
    })
}

/// The last message of a stream.
async fn last<T>(answers: Response<Streaming<T>>) -> T {
    let mut answers = answers.into_inner();
    let mut last = None;
    while let Some(answer) = answers.message().await.expect("it goes well") {
        last = Some(answer);
    }
    last.expect("something is told")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_place_is_told_what_table_it_would_be() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let mut client = DiscoveryServiceClient::new(channel(&server).await);
    let folder = tempfile::tempdir().expect("a folder");
    discovery::write(folder.path(), "dt=2026-11-22");
    discovery::write(folder.path(), "dt=2026-11-23");
    let ask = |location: String| ProposeTableRequest {
        location,
        table: Some("guessed".to_owned()),
        ..ProposeTableRequest::default()
    };
    let nowhere = client.propose_table(ask("no place".to_owned())).await;
    let field = Some("location");
    refused(
        &nowhere.unwrap_err(),
        Code::InvalidArgument,
        "INVALID_REQUEST",
        field,
    );
    let dotted = format!("file://{}/x/..", folder.path().display());
    let elsewhere = client.propose_table(ask(dotted)).await;
    refused(
        &elsewhere.unwrap_err(),
        Code::InvalidArgument,
        "INVALID_REQUEST",
        field,
    );
    let place = format!("file://{}", folder.path().display());
    let told = last(client.propose_table(ask(place)).await.unwrap()).await;
    let Some(ProposeStep::Proposal(proposal)) = told.step else {
        panic!("{told:?}");
    };
    let table = proposal.table.expect("a table");
    assert_eq!((table.name.as_str(), table.etag.as_str()), ("guessed", ""));
    let layout = proposal.layout.expect("a layout");
    assert_eq!(layout.keys[0].name, "dt");
    assert_eq!((layout.seen, layout.fitting), (2, 2));
    assert!(proposal.plan.is_some());
}

#[tokio::test(flavor = "multi_thread")]
#[expect(
    clippy::too_many_lines,
    reason = "a walk through each method, in the order of their use"
)]
async fn a_table_is_swept_taken_back_and_let_go_on() {
    let server = TestServer::start(&TestDatabase::sqlite().await).await;
    let rest = Rest::of(&server);
    let mut client = DiscoveryServiceClient::new(channel(&server).await);
    let folder = tempfile::tempdir().expect("a folder");
    discovery::write(folder.path(), "2026/11/22/10");
    discovery::write(folder.path(), "stray");
    let table = json!({
        "name": "logs",
        "columns": [{"name": "line", "type": "string"}],
        "partition_keys": [{"name": "dt", "type": "string"}, {"name": "hour", "type": "string"}],
        "location": format!("file://{}", folder.path().display()),
        "storage": {"format": "text"},
    });
    let made = rest.post("/databases/default/tables", table).await;
    made.expect(201);
    let off = client.sweep_discovery(SweepDiscoveryRequest { name: logs() });
    refused(
        &off.await.unwrap_err(),
        Code::InvalidArgument,
        "INVALID_REQUEST",
        None,
    );
    let settings = [
        ("layout", "{dt:%Y/%m/%d}/{hour}"),
        ("sweep-interval", "soon"),
    ];
    let mut wanted = UpdateDiscoveryRequest {
        name: logs(),
        on: Some(true),
        settings: settings
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into(),
        unset: Vec::new(),
    };
    let wrong = client.update_discovery(wanted.clone()).await.unwrap_err();
    let field = Some("settings[\"sweep-interval\"]");
    refused(&wrong, Code::InvalidArgument, "INVALID_REQUEST", field);
    wanted
        .settings
        .insert("sweep-interval".to_owned(), "1d".to_owned());
    let stands = client.update_discovery(wanted).await.unwrap().into_inner();
    assert!(stands.table.expect("a table").on);
    client
        .sweep_discovery(SweepDiscoveryRequest { name: logs() })
        .await
        .unwrap();
    let ask = || ListDiscoveryRunsRequest {
        name: logs(),
        before: 0,
        limit: 0,
    };
    let run = loop {
        let runs = client
            .list_discovery_runs(ask())
            .await
            .unwrap()
            .into_inner()
            .runs;
        if let Some(run) = runs.into_iter().find(|run| run.end_time.is_some()) {
            break run;
        }
    };
    assert_eq!((run.added, run.outcome.as_str()), (1, "done"));
    let skipped = ListSkippedDirectoriesRequest {
        name: logs(),
        ..Default::default()
    };
    let skipped = client
        .list_skipped_directories(skipped)
        .await
        .unwrap()
        .into_inner();
    assert_eq!((skipped.directories.len(), skipped.next), (1, None));

    let undo = UndoDiscoveryRunRequest {
        name: logs(),
        id: run.id,
    };
    let undone = client.undo_discovery_run(undo).await.unwrap().into_inner();
    assert_eq!(undone.run.expect("a run").dropped, 1);
    let paused = client
        .sweep_discovery(SweepDiscoveryRequest { name: logs() })
        .await;
    assert_eq!(paused.unwrap_err().code(), Code::FailedPrecondition);
    client
        .resume_discovery(ResumeDiscoveryRequest { name: logs() })
        .await
        .unwrap();
    let all = client.list_discovery(ListDiscoveryRequest::default()).await;
    assert_eq!(all.unwrap().into_inner().tables.len(), 1);
    let run = |dry_run| RunDiscoveryRequest {
        name: logs(),
        scope: RunScope::Sweep.into(),
        dry_run,
        ..RunDiscoveryRequest::default()
    };
    let told = last(client.run_discovery(run(true)).await.unwrap()).await;
    let Some(Step::Plan(plan)) = told.step else {
        panic!("{told:?}");
    };
    assert!(plan.skipped.len() == 1, "{plan:?}");
    let odd = RunDiscoveryRequest {
        settings: [("layout".to_owned(), "{dt}".to_owned())].into(),
        ..run(false)
    };
    let odd = client.run_discovery(odd).await.unwrap_err();
    let field = Some("settings");
    refused(&odd, Code::InvalidArgument, "INVALID_REQUEST", field);
    let told = last(client.run_discovery(run(false)).await.unwrap()).await;
    let Some(Step::Report(report)) = told.step else {
        panic!("{told:?}");
    };
    assert_eq!(report.outcome, "done");
    client
        .delete_discovery(DeleteDiscoveryRequest { name: logs() })
        .await
        .unwrap();
    let gone = client
        .get_discovery(GetDiscoveryRequest { name: logs() })
        .await;
    assert_eq!(gone.unwrap_err().code(), Code::InvalidArgument);
}

#[tokio::test(flavor = "multi_thread")]
#[expect(
    clippy::too_many_lines,
    reason = "a walk through each method, in the order of their use"
)]
async fn what_changed_and_who_was_told_is_the_same_over_grpc_and_rest() {
    let server = TestServer::start_with(&TestDatabase::sqlite().await, |settings| {
        let watched = SourceSettings::new(SourceKind::Catalog, None);
        settings.sources.insert("lake".to_owned(), watched);
        let channel = ChannelSettings {
            kind: ChannelKind::Log,
            ..ChannelSettings::default()
        };
        settings.alerts.channels.insert("team".to_owned(), channel);
        settings.tasks.schema_diff_interval_s = 3600;
    })
    .await;
    let rest = Rest::of(&server);
    rest.orders().await;
    let mut sources = SourceServiceClient::new(channel(&server).await);
    let mut alerts = AlertServiceClient::new(channel(&server).await);
    let run = || RunSourceRequest {
        name: "lake".to_owned(),
    };
    let first = sources.run_source(run()).await.unwrap().into_inner();
    assert_eq!(first.changes_count, 0);
    let retype = json!({"columns": [{"change": "rename", "name": "id", "to": "number"}]});
    rest.patch("/databases/shop/tables/orders", retype)
        .await
        .expect(200);
    let second = sources.run_source(run()).await.unwrap().into_inner();
    assert!(second.changes_count > 0);
    let listed = sources.list_schema_changes(ListSchemaChangesRequest::default());
    let listed = listed.await.unwrap().into_inner().changes;
    assert_eq!(listed.len() as u64, second.changes_count);
    let over_rest = rest.get("/schema-changes").await.expect(200);
    assert_eq!(over_rest["changes"][0]["text"], listed[0].text.as_str());
    let wrong = ListSchemaChangesRequest {
        severity: 99,
        ..Default::default()
    };
    let wrong = sources.list_schema_changes(wrong).await.unwrap_err();
    refused(
        &wrong,
        Code::InvalidArgument,
        "INVALID_REQUEST",
        Some("severity"),
    );
    let grave = ListSchemaChangesRequest {
        severity: Severity::Breaking.into(),
        ..Default::default()
    };
    let grave = sources
        .list_schema_changes(grave)
        .await
        .unwrap()
        .into_inner()
        .changes;
    assert!(grave.iter().all(|one| one.severity() == Severity::Breaking));
    let known = sources
        .list_sources(ListSourcesRequest {})
        .await
        .unwrap()
        .into_inner();
    assert_eq!(known.sources[0].tables, Some(1));

    for change in &listed {
        let seen = AcknowledgeSchemaChangeRequest { id: change.id };
        sources.acknowledge_schema_change(seen).await.unwrap();
    }
    let told = alerts.list_alerts(ListAlertsRequest::default()).await;
    let told = told.unwrap().into_inner().alerts;
    assert!(!told.is_empty());
    assert!(
        told.iter()
            .all(|one| one.state() == AlertState::Acknowledged),
        "{told:?}"
    );
    let endless = SnoozeAlertRequest {
        id: told[0].id,
        end_time: None,
    };
    let endless = alerts.snooze_alert(endless).await.unwrap_err();
    refused(
        &endless,
        Code::InvalidArgument,
        "INVALID_REQUEST",
        Some("end_time"),
    );

    let mute = CreateMuteRequest {
        pattern: "lake:shop.*".to_owned(),
        end_time: None,
        why: "a test".to_owned(),
    };
    let mute = alerts
        .create_mute(mute)
        .await
        .unwrap()
        .into_inner()
        .mute
        .unwrap();
    let mutes = alerts
        .list_mutes(ListMutesRequest {})
        .await
        .unwrap()
        .into_inner()
        .mutes;
    assert_eq!(mutes, std::slice::from_ref(&mute));
    alerts
        .delete_mute(DeleteMuteRequest { id: mute.id })
        .await
        .unwrap();
    let gone = alerts.delete_mute(DeleteMuteRequest { id: mute.id }).await;
    assert_eq!(gone.unwrap_err().code(), Code::NotFound);
    let channels = alerts
        .list_channels(ListChannelsRequest {})
        .await
        .unwrap()
        .into_inner();
    assert_eq!(channels.channels[0].name, "team");
}
